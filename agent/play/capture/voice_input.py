"""The microphones and line-ins of a box as sources of sound, captured only while somebody speaks.

One capture process serves all outputs on which a person speaks. It starts with the first of them
and ends with the last, when the key is released, or when the input is lost; nothing that it reads
is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from agent.clock import mono_s
from agent.errors import PlayError
from agent.play.capture.capture_config import capture_argv
from agent.play.ipc import AddPipe, CaptureBeat, CaptureEvent
from agent.play.item import Item
from agent.play.process_end import kill_process
from agent.play.sound_source import Feed, SourceEnd
from agent.play.speaker_line import FaultSink
from agent.play.task_end import end_task
from agent.play.worker_process import WorkerProcess
from agent.settings.model import VoiceDevice

log = logging.getLogger(__name__)
OPEN_LIMIT_S = 5.0
AHEAD_S = 0.1  # the pipe is filled so long before its first sample is to sound
LOST = "E_INPUT_LOST"
Spawn = Callable[
    [Callable[[CaptureEvent], None], Callable[[str], None]], WorkerProcess[CaptureEvent]
]
WaitReleased = Callable[[], Awaitable[str | None]]


class VoiceInput:
    """One input device of the settings.

    Args:
        name: its name.
        spawn: makes its capture process (not started).
        on_fault: begins and ends the issues `microphone_on` and `microphone_lost`.

    Attributes:
        peak_dbfs: the highest peak since the process began; None before the first beat.
    """

    def __init__(self, name: str, spawn: Spawn, on_fault: FaultSink) -> None:
        self.name = name
        self.peak_dbfs: float | None = None
        self.lost: str | None = None
        self._spawn = spawn
        self._on_fault = on_fault
        self._worker: WorkerProcess[CaptureEvent] | None = None
        self._users = 0
        self._lock = asyncio.Lock()
        self._gone = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Is its process running?"""
        return self._worker is not None

    async def open(self) -> None:
        """Begin to capture, if no other output has begun already.

        Raises:
            PlayError: E_INPUT_LOST, the input is not there or gives nothing.
        """
        async with self._lock:
            if self._worker is None:
                await self._start()
            self._users += 1

    async def _start(self) -> None:
        self.lost, self.peak_dbfs = None, None
        self._gone = asyncio.Event()
        worker = self._spawn(self._on_event, self._on_lost)
        try:
            async with asyncio.timeout(OPEN_LIMIT_S):
                await worker.start()
        except (PlayError, TimeoutError) as error:
            why = error.hint if isinstance(error, PlayError) else "it gives no sound"
            self._on_fault("microphone_lost", self.name, why)
            raise PlayError(LOST, self.name, why) from error
        self._worker = worker
        self._on_fault("microphone_lost", self.name, None)
        self._on_fault("microphone_on", self.name, "somebody speaks")

    async def close(self) -> None:
        """One output needs it no more; the last one ends its process."""
        async with self._lock:
            self._users -= 1
            worker = self._worker
            if self._users or worker is None:
                return
            self._worker = None
            self._on_fault("microphone_on", self.name, None)
            await worker.stop()

    def add_pipe(self, write_fd: int) -> None:
        """Fill a pipe from now on; its descriptor is passed along and closed here."""
        if self._worker is None:
            os.close(write_fd)
            return
        with contextlib.suppress(PlayError):  # it is lost: `wait_lost` reports that
            self._worker.send(AddPipe(), write_fd)

    async def wait_lost(self) -> str:
        """Wait until the device or its process is gone, and say why."""
        await self._gone.wait()
        return self.lost or ""

    def _on_event(self, event: CaptureEvent) -> None:
        if isinstance(event, CaptureBeat):
            former = self.peak_dbfs
            self.peak_dbfs = event.peak_dbfs if former is None else max(former, event.peak_dbfs)

    def _on_lost(self, reason: str) -> None:
        reason = reason.removeprefix(f"{LOST}: ")
        self.lost = reason
        self._on_fault("microphone_lost", self.name, reason)
        self._gone.set()


