"""Finds the times to which starts of a playlist move: behind what they clash with.

One round, from one rehearsal. A start is moved for all of its days or not at all: which days a
person wants at another time is not guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from math import ceil

from agent.contract.calendar_terms import MAX_OFFSET_MIN, SunStart
from agent.contract.document import Playlist
from agent.contract.local_time import LOCAL
from agent.errors import PlanError
from agent.plan.calendar import DAY_S, local_date
from agent.plan.rehearsal import Event
from agent.plan.rehearsal_text import say
from central.documents.start_term import Term, list_terms, show_term
from central.messages.catalogue import translate
from central.publication.station_rehearsal import GroupRehearsal
from central.publication.written_start import StartFinder, WrittenStart, find_chains
from texts.catalogue import Lang

MAX_DAYS = 8  # that a refusal names
_Key = tuple[str, str, datetime]
_Found = tuple[WrittenStart, datetime]


@dataclass(frozen=True)
class Obstacle:
    """What one written start has to begin behind, on one day at stations alike.

    Args:
        day: the local date of the start.
        behind_s: the whole second of that day behind which it has to be written.
        later_min: by how many whole minutes later that is.
        rival: document and entry of what it clashes with.
        rival_at: local clock time at which that begins.
        length_s: of the item that moves, in whole seconds.
    """

    day: date
    behind_s: int
    later_min: int
    rival: tuple[str, str]
    rival_at: time
    length_s: int


@dataclass(frozen=True)
class ClashRound:
    """What a rehearsal says of the starts of a playlist.

    Args:
        obstacles: start → what it has to begin behind.
        days: start → the dates on which its item or its chain plays.
    """

    obstacles: Mapping[WrittenStart, Sequence[Obstacle]]
    days: Mapping[WrittenStart, Collection[date]]


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

    def find(self, found: Sequence[GroupRehearsal]) -> ClashRound:
        """All that clashes, over stations and days.

        Raises:
            PlanError: E_MOVE, an item runs into its own chain.
        """
        obstacles: dict[WrittenStart, list[Obstacle]] = {}
        days: dict[WrittenStart, set[date]] = {}
        for group in found:
            finder = StartFinder(self._playlist, group.policy)
            planned = [one for one in group.rehearsal.events if one.kind != "refused"]
            start_of = {_key(one): start for one in planned if (start := finder.find(one))}
            for written, at in start_of.values():
                days.setdefault(written, set()).add(local_date(at))
            for written, one in self._list_obstacles(planned, start_of, finder):
                obstacles.setdefault(written, []).append(one)
        return ClashRound(obstacles, days)

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
                    yield mine[0], self._measure(mine, loser, winner, finder)
                elif moves is False and its is not None:
                    yield its[0], self._measure(its, winner, loser, finder)

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

    def _measure(self, start: _Found, mover: Event, other: Event, finder: StartFinder) -> Obstacle:
        (_, at), first = start, self._first_of[mover.entry_id]
        day = local_date(at)
        midnight_at = datetime.combine(day, time(), LOCAL).astimezone(UTC)
        behind = other.until - finder.delay_of(first)
        return Obstacle(
            day=day,
            behind_s=ceil((behind - midnight_at).total_seconds()),
            later_min=ceil((behind - at).total_seconds() / 60),
            rival=(other.doc_id, other.entry_id),
            rival_at=other.at.astimezone(LOCAL).time(),
            length_s=ceil((mover.until - mover.at).total_seconds()),
        )

    def choose(self, one: ClashRound) -> dict[WrittenStart, Term]:
        """The new time of each start that clashes.

        Raises:
            PlanError: E_MOVE, it clashes on some of its days only, or differently; the time would
                be on the next day, or further from the sun than can be written.
        """
        return {
            start: self._choose(start, found, one.days[start])
            for start, found in one.obstacles.items()
        }

    def _choose(
        self, start: WrittenStart, found: Sequence[Obstacle], days: Collection[date]
    ) -> Term:
        if start not in self._moved and not _is_alike(found, days):
            raise self._refuse("move.days", start, self._describe_days(found, days))
        when = self._first_of[start.entry_id].when
        terms = list_terms(when)
        term = terms[start.place]
        others = [one for place, one in enumerate(terms) if place != start.place]
        if isinstance(term, SunStart):
            new = SunStart(term.event, term.offset_min + max(one.later_min for one in found))
            if abs(new.offset_min) > MAX_OFFSET_MIN or new in others:
                raise self._refuse("move.no_time", start)
            return new
        second = max(one.behind_s for one in found)
        while _clock(second) in others:  # two starts of one item at one time are one
            second += max(one.length_s for one in found)
        if second >= DAY_S:
            raise self._refuse("move.next_day", start)
        return _clock(second)

    def _describe_days(self, found: Sequence[Obstacle], days: Collection[date]) -> str:
        """Each day with the time at which it would begin, or that nothing is in its way."""
        behind: dict[date, int] = {}
        for one in found:
            behind[one.day] = max(one.behind_s, behind.get(one.day, 0))
        named = sorted(days)[:MAX_DAYS]
        lines = []
        for day in named:
            free = translate(self._lang, "move.free")
            at = f"→ {show_term(_clock(behind[day] % DAY_S))}" if day in behind else free
            lines.append(
                f"\n    {say(self._lang, f'day.{day.isoweekday()}', f'{day:%d/%m}')}: {at}"
            )
        more = len(days) - len(named)
        return "".join(lines) + (f"\n    … (+{more})" if more else "")

    def _refuse(self, code: str, start: WrittenStart, *args: str) -> PlanError:
        first = self._first_of[start.entry_id]
        term = show_term(list_terms(first.when)[start.place])
        hint = translate(self._lang, code, first.title, term, *args)
        return PlanError("E_MOVE", self._playlist.slot, hint)


def _key(event: Event) -> _Key:
    return event.doc_id, event.entry_id, event.at


def _is_alike(found: Sequence[Obstacle], days: Collection[date]) -> bool:
    """Does it clash on each of its days, with the same or with what begins at the same time?"""
    rivals: dict[date, set[tuple[str, str]]] = {}
    times: dict[date, set[time]] = {}
    for one in found:
        rivals.setdefault(one.day, set()).add(one.rival)
        times.setdefault(one.day, set()).add(one.rival_at)
    if set(days) - rivals.keys():
        return False
    same = [list(of_day.values()) for of_day in (rivals, times)]
    return any(all(one == each[0] for one in each) for each in same)


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
