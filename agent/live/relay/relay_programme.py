"""What is played each 100 ms: the radio, or what fills in for it. No I/O, no clock.

A gap below the stall timer is silence. What sounds again after a gap rises within 200 ms, across
what filled in. A radio that is connected and silent for 15 s is blank: its transmitter is on, its
studio is not; it counts as lost until it sounds.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from agent.contract.loudness import RADIO_MAKE_UP_DB

RATE_HZ, FRAME_MS = 48_000, 100
FRAME_S = FRAME_MS / 1000
FRAME_BYTES = 2 * RATE_HZ * FRAME_MS // 1000
SILENCE = bytes(FRAME_BYTES)
BLANK_DBFS = -45.0  # peak, as the radio sends it
BLANK_PEAK = round(32_768 * 10 ** ((BLANK_DBFS + RADIO_MAKE_UP_DB) / 20))
BLANK_FRAMES = 150
STALL_FRAMES = 30
START_FRAMES = 10  # held before a radio sounds: what its network delays is heard as nothing
KEPT_FRAMES = 20  # of a buffer that is too full: back to the live edge
RISE_FRAMES = 2

State = Literal["radio", "lost", "blank"]
TakeFiller = Callable[[int], bytes]


class RadioBuffer:
    """The radio's samples that were not played yet."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def frames(self) -> int:
        """Whole frames in it."""
        return len(self._held) // FRAME_BYTES

    def add(self, samples: bytes, most_s: float) -> None:
        """Hold samples; of more than `most_s` seconds only the newest are kept."""
        self._held += samples
        if self.frames * FRAME_S > most_s:
            del self._held[: (len(self._held) - KEPT_FRAMES * FRAME_BYTES) & ~1]

    def take(self) -> bytes | None:
        """The next frame, if it is whole."""
        if not self.frames:
            return None
        frame = bytes(self._held[:FRAME_BYTES])
        del self._held[:FRAME_BYTES]
        return frame

    def clear(self) -> None:
        """Drop all: the stream goes on elsewhere."""
        self._held.clear()


@dataclass
class RelayProgramme:
    """Chooses each frame.

    Args:
        take_filler: gives at most so many bytes of the filler, none where there is no filler.

    Attributes:
        buffer: gets the radio's samples.
        state: what is played; `radio` in short gaps too.
        radio_ms: so much of it was the radio.
        filler_ms: so much was the filler.
        silence_ms: so much was silence, in short gaps too.
    """

    take_filler: TakeFiller
    buffer: RadioBuffer = field(default_factory=RadioBuffer)
    state: State = "radio"
    radio_ms: int = 0
    filler_ms: int = 0
    silence_ms: int = 0
    _is_lost: bool = False
    _is_waiting: bool = True
    _missing: int = 0
    _quiet: int = 0
    _rising: int = RISE_FRAMES
    _had_filler: bool = False

    def lose(self) -> None:
        """The radio is lost: its filler begins when the buffer is empty."""
        self._is_lost = True

    def resume(self) -> None:
        """The radio sounds again, elsewhere in its programme."""
        self._is_lost = False
        self._is_waiting = True
        self.buffer.clear()

    def next_frame(self) -> bytes:
        """The next 100 ms."""
        frame = self._take()
        if frame is None:
            self._missing += 1
            self._rising = RISE_FRAMES
            if self._is_lost or self._missing >= STALL_FRAMES:
                self.state = "lost"
        else:
            self._missing = 0
            self._judge(frame)
        if self.state != "radio":
            return self._fill()
        if frame is None:
            self.silence_ms += FRAME_MS
            return SILENCE
        self.radio_ms += FRAME_MS
        return self._rise(frame)

    def _take(self) -> bytes | None:
        if self._is_waiting and self.buffer.frames < START_FRAMES:
            return None
        frame = self.buffer.take()
        self._is_waiting = frame is None
        return frame

    def _judge(self, frame: bytes) -> None:
        samples = memoryview(frame).cast("h")
        is_quiet = max(samples) < BLANK_PEAK and min(samples) > -BLANK_PEAK
        self._quiet = self._quiet + 1 if is_quiet else 0
        state: State = "blank" if self._quiet >= BLANK_FRAMES else "radio"
        if state != self.state:
            self._rising = RISE_FRAMES
        self.state = state

    def _fill(self) -> bytes:
        samples = self.take_filler(FRAME_BYTES)
        self._had_filler = bool(samples)
        if samples:
            self.filler_ms += FRAME_MS
        else:
            self.silence_ms += FRAME_MS
        return samples + SILENCE[len(samples) :]

    def _rise(self, frame: bytes) -> bytes:
        """The radio over the filler, whose last frame fades."""
        if not self._rising:
            return frame
        begin = 1 - self._rising / RISE_FRAMES
        self._rising -= 1
        faded = _ramp(frame, begin, 1 - self._rising / RISE_FRAMES)
        if not self._had_filler:
            return faded.tobytes()
        self._had_filler = False
        former = self.take_filler(FRAME_BYTES)
        going = _ramp(former + SILENCE[len(former) :], 1.0, 0.0)
        return array("h", map(_add, faded, going)).tobytes()


def _ramp(frame: bytes, begin: float, end: float) -> array[int]:
    samples = memoryview(frame).cast("h")
    step = (end - begin) / len(samples)
    return array("h", (int(one * (begin + step * n)) for n, one in enumerate(samples)))


def _add(one: int, other: int) -> int:
    return max(-32_768, min(32_767, one + other))
