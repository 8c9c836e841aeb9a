"""Paces a board in slots of equal length, numbered from its opening.

Each slot is placed relative to the one before it that was used. So a screen whose crystal differs
from ours stays in step, and a board that showed a still for hours does not wait for a raster.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from drivers.frame_sink import Presented


class SlotClock:
    """Knows the last used slot and places the next ones.

    Args:
        period_s: length of a slot.
        now: CLOCK_MONOTONIC seconds.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        period_s: float,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.period_s = period_s
        self._now = now
        self._sleep = sleep
        self._slot = 0
        self._begin_mono_s = now() - period_s

    def choose(self, slot: int | None) -> int:
        """The first free slot that is not before `slot`."""
        passed = int((self._now() - self._begin_mono_s) / self.period_s)
        first = self._slot + max(1, passed)
        return first if slot is None else max(first, slot)

    def wait(self, slot: int, lead_s: float = 0.0) -> None:
        """Wait until `lead_s` before the beginning of a slot."""
        wait_s = self._begin_of(slot) - lead_s - self._now()
        if wait_s > 0:
            self._sleep(wait_s)

    def mark(self, slot: int, asked: int | None) -> Presented:
        """A board without a clock of its own has taken frames for this slot.

        The slot begins where it was due, so that a small delay does not move the later ones. Frames
        that were taken a whole slot too late begin a new raster.
        """
        now_s, due_s = self._now(), self._begin_of(slot)
        if now_s - due_s < self.period_s:
            return self._set(slot, due_s if asked is not None else now_s, asked)
        return self._set(slot + int((now_s - due_s) / self.period_s), now_s, asked)

    def mark_vblank(self, shown_mono_s: float, asked: int | None) -> Presented:
        """A screen has begun to show frames at this moment, which is exact."""
        passed = round((shown_mono_s - self._begin_mono_s) / self.period_s)
        return self._set(self._slot + max(1, passed), shown_mono_s, asked)

    def _begin_of(self, slot: int) -> float:
        return self._begin_mono_s + (slot - self._slot) * self.period_s

    def _set(self, slot: int, begin_mono_s: float, asked: int | None) -> Presented:
        self._slot, self._begin_mono_s = slot, begin_mono_s
        return Presented(slot, begin_mono_s, 0 if asked is None else max(0, slot - asked))
