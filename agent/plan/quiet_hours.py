"""The hours without sound of some days, by the policy in force; only an emergency passes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime

from agent.plan.calendar import Day, Interval
from agent.plan.policy import EffectivePolicy
from agent.plan.window_hours import WindowHours


class QuietHours:
    """The intervals without sound: quiet hours and maintenance windows.

    What comes next changes only where an interval ends, so it is found beforehand for each stretch
    between two ends: a plan asks for every start.

    Args:
        policy: in force.
        days: the local dates to cover, in order.
    """

    def __init__(self, policy: EffectivePolicy, days: Sequence[Day]) -> None:
        rules = {"quiet_hours": policy.quiet, "maintenance": policy.maintenance}
        hours = {name: WindowHours(one, days) for name, one in rules.items() if one}
        self._ends = sorted({end_at for one in hours.values() for end_at in one.ends})
        before = [self._ends[0] - datetime.resolution, *self._ends] if self._ends else []
        self._next = [_find_first(hours, at) for at in before]

    def first_after(self, at: datetime) -> Interval | None:
        """The interval without sound at a moment, or else the next one; its rule is named."""
        return self._next[bisect_right(self._ends, at)] if self._ends else None


def _find_first(hours: Mapping[str, WindowHours], at: datetime) -> Interval | None:
    first: Interval | None = None
    first_name = ""
    for name, one in hours.items():
        interval = one.first_after(at)
        if interval is not None and (first is None or interval.start_at < first.start_at):
            first, first_name = interval, name
    if first is None:
        return None
    return Interval(first.start_at, first.end_at, f"{first_name} {first.rule}")
