"""Which of many stretches of time cover a moment, found without looking at the others.

A segment tree over the ends, the stretches being in the order of their starts: each node holds the
latest end below it. To build it takes linear time, a look-up logarithmic time for each hit.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Protocol

_NEVER = datetime.min.replace(tzinfo=UTC)
_start_at = attrgetter("start_at")


class Stretch(Protocol):
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

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        self._stretches = stretches
        self._size = 1 << max(0, len(stretches) - 1).bit_length()
        ends = [one.end_at for one in stretches]
        tree = [_NEVER] * self._size + ends + [_NEVER] * (self._size - len(ends))
        for node in range(self._size - 1, 0, -1):
            left, right = tree[2 * node], tree[2 * node + 1]
            tree[node] = max(right, left)
        self._tree = tree

    def covering(self, at: datetime) -> Iterator[int]:
        """The indices of all stretches that cover a moment, the one that began last first."""
        index = bisect_right(self._stretches, at, key=_start_at) - 1
        while index >= 0:
            index = self._last_beyond(index, at)
            if index >= 0:
                yield index
            index -= 1

    def _last_beyond(self, index: int, at: datetime) -> int:
        """The last stretch up to `index` that ends after a moment; -1 when there is none."""
        tree, node = self._tree, self._size + index
        while tree[node] <= at:
            while node & 1 == 0:  # a left child has nothing before it here: go up
                node >>= 1
            if node == 1:
                return -1
            node -= 1  # the sibling before it
        while node < self._size:
            node = 2 * node + (1 if tree[2 * node + 1] > at else 0)
        return node - self._size
