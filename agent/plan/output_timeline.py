"""The occurrences of one output: which one wins at a moment, and what comes next.

Within a level the later start wins (`Occurrence.rank`). So the winner of a level is the
active occurrence that started last, and an occurrence wins at its own start unless a higher level
is active.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from operator import attrgetter, eq

from agent.contract.priority import Level
from agent.plan.interval_index import IntervalIndex
from agent.plan.occurrence import Occurrence

_start_at = attrgetter("start_at")
_rank = attrgetter("rank")


class OutputTimeline:
    """Occurrences of one medium for one set of zones.

    Args:
        occurrences: in the order of their starts.
    """

    def __init__(self, occurrences: Iterable[Occurrence]) -> None:
        self._occurrences = _ordered_by_rank(occurrences)
        self._winners = _find_winners(self._occurrences)
        self._levels: list[tuple[list[Occurrence], IntervalIndex]] = []
        for level in sorted({one.level for one in self._occurrences}, reverse=True):
            ones = [one for one in self._occurrences if one.level is level]
            self._levels.append((ones, IntervalIndex(ones)))

    def active(self, at: datetime) -> Iterator[Occurrence]:
        """All occurrences active at a moment, the winner first."""
        for ones, index in self._levels:
            for number in index.covering(at):
                yield ones[number]

    def next_winner(self, at: datetime, done: Container[str]) -> Occurrence | None:
        """The first that starts after a moment, wins at its start and is not done (keys)."""
        for index in range(bisect_right(self._winners, at, key=_start_at), len(self._winners)):
            if self._winners[index].key not in done:
                return self._winners[index]
        return None

    def after(self, at: datetime) -> Iterator[Occurrence]:
        """All occurrences that start after a moment, soonest first."""
        first = bisect_right(self._occurrences, at, key=_start_at)
        for index in range(first, len(self._occurrences)):
            yield self._occurrences[index]


def _ordered_by_rank(occurrences: Iterable[Occurrence]) -> list[Occurrence]:
    """Sort the occurrences of one start by rank, the highest last."""
    ordered = list(occurrences)
    starts = list(map(_start_at, ordered))
    if not any(map(eq, starts, starts[1:])):
        return ordered
    first = 0
    for last in range(1, len(ordered) + 1):
        if last == len(ordered) or starts[last] != starts[first]:
            if last - first > 1:
                ordered[first:last] = sorted(ordered[first:last], key=_rank)
            first = last
    return ordered


def _find_winners(ordered: Sequence[Occurrence]) -> list[Occurrence]:
    """The occurrences that win at their start, soonest first."""
    winners: list[Occurrence] = []
    latest_ends: dict[Level, datetime] = {}
    for one, following in zip_longest(ordered, ordered[1:]):
        level, start_at, end_at = one.level, one.start_at, one.end_at
        if level not in latest_ends or latest_ends[level] < end_at:
            latest_ends[level] = end_at
        if following is not None and following.start_at == start_at:
            continue  # the last of those that start together has the highest rank
        if len(latest_ends) == 1 or not any(
            end > start_at for other, end in latest_ends.items() if other > level
        ):
            winners.append(one)
    return winners