@dataclass(eq=False)
class MicrophoneSource:
    """What one output hears of a person (see `SoundSource`).

    Args:
        device: the input.
        wait_released: waits until the person is to be heard no more; None when they have finished,
            else the reason why they were ended.
        high_pass_hz: below this the loudspeakers give nothing, and it is left out; 0: nothing.
    """

    device: VoiceInput
    wait_released: WaitReleased
    high_pass_hz: int = 0
    _write_fd: int | None = None
    _timer: asyncio.TimerHandle | None = None
    _watch: asyncio.Task[SourceEnd] | None = None
    _is_closed: bool = field(default=True)
    _filter: Process | None = None

    @property
    def is_endless(self) -> bool:
        """True: it sounds until the key is released."""
        return True

    async def prepare(self, offset_ms: int) -> Feed:  # noqa: ARG002 - a voice has no positions
        """Begin to capture.

        Raises:
            PlayError: E_INPUT_LOST, the input is not there or gives nothing.
        """
        await self.device.open()
        self._is_closed = False
        read_fd, self._write_fd = os.pipe()
        if self.high_pass_hz:
            await self._put_filter(self._write_fd)
        self._watch = asyncio.create_task(self._live(), name=f"voice {self.device.name}")
        return Feed(read_fd, is_live=True)

    async def _put_filter(self, write_fd: int) -> None:
        """Without ffmpeg a voice is heard as it is: it may be an emergency."""
        from agent.play.capture.horn_filter import start_filter

        try:
            self._filter, self._write_fd = await start_filter(self.high_pass_hz, write_fd)
        except PlayError as error:
            log.warning("%s is not filtered: %s", self.device.name, error)
            return
        except BaseException:
            await self._close()
            raise
        os.close(write_fd)

    def start(self, at_mono_s: float) -> None:
        """Fill the pipe from this moment on: what was said before it is not heard."""
        if self._timer is not None:
            self._timer.cancel()
        wait_s = max(0.0, at_mono_s - AHEAD_S - mono_s())
        self._timer = asyncio.get_running_loop().call_later(wait_s, self._fill)

    def _fill(self) -> None:
        if self._write_fd is not None:
            write_fd, self._write_fd = self._write_fd, None
            self.device.add_pipe(write_fd)

    def position_ms(self, played_ms: int) -> int:
        """How much was heard: it cannot be taken up again there."""
        return played_ms

    async def _live(self) -> SourceEnd:
        """Live until the key is released or the input is lost; the pipe has ended then."""
        released = asyncio.ensure_future(self.wait_released())
        lost = asyncio.ensure_future(self.device.wait_lost())
        broken = asyncio.ensure_future(self._wait_filter())
        try:
            ends = released, lost, broken
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if released.done():
                return SourceEnd(released.result())
            if lost.done():
                return SourceEnd(f"{LOST}: {lost.result()}")
            return SourceEnd(f"E_DECODE: ffmpeg {broken.result()}", may_retry=True)
        finally:
            for end in (released, lost, broken):
                end.cancel()
            await self._close()

    async def _wait_filter(self) -> int:
        if self._filter is None:
            await asyncio.Event().wait()  # without one none can break
        assert self._filter is not None  # noqa: S101 - for the type checker
        return await self._filter.wait()

    async def _close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._write_fd is not None:
            os.close(self._write_fd)
            self._write_fd = None
        if not self._is_closed:
            self._is_closed = True
            await self.device.close()

    async def wait_end(self) -> SourceEnd:
        """Wait until the person has finished, or the input is lost."""
        if self._watch is None:
            return SourceEnd()
        await asyncio.wait([self._watch])
        return SourceEnd() if self._watch.cancelled() else self._watch.result()

    async def stop(self) -> None:
        """Capture no more for this output."""
        if self._watch is not None:
            await end_task(self._watch)
        await self._close()
        if self._filter is not None:
            kill_process(self._filter)
            await self._filter.wait()


def build_voice_input(device: VoiceDevice, on_fault: FaultSink) -> VoiceInput:
    """The input of one entry of the settings."""
    argv = capture_argv(device.driver, device.device)
    return VoiceInput(
        device.name,
        lambda on_event, on_lost: WorkerProcess(
            argv, CaptureEvent, on_event, on_lost, name=device.name
        ),
        on_fault,
    )


def make_voice_source(
    item: Item,
    devices: Mapping[str, VoiceInput],
    wait_released: Callable[[str], Awaitable[str | None]],
    high_pass_hz: int = 0,
) -> MicrophoneSource:
    """The source of a person who speaks; the item's entry names the input.

    Raises:
        PlayError: E_UNSUPPORTED, the box has no such input.
    """
    device = devices.get(item.source.entry)
    if device is None:
        raise PlayError("E_UNSUPPORTED", item.title, f"no voice input {item.source.entry}")
    return MicrophoneSource(device, lambda: wait_released(item.key), high_pass_hz)
