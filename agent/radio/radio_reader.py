"""Reads from a radio's hosts: https alone, from those that may be asked, within bounds.

Each address is judged, be it the first, a redirect's or one of an HLS playlist: form, host,
and where the name leads to; it is resolved once, and the connection goes to that very address.
Nothing is unpacked. A host that sends more than a radio does is read no faster than a radio.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin

from agent.clock import mono_s
from agent.errors import TrustError
from agent.link.http_get import HttpResponse, http_get
from agent.link.network_thread import Resolver
from agent.radio.radio_error import RadioError

CONNECT_S = 5.0
HEAD_S = 10.0  # from the first look-up to the end of the answer's head, however slowly it comes
IDLE_S = 20.0  # the stall timer of the samples comes first
MAX_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
Judge = Callable[[str], bool]


@dataclass(frozen=True)
class RadioLimits:
    """What a host may send.

    Args:
        bytes_per_s: it is read no faster in the long run.
        burst_bytes: so much of it at once: what is sent to begin with, or a segment.
        segment_bytes: of HLS.
        playlist_bytes: of HLS.
    """

    bytes_per_s: int
    burst_bytes: int
    segment_bytes: int
    playlist_bytes: int


# 512 kbit/s: more than any radio in MP3, AAC, Opus or Vorbis; an hour of a hostile host on a mobile
# line is 230 MB at the most.
BOX_LIMITS = RadioLimits(64 * 1024, 2 << 20, 4 << 20, 256 * 1024)


@dataclass
class ByteBudget:
    """A bounded rate of bytes; waits where a host is faster."""

    limits: RadioLimits
    _left: float = field(init=False)
    _at_mono_s: float = field(default_factory=mono_s)

    def __post_init__(self) -> None:
        """A burst is free."""
        self._left = self.limits.burst_bytes

    async def spend(self, count: int) -> None:
        """Take bytes into account, and wait as long as they are too many."""
        now_s = mono_s()
        gained = (now_s - self._at_mono_s) * self.limits.bytes_per_s
        self._left = min(self.limits.burst_bytes, self._left + gained) - count
        self._at_mono_s = now_s
        if self._left < 0:
            await asyncio.sleep(-self._left / self.limits.bytes_per_s)


@dataclass
class RadioReader:
    """The hosts of one radio.

    Args:
        url: of the radio.
        judge: may an address have a private one? Raises TrustError where it may not be asked.
        tls: the trusted authorities.
        limits: what its hosts may send.
    """

    url: str
    judge: Judge
    tls: ssl.SSLContext
    limits: RadioLimits = BOX_LIMITS
    resolver: Resolver = field(default_factory=Resolver)
    _budget: ByteBudget = field(init=False)

    def __post_init__(self) -> None:
        """All that is read of this radio is one budget's."""
        self._budget = ByteBudget(self.limits)

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
            await self._budget.spend(len(block))
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
        try:
            return self.judge(url)
        except (TrustError, ValueError) as error:  # ValueError: it is no address
            raise RadioError(str(error)) from error

    async def _load_tls(self) -> ssl.SSLContext:
        return self.tls
