"""The planned occurrences of some days, and which one wins at a moment.

Pure, and always rebuilt completely: each change of documents, policy or clock gives a new timeline.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Container, Generator, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from operator import attrgetter

from agent.contract.accepted import HeldDocument
from agent.contract.document import Cancel, Playlist
from agent.contract.priority import Level
from agent.plan.calendar import DAY, Interval
from agent.plan.chime_check import ChimePlaylist, plan_chime
from agent.plan.expansion import Expansion
from agent.plan.occurrence import Medium, Occurrence, Refusal
from agent.plan.output_timeline import OutputTimeline
from agent.plan.policy import EffectivePolicy
from agent.plan.station_calendar import StationCalendar

__all__ = ["Medium", "Occurrence", "Refusal", "Timeline", "build_timeline"]


class Timeline:
    """The planned occurrences and refusals.

    Args:
        occurrences: in any order.
        refusals: in any order.
        mourning: days without music and adverts, each with its title.
    """

    def __init__(
        self,
        occurrences: Iterable[Occurrence] = (),
        refusals: Iterable[Refusal] = (),
        mourning: Sequence[Interval] = (),
    ) -> None:
        self._mourning = mourning
        self.occurrences = sorted(occurrences, key=attrgetter("start_at"))
        self.refusals = sorted(refusals, key=lambda r: (r.at, r.doc_id, r.entry_id))
        self._following: dict[str, list[Occurrence]] | None = None
        self._by_output: dict[tuple[Medium, frozenset[str] | None], OutputTimeline] = {}

    def is_mourning(self, at: datetime) -> bool:
        """Is a moment on a day without music and adverts?"""
        return any(one.start_at <= at < one.end_at for one in self._mourning)

    def playing(
        self, at: datetime, medium: Medium, zones: Collection[str] | None = None
    ) -> Occurrence | None:
        """The active occurrence of the highest `rank`.

        Args:
            at: the moment.
            medium: sound or picture.
            zones: only occurrences for one of these zones; None for all.
        """
        return next(self._of_output(medium, zones).active(at), None)

    def wanted(
        self,
        at: datetime,
        medium: Medium,
        zones: Collection[str] | None = None,
        done: Container[str] = (),
    ) -> Occurrence | None:
        """The occurrence to play (or show) at a moment; arguments as for `playing`.

        What a later start of its level has ended does not come back. What is `done` (keys) has
        played: what it is above has its turn.
        """
        for one in self._of_output(medium, zones).active(at):
            if one.key not in done and not self.is_replaced(one, at, medium, zones):
                return one
        return None

    def contenders(
        self, at: datetime, medium: Medium, zones: Collection[str] | None = None
    ) -> list[Occurrence]:
        """All occurrences active at a moment, the winner first: shows why it wins."""
        return list(self._of_output(medium, zones).active(at))

    def upcoming(
        self,
        at: datetime,
        medium: Medium,
        zones: Collection[str] | None = None,
        done: Container[str] = (),
    ) -> Occurrence | None:
        """The next that starts after a moment and wins at its start; `done` (keys) have played."""
        return self._of_output(medium, zones).next_winner(at, done)

    def starting(
        self,
        from_at: datetime,
        until_at: datetime,
        medium: Medium,
        zones: Collection[str] | None = None,
    ) -> Iterator[Occurrence]:
        """All occurrences that start in (from_at, until_at], winners or not, soonest first."""
        after = self._of_output(medium, zones).after(from_at)
        return takewhile(lambda one: one.start_at <= until_at, after)

    def following(self, key: str) -> Iterator[Occurrence]:
        """What is planned right behind an occurrence and may begin sooner with it."""
        if self._following is None:
            self._following = {}
            for one in self.occurrences:
                if one.follows is not None:
                    self._following.setdefault(one.follows, []).append(one)
        return iter(self._following.get(key, ()))

    def is_replaced(
        self,
        one: Occurrence,
        at: datetime,
        medium: Medium,
        zones: Collection[str] | None = None,
    ) -> bool:
        """Has a later start of its level ended a sound before a moment?

        A radio goes on, and filler comes back behind everything.
        """
        is_back = one.level == Level.FILLER or one.entry.body.relay is not None
        if one.is_seen or is_back:
            return False
        since_at = one.start_at - timedelta(microseconds=1)
        later = self.starting(since_at, at, medium, zones)
        return any(other.level == one.level and other.rank > one.rank for other in later)

    def _of_output(self, medium: Medium, zones: Collection[str] | None) -> OutputTimeline:
        """Built on first use and kept, because an output always uses the same zones."""
        key = (medium, None if zones is None else frozenset(zones))
        timeline = self._by_output.get(key)
        if timeline is None:
            wanted = _select_for_zones(self.occurrences, key[1])
            timeline = self._by_output[key] = OutputTimeline(
                one for one in wanted if one.medium == medium
            )
        return timeline


def list_due_refusals(timeline: Timeline, at: datetime) -> Sequence[Refusal]:
    """What is refused of a moment and the day before it."""
    start_at = attrgetter("at")
    first = bisect_right(timeline.refusals, at - DAY, key=start_at)
    return timeline.refusals[first : bisect_right(timeline.refusals, at, key=start_at)]


def _select_for_zones(
    occurrences: Sequence[Occurrence], zones: frozenset[str] | None
) -> Sequence[Occurrence]:
    """The occurrences of entries for one of these zones; each entry is checked once."""
    if zones is None:
        return occurrences
    wanted = {*zones, "*"}
    entries = {id(one.entry): one.entry for one in occurrences}
    meant = {key for key, entry in entries.items() if not wanted.isdisjoint(entry.zones)}
    return [one for one in occurrences if id(one.entry) in meant]


def build_timeline(
    held: Sequence[HeldDocument], policy: EffectivePolicy, from_at: datetime, until_at: datetime
) -> Timeline:
    """Plan everything that overlaps [from_at, until_at), see `build_in_slices`."""
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
    """Plan everything that overlaps [from_at, until_at); yields after each slice of the work.

    Args:
        held: accepted documents of any kind; playlists named by a held cancel of their own class
            are left out.
        policy: of this station.
        from_at: aware UTC, included.
        until_at: aware UTC, excluded.
    """
    withdrawn = {
        (h.document.class_, h.document.cancels) for h in held if isinstance(h.document, Cancel)
    }
    calendar = StationCalendar(held, policy.sun_point)
    plans = [h.document for h in held if isinstance(h.document, Playlist)]
    waits = any(entry.start.kind != "at" for plan in plans for entry in plan.entries)
    expansion = Expansion(policy, from_at, until_at, calendar, waits=waits)
    # The order of `held` must have no effect.
    for one in sorted(held, key=lambda h: h.document.doc_id):
        document = one.document
        if isinstance(document, Playlist) and (document.class_, document.doc_id) not in withdrawn:
            yield from expansion.add(one, document)
    chime = plan_chime(held, policy.config_id, policy.chime_check)
    if chime is not None and isinstance(chime.document, ChimePlaylist):
        expansion.add_chime(chime, chime.document)
    occurrences, refusals = yield from expansion.finish()
    return Timeline(occurrences, refusals, expansion.mourning)
