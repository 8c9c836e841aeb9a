"""A relay: pulls a radio, watches it, and writes what is to be sent into a pipe at time's speed.

Every failure ends the connection and its decoder; the next attempt is a new one of both and begins
at the live edge, because reconnecting inside a decoder repeats old sound. The stall timer watches
the samples, not the connection: a host that sends headers and keep-alives has stalled as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Literal

import aiohttp

from agent.errors import ConfigError
from central.live.relay.decoder import run_decoder
from central.live.relay.https_source import HttpsSource, SourceError
from central.live.relay.programme import FRAME_BYTES, FRAME_S, Programme, State
from central.live.relay.stream_feed import Chunk, StreamFeed
from central.live.voice_source import Packet, VoiceSource, capture

log = logging.getLogger(__name__)
READ_BYTES = 1 << 14
REASON_CHARS = 200
# A source that is back is heard within five seconds, so attempts never lie far apart.
FIRST_BACK_OFF_S, MOST_BACK_OFF_S = 0.5, 1.0
MOST_UNWRITTEN = 50 * FRAME_BYTES  # a second: the encoder hangs

# what is sent: `programme`, `stalled`, `blank`; of the connection: `failed`, `silent`, `back`
Event = State | Literal["failed", "silent", "back"]
Report = Callable[[Event, str], None]


class StallError(SourceError):
    """The source is connected and sends no sound."""


@dataclass
class Relay:
    """One radio that is relayed.

    Args:
        source: the radio.
        programme: what is sent.
        report: gets each event and its reason.
    """

    source: HttpsSource
    programme: Programme
    report: Report
    attempts: int = 0
    _ready: asyncio.Event = field(default_factory=asyncio.Event)
    _has_sounded: bool = False
    _is_lost: bool = False

    async def wait_ready(self) -> None:
        """Return when the radio sounds for the first time."""
        await self._ready.wait()

    async def pull(self) -> None:
        """Keep the buffer filled until cancelled; failures are reported and tried again.

        Raises:
            ConfigError: E_CLIP, ffmpeg is missing.
        """
        back_off_s = FIRST_BACK_OFF_S
        while True:
            self.attempts += 1
            self._has_sounded = False
            try:
                await self._pull_once()
            except ConfigError:
                raise
            except (SourceError, aiohttp.ClientError, OSError) as error:  # TimeoutError is one
                self._lose(error)
            except Exception as error:  # the task's outer edge: no radio ends a relay by its bytes
                log.exception("an attempt to hear the radio")
                self._lose(error)
            back_off_s = FIRST_BACK_OFF_S if self._has_sounded else back_off_s
            await asyncio.sleep(back_off_s)
            back_off_s = min(MOST_BACK_OFF_S, 2 * back_off_s)

    def _lose(self, error: Exception) -> None:
        self.programme.lose()
        self._is_lost = True
        event: Event = "silent" if isinstance(error, StallError) else "failed"
        self.report(event, str(error)[:REASON_CHARS] or type(error).__name__)

    async def _pull_once(self) -> None:
        feed = StreamFeed(self.source)
        chunks = feed.read()
        async with contextlib.aclosing(chunks):
            while True:
                first = await _wait_first(chunks, feed)
                async with run_decoder(feed.demuxer) as decoder:
                    await self._decode(decoder, feed, _put_before(first, chunks))

    async def _decode(
        self, decoder: Process, feed: StreamFeed, chunks: AsyncIterator[Chunk]
    ) -> None:
        """Feed one decoder until the stream needs another one.

        Raises:
            SourceError: nothing comes any more.
        """
        feeding = asyncio.create_task(_feed(decoder, chunks), name="relay feed")
        reading = asyncio.create_task(self._read(decoder, feed), name="relay samples")
        try:
            await asyncio.wait([feeding, reading], return_when=asyncio.FIRST_COMPLETED)
            if feeding.done():
                feeding.result()
                await reading  # what the decoder still holds belongs to the programme
                return
            reading.result()
            raise SourceError("it is not decodable")
        finally:
            for task in (feeding, reading):
                task.cancel()
            await asyncio.gather(feeding, reading, return_exceptions=True)

    async def _read(self, decoder: Process, feed: StreamFeed) -> None:
        assert decoder.stdout is not None  # noqa: S101 - it is a pipe
        old_until_s = None
        while True:
            reading = decoder.stdout.read(READ_BYTES)
            try:
                samples = await asyncio.wait_for(reading, feed.stall_s)
            except TimeoutError as error:
                raise StallError(f"no sound for {feed.stall_s:.0f} s") from error
            if not samples:
                return
            now_s = asyncio.get_running_loop().time()
            old_until_s = old_until_s or now_s + feed.old_s
            if self._ready.is_set() and not self._has_sounded and now_s < old_until_s:
                continue
            if not self._has_sounded:
                self._begin_to_sound()
            self.programme.buffer.add(samples, feed.most_s)
            if self.programme.is_ready:
                self._ready.set()

    def _begin_to_sound(self) -> None:
        self._has_sounded = True
        self.programme.resume()
        if self._is_lost:
            self._is_lost = False
            self.report("back", "")

    async def send(self, write_fd: int) -> None:
        """Write frames at the speed of time until cancelled, or until nobody reads; owns the fd."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_write_pipe(
            asyncio.Protocol, os.fdopen(write_fd, "wb", buffering=0)
        )
        state: State = "programme"
        next_s = loop.time()
        try:
            while not transport.is_closing():
                frame = self.programme.next_frame()
                if transport.get_write_buffer_size() < MOST_UNWRITTEN:
                    transport.write(frame)
                if self.programme.state != state:
                    state = self.programme.state
                    self.report(state, "")
                next_s += FRAME_S
                await asyncio.sleep(next_s - loop.time())
        finally:
            transport.abort()


