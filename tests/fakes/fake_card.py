"""A sound card whose crystal is off by known parts in a million, faster than real time.

The engine's own mixer and clock run; only the moments are invented. Frame n of the card sounds at
`moment_of(n)`, by a clock that is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from agent.play.decode.pcm import Samples
from agent.play.ipc import Load, StartSlot
from agent.play.sound.mixer import Mixer

RATE = 48_000
BLOCK = 1_920
LEAD_S = 0.06
BEGIN_S = 1_000.0


class FakeCard:
    """Takes block after block from a mixer.

    Args:
        ppm: parts in a million by which it is fast.
        jitter_s: how much later a reading of its lead may be than it should.
        block: frames.
    """

    def __init__(self, ppm: float = 0.0, jitter_s: float = 0.0, block: int = BLOCK) -> None:
        self.mixer = Mixer(RATE)
        self.stalled_s = 0.0
        self._rate_hz = RATE * (1 + ppm * 1e-6)
        self._jitter_s = jitter_s
        self._block = block
        self._random = np.random.default_rng(10)
        self.run_s(1.0)

    def moment_of(self, frame: float) -> float:
        return BEGIN_S + frame / self._rate_hz + self.stalled_s

    def run_s(self, seconds: float) -> Any:
        """What it has played, as an array."""
        blocks = round(seconds * RATE / self._block)
        return np.frombuffer(b"".join(self._fill() for _ in range(blocks)), "<i2")

    def _fill(self) -> bytes:
        sounds_s = self.moment_of(self.mixer.frames)
        read_s = self._random.exponential(self._jitter_s) if self._jitter_s else 0.0
        return self.mixer.fill(self._block, sounds_s - LEAD_S, LEAD_S + read_s)

    def play(self, source: Any, ahead_s: float = 0.5, level: int = 1) -> float:
        """Start a sound at a moment to come; returns that moment."""
        at_s = self.moment_of(self.mixer.frames) + ahead_s
        self.mixer.load(Load("a", level), source)
        self.mixer.start(StartSlot("a", at_s))
        return at_s


class EndlessSource:
    """Sound that is made when it is read.

    Args:
        make: the samples at places of the sound.
        frames: its length.
        is_live: is it played as it comes, without corrections?
    """

    def __init__(
        self, make: Callable[[Any], Any], frames: int = 1 << 40, *, is_live: bool = False
    ) -> None:
        self.is_live = is_live
        self.at = 0
        self.ready = 4 * RATE
        self._make = make
        self._frames = frames

    @property
    def finished(self) -> bool:
        return self.at >= self._frames

    @property
    def remaining(self) -> int | None:
        return self._frames - self.at

    @property
    def available(self) -> int:
        return min(self.ready, self._frames - self.at)

    def read(self, frames: int) -> Samples:
        places = np.arange(self.at, self.at + min(frames, self.available))
        self.at += len(places)
        return bytes(np.asarray(self._make(places), np.int16).tobytes())

    def close(self) -> None:
        pass


def tone(hz: float, peak: int = 20_000) -> Callable[[Any], Any]:
    return lambda places: np.round(peak * np.sin(2 * np.pi * hz / RATE * places))


def clicks(every: int = RATE) -> Callable[[Any], Any]:
    return lambda places: np.where(places % every < 4, 20_000, 0)


def find_clicks(heard: Any) -> Any:
    """Frames at which clicks begin."""
    loud = np.flatnonzero(np.abs(heard.astype(int)) > 5_000)
    return loud[np.flatnonzero(np.diff(loud, prepend=-RATE) > 100)]
