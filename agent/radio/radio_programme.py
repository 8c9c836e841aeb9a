"""What is played of a radio, frame by frame: the radio, or what fills in for it. No I/O, no clock.

A gap below the stall timer is silence. What sounds again after a gap rises within 200 ms, across
what filled in. A radio that is connected and silent for 15 s is blank: its transmitter is on, its
studio is not; it counts as lost until it sounds.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from agent.contract.loudness import RADIO_MAKE_UP_DB

RATE_HZ = 48_000
BYTES_PER_MS = 2 * RATE_HZ // 1000
BLANK_DBFS = -45.0  # peak, as the radio sends it
BLANK_MS = 15_000
STALL_MS = 3_000
START_MS = 1_000  # held before a radio sounds: what its network delays is heard as nothing
KEPT_MS = 2_000  # of a buffer that is too full: back to the live edge
RISE_MS = 200
FALL_MS = 100  # of the filler, below the radio that rises

State = Literal["radio", "lost", "blank"]
TakeFiller = Callable[[int], bytes]


@dataclass(frozen=True)
class FrameForm:
    """How a programme is cut.

    Args:
        ms: of a frame; a divisor of 100.
        gain_db: what the decoder has added to the radio.
    """

    ms: int
    gain_db: float

    @property
    def s(self) -> float:
        """The length of a frame in seconds."""
        return self.ms / 1000

    @property
    def byte_count(self) -> int:
        """Of a frame: s16, 48 kHz, mono."""
        return self.ms * BYTES_PER_MS


BOX_FRAMES = FrameForm(100, RADIO_MAKE_UP_DB)  # its decoder levels the radio


class RadioBuffer:
    """The radio's samples that were not played yet."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def length_ms(self) -> float:
        """Of what is in it."""
        return len(self._held) / BYTES_PER_MS

    def add(self, samples: bytes, most_s: float) -> None:
        """Hold whole samples; of more than `most_s` seconds only the newest are kept."""
        self._held += samples
        if self.length_ms > 1000 * most_s:
            del self._held[: len(self._held) - KEPT_MS * BYTES_PER_MS]

    def take(self, byte_count: int) -> bytes | None:
        """The next frame, if it is whole."""
        if len(self._held) < byte_count:
            return None
        frame = bytes(self._held[:byte_count])
        del self._held[:byte_count]
        return frame

    def clear(self) -> None:
        """Drop all: the stream goes on elsewhere."""
        self._held.clear()


class RadioProgramme:
    """Chooses each frame.

    Args:
        take_filler: gives at most so many bytes of the filler, none where there is no filler.
        form: of the frames.

    Attributes:
        buffer: gets the radio's samples.
        state: what is played; `radio` in short gaps too.
        radio_ms: so much of it was the radio.
        filler_ms: so much was the filler.
        silence_ms: so much was silence, in short gaps too.
    """

    def __init__(self, take_filler: TakeFiller, form: FrameForm = BOX_FRAMES) -> None:
        self.form = form
        self.buffer = RadioBuffer()
        self.state: State = "radio"
        self.radio_ms = self.filler_ms = self.silence_ms = 0
        self._take_filler = take_filler
        self._blank_peak = round(32_768 * 10 ** ((BLANK_DBFS + form.gain_db) / 20))
        self._silence = bytes(form.byte_count)
        self._is_lost = False
        self._is_waiting = True
        self._missing_ms = 0
        self._quiet_ms = 0
        self._rising_ms = RISE_MS  # so much of the rise is left
        self._falling_ms = 0  # so much of the filler's fall is left

    @property
    def is_ready(self) -> bool:
        """Is enough held to begin?"""
        return self.buffer.length_ms >= START_MS

    def lose(self) -> None:
        """The radio is lost: its filler begins when the buffer is empty."""
        self._is_lost = True

    def resume(self) -> None:
        """The radio sounds again, elsewhere in its programme."""
        self._is_lost = False
        self._is_waiting = True
        self.buffer.clear()

    def next_frame(self) -> bytes:
        """The next frame, in the length of the form."""
        frame = self._take()
        if frame is None:
            self._missing_ms += self.form.ms
            self._rising_ms = RISE_MS
            if self._is_lost or self._missing_ms >= STALL_MS:
                self.state = "lost"
        else:
            self._missing_ms = 0
            self._judge(frame)
        if self.state != "radio":
            return self._fill()
        if frame is None:
            self.silence_ms += self.form.ms
            return self._silence
        self.radio_ms += self.form.ms
        return self._rise(frame)

    def _take(self) -> bytes | None:
        if self._is_waiting and not self.is_ready:
            return None
        frame = self.buffer.take(self.form.byte_count)
        self._is_waiting = frame is None
        return frame

    def _judge(self, frame: bytes) -> None:
        samples = memoryview(frame).cast("h")
        is_quiet = max(samples) < self._blank_peak and min(samples) > -self._blank_peak
        self._quiet_ms = self._quiet_ms + self.form.ms if is_quiet else 0
        state: State = "blank" if self._quiet_ms >= BLANK_MS else "radio"
        if state != self.state:
            self._rising_ms = RISE_MS
        self.state = state

    def _fill(self) -> bytes:
        samples = self._take_filler(self.form.byte_count)
        self._falling_ms = FALL_MS if samples else 0
        if samples:
            self.filler_ms += self.form.ms
        else:
            self.silence_ms += self.form.ms
        return samples + self._silence[len(samples) :]

    def _rise(self, frame: bytes) -> bytes:
        """The radio over the filler, which falls meanwhile."""
        if not self._rising_ms:
            return frame
        begin = 1 - self._rising_ms / RISE_MS
        self._rising_ms -= self.form.ms
        rising = _ramp(frame, begin, 1 - self._rising_ms / RISE_MS)
        if not self._falling_ms:
            return rising.tobytes()
        begin = self._falling_ms / FALL_MS
        self._falling_ms -= self.form.ms
        former = self._take_filler(self.form.byte_count)
        falling = _ramp(former + self._silence[len(former) :], begin, self._falling_ms / FALL_MS)
        return array("h", map(_add, rising, falling)).tobytes()


def _ramp(frame: bytes, begin: float, end: float) -> array[int]:
    samples = memoryview(frame).cast("h")
    step = (end - begin) / len(samples)
    return array("h", (int(one * (begin + step * n)) for n, one in enumerate(samples)))


def _add(one: int, other: int) -> int:
    return max(-32_768, min(32_767, one + other))
