"""What is sent each 20 ms: the radio's sound, or a filler where there is none. No I/O, no clock.

A gap below the stall timer is bridged with silence. What sounds again after a gap rises within
200 ms. A radio that is connected and silent for 15 s is blank: its transmitter plays on, its studio
does not.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

FRAME_BYTES = 1920  # 20 ms of s16, 48 kHz, mono
FRAME_S = 0.02
SILENCE = bytes(FRAME_BYTES)
FULL_SCALE = 32_768
BLANK_PEAK = round(FULL_SCALE * 10 ** (-45 / 20))
BLANK_S = 15.0
SILENT_S = 3.0
START_S = 1.0  # held before a radio sounds: what its network delays is heard as nothing
KEPT_S = 2.0  # of a buffer that is too full: back to the live edge
FADE_FRAMES = 10

State = Literal["programme", "stalled", "blank"]


class SampleBuffer:
    """Samples that have come and are not sent yet."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def length_s(self) -> float:
        """Seconds of sound in it."""
        return len(self._held) / FRAME_BYTES * FRAME_S

    def add(self, samples: bytes, most_s: float) -> None:
        """Hold samples; above `most_s` seconds the old ones are left out."""
        self._held += samples
        if self.length_s > most_s:
            del self._held[: len(self._held) - round(KEPT_S / FRAME_S) * FRAME_BYTES]

    def take(self) -> bytes | None:
        """The next 20 ms."""
        if len(self._held) < FRAME_BYTES:
            return None
        frame = bytes(self._held[:FRAME_BYTES])
        del self._held[:FRAME_BYTES]
        return frame

    def clear(self) -> None:
        """Drop what was held, before the stream goes on elsewhere."""
        self._held.clear()


def loop_filler(samples: bytes) -> Iterator[bytes]:
    """Frames of a filler, again and again; silence where there is none."""
    whole = samples[: len(samples) // FRAME_BYTES * FRAME_BYTES] or SILENCE
    while True:
        for at in range(0, len(whole), FRAME_BYTES):
            yield whole[at : at + FRAME_BYTES]


@dataclass
class Programme:
    """Chooses each frame.

    Args:
        filler: frames without end.

    Attributes:
        state: what is being sent; `programme` also in short gaps.
        buffer: gets the radio's samples.
    """

    filler: Iterator[bytes]
    buffer: SampleBuffer = field(default_factory=SampleBuffer)
    state: State = "programme"
    _is_lost: bool = False
    _missing: int = 0
    _quiet: int = 0
    _rising: int = 0
    _is_waiting: bool = True

    @property
    def is_ready(self) -> bool:
        """Is enough held to begin?"""
        return self.buffer.length_s >= START_S

    def lose(self) -> None:
        """The radio is lost: its filler begins when the buffer is empty."""
        self._is_lost = True

    def resume(self) -> None:
        """The radio sounds again, elsewhere in its programme."""
        self._is_lost = False
        self._is_waiting = True
        self._rising = FADE_FRAMES
        self.buffer.clear()

    def next_frame(self) -> bytes:
        """20 ms to send."""
        frame = self._take()
        if frame is None:
            self._missing += 1
            self._rising = FADE_FRAMES
            if self._is_lost or self._missing * FRAME_S >= SILENT_S:
                self.state = "stalled"
        else:
            self._missing = 0
            self._judge(frame)
        if self.state != "programme":
            return next(self.filler)
        return SILENCE if frame is None else self._fade_in(frame)

    def _take(self) -> bytes | None:
        if self._is_waiting and not self.is_ready:
            return None
        frame = self.buffer.take()
        self._is_waiting = frame is None
        return frame

    def _judge(self, frame: bytes) -> None:
        samples = array("h", frame)
        self._quiet = self._quiet + 1 if max(map(abs, samples)) < BLANK_PEAK else 0
        state: State = "blank" if self._quiet * FRAME_S >= BLANK_S else "programme"
        if state == "programme" and self.state != state:
            self._rising = FADE_FRAMES
        self.state = state

    def _fade_in(self, frame: bytes) -> bytes:
        if not self._rising:
            return frame
        self._rising -= 1
        step = FADE_FRAMES - self._rising
        return array("h", (one * step // FADE_FRAMES for one in array("h", frame))).tobytes()
