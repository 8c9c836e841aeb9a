"""A frame clock's map without its jitter: medians over two seconds, and how they move. Pure.

A card's speed hardly changes, and PulseAudio's readings are off by some tenths of a millisecond for
some seconds after a gap. So the movement is smoothed over a quarter of a minute.
"""

from __future__ import annotations

from agent.play.sound.frame_clock import FrameClock
from agent.play.sound.steering import SteadyReading

EVERY_S = 0.04  # one reading in so long, whatever the size of the blocks
READINGS = 49
SMOOTHING = 1 / 8
MAX_SLOPE = 300e-6


class SteadyClock:
    """Gathers the readings of a frame clock.

    Args:
        clock: of the same stream.
        rate_hz: frames a second.
    """

    def __init__(self, clock: FrameClock, rate_hz: int) -> None:
        self._clock = clock
        self._rate_hz = rate_hz
        self._every = round(EVERY_S * rate_hz)
        self._next = 0
        self._zeros_s: list[float] = []
        self._count = 0
        self._jumped_s = (0.0, 0.0)  # at the last two readings
        self.last: SteadyReading | None = None

    def observe(self, frame: int) -> SteadyReading | None:
        """In the callback whose block begins at `frame`: a new reading, once in two seconds."""
        if frame < self._next or not self._clock.ready:
            return None
        self._next = frame + self._every
        self._zeros_s.append(self._clock.mono_of(0))
        if len(self._zeros_s) < READINGS:
            return None
        zero_s = sorted(self._zeros_s)[READINGS // 2]
        self._zeros_s.clear()
        jumped_s = self._clock.jumped_s
        is_broken = self._jumped_s != (jumped_s, jumped_s)
        self._jumped_s = (self._jumped_s[1], jumped_s)
        slope = self._slope(frame, zero_s, is_broken=is_broken)
        self.last = SteadyReading(frame, zero_s, slope, is_broken)
        return self.last

    def _slope(self, frame: int, zero_s: float, *, is_broken: bool) -> float:
        former = self.last
        if former is None or is_broken:
            return 0.0 if former is None else former.slope
        self._count += 1
        seen = (zero_s - former.zero_s) / ((frame - former.frame) / self._rate_hz)
        seen = max(-MAX_SLOPE, min(MAX_SLOPE, seen))
        return former.slope + (seen - former.slope) * max(SMOOTHING, 1 / self._count)
