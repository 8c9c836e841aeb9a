"""One GET over https, in one connection that is closed behind it: HTTP/1.1 (RFC 9112) by h11.

No redirect is followed, nothing is unpacked, no cookie or proxy is heeded. A client library that
can do all this costs a box 10 MiB for good (docs/decisions/0005).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import h11
from aiohappyeyeballs import AddrInfoType, start_connection

from agent.link.address import HTTPS_PORT, PrivateAddressError, ascii_host, is_public
from agent.link.network_thread import Resolver

BLOCK_BYTES = 64 * 1024
MAX_HEAD_BYTES = 16 * 1024
SECOND_TRY_S = 0.25  # after which the next address of a name is tried beside the first: RFC 8305
AGENT = "tramtin"
_SAFE = "%!$&'()*+,;=:@/?-._~"


class HttpError(OSError):
    """The host broke off, or does not speak HTTP."""


@dataclass(frozen=True)
class Answer:
    """What a host answered.

    Args:
        status: the code.
        headers: names in lower case; the first of two equal ones counts.
        blocks: the body as it comes; to be read once, raises HttpError, or TimeoutError when
            nothing comes.
    """

    status: int
    headers: Mapping[str, str]
    blocks: AsyncIterator[bytes]


@asynccontextmanager
async def http_get(
    url: str,
    headers: Mapping[str, str],
    *,
    resolver: Resolver,
    tls: ssl.SSLContext,
    may_be_private: bool,
    connect_s: float,
    idle_s: float,
) -> AsyncIterator[Answer]:
    """Ask for an address that `check_url` let through.

    Args:
        url: the address.
        headers: of the request, besides those that every one has.
        resolver: turns the host's name into addresses.
        tls: which authorities count.
        may_be_private: may the host have an address in a local network?
        connect_s: how long the connection may take.
        idle_s: how long the host may say nothing.

    Raises:
        PrivateAddressError: the name leads to none but private addresses.
        HttpError: see there.
        OSError: no connection, or one that the certificate forbids; TimeoutError is one.
    """
    parts = urlsplit(url)
    host, port = ascii_host(url), parts.port or HTTPS_PORT
    async with asyncio.timeout(connect_s):
        found = await resolver.resolve(host, port)
        allowed = [one for one in found if may_be_private or is_public(str(one[4][0]))]
        if not allowed:
            raise PrivateAddressError(f"{host} leads to a private address")
        reader, writer = await _connect(host, allowed, tls)
    try:
        connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        name = f"[{host}]" if ":" in host else host
        request = h11.Request(
            method="GET",
            target=quote(parts.path or "/", _SAFE)
            + (f"?{quote(parts.query, _SAFE)}" if parts.query else ""),
            headers=[
                ("Host", name if port == HTTPS_PORT else f"{name}:{port}"),
                ("User-Agent", AGENT),
                ("Accept", "*/*"),
                ("Connection", "close"),
                *headers.items(),
            ],
        )
        writer.write(
            (connection.send(request) or b"") + (connection.send(h11.EndOfMessage()) or b"")
        )
        head = await _next(connection, reader, idle_s)
        while isinstance(head, h11.InformationalResponse):
            head = await _next(connection, reader, idle_s)
        if not isinstance(head, h11.Response):
            raise HttpError("the host closed without an answer")
        yield Answer(head.status_code, _headers(head), _blocks(connection, reader, idle_s))
    finally:
        writer.transport.abort()


async def _connect(
    host: str, allowed: list[AddrInfoType], tls: ssl.SSLContext
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """To the very addresses that were judged: no second look-up can give others."""
    sock = await start_connection(allowed, happy_eyeballs_delay=SECOND_TRY_S)
    return await asyncio.open_connection(
        sock=sock, ssl=tls, server_hostname=host, limit=BLOCK_BYTES
    )


async def _next(
    connection: h11.Connection, reader: asyncio.StreamReader, idle_s: float
) -> h11.Event:
    """The next event of the answer."""
    try:
        while (event := connection.next_event()) is h11.NEED_DATA:
            async with asyncio.timeout(idle_s):
                connection.receive_data(await reader.read(BLOCK_BYTES))
    except h11.RemoteProtocolError as error:
        raise HttpError(str(error)) from error
    if isinstance(event, type):  # PAUSED: the host wants another protocol, or goes on after its end
        raise HttpError("no HTTP any more")
    return event


async def _blocks(
    connection: h11.Connection, reader: asyncio.StreamReader, idle_s: float
) -> AsyncIterator[bytes]:
    while isinstance(event := await _next(connection, reader, idle_s), h11.Data):
        yield bytes(event.data)


def _headers(head: h11.Response) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in head.headers:
        headers.setdefault(name.decode("ascii"), value.decode("latin-1"))
    return headers
