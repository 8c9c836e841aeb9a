"""One GET over https, in one connection that is closed after it: HTTP/1.1 (RFC 9112) by h11.

No redirect is followed, nothing is unpacked, cookies and proxies are ignored. A client library that
can do all this costs a box 10 MiB permanently (docs/decisions/0005). A host may send its answer in
very small pieces: parsing has a bounded share of the processor.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import h11
from aiohappyeyeballs import AddrInfoType, start_connection

from agent.clock import cpu_s
from agent.contract.host_rule import HTTPS_PORT
from agent.link.cpu_share import CpuShare
from agent.link.network_thread import Resolver
from agent.link.url_policy import PrivateAddressError, ascii_host, is_public

BLOCK_BYTES = 64 * 1024
MAX_HEAD_BYTES = 16 * 1024
MAX_INTERIM = 4  # 1xx answers; we request none
SHARE = 0.2  # of a processor
SECOND_TRY_S = 0.25  # then the next address of a name is tried in parallel: RFC 8305
AGENT = "tramtin"
_ICY, _HTTP = b"ICY ", b"HTTP/1.0 "  # SHOUTcast's status line, and what it stands for
_SAFE = "%!$&'()*+,;=:@/?-._~"


class HttpError(OSError):
    """The host closed too early, or does not speak HTTP."""


@dataclass(frozen=True)
class HttpResponse:
    """The answer of a host.

    Args:
        status: the code.
        headers: names in lower case; the first of two equal ones counts.
        blocks: the body as it comes; can be read once; raises HttpError, or TimeoutError when
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
    load_tls: Callable[[], Awaitable[ssl.SSLContext]],
    may_be_private: bool,
    connect_s: float,
    idle_s: float,
) -> AsyncIterator[HttpResponse]:
    """Send a GET to an address that `check_url` has accepted.

    Args:
        url: the address.
        headers: of the request, besides those that every request has.
        resolver: turns the host's name into addresses.
        load_tls: loads the trusted authorities, once the host is reached: they take 1.3 MiB and
            10 ms, which a dead name must not cost at each attempt.
        may_be_private: may the host have an address in a local network?
        connect_s: how long the connection may take.
        idle_s: how long the host may send nothing.

    Raises:
        PrivateAddressError: the name has only private addresses.
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
        reader, writer = await _connect(host, allowed, load_tls)
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
        events = _Events(connection, reader, idle_s)
        head = await _head(events)
        yield HttpResponse(head.status_code, _headers(head), _blocks(events))
    finally:
        writer.transport.abort()


async def _connect(
    host: str,
    allowed: list[AddrInfoType],
    load_tls: Callable[[], Awaitable[ssl.SSLContext]],
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to the very addresses that were checked: a second look-up could give others."""
    sock = await start_connection(allowed, happy_eyeballs_delay=SECOND_TRY_S)
    try:
        tls = await load_tls()
        return await asyncio.open_connection(
            sock=sock, ssl=tls, server_hostname=host, limit=BLOCK_BYTES
        )
    except BaseException:
        sock.close()  # no stream owns it
        raise


class _Events:
    """Events from a host, one at a time."""

    def __init__(
        self, connection: h11.Connection, reader: asyncio.StreamReader, idle_s: float
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._idle_s = idle_s
        self._share = CpuShare(SHARE)
        self._begin: bytes | None = b""  # the first bytes, while they may be those of a status line

    async def next(self) -> h11.Event:
        """The next event.

        Raises:
            HttpError: see there.
            TimeoutError: nothing comes.
        """
        block: bytes | None = None
        while True:
            began_s = cpu_s()
            event = self._parse(block)
            rest_s = self._share.spend(cpu_s() - began_s)
            if rest_s > 0:
                await asyncio.sleep(rest_s)
            if event is not h11.NEED_DATA:
                break
            async with asyncio.timeout(self._idle_s):
                block = await self._reader.read(BLOCK_BYTES)
        if isinstance(event, type):  # PAUSED: another protocol is wanted, or more after the end
            raise HttpError("no HTTP any more")
        return event

    def _parse(self, block: bytes | None) -> type[h11.NEED_DATA | h11.PAUSED] | h11.Event:
        try:
            if block is not None:
                self._connection.receive_data(self._read_status(block))
            return self._connection.next_event()
        except h11.RemoteProtocolError as error:
            raise HttpError(str(error)) from error

    def _read_status(self, block: bytes) -> bytes:
        """SHOUTcast answers `ICY 200 OK`: in all else that is HTTP/1.0."""
        if self._begin is None:
            return block
        begin = self._begin + block
        if block and len(begin) < len(_ICY) and _ICY.startswith(begin):
            self._begin = begin
            return b""
        self._begin = None
        return _HTTP + begin.removeprefix(_ICY) if begin.startswith(_ICY) else begin


async def _head(events: _Events) -> h11.Response:
    for _ in range(MAX_INTERIM + 1):
        head = await events.next()
        if isinstance(head, h11.Response):
            return head
        if not isinstance(head, h11.InformationalResponse):
            raise HttpError("the host closed without an answer")
    raise HttpError(f"more than {MAX_INTERIM} interim answers")


async def _blocks(events: _Events) -> AsyncIterator[bytes]:
    while isinstance(event := await events.next(), h11.Data):
        yield bytes(event.data)


def _headers(head: h11.Response) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in head.headers:
        headers.setdefault(name.decode("ascii"), value.decode("latin-1"))
    return headers
