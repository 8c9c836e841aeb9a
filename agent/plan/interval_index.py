"""Which of many stretches of time cover a moment, found without looking at the others.

The stretches lie in the order of their starts. Above their ends stand rows of the latest end of
each 32 below, up to a short one: built at the speed of `max`. A look-up takes logarithmic time for
each hit.
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
    """A half-open stretch of time."""

    @property
    def start_at(self) -> datetime:
        """Aware UTC, included."""

    @property
    def end_at(self) -> datetime:
        """Aware UTC, excluded."""


class IntervalIndex:
    """Looks up stretches by a moment.

    Args:
        stretches: in the order of their starts.
    """

    def __init__(self, stretches: Sequence[TimeSpan]) -> None:
        self._stretches = stretches
        row = list(map(_end_at, stretches))
        self._rows = [row]
        while len(row) > FAN:
            row = [max(row[first : first + FAN]) for first in range(0, len(row), FAN)]
            self._rows.append(row)

    def covering(self, at: datetime) -> Iterator[int]:
        """The indices of all stretches that cover a moment, the one that began last first."""
        index = bisect_right(self._stretches, at, key=_start_at)
        while (index := self._last_beyond(index, at)) >= 0:
            yield index

    def _last_beyond(self, before: int, at: datetime) -> int:
        """The last stretch with an index below `before` that ends after a moment; -1: none."""
        for height, row in enumerate(self._rows):
            first = (before - 1) // FAN * FAN if height < len(self._rows) - 1 else 0
            for index in range(before - 1, first - 1, -1):
                if row[index] > at:
                    return self._descend(height, index, at)
            before = first // FAN
        return -1

    def _descend(self, height: int, index: int, at: datetime) -> int:
        """The last stretch below a node that ends after a moment; there is one."""
        for row in self._rows[:height][::-1]:
            index = min((index + 1) * FAN, len(row)) - 1
            while row[index] <= at:
                index -= 1
        return index
