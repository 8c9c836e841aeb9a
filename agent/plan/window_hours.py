"""Daily windows on some days, as intervals that do not overlap."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from agent.plan.calendar import Day, Interval, Window, expand_windows


class WindowHours:
    """The time within at least one of some windows.

    Args:
        windows: daily, overnight allowed.
        days: the local dates to cover, in order.

    Attributes:
        ends: of its intervals, in order.
    """

    def __init__(self, windows: Sequence[Window], days: Sequence[Day]) -> None:
        self._intervals = _merge(expand_windows(windows, days))
        self.ends = [interval.end_at for interval in self._intervals]

    def first_after(self, at: datetime) -> Interval | None:
        """The interval at a moment, or else the next one."""
        index = bisect_right(self.ends, at)
        return self._intervals[index] if index < len(self._intervals) else None


def _merge(intervals: list[Interval]) -> list[Interval]:
    """Merge overlapping intervals, so that both starts and ends are sorted."""
    merged: list[Interval] = []
    for interval in intervals:
        if not merged or interval.start_at > merged[-1].end_at:
            merged.append(interval)
            continue
        last = merged[-1]
        rules = dict.fromkeys([*last.rule.split(", "), interval.rule])
        end_at = max(last.end_at, interval.end_at)
        merged[-1] = Interval(last.start_at, end_at, ", ".join(rules))
    return merged
