"""Pulls one radio for as long as it is wanted: attempts, stalls, the live edge after a gap.

Every failure ends the connection and its decoder; the next attempt is a new one of both, because
reconnecting inside a decoder repeats old sound. The stall timer watches the samples, not the
connection: a host that sends headers and keep-alives has stalled as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import NoReturn

from agent.clock import mono_s
from agent.link.backoff import BackOff
from agent.live.relay.radio_feed import Chunk, RadioFeed
from agent.live.relay.radio_reader import RadioError, RadioReader
from agent.live.relay.relay_programme import RelayProgramme

log = logging.getLogger(__name__)
READ_BYTES = 1 << 14
REASON_CHARS = 200  # an answer may be quoted in it
FIRST_WAIT_S, MOST_WAIT_S = 0.5, 3.0
SPREAD_S = 2.0  # after a radio was lost: a province's boxes do not come back at one moment
STEADY_S = 10.0  # what sounded so long was a good connection
DECODER_GAP_S = 1.0  # a hostile playlist asks for decoders without end
GetDecoder = Callable[[], Awaitable[socket.socket]]


def _back_off() -> BackOff:
    return BackOff(FIRST_WAIT_S, MOST_WAIT_S, SPREAD_S)


@dataclass
class Radio:
    """One radio.

    Args:
        reader: its hosts.
        programme: gets its samples.
        get_decoder: gives a socket to a new decoder; the former one is over.

    Attributes:
        attempts: connections so far.
        why_lost: of the last attempt.
    """

    reader: RadioReader
    programme: RelayProgramme
    get_decoder: GetDecoder
    attempts: int = 0
    why_lost: str = ""
    _back_off: BackOff = field(default_factory=_back_off)
    _sounded_mono_s: float | None = None
    _has_sounded_before: bool = False
    _decoder_mono_s: float = -DECODER_GAP_S

    async def pull(self) -> None:
        """Keep the programme's buffer filled until cancelled."""
        while True:
            self.attempts += 1
            self._sounded_mono_s = None
            try:
                await self._pull_once()
            except (OSError, ValueError) as error:  # ValueError: what it names is no address
                self._settle(error)
            except Exception as error:  # the task's outer edge: no radio ends a relay by its bytes
                log.exception("an attempt to hear the radio")
                self._settle(error)
            await asyncio.sleep(self._back_off.next_s())

    def _settle(self, error: Exception) -> None:
        """The attempt is over: one that sounded was a good connection."""
        self.why_lost = str(error)[:REASON_CHARS] or type(error).__name__
        self.programme.lose()
        if self._sounded_mono_s is not None:
            self._has_sounded_before = True
            self._back_off.record_end(STEADY_S)

    async def _pull_once(self) -> NoReturn:
        """One connection, with a decoder for each stream that comes by it.

        Raises:
            OSError: it is over.
        """
        feed = RadioFeed(self.reader)
        async with contextlib.aclosing(feed.read()) as chunks:
            while True:
                first = await _wait_first(chunks, feed.stall_s)
                await self._wait_for_turn()
                samples, sink = await asyncio.open_connection(sock=await self.get_decoder())
                try:
                    await self._decode(samples, sink, feed, _put_before(first, chunks))
                finally:
                    sink.transport.abort()

    async def _wait_for_turn(self) -> None:
        wait_s = self._decoder_mono_s + DECODER_GAP_S - mono_s()
        await asyncio.sleep(max(0.0, wait_s))
        self._decoder_mono_s = mono_s()

    async def _decode(
        self,
        samples: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        feed: RadioFeed,
        chunks: AsyncGenerator[Chunk, None],
    ) -> None:
        """Feed one decoder until the stream needs another one.

        Raises:
            OSError: nothing comes any more.
        """
        feeding = asyncio.create_task(_feed(sink, chunks), name="radio bytes")
        reading = asyncio.create_task(self._read(samples, feed), name="radio samples")
        try:
            await asyncio.wait([feeding, reading], return_when=asyncio.FIRST_COMPLETED)
            if feeding.done():
                feeding.result()
                await reading  # what the decoder still holds belongs to the programme
                return
            reading.result()
            raise RadioError("it cannot be decoded")
        finally:
            for task in (feeding, reading):
                task.cancel()
            await asyncio.gather(feeding, reading, return_exceptions=True)

    async def _read(self, samples: asyncio.StreamReader, feed: RadioFeed) -> None:
        old_until_s: float | None = None
        rest = b""
        while True:
            try:
                got = await asyncio.wait_for(samples.read(READ_BYTES), feed.stall_s)
            except TimeoutError as error:
                raise RadioError(f"no sound for {feed.stall_s:.0f} s") from error
            if not got:
                return
            now_s = mono_s()
            old_until_s = old_until_s or now_s + feed.old_s
            whole = len(rest + got) & ~1
            frames, rest = (rest + got)[:whole], (rest + got)[whole:]
            if self._sounded_mono_s is None:
                if self._has_sounded_before and now_s < old_until_s:
                    continue
                self._sounded_mono_s = now_s
                self.programme.resume()
            self.programme.buffer.add(frames, feed.most_s)


async def _wait_first(chunks: AsyncGenerator[Chunk, None], limit_s: float) -> bytes:
    """The first bytes of a stream: a radio that is off the air costs no decoder.

    Raises:
        OSError: there are none.
    """
    try:
        async with asyncio.timeout(limit_s):
            async for chunk in chunks:
                if chunk is not None:
                    return chunk
    except TimeoutError as error:
        raise RadioError(f"nothing for {limit_s:.0f} s") from error
    raise RadioError("the host ended the stream")


async def _put_before(
    first: bytes, chunks: AsyncGenerator[Chunk, None]
) -> AsyncGenerator[Chunk, None]:
    yield first
    async for chunk in chunks:
        yield chunk


async def _feed(sink: asyncio.StreamWriter, chunks: AsyncGenerator[Chunk, None]) -> None:
    """Write to a decoder until the stream needs another one; its input ends then.

    Raises:
        OSError: the decoder has ended, or the radio.
    """
    try:
        async for chunk in chunks:
            if chunk is None:
                break
            sink.write(chunk)
            await sink.drain()
    except (BrokenPipeError, ConnectionResetError) as error:
        raise RadioError("it cannot be decoded") from error
    sink.write_eof()
