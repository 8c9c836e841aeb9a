"""Checks whether the time is trusted: scheduled sound needs a trusted clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from agent.clock import Clock, mono_s
from agent.health.check import CheckFinding

GRACE_S = 120.0  # after a start the centre is queried; a good network answers within seconds
CONFIRM_S = 86_400.0
MISSED_S = 1.0  # beyond both stated errors; less is network jitter


class ClockCheck:
    """Checks the agent's clock.

    Args:
        clock: the only source of time.
        now_mono_s: replaced in tests.
    """

    name = "clock"
    period_s = 15.0
    SUBJECT: ClassVar[str] = "clock"

    def __init__(self, clock: Clock, *, now_mono_s: Callable[[], float] = mono_s) -> None:
        self._clock = clock
        self._now_mono_s = now_mono_s
        self._floor_since: float | None = None
        self._synced_mono_s = now_mono_s()

    async def check(self) -> list[CheckFinding]:
        """See `Check.check`."""
        now = self._now_mono_s()
        quality = self._clock.now().quality
        if quality == "SYNCED":
            self._synced_mono_s = now
        if quality != "FLOOR":
            self._floor_since = None
        elif self._floor_since is None:
            self._floor_since = now
        waits = [*self._untrusted(now), *self._unconfirmed(now, quality), *self._held()]
        return [*waits, *self._drift(), *self._apart(), *find_rtc_faults(self._clock)]

    def _untrusted(self, now: float) -> list[CheckFinding]:
        if self._floor_since is None or now - self._floor_since < GRACE_S:
            return []
        return [CheckFinding("clock_untrusted", self.SUBJECT, "no signed time, no battery clock")]

    def _unconfirmed(self, now: float, quality: str) -> list[CheckFinding]:
        is_old = now - self._synced_mono_s > CONFIRM_S
        if quality == "HOLDOVER" or (quality == "RTC" and is_old):
            return [CheckFinding("clock_not_confirmed", self.SUBJECT, f"quality {quality}")]
        return []

    def _held(self) -> list[CheckFinding]:
        held_at = self._clock.held_at
        if held_at is None:
            return []
        hint = f"it is offered {held_at:%Y-%m-%d %H:%M} UTC, above {self._clock.ceiling:%Y-%m-%d}"
        return [CheckFinding("time_jump_held", self.SUBJECT, hint)]

    def _apart(self) -> list[CheckFinding]:
        apart_s = self._clock.apart_s
        if apart_s <= 0:
            return []
        hint = f"{apart_s:.1f} s apart beyond both errors"
        return [CheckFinding("clock_sources_apart", self.SUBJECT, hint)]

    def _drift(self) -> list[CheckFinding]:
        missed_s = self._clock.missed_s
        if missed_s <= MISSED_S:
            return []
        hint = f"the last signed time lay {missed_s:.1f} s outside what 100 ppm allow"
        return [CheckFinding("clock_drift", self.SUBJECT, hint)]


def find_rtc_faults(clock: Clock) -> list[CheckFinding]:
    """The battery clock's fault that the last fix has shown. `tramtin doctor` calls it too."""
    if not clock.is_rtc_wrong:
        return []
    hint = f"it was {clock.rtc_apart_s / 3600:+.1f} h off"
    return [CheckFinding("rtc_wrong", ClockCheck.SUBJECT, hint)]
