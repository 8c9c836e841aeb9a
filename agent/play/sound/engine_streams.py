"""The streams of an engine: one that plays, and those that fade out after it was replaced.

A block of 60 ms costs a fifth of the CPU time of one of 5 ms, and what comes next is heard 130 ms
later or more. So an urgent sound gets a fresh stream beside the running one, whose buffer is still
empty: it is heard after about 10 ms. The running stream fades its sound out and is closed. Nothing
of it is lost, and nothing clicks: the device (a sound server, dmix) adds the two. A device that
takes one stream only keeps the running one; its blocks are small (docs/decisions/0037).
"""

from __future__ import annotations

import contextlib
import logging
from collections import deque
from collections.abc import Callable

from agent.clock import mono_s
from agent.play.sound.dated_events import MixerEvent
from agent.play.sound.mixer import Mixer
from agent.play.sound.sample_tap import SampleTap
from drivers.errors import DriverError
from drivers.interface import AudioOutput

log = logging.getLogger(__name__)

QUICK_FRAMES = 480  # with such blocks a sound is heard soon enough on the running stream
DRAIN_S = 0.3  # from the last sample that is not silent to the end of the device's buffer
STALL_S = 2.0  # a replaced stream that takes no block for so long is closed
RETRY_S = 60.0  # a device that took no second stream is asked again after this


class Stream:
    """One open stream of the device, with its mixer.

    Args:
        output: not opened yet.
        mixer: what it plays.
        block: frames.
        on_event: called in the callback when the mixer has events.
        tap: takes a copy of what sounds, if it is open.
    """

    def __init__(
        self,
        output: AudioOutput,
        mixer: Mixer,
        block: int,
        on_event: Callable[[], None],
        tap: SampleTap,
    ) -> None:
        self.output = output
        self.mixer = mixer
        self.block = block
        self.beat_frames = -1  # at its first beat a fresh stream may not have taken a block yet
        self.silent_since_s: float | None = None
        self.flowed_at_s = 0.0
        self.flowed_frames = 0
        self._on_event = on_event
        self._tap = tap
        self._channels = 1

    def open(self, rate_hz: int, channels: int) -> None:
        """Open the device.

        Raises:
            DriverError: it cannot be opened; nothing is left open.
        """
        self._channels = channels
        try:
            self.output.open(rate_hz, self.block, self._fill, channels)
        except DriverError:
            self.output.close()
            raise

    @property
    def underruns(self) -> int:
        """Breaks in the sound so far."""
        return self.mixer.gaps + int(getattr(self.output, "underflows", 0))

    def _fill(self, frames: int, lead_s: float) -> bytes:
        first = self.mixer.frames
        block = self.mixer.fill(frames, mono_s(), lead_s)
        if self._tap.is_open and not self.mixer.is_empty and self.mixer.clock.ready:
            self._tap.write(self.mixer.clock.mono_of(first), self._channels, block)
        if self.mixer.events:
            self._on_event()
        return block


class Streams:
    """All streams of one engine.

    Args:
        make: makes a stream with blocks of so many frames, not opened yet.
        rate_hz: frames a second.
        channels: of the device.
    """

    def __init__(self, make: Callable[[int], Stream], rate_hz: int, channels: int) -> None:
        self._make = make
        self._rate_hz = rate_hz
        self._channels = channels
        self._streams: list[Stream] = []
        self._frames = 0  # of streams that are closed
        self._underruns = 0
        self._starved = 0
        self._retry_at_s = 0.0
        self._left_events: deque[MixerEvent] = deque()

    def open(self, block: int) -> None:
        """Open the first stream.

        Raises:
            DriverError: the device cannot be opened.
        """
        stream = self._make(block)
        stream.open(self._rate_hz, self._channels)
        self._streams.append(stream)

    @property
    def current(self) -> Stream:
        """The stream that takes new sound."""
        return self._streams[-1]

    @property
    def first_mixer(self) -> Mixer:
        """Where commands enter: it forwards what it does not have."""
        return self._streams[0].mixer

    @property
    def is_fading(self) -> bool:
        """Is a replaced stream still open?"""
        return len(self._streams) > 1

    @property
    def frames(self) -> int:
        """Frames that the device has taken."""
        return self._frames + sum(stream.mixer.frames for stream in self._streams)

    @property
    def underruns(self) -> int:
        """Breaks in the sound."""
        return self._underruns + sum(stream.underruns for stream in self._streams)

    @property
    def starved(self) -> int:
        """Of the breaks, those for want of decoded sound; at the others the device ran dry."""
        return self._starved + sum(stream.mixer.gaps for stream in self._streams)

    def take_event(self) -> MixerEvent | None:
        """The next event of any stream."""
        for events in (self._left_events, *(stream.mixer.events for stream in self._streams)):
            if events:
                return events.popleft()
        return None

    def renew_for(self, level: int, block: int, prepare: Callable[[Mixer], None]) -> bool:
        """Put an urgent sound on a fresh stream; False where the running one must take it.

        Args:
            level: of the sound.
            block: frames a block of the fresh stream.
            prepare: gives the sound to the mixer, before the device asks for the first block.
        """
        sounding = self.current.mixer.sounding_level
        if self.current.block <= QUICK_FRAMES:
            return False
        if sounding is not None and sounding >= level:
            return False  # it joins what sounds, or is dropped below it
        return self._renew(level, block, prepare)

    def renew(self, block: int) -> bool:
        """Change the size of the blocks while nothing sounds."""
        return self._renew(None, block, lambda _mixer: None)

    def _renew(self, level: int | None, block: int, prepare: Callable[[Mixer], None]) -> bool:
        now_s = mono_s()
        if now_s < self._retry_at_s:
            return False
        stream = self._make(block)
        prepare(stream.mixer)
        try:
            stream.open(self._rate_hz, self._channels)
        except DriverError as error:
            log.info("no second stream: %s", error)
            self._retry_at_s = now_s + RETRY_S
            return False
        self.current.flowed_at_s = now_s
        self.current.flowed_frames = self.current.mixer.frames
        self.current.mixer.hand_over(stream.mixer, level)
        self.current.output.retire()
        self._streams.append(stream)
        return True

    def close_faded(self) -> None:
        """Close the replaced streams that have nothing left to play."""
        now_s = mono_s()
        while self.is_fading and self._is_over(self._streams[0], now_s):
            stream = self._streams.pop(0)
            stream.output.close()
            stream.mixer.abandon()
            self._streams[0].mixer.forget_replaced()
            self._left_events.extend(stream.mixer.events)
            self._frames += stream.mixer.frames
            self._underruns += stream.underruns
            self._starved += stream.mixer.gaps

    def _is_over(self, stream: Stream, now_s: float) -> bool:
        if stream.mixer.frames != stream.flowed_frames:
            stream.flowed_frames, stream.flowed_at_s = stream.mixer.frames, now_s
        elif now_s - stream.flowed_at_s >= STALL_S:
            return True
        if not stream.mixer.is_empty:
            stream.silent_since_s = None
        elif stream.silent_since_s is None:
            stream.silent_since_s = now_s
        return stream.silent_since_s is not None and now_s - stream.silent_since_s >= DRAIN_S

    def close(self) -> None:
        """Close all."""
        for stream in self._streams:
            with contextlib.suppress(DriverError):
                stream.output.close()
