"""A live voice as a source of sound: verified packets → Ogg → a confined ffmpeg → PCM.

ffmpeg gets a stream that this box has written itself, from packets whose signatures hold. Its
`pre-skip` leaves out what lies before the sample that belongs to the moment of the start, so that
every station plays the same sample at the same time. A moment of silence is in the pipe before
ffmpeg runs: the slot then begins when it should, however late ffmpeg is, and keeps its place. One
that began at another moment all the same is ended, and the voice is joined again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.clock import Clock, mono_s
from agent.contract.ogg_opus import OggOpusWriter
from agent.errors import PlayError
from agent.live.stream_reception import LEAD_S, SegmentQueue, StreamReception
from agent.live.stream_timeline import StreamTimeline
from agent.play.decode.decoder import BUTTERWORTH_4
from agent.play.decode.ffmpeg_process import close_stdin, send, start_ffmpeg
from agent.play.ipc import RATE_HZ
from agent.play.item import Item
from agent.play.process_end import kill_process
from agent.play.sound_source import Feed, SourceEnd
from agent.play.task_end import end_task

WRITE_AHEAD_S = 0.2  # before its moment the first sample is written; until then it may be moved
MAX_OFF_S = 0.015  # of the slot's beginning: to join again costs half a second of what is said
LONGEST_WAIT_S = 1.0
log = logging.getLogger(__name__)
DECODER_ARGV = (
    "ffmpeg", "-hide_banner", "-loglevel", "error", "-threads", "1",
    # a packet is decoded when it comes: nothing is probed, nothing is gathered
    "-probesize", "32", "-analyzeduration", "0",
    "-protocol_whitelist", "pipe", "-format_whitelist", "ogg", "-codec_whitelist", "opus,libopus",
    "-f", "ogg", "-i", "pipe:0", "-map", "0:a:0",
)  # fmt: skip
PCM_ARGV = ("-flush_packets", "1", "-f", "s16le", "-ar", "48000", "-ac", "1", "pipe:1")


def decoder_argv(high_pass_hz: int = 0) -> list[str]:
    """The command line of ffmpeg: Ogg on its standard input, PCM on its standard output."""
    cut = [f"highpass=f={high_pass_hz}:width_type=q:width={q}" for q in BUTTERWORTH_4]
    return [*DECODER_ARGV, *(["-af", ",".join(cut)] if high_pass_hz else []), *PCM_ARGV]


@dataclass(eq=False)
class LiveSource:
    """One voice on one output (see `SoundSource`).

    Args:
        item: the voice.
        reception: its segments; None: it is over already.
        clock: to find the sample of a moment.
        high_pass_hz: below this the loudspeakers give nothing, and it is left out; 0: nothing.
    """

    item: Item
    reception: StreamReception | None
    clock: Clock
    high_pass_hz: int = 0
    _process: Process | None = None
    _queue: SegmentQueue | None = None
    _writing: asyncio.Task[None] | None = None
    _timeline: StreamTimeline | None = None
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _at_mono_s: float = 0.0
    _off_s: float = 0.0

    @property
    def is_endless(self) -> bool:
        """False: it ends with its stream, whose grant may be renewed."""
        return False

    @property
    def segments(self) -> Mapping[str, int]:
        """What became of its segments, for the record."""
        counts = self._timeline.counts if self._timeline is not None else None
        refused = self.reception.refused if self.reception is not None else {}
        if counts is None:
            return {"bad": sum(refused.values())}
        return {
            "heard": counts.heard, "lost": counts.lost, "late": counts.late,
            "bad": sum(refused.values()),
        }  # fmt: skip

    async def prepare(self, offset_ms: int) -> Feed:  # noqa: ARG002 - a voice has no positions
        """Start the decoder; its samples come once the moment is known.

        Raises:
            PlayError: E_OVER, the voice is over; E_DECODE, ffmpeg is missing.
        """
        if self.reception is None or self.reception.why_over is not None:
            raise PlayError("E_OVER", self.item.title, "the voice is over")
        read_fd, write_fd = os.pipe()
        try:
            os.set_blocking(write_fd, False)
            os.write(write_fd, bytes(2 * round(LEAD_S * RATE_HZ)))  # half of what a pipe holds
            os.set_blocking(write_fd, True)
            self._process = await _start_decoder(write_fd, self.high_pass_hz)
        except BaseException:
            os.close(read_fd)
            raise
        finally:
            os.close(write_fd)
        self._queue = self.reception.open_queue()
        return Feed(read_fd)

    def start(self, at_mono_s: float) -> None:
        """Write from the sample on that belongs to this moment; a voice that sounds keeps its own.

        Until shortly before its moment it may be moved.
        """
        if self._timeline is not None:
            return
        if self._writing is not None:
            self._writing.cancel()
        self._at_mono_s = at_mono_s
        self._writing = asyncio.create_task(self._write(at_mono_s), name="live voice")

    def on_started(self, mono_s: float) -> None:
        """The slot has begun: off its moment the voice would be out of step until its end."""
        self._off_s = mono_s - self._at_mono_s
        if abs(self._off_s) > MAX_OFF_S and self._writing is not None:
            self._writing.cancel()
            self._end()  # a task that is cancelled before its first step never runs

    def on_clock_set(self, by_s: float) -> None:
        """The engine moves what is in the pipe; by more than that the voice is joined again."""
        self._off_s = by_s
        if abs(by_s) > MAX_OFF_S and self._writing is not None:
            self._writing.cancel()
            self._end()
        elif self._timeline is not None:
            self._timeline.move(by_s)

    def position_ms(self, played_ms: int) -> int:
        """What was heard: a voice has no positions."""
        return played_ms

    async def wait_end(self) -> SourceEnd:
        """Wait until the stream is over, or the decoder has failed."""
        await self._over.wait()
        code = await self._process.wait() if self._process is not None else 0
        why = self.reception.why_over if self.reception is not None else None
        if why is None and abs(self._off_s) > MAX_OFF_S:
            return SourceEnd(f"E_LATE: began {self._off_s * 1000:.0f} ms off", may_retry=True)
        if why is None and self.reception is not None and self.reception.failure is not None:
            return SourceEnd(f"E_INTERNAL: {self.reception.failure}", may_retry=True)
        if why is None and code:
            return SourceEnd(f"E_DECODE: ffmpeg {code}", may_retry=True)
        return SourceEnd(why or None)

    async def stop(self) -> None:
        """End writer and decoder."""
        if self._writing is not None:
            await end_task(self._writing)
        if self._queue is not None and self.reception is not None:
            self.reception.close_queue(self._queue)
            self._queue = None
        self._end()
        if self._process is not None:
            kill_process(self._process)
            await self._process.wait()

    async def _write(self, at_mono_s: float) -> None:
        reception, queue, process = self.reception, self._queue, self._process
        if reception is None or queue is None or process is None:
            return
        await asyncio.sleep(max(0.0, at_mono_s - WRITE_AHEAD_S - mono_s()))
        try:
            await self._write_stream(reception, queue, process, at_mono_s + LEAD_S)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the decoder has ended: `wait_end` says why
        except Exception as error:
            log.exception("live: %s cannot be written", self.item.title)
            reception.failure = f"{type(error).__name__}: {error}"
        finally:
            self._end()

    def _end(self) -> None:
        """No more is written: the decoder ends, and with it the pipe."""
        if self._process is not None:
            close_stdin(self._process)
        self._over.set()

    async def _write_stream(
        self, reception: StreamReception, queue: SegmentQueue, process: Process, at_mono_s: float
    ) -> None:
        late_s = at_mono_s - self.clock.mono_of(reception.start_at)
        first_us = reception.origin_us + round(late_s * 1_000_000)
        timeline = self._timeline = StreamTimeline(first_us, at_mono_s, reception.origin_us)
        writer = OggOpusWriter()
        pages = [writer.begin(timeline.skip_frames)]
        while True:
            queue.changed.clear()
            if packets := timeline.take(queue.segments, mono_s()):
                pages.append(writer.write(packets))
            await send(process, b"".join(pages))
            pages.clear()
            if reception.why_over is not None:
                return
            wait_s = timeline.deadline_mono_s - mono_s()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(LONGEST_WAIT_S, max(0.0, wait_s))):
                    await queue.changed.wait()


async def _start_decoder(write_fd: int, high_pass_hz: int) -> Process:
    from agent.sandbox.profile import LIVE_DECODER, confine_argv

    argv = confine_argv(LIVE_DECODER, decoder_argv(high_pass_hz), [])
    return await start_ffmpeg(argv, write_fd, stdin=PIPE)
