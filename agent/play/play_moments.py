"""When a play began and ended, for its record, whatever the clock is set to meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

from agent.clock import Clock
from agent.play.play_record import UNKNOWN, StartClock, read_start_clock

STEP = timedelta(seconds=2)  # by less the clock moves what sounds, too: see `clock_follower`


class PlayMoments:
    """The moments of one play.

    Args:
        clock: the only source of time.

    Attributes:
        start_at: when its first sample, or its picture, was there; None: not yet.
        start_clock: how exactly that is known.
    """

    def __init__(self, clock: Clock) -> None:
        self.start_at: datetime | None = None
        self.start_clock: StartClock = UNKNOWN
        self._clock = clock
        self._start_mono_s = 0.0

    def begin(self, mono_s: float) -> None:
        """It begins; only once, because setting the clock gives one play no two start times."""
        if self.start_at is None:
            self._start_mono_s = mono_s
            self.start_at = self._clock.at_of(mono_s)
            self.start_clock = read_start_clock(self._clock)

    def end_at(self, mono_s: float | None) -> datetime | None:
        """Its end; setting the clock makes no play longer, and none end before it began.

        None: it has not begun, or not ended.
        """
        if self.start_at is None or mono_s is None:
            return None
        by_length = self.start_at + timedelta(seconds=mono_s - self._start_mono_s)
        end_at = self._clock.at_of(mono_s)
        return end_at if abs(end_at - by_length) <= STEP else by_length
