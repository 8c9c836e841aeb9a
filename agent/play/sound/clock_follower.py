"""Follows the box's clock while something sounds: its first sample was due at a UTC moment.

The clock is set when chrony or the centre gives a better time, and CLOCK_MONOTONIC does not follow.
Poles that began together stay together only if each moves by what its own clock was wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from agent.clock import Clock

STEP_S = 0.0002  # two readings of one clock differ by less
# What is further off belongs to another schedule, and the rundown judges that. Nobody wants to hear
# a notice from its midst on because the clock was minutes wrong.
LONGEST_S = 2.0


class ClockFollower:
    """The place of one sound in UTC.

    Args:
        clock: the only source of time.
        steer: tells the engine that the sound was due so many seconds later (negative: earlier).
    """

    def __init__(self, clock: Clock, steer: Callable[[float], None]) -> None:
        self._clock = clock
        self._steer = steer
        self._due_at: datetime | None = None
        self._due_mono_s = 0.0
        self._joined_mono_s: float | None = None

    def join(self, due_mono_s: float) -> None:
        """It is joined in its midst, at the place that is due then: all that is late is made up."""
        self._joined_mono_s = due_mono_s

    def begin(self, started_mono_s: float, due_mono_s: float | None) -> float:
        """Its first sample sounded at a moment, and was due at one: what is late is made up.

        Returns by how many seconds it was joined further on than was said, because its decoder was
        slow.
        """
        further_s = 0.0
        if (joined := self._joined_mono_s) is not None and joined < started_mono_s - STEP_S:
            further_s = started_mono_s - joined
            self._steer(-further_s)
            started_mono_s = joined
        is_late = due_mono_s is not None and due_mono_s < started_mono_s
        self._due_mono_s = started_mono_s
        self._due_at = self._clock.at_of(due_mono_s if is_late and due_mono_s else started_mono_s)
        self.follow()
        return further_s

    def follow(self) -> float:
        """Compare with the clock; returns by how much the sound was moved."""
        if self._due_at is None:
            return 0.0
        due_mono_s = self._clock.mono_of(self._due_at)
        by_s = due_mono_s - self._due_mono_s
        if abs(by_s) > LONGEST_S:
            self._due_at = self._clock.at_of(self._due_mono_s)  # it keeps its place
            return 0.0
        if abs(by_s) < STEP_S:
            return 0.0
        self._due_mono_s = due_mono_s
        self._steer(by_s)
        return by_s
