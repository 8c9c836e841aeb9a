"""Reads from a radio's host: https alone, redirects followed by rule, no local network by surprise.

The host that the officer names may be in the centre's own network. Whatever a redirect or a
playlist of the stream names besides must be a public address: a radio does not choose what the
centre connects to behind its firewall.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from agent.errors import ConfigError, TrustError
from agent.link.url_policy import check_url, is_public
from central.live.relay.icy import AGENT, MetadataRemover, open_icy, parse_metaint

CONNECT_S = 5.0
READ_BYTES = 1 << 14
MAX_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)


class SourceError(OSError):
    """The source does not give what can be relayed; it may be asked again."""


class SourceResolver(AbstractResolver):
    """Resolves names; of hosts that nobody has named only the public addresses.

    Args:
        named: the host that the officer names.
    """

    def __init__(self, named: str) -> None:
        self._named = named
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host.

        Raises:
            OSError: there is none, or none that may be used.
        """
        found = await self._resolver.resolve(host, port, family)
        usable = [one for one in found if host == self._named or is_public(one["host"])]
        if not usable:
            raise SourceError(f"{host}: the address is private")
        return usable

    async def close(self) -> None:
        """Nothing is open."""
        await self._resolver.close()


@dataclass(frozen=True)
class EndlessResponse:
    """A stream: its type, and its sound as it comes."""

    content_type: str
    sound: AsyncIterator[bytes]


@dataclass(frozen=True)
class HttpsSource:
    """What a relay reads from.

    Args:
        session: verifies certificates.
        url: that the officer names.
        context: verifies certificates where the answer is no HTTP.
        resolver: of the session.
    """

    session: aiohttp.ClientSession
    url: str
    context: ssl.SSLContext
    resolver: SourceResolver

    @contextlib.asynccontextmanager
    async def open_stream(self) -> AsyncIterator[EndlessResponse]:
        """The stream at the address that the officer names; titles in it are left out.

        Raises:
            SourceError: it is no success, or the address may not be asked.
        """
        async with contextlib.AsyncExitStack() as stack:
            try:
                response = await stack.enter_async_context(self.open(self.url))
            except aiohttp.ClientResponseError:  # malformed: SHOUTcast 1, or nothing at all
                yield await stack.enter_async_context(self._open_icy())
                return
            body = response.content.iter_chunked(READ_BYTES)
            yield EndlessResponse(response.content_type, _remove_titles(response.headers, body))

    @contextlib.asynccontextmanager
    async def _open_icy(self) -> AsyncIterator[EndlessResponse]:
        self._check(self.url)
        opened = open_icy(self.url, self.context, self.resolver, CONNECT_S)
        async with opened as (head, body):
            if head.status != 200:
                raise SourceError(f"ICY {head.status}")
            content_type = head.headers.get("content-type", "")
            yield EndlessResponse(content_type, _remove_titles(head.headers, body))

    @contextlib.asynccontextmanager
    async def open(self, url: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """A response whose body is to be read.

        Raises:
            SourceError: it is no success, or the address may not be asked.
        """
        for _ in range(MAX_REDIRECTS + 1):
            self._check(url)
            async with self.session.get(url, allow_redirects=False) as response:
                if response.status in REDIRECTS:
                    url = urljoin(url, response.headers.get("Location", ""))
                    continue
                if response.status != 200:
                    raise SourceError(f"HTTP {response.status}")
                yield response
                return
        raise SourceError("too many redirects")

    async def read(self, url: str, limit_bytes: int) -> bytes:
        """A whole body.

        Raises:
            SourceError: as `open`, or it is longer than the limit.
        """
        async with self.open(url) as response:
            body = bytearray()
            async for chunk in response.content.iter_chunked(READ_BYTES):
                body += chunk
                if len(body) > limit_bytes:
                    raise SourceError(f"{url}: longer than {limit_bytes} bytes")
            return bytes(body)

    def _check(self, url: str) -> None:
        host = urlsplit(self.url).hostname
        try:
            is_named = urlsplit(url).hostname == host
            hosts = (urlsplit(url).netloc,) if is_named else ()
            check_url(url, hosts, allow_private=is_named)
        except (TrustError, ValueError) as error:
            raise SourceError(str(error)) from error


async def _remove_titles(
    headers: Mapping[str, str], body: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    remover = MetadataRemover(parse_metaint(headers))
    async for data in body:
        if sound := remover.feed(data):
            yield sound


def verify_address(url: str) -> None:
    """Verify the address that the officer names.

    Raises:
        ConfigError: E_USAGE, it is not https, or holds a user or password.
    """
    try:
        check_url(url, (urlsplit(url).netloc,), allow_private=True)
    except (TrustError, ValueError) as error:
        raise ConfigError("E_USAGE", url, str(error)) from error


@contextlib.asynccontextmanager
async def open_source(url: str, ca: Path | None) -> AsyncIterator[HttpsSource]:
    """A source of an address; nothing is asked yet.

    Args:
        url: of the stream, or of its m3u8.
        ca: PEM of the authority of the radio's certificate; None: those of the system.

    Raises:
        ConfigError: E_USAGE, the address; E_UNREADABLE, the PEM file.
    """
    verify_address(url)
    try:
        context = ssl.create_default_context(cafile=ca)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigError("E_UNREADABLE", str(ca), str(error)) from error
    resolver = SourceResolver(urlsplit(url).hostname or "")
    connector = aiohttp.TCPConnector(ssl=context, resolver=resolver, force_close=False)
    timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_S, sock_connect=CONNECT_S)
    headers = {"User-Agent": AGENT}
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, headers=headers
    ) as session:
        yield HttpsSource(session, url, context, resolver)
