"""Reads from a radio's hosts: https alone, from those that the signed policy names, within bounds.

Each address is judged, be it the item's, a redirect's or one of an HLS playlist: form, host,
and where the name leads to; it is resolved once, and the connection goes to that very address.
Nothing is unpacked. A host that sends more than a radio does is read no faster than a radio.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin

from agent.clock import mono_s
from agent.errors import TrustError
from agent.link.http_get import HttpResponse, http_get
from agent.link.network_thread import Resolver
from agent.link.url_policy import check_url
from agent.trust.media_url_rules import is_https

CONNECT_S = 5.0
HEAD_S = 10.0  # from the first look-up to the end of the answer's head, however slowly it comes
IDLE_S = 20.0  # the stall timer of the samples comes first
MAX_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
# 512 kbit/s: more than any radio in MP3, AAC, Opus or Vorbis; an hour of a hostile host on a mobile
# line is 230 MB at the most. What is sent at once to begin with, or a segment, is within the burst.
MOST_BYTES_PER_S = 64 * 1024
BURST_BYTES = 2 << 20


class RadioError(OSError):
    """The host does not give what can be relayed; it may be asked again."""


@dataclass
class ByteBudget:
    """A bounded rate of bytes; waits where a host is faster."""

    _left: float = BURST_BYTES
    _at_mono_s: float = field(default_factory=mono_s)

    async def spend(self, count: int) -> None:
        """Take bytes into account, and wait as long as they are too many."""
        now_s = mono_s()
        gained = (now_s - self._at_mono_s) * MOST_BYTES_PER_S
        self._left = min(BURST_BYTES, self._left + gained) - count
        self._at_mono_s = now_s
        if self._left < 0:
            await asyncio.sleep(-self._left / MOST_BYTES_PER_S)


@dataclass
class RadioReader:
    """The hosts of one radio.

    Args:
        url: as signed.
        hosts: that the signed policy names.
        allow_private: may they have addresses in a local network?
        tls: the trusted authorities.
    """

    url: str
    hosts: tuple[str, ...]
    allow_private: bool
    tls: ssl.SSLContext
    resolver: Resolver = field(default_factory=Resolver)
    budget: ByteBudget = field(default_factory=ByteBudget)

    @asynccontextmanager
    async def open(self, url: str) -> AsyncIterator[HttpResponse]:
        """An answer whose body is to be read with `read_blocks`.

        Raises:
            RadioError: an address may not be asked, or the answer is no success.
            OSError: no connection, or one that the certificate forbids.
        """
        for _ in range(MAX_REDIRECTS + 1):
            may_be_private = self._judge(url)
            async with (
                asyncio.timeout(HEAD_S) as limit,
                http_get(
                    url,
                    {"Accept-Encoding": "identity"},
                    resolver=self.resolver,
                    load_tls=self._load_tls,
                    may_be_private=may_be_private,
                    connect_s=CONNECT_S,
                    idle_s=IDLE_S,
                ) as answer,
            ):
                limit.reschedule(None)
                if answer.status in REDIRECTS:
                    url = urljoin(url, answer.headers.get("location", ""))
                    continue
                if answer.status != 200:
                    raise RadioError(f"HTTP {answer.status}")
                if answer.headers.get("content-encoding", "identity") != "identity":
                    raise RadioError("the host packs the sound")
                yield answer
                return
        raise RadioError("too many redirects")

    async def read_blocks(self, answer: HttpResponse) -> AsyncIterator[bytes]:
        """The body as it comes, no faster than the budget allows."""
        async for block in answer.blocks:
            await self.budget.spend(len(block))
            yield block

    async def read(self, url: str, limit_bytes: int) -> bytes:
        """A whole body.

        Raises:
            RadioError: as `open`, or it is longer than the limit.
        """
        async with self.open(url) as answer:
            body = bytearray()
            async for block in self.read_blocks(answer):
                body += block
                if len(body) > limit_bytes:
                    raise RadioError(f"longer than {limit_bytes} bytes")
            return bytes(body)

    def _judge(self, url: str) -> bool:
        if not self.hosts or not is_https(url):
            raise RadioError(f"E_URL: {url[:80]!r} is not asked: no https address")
        try:
            return check_url(url, self.hosts, allow_private=self.allow_private)
        except TrustError as error:
            raise RadioError(str(error)) from error

    async def _load_tls(self) -> ssl.SSLContext:
        return self.tls
