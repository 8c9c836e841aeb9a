"""Pulls one radio for as long as it is wanted: attempts, stalls, the live edge after a gap.

Every failure ends the connection and its decoder; the next attempt is a new one of both, because
reconnecting inside a decoder repeats old sound. The stall timer watches the samples, not the
connection: a host that sends headers and keep-alives has stalled as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Literal, NoReturn

from agent.clock import mono_s
from agent.errors import ConfigError
from agent.link.backoff import STABLE_S, BackOff
from agent.radio.radio_error import RadioError, StallError
from agent.radio.radio_feed import Chunk, RadioFeed
from agent.radio.radio_programme import RadioProgramme
from agent.radio.radio_reader import RadioReader

log = logging.getLogger(__name__)
READ_BYTES = 1 << 14
REASON_CHARS = 200  # an answer may be quoted in it
DECODER_GAP_S = 1.0  # a hostile playlist asks for decoders without end

# `lost`: no connection, or it is over; `stalled`: connected, and no sound comes
Trouble = Literal["lost", "stalled"]
Decoder = tuple[asyncio.StreamReader, asyncio.StreamWriter]  # samples out, the radio's bytes in
OpenDecoder = Callable[[str], AbstractAsyncContextManager[Decoder]]
OnConnection = Callable[[Trouble | None, str], None]


def _tell_nobody(_trouble: Trouble | None, _reason: str) -> None:
    pass


@dataclass
class Radio:
    """One radio.

    Args:
        reader: its hosts.
        programme: gets its samples.
        open_decoder: starts a decoder of a content type; the former one is over.
        back_off: the waits between attempts.
        on_connection: called with each failure and its reason, and with None when the radio sounds
            again.

    Attributes:
        attempts: connections so far.
        why_lost: of the last attempt.
    """

    reader: RadioReader
    programme: RadioProgramme
    open_decoder: OpenDecoder
    back_off: BackOff
    on_connection: OnConnection = _tell_nobody
    attempts: int = 0
    why_lost: str = ""
    _ready: asyncio.Event = field(default_factory=asyncio.Event)
    _is_sounding: bool = False
    _has_sounded_before: bool = False
    _decoder_mono_s: float = -DECODER_GAP_S

    async def wait_ready(self) -> None:
        """Return when the radio sounds for the first time."""
        await self._ready.wait()

    async def pull(self) -> None:
        """Keep the programme's buffer filled until cancelled; failures are tried again.

        Raises:
            ConfigError: no decoder can be started on this machine.
        """
        while True:
            self.attempts += 1
            self._is_sounding = False
            try:
                await self._pull_once()
            except ConfigError:
                raise
            except (OSError, ValueError) as error:  # ValueError: what it names is no address
                self._settle(error)
            except Exception as error:  # the task's outer edge: no radio ends a relay by its bytes
                log.exception("an attempt to hear the radio")
                self._settle(error)
            await asyncio.sleep(self.back_off.next_s())

    def _settle(self, error: Exception) -> None:
        """The attempt is over: one that sounded was a good connection."""
        self.why_lost = str(error)[:REASON_CHARS] or type(error).__name__
        self.programme.lose()
        self.on_connection("stalled" if isinstance(error, StallError) else "lost", self.why_lost)
        if self._is_sounding:
            self._has_sounded_before = True
            self.back_off.record_end(STABLE_S)

    async def _pull_once(self) -> NoReturn:
        """One connection, with a decoder for each stream that comes by it.

        Raises:
            OSError: it is over.
            ConfigError: see `pull`.
        """
        feed = RadioFeed(self.reader)
        async with contextlib.aclosing(feed.read()) as chunks:
            while True:
                first = await _wait_first(chunks, feed.stall_s)
                await self._wait_for_turn()
                async with self.open_decoder(feed.content_type) as (samples, sink):
                    await self._decode(samples, sink, feed, _put_before(first, chunks))

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
                raise StallError(f"no sound for {feed.stall_s:.0f} s") from error
            if not got:
                return
            now_s = mono_s()
            old_until_s = old_until_s or now_s + feed.old_s
            whole = len(rest + got) & ~1
            frames, rest = (rest + got)[:whole], (rest + got)[whole:]
            if not self._is_sounding:
                if self._has_sounded_before and now_s < old_until_s:
                    continue
                self._begin_to_sound()
            self.programme.buffer.add(frames, feed.most_s)
            if self.programme.is_ready:
                self._ready.set()

    def _begin_to_sound(self) -> None:
        self._is_sounding = True
        self.programme.resume()
        if self.why_lost:
            self.why_lost = ""
            self.on_connection(None, "")


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
        raise StallError(f"nothing for {limit_s:.0f} s") from error
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
