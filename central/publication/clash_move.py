"""Finds the times to which starts of a playlist move: behind what they clash with.

One round, from one rehearsal. A start is moved for all of its days, to a time that is free on each
of them: which days a person wants at another time is not guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from math import ceil

from agent.contract.calendar_terms import MAX_OFFSET_MIN, SunStart
from agent.contract.document import Playlist
from agent.contract.local_time import LOCAL
from agent.errors import PlanError
from agent.plan.calendar import DAY_S, list_days, local_date
from agent.plan.quiet_hours import QuietHours
from agent.plan.rehearsal import Event
from central.documents.start_term import Term, list_terms, show_term
from central.messages.catalogue import translate
from central.publication.station_rehearsal import GroupRehearsal
from central.publication.written_start import StartFinder, WrittenStart, find_chains
from texts.catalogue import Lang

MINUTE_S = 60
_Key = tuple[str, str, datetime]
_Found = tuple[WrittenStart, datetime]


@dataclass(frozen=True)
class Obstacle:
    """What one written start has to begin behind, on one day at stations alike.

    Args:
        behind_s: the whole second of its day behind which it has to be written.
        later_min: by how many whole minutes later that is.
        length_s: of the item that moves, in whole seconds.
    """

    behind_s: int
    later_min: int
    length_s: int


class ClashFinder:
    """Reads rehearsals of a playlist for starts that have to move.

    Args:
        playlist: as it is rehearsed.
        moved: the starts that have been moved already: they move on, and yield to higher levels.
        lang: of refusals.
    """

    def __init__(self, playlist: Playlist, moved: Collection[WrittenStart], lang: Lang) -> None:
        self._playlist = playlist
        self._moved = moved
        self._lang = lang
        self._first_of = find_chains(playlist)
        self._place_of = {entry.id: place for place, entry in enumerate(playlist.entries)}

    def find(self, found: Sequence[GroupRehearsal]) -> dict[WrittenStart, list[Obstacle]]:
        """What each start has to begin behind, over stations and days.

        Raises:
            PlanError: E_MOVE, an item runs into its own chain.
        """
        obstacles: dict[WrittenStart, list[Obstacle]] = {}
        for group in found:
            finder = StartFinder(self._playlist, group.policy)
            planned = [one for one in group.rehearsal.events if one.kind != "refused"]
            start_of = {_key(one): start for one in planned if (start := finder.find(one))}
            for written, one in self._list_obstacles(planned, start_of, finder):
                obstacles.setdefault(written, []).append(one)
            for written, one in self._list_quiet(group, finder):
                obstacles.setdefault(written, []).append(one)
        return obstacles

    def _list_obstacles(
        self, planned: Sequence[Event], start_of: Mapping[_Key, _Found], finder: StartFinder
    ) -> Iterator[tuple[WrittenStart, Obstacle]]:
        event_of = {_key(one): one for one in planned}
        for loser in planned:
            for rival in loser.rivals if loser.medium == "sound" else ():
                winner = event_of.get((rival.doc_id, rival.entry_id, rival.at))
                if winner is None:  # it begins outside these days
                    continue
                mine, its = start_of.get(_key(loser)), start_of.get(_key(winner))
                moves = self._is_loser_moving(mine, its, is_higher=rival.rule == "level")
                if moves is True and mine is not None:
                    yield mine[0], self._measure(mine, loser, winner.until, finder)
                elif moves is False and its is not None:
                    yield its[0], self._measure(its, winner, loser.until, finder)

    def _list_quiet(
        self, group: GroupRehearsal, finder: StartFinder
    ) -> Iterator[tuple[WrittenStart, Obstacle]]:
        """What was moved into quiet hours or maintenance moves on, where they end on its day."""
        for event in group.rehearsal.events:
            start = finder.find(event) if event.code == "E_HOURS" else None
            if start is None or start[0] not in self._moved:
                continue
            hours = QuietHours(group.policy, list_days(event.at, event.at))
            quiet = hours.first_after(event.at)
            if quiet is not None and local_date(quiet.end_at) == local_date(start[1]):
                yield start[0], self._measure(start, event, quiet.end_at, finder)

    def _is_loser_moving(
        self, loser: _Found | None, winner: _Found | None, *, is_higher: bool
    ) -> bool | None:
        """Which of two moves: the one of this playlist, else the one named later; None: neither.

        Raises:
            PlanError: E_MOVE, they are of one chain that begins once.
        """
        if is_higher:  # no clash; but what has been moved is not put under a higher level
            return True if loser is not None and loser[0] in self._moved else None
        if loser is None or winner is None:
            return None if loser is winner else winner is None
        if loser == winner:
            raise self._refuse("move.no_time", loser[0])
        was_moved = loser[0] in self._moved, winner[0] in self._moved
        if was_moved[0] != was_moved[1]:
            return was_moved[0]
        places = self._place_of[loser[0].entry_id], self._place_of[winner[0].entry_id]
        return places[0] > places[1] if places[0] != places[1] else loser[1] > winner[1]

    def _measure(
        self, start: _Found, mover: Event, free_at: datetime, finder: StartFinder
    ) -> Obstacle:
        (_, at), first = start, self._first_of[mover.entry_id]
        midnight_at = datetime.combine(local_date(at), time(), LOCAL).astimezone(UTC)
        behind = free_at - finder.delay_of(first)
        return Obstacle(
            behind_s=ceil((behind - midnight_at).total_seconds()),
            later_min=ceil((behind - at).total_seconds() / MINUTE_S),
            length_s=ceil((mover.until - mover.at).total_seconds()),
        )

    def choose(
        self, obstacles: Mapping[WrittenStart, Sequence[Obstacle]]
    ) -> dict[WrittenStart, Term]:
        """The new time of each start: the latest of all days, rounded up to whole minutes.

        Raises:
            PlanError: E_MOVE, the time would be on the next day, or further from the sun than can
                be written.
        """
        return {start: self._choose(start, found) for start, found in obstacles.items()}

    def _choose(self, start: WrittenStart, found: Sequence[Obstacle]) -> Term:
        when = self._first_of[start.entry_id].when
        terms = list_terms(when)
        term = terms[start.place]
        others = [one for place, one in enumerate(terms) if place != start.place]
        if isinstance(term, SunStart):
            new = SunStart(term.event, term.offset_min + max(one.later_min for one in found))
            if abs(new.offset_min) > MAX_OFFSET_MIN or new in others:
                raise self._refuse("move.no_time", start)
            return new
        second = _round_up(max(one.behind_s for one in found))
        while _clock(second) in others:  # two starts of one item at one time are one
            second = _round_up(second + max(MINUTE_S, *(one.length_s for one in found)))
        if second >= DAY_S:
            raise self._refuse("move.next_day", start)
        return _clock(second)

    def _refuse(self, code: str, start: WrittenStart) -> PlanError:
        first = self._first_of[start.entry_id]
        term = show_term(list_terms(first.when)[start.place])
        hint = translate(self._lang, code, first.title, term)
        return PlanError("E_MOVE", self._playlist.slot, hint)


def _key(event: Event) -> _Key:
    return event.doc_id, event.entry_id, event.at


def _round_up(second: int) -> int:
    """The next whole minute: what people read in a schedule, and hear at all stations."""
    return -(-second // MINUTE_S) * MINUTE_S


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
