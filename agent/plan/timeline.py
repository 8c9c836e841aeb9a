"""What is planned over some days, and who wins at a moment.

Pure and rebuilt whole: every change of documents, policy or clock gives a new timeline.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import takewhile
from operator import attrgetter

from agent.contract.accepted import HeldDocument
from agent.contract.document import Cancel, Playlist
from agent.plan.expansion import Expansion
from agent.plan.occurrence import Medium, Occurrence, Refusal
from agent.plan.output_timeline import OutputTimeline
from agent.plan.policy import EffectivePolicy

__all__ = ["Medium", "Occurrence", "Refusal", "Timeline", "build_timeline"]


class Timeline:
    """What is planned, for looking up.

    Args:
        occurrences: in any order.
        refusals: in any order.
    """

    def __init__(
        self, occurrences: Iterable[Occurrence] = (), refusals: Iterable[Refusal] = ()
    ) -> None:
        self.occurrences = sorted(occurrences, key=attrgetter("start_at"))
        self.refusals = sorted(refusals, key=lambda r: (r.at, r.doc_id, r.entry_id))
        self._lanes: dict[tuple[Medium, frozenset[str] | None], OutputTimeline] = {}

    def playing(
        self, at: datetime, medium: Medium, zones: Collection[str] | None = None
    ) -> Occurrence | None:
        """What has the right to sound (or show) at a moment; the higher `rank` wins.

        Args:
            at: the moment.
            medium: sound or picture.
            zones: only what is meant for one of these zones; None for all.
        """
        return next(self._lane(medium, zones).on(at), None)

    def contenders(
        self, at: datetime, medium: Medium, zones: Collection[str] | None = None
    ) -> list[Occurrence]:
        """All that want a moment, the one that gets it first: why it is that one."""
        return list(self._lane(medium, zones).on(at))

    def upcoming(
        self, at: datetime, medium: Medium, zones: Collection[str] | None = None
    ) -> Occurrence | None:
        """The next to start after a moment that will win when it starts."""
        return self._lane(medium, zones).next_winner(at)

    def starting(
        self,
        from_at: datetime,
        until_at: datetime,
        medium: Medium,
        zones: Collection[str] | None = None,
    ) -> Iterator[Occurrence]:
        """All that are to start in (from_at, until_at], whoever wins then, soonest first."""
        after = self._lane(medium, zones).after(from_at)
        return takewhile(lambda one: one.start_at <= until_at, after)

    def _lane(self, medium: Medium, zones: Collection[str] | None) -> OutputTimeline:
        """Made when first asked for, as an output asks for the same zones again and again."""
        key = (medium, None if zones is None else frozenset(zones))
        lane = self._lanes.get(key)
        if lane is None:
            wanted = _meant_for(self.occurrences, key[1])
            lane = self._lanes[key] = OutputTimeline(one for one in wanted if one.medium == medium)
        return lane


def _meant_for(
    occurrences: Sequence[Occurrence], zones: frozenset[str] | None
) -> Sequence[Occurrence]:
    """Those of entries that are meant for one of these zones; each entry is judged once."""
    if zones is None:
        return occurrences
    wanted = {*zones, "*"}
    entries = {id(one.entry): one.entry for one in occurrences}
    meant = {key for key, entry in entries.items() if not wanted.isdisjoint(entry.zones)}
    return [one for one in occurrences if id(one.entry) in meant]


def build_timeline(
    held: Sequence[HeldDocument], policy: EffectivePolicy, from_at: datetime, until_at: datetime
) -> Timeline:
    """Everything that touches [from_at, until_at), see `build_in_slices`."""
    slices = build_in_slices(held, policy, from_at, until_at)
    while True:
        try:
            next(slices)
        except StopIteration as end:
            timeline: Timeline = end.value
            return timeline


def build_in_slices(
    held: Sequence[HeldDocument], policy: EffectivePolicy, from_at: datetime, until_at: datetime
) -> Generator[None, None, Timeline]:
    """Everything that touches [from_at, until_at); yields after each slice of the work.

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
    draft = Expansion(policy, from_at, until_at)
    for one in sorted(held, key=lambda h: h.document.doc_id):  # so that the order says nothing
        document = one.document
        if isinstance(document, Playlist) and (document.class_, document.doc_id) not in withdrawn:
            yield from draft.add(one, document)
    return Timeline(*draft.finish())