async def _wait_first(chunks: AsyncIterator[Chunk], feed: StreamFeed) -> bytes:
    """The first bytes of a stream: its host has said by then what it is.

    Raises:
        SourceError: there are none.
    """
    try:
        async with asyncio.timeout(feed.stall_s):
            async for chunk in chunks:
                if chunk is not None:
                    return chunk
    except TimeoutError as error:
        raise StallError(f"nothing for {feed.stall_s:.0f} s") from error
    raise SourceError("the source ended the stream")


async def _put_before(first: bytes, chunks: AsyncIterator[Chunk]) -> AsyncIterator[Chunk]:
    yield first
    async for chunk in chunks:
        yield chunk


async def _feed(decoder: Process, chunks: AsyncIterator[Chunk]) -> None:
    """Write to a decoder until the stream needs another one; its input is closed then.

    Raises:
        SourceError: the decoder has ended.
    """
    assert decoder.stdin is not None  # noqa: S101 - it is a pipe
    try:
        async for chunk in chunks:
            if chunk is None:
                break
            decoder.stdin.write(chunk)
            await decoder.stdin.drain()
    except (BrokenPipeError, ConnectionResetError) as error:
        raise SourceError("it is not decodable") from error
    decoder.stdin.close()


async def relay_packets(
    relay: Relay, stop: asyncio.Event, meter: Callable[[float], None]
) -> AsyncIterator[Packet]:
    """The packets of a relay until `stop` is set; an encoder that dies is followed by another.

    Raises:
        ConfigError: E_CLIP, ffmpeg is missing, or fails before its first packet.
    """
    while not stop.is_set():
        has_encoded = False
        try:
            async for packet in _encode(relay, stop, meter):
                has_encoded = True
                yield packet
        except ConfigError as error:
            if not has_encoded:
                raise
            log.warning("the encoder has ended: %s", error)


async def _encode(
    relay: Relay, stop: asyncio.Event, meter: Callable[[float], None]
) -> AsyncIterator[Packet]:
    read_fd, write_fd = os.pipe()
    sending = asyncio.create_task(relay.send(write_fd), name="relay frames")
    try:
        async for packet in capture(VoiceSource("samples"), stop, meter, read_fd):
            yield packet
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
