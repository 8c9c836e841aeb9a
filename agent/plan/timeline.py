"""What is planned over some days, and who wins at a moment.

Pure and rebuilt whole: every change of documents, policy or clock gives a new timeline.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate

from agent.contract.document import Cancel, Playlist
from agent.plan.draft import Draft
from agent.plan.occurrence import Held, Medium, Occurrence, Refusal
from agent.plan.policy import EffectivePolicy

__all__ = ["Held", "Medium", "Occurrence", "Refusal", "Timeline", "build_timeline"]


class Timeline:
    """What is planned, for looking up.

    Args:
        occurrences: in any order.
        refusals: in any order.
    """

    def __init__(
        self, occurrences: Iterable[Occurrence] = (), refusals: Iterable[Refusal] = ()
    ) -> None:
        self.occurrences = sorted(occurrences, key=lambda o: (o.start_at, o.key))
        self.refusals = sorted(refusals, key=lambda r: (r.at, r.doc_id, r.entry_id))
        self._lanes: dict[str, _Lane] = {
            medium: _Lane([o for o in self.occurrences if o.medium == medium])
            for medium in ("sound", "picture")
        }
        moments = {o.start_at for o in self.occurrences} | {o.end_at for o in self.occurrences}
        self._changes = sorted(moments)

    def playing(
        self, at: datetime, medium: Medium, zones: Collection[str] | None = None
    ) -> Occurrence | None:
        """What has the right to sound (or show) at a moment; the higher `rank` wins.

        Args:
            at: the moment.
            medium: sound or picture.
            zones: only what is meant for one of these zones; None for all.
        """
        candidates = self._lanes[medium].at(at)
        return max(
            (o for o in candidates if _is_meant(o, zones)), key=lambda o: o.rank, default=None
        )

    def contenders(
        self, at: datetime, medium: Medium, zones: Collection[str] | None = None
    ) -> list[Occurrence]:
        """All that want a moment, the one that gets it first: why it is that one."""
        candidates = self._lanes[medium].at(at)
        return sorted(
            (o for o in candidates if _is_meant(o, zones)), key=lambda o: o.rank, reverse=True
        )

    def upcoming(
        self, at: datetime, medium: Medium, zones: Collection[str] | None = None
    ) -> Occurrence | None:
        """The next to start after a moment that will win when it starts."""
        return next(
            (
                occurrence
                for occurrence in self._lanes[medium].after(at)
                if _is_meant(occurrence, zones)
                and self.playing(occurrence.start_at, medium, zones) is occurrence
            ),
            None,
        )

    def starting(
        self,
        from_at: datetime,
        until_at: datetime,
        medium: Medium,
        zones: Collection[str] | None = None,
    ) -> Iterator[Occurrence]:
        """All that are to start in (from_at, until_at], whoever wins then, soonest first."""
        for occurrence in self._lanes[medium].after(from_at):
            if occurrence.start_at > until_at:
                return
            if _is_meant(occurrence, zones):
                yield occurrence

    def next_change(self, at: datetime) -> datetime | None:
        """The next moment after `at` at which something starts or ends."""
        index = bisect_right(self._changes, at)
        return self._changes[index] if index < len(self._changes) else None


class _Lane:
    """The occurrences of one medium, by start."""

    def __init__(self, occurrences: list[Occurrence]) -> None:
        self._occurrences = occurrences
        self._starts = [o.start_at for o in occurrences]
        # latest end among all up to here: where it is past, looking further back is useless
        self._latest_ends = list(accumulate((o.end_at for o in occurrences), max))

    def at(self, at: datetime) -> Iterator[Occurrence]:
        index = bisect_right(self._starts, at) - 1
        while index >= 0 and self._latest_ends[index] > at:
            if self._occurrences[index].end_at > at:
                yield self._occurrences[index]
            index -= 1

    def after(self, at: datetime) -> Iterator[Occurrence]:
        for index in range(bisect_right(self._starts, at), len(self._starts)):
            yield self._occurrences[index]


def _is_meant(occurrence: Occurrence, zones: Collection[str] | None) -> bool:
    meant = occurrence.entry.zones
    return zones is None or "*" in meant or any(zone in zones for zone in meant)


def build_timeline(
    held: Sequence[Held], policy: EffectivePolicy, from_at: datetime, until_at: datetime
) -> Timeline:
    """Everything that touches [from_at, until_at).

    Args:
        held: accepted documents of any kind; playlists named by a held cancel of their own class
            are left out.
        policy: what holds at this station.
        from_at: aware UTC, included.
        until_at: aware UTC, excluded.
    """
    withdrawn = {
        (h.document.class_, h.document.cancels) for h in held if isinstance(h.document, Cancel)
    }
    draft = Draft(policy, from_at, until_at)
    for one in held:
        document = one.document
        if isinstance(document, Playlist) and (document.class_, document.doc_id) not in withdrawn:
            draft.add(one, document)
    return Timeline(*draft.finish())
