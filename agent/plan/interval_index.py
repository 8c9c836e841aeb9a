"""Finds which of many intervals cover a moment, without scanning all of them.

The intervals are sorted by start. A tree over their ends holds the latest end of each 32 entries of
the row below, up to one short row; it is built at the speed of `max`. A look-up takes logarithmic
time for each hit.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Protocol

FAN = 32
_start_at = attrgetter("start_at")
_end_at = attrgetter("end_at")


class TimeSpan(Protocol):
    """A half-open interval of time."""

    @property
    def start_at(self) -> datetime:
        """Aware UTC, included."""

    @property
    def end_at(self) -> datetime:
        """Aware UTC, excluded."""


class IntervalIndex:
    """Looks up intervals by a moment.

    Args:
        intervals: in the order of their starts.
    """

    def __init__(self, intervals: Sequence[TimeSpan]) -> None:
        self._intervals = intervals
        row = list(map(_end_at, intervals))
        self._rows = [row]
        while len(row) > FAN:
            row = [max(row[first : first + FAN]) for first in range(0, len(row), FAN)]
            self._rows.append(row)

    def covering(self, at: datetime) -> Iterator[int]:
        """The indices of all intervals that cover a moment, the one that began last first."""
        index = bisect_right(self._intervals, at, key=_start_at)
        while (index := self._last_beyond(index, at)) >= 0:
            yield index

    def _last_beyond(self, before: int, at: datetime) -> int:
        """The last interval with an index below `before` that ends after a moment; -1: none."""
        for height, row in enumerate(self._rows):
            first = (before - 1) // FAN * FAN if height < len(self._rows) - 1 else 0
            for index in range(before - 1, first - 1, -1):
                if row[index] > at:
                    return self._descend(height, index, at)
            before = first // FAN
        return -1

    def _descend(self, height: int, index: int, at: datetime) -> int:
        """The last interval below a node that ends after a moment; there is one."""
        for row in self._rows[:height][::-1]:
            index = min((index + 1) * FAN, len(row)) - 1
            while row[index] <= at:
                index -= 1
        return index
