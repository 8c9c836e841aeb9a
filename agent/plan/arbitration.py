"""When each start begins that waits for something else, and what ends what plays. Pure.

The rules are in docs/plan.md. Starts are taken in the order of time: what stands at a moment is
known when the next one is decided, so the whole is done in one pass. Written starts are put in
order once; a heap holds only what really waits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import chain
from typing import get_args

import msgspec

from agent.contract.local_time import LOCAL
from agent.contract.priority import Level
from agent.errors import PlanError
from agent.plan.chain import LONGEST_WAIT, list_begun, tie
from agent.plan.occupancy import Occupancy, can_be_ended
from agent.plan.occurrence import Medium, Occurrence, Refusal
from agent.plan.policy import EffectivePolicy
from agent.plan.session_book import SessionBook, needs_book
from agent.plan.time_rules import Start, TimeRules

SLICE = 500  # steps, which take a few milliseconds
_AT, _AFTER, _WAITING, _GIVING_UP = range(4)  # in this order at one moment
_KINDS = {"at": _AT, "after": _AFTER, "next": _WAITING, "within": _WAITING}


# Lines, turns and starts are many: the garbage collector does not look at them (`gc=False`), so
# `resolve` takes apart what refers to itself, however it ends.
class Line(msgspec.Struct, gc=False):
    """One entry.

    Args:
        start: what its starts have in common.
        fault: why the whole entry cannot be planned.
        delay: how long after its written moments it starts at this station.
        days: the local dates on which it follows another; empty for what has moments of its own.

    Attributes:
        number: in the order of documents and entries.
        fault_at: when the fault was met.
        kind: of its start.
        wait: the longest; None: it does not wait.
        lane: what waits for the same, each for the one before it; None: it does not wait.
        followers: what is due when it ends.
    """

    start: Start
    fault: PlanError | None = None
    delay: timedelta = timedelta()
    days: Collection[str] = ()
    number: int = 0
    fault_at: datetime | None = None
    kind: int = _AT
    wait: timedelta | None = None
    lane: list[_Waiting] | None = None
    followers: Sequence[Line] = ()


class _Turn(msgspec.Struct, gc=False):
    """A start that is due."""

    line: Line
    since_at: datetime
    asked_at: datetime
    written_at: datetime
    behind: Occurrence | None = None
    looks_at: datetime | None = None
    is_queued: bool = False
    is_settled: bool = False

    @property
    def lane(self) -> list[_Waiting]:
        """Where it waits."""
        lane = self.line.lane
        assert lane is not None  # noqa: S101 - only what waits asks
        return lane

    @property
    def limit_at(self) -> datetime | None:
        """When it has waited as long as it may; None: it does not wait."""
        return None if self.line.wait is None else self.since_at + self.line.wait


_Chain = tuple[Occurrence, list[_Turn]]  # what sounds, and what follows it
# what kind, since when, which line, a number that makes all different
_Waiting = tuple[int, datetime, int, int, _Turn]
# the moment, level and kind as one number, then as above
_Event = tuple[datetime, int, int, datetime, int, int, _Turn]
_Written = tuple[datetime, int, int]  # the moment, level and kind, which line


class Arbitration:
    """Collects the starts of a station, then decides when they begin.

    Args:
        policy: of the station; sessions are counted as they begin.
        rules: those of the time of day.
        from_at: an entry that cannot be planned is refused at its first start from here on.

    Attributes:
        kept: what is planned.
        refusals: what is not.
    """

    def __init__(self, policy: EffectivePolicy, rules: TimeRules, from_at: datetime) -> None:
        self.kept: list[Occurrence] = []
        self.refusals: list[Refusal] = []
        self._rules = rules
        self._book = SessionBook(policy) if needs_book(policy) else None
        self._from_at = from_at
        self._lines: list[Line] = []
        self._followers: dict[tuple[str, str], list[Line]] = {}
        # The first starts of all lines, then the second ones: each nearly in order, as schedules
        # are written, so that they are sorted at the speed of a merge.
        self._written: list[list[_Written]] = []
        self._events: list[_Event] = []
        self._count = 0
        self._lanes: dict[tuple[Level, Medium, frozenset[str]], list[_Waiting]] = {}
        self._on = {medium: Occupancy() for medium in get_args(Medium)}
        self._chains: list[_Chain] = []

    def add(self, line: Line, starts: Sequence[datetime]) -> None:
        """Add an entry with moments of its own."""
        self._number(line)
        order, number = _order(line.start.level, line.kind), line.number
        while len(self._written) < len(starts):
            self._written.append([])
        for ones, at in zip(self._written, starts, strict=False):
            ones.append((at, order, number))

    def add_follower(self, line: Line, days: frozenset[str]) -> None:
        """Add an entry that follows another of its playlist on some dates."""
        self._number(line)
        line.days = days
        key = (line.start.bounds.playlist.doc_id, line.start.entry.start.entry or "")
        self._followers.setdefault(key, []).append(line)

    def _number(self, line: Line) -> None:
        line.number = len(self._lines)
        self._lines.append(line)
        one, rule = line.start, line.start.entry.start
        line.kind = _KINDS[rule.kind]
        if line.kind != _AT:
            line.lane = self._lanes.setdefault(
                (one.level, one.medium, frozenset(one.entry.zones)), []
            )
            is_hard = rule.kind == "within"
            line.wait = timedelta(milliseconds=rule.ms or 0) if is_hard else LONGEST_WAIT

    def resolve(self) -> Iterator[None]:
        """Decide everything; yields after each slice of work."""
        try:
            yield from self._decide()
        finally:
            self._events.clear()
            self._chains.clear()
            for lane in self._lanes.values():
                lane.clear()
            for line in self._lines if self._followers else ():
                line.followers = ()

    def _decide(self) -> Iterator[None]:
        self._refuse_rings()
        self._join_followers()
        lines, events = self._lines, self._events
        for steps, (at, order, number) in enumerate(sorted(chain.from_iterable(self._written))):
            line = lines[number]
            while events and events[0] < (at, order, line.kind, at, number):
                self._take_event()
            if line.kind != _AT or line.followers or line.fault is not None:
                self._come(at, _Turn(line, at, at, at - line.delay))
            else:  # nobody asks for it later
                self._plan(line.start, at)
            if steps % SLICE == 0:
                yield
        while self._events:
            self._take_event()
            if self._count % SLICE == 0:
                yield
        self._refuse_faults()

    def _refuse_faults(self) -> None:
        for line in self._lines:
            if line.fault is not None and line.fault_at is not None:
                self.refusals.append(
                    line.start.refuse(line.fault_at, line.fault.code, line.fault.hint)
                )

    def _refuse_rings(self) -> None:
        """Refuse what only follows itself: it never begins."""
        lines = [line for ones in self._followers.values() for line in ones]
        playlists = {id(line.start.bounds.playlist): line.start.bounds.playlist for line in lines}
        begun = {key: list_begun(playlist) for key, playlist in playlists.items()}
        for line in lines:
            if line.start.entry.id not in begun[id(line.start.bounds.playlist)]:
                rule = f"after {line.start.entry.start.entry}: nothing begins the chain"
                self.refusals.append(line.start.refuse(self._from_at, "E_SCHEMA", rule))

    def _join_followers(self) -> None:
        for line in self._lines if self._followers else ():
            key = (line.start.bounds.playlist.doc_id, line.start.entry.id)
            line.followers = self._followers.get(key, ())

    def _push(self, at: datetime, kind: int, turn: _Turn) -> None:
        self._count += 1
        line = turn.line
        order = _order(line.start.level, kind)
        event = (at, order, line.kind, turn.since_at, line.number, self._count, turn)
        heappush(self._events, event)

    def _take_event(self) -> None:
        """A turn is due, may be free to begin, or has waited long enough."""
        at, order, _, _, _, _, turn = heappop(self._events)
        if turn.is_settled:
            return
        kind = order % 4
        if kind == _AT:
            self._begin(at, turn)
        elif kind == _GIVING_UP:
            rule = f"{turn.line.start.entry.start.kind} waits at most {LONGEST_WAIT}"
            self._drop(at, turn, turn.line.start.refuse(at, "E_POLICY", rule))
        elif not turn.is_queued:
            self._come(at, turn)
        elif turn.looks_at == at and _first_of(turn.lane) is turn:
            self._try(at, turn)  # else its turn comes when those before it have begun

    def _come(self, at: datetime, turn: _Turn) -> None:
        """A start is due: it begins, or waits behind those that wait for the same."""
        line = turn.line
        if line.kind == _AT:
            self._begin(at, turn)
            return
        first = _first_of(turn.lane)
        if first is None or _is_before(turn, first):
            free_at = self._on[line.start.medium].free_at(line.start.level, line.start.entry.zones)
            if free_at is None or free_at <= at:
                self._begin(at, turn)
                return
            self._queue(turn)
            self._look(turn, free_at)
        else:
            self._queue(turn)

    def _try(self, at: datetime, turn: _Turn) -> None:
        """The first of a lane looks whether it may begin."""
        one = turn.line.start
        free_at = self._on[one.medium].free_at(one.level, one.entry.zones)
        if free_at is not None and free_at > at:
            self._look(turn, free_at)
        else:
            self._begin(at, turn)

    def _look(self, turn: _Turn, at: datetime) -> None:
        """Have the first of a lane look at a moment whether it may begin."""
        turn.looks_at = at
        self._push(at, turn.line.kind, turn)

    def _queue(self, turn: _Turn) -> None:
        line = turn.line
        self._count += 1
        heappush(turn.lane, (line.kind, turn.since_at, line.number, self._count, turn))
        turn.is_queued = True
        if turn.limit_at is not None:
            is_hard = line.start.entry.start.kind == "within"
            self._push(turn.limit_at, _AT if is_hard else _GIVING_UP, turn)

    def _begin(self, at: datetime, turn: _Turn) -> None:
        """A turn has come: what plays is planned, what may not play gives its place to others."""
        line = turn.line
        if line.fault is not None:
            if line.fault_at is None or line.fault_at < self._from_at:
                line.fault_at = at
            self._drop(at, turn)
            return
        limit_at = None if line.wait is None else turn.limit_at
        waits_until = limit_at if limit_at is not None and limit_at > at else None
        planned = self._plan(line.start, at, turn.asked_at, waits_until, turn.behind)
        self._settle(at, turn)
        if line.followers:
            turns = self._follow(turn, at if planned is None else planned.end_at, planned)
            if planned is not None and turns and can_be_ended(planned):
                self._chains.append((planned, turns))
                self._end_chains(at)

    def _plan(
        self,
        one: Start,
        at: datetime,
        asked_at: datetime | None = None,
        waits_until: datetime | None = None,
        behind: Occurrence | None = None,
    ) -> Occurrence | None:
        """Plan a play, or refuse it; what waits may begin sooner because of it."""
        verdict = self._rules.judge(one, at, asked_at, waits_until)
        if self._book is not None and isinstance(verdict, Occurrence):
            rule = self._book.refuse_play(verdict)
            verdict = verdict if rule is None else one.refuse(at, "E_POLICY", rule)
        if isinstance(verdict, Refusal):
            self.refusals.append(verdict)
            return None
        if behind is not None:
            verdict = tie(one, verdict, behind, self._rules)
        self.kept.append(verdict)
        free_at = self._on[one.medium].put(verdict)
        if free_at is not None:
            self._wake_all(free_at)
        if self._chains:
            self._end_chains(at)
        return verdict

    def _end_chains(self, at: datetime) -> None:
        """What follows is due sooner where what it follows is ended for good."""
        on, self._chains = self._chains, []
        for one, turns in on:
            if one.end_at <= at:
                continue
            if self._on["sound"].has(one):
                self._chains.append((one, turns))
                continue
            for turn in turns:
                turn.is_settled = True
                sooner = _Turn(turn.line, at, turn.asked_at, turn.written_at)
                self._push(at, _AFTER, sooner)

    def _drop(self, at: datetime, turn: _Turn, refusal: Refusal | None = None) -> None:
        """A turn is refused: what follows it takes its moment."""
        if refusal is not None:
            self.refusals.append(refusal)
        self._settle(at, turn)
        if turn.line.followers:
            self._follow(turn, at)

    def _settle(self, at: datetime, turn: _Turn) -> None:
        """A turn is over; the next of its lane looks at once."""
        turn.is_settled = True
        if turn.is_queued:
            lane = turn.lane
            was_first = lane[0][-1] is turn
            first = _first_of(lane)
            if first is not None and was_first:
                self._look(first, at)

    def _wake_all(self, at: datetime) -> None:
        """Something ends sooner than it was known to: who waits looks again then."""
        for lane in self._lanes.values():
            first = lane[0][-1] if lane else None
            if first is not None and first.looks_at is not None and first.looks_at > at:
                self._look(first, at)

    def _follow(self, turn: _Turn, at: datetime, behind: Occurrence | None = None) -> list[_Turn]:
        day = turn.written_at.astimezone(LOCAL).date().isoformat()
        lines = [line for line in turn.line.followers if day in line.days]
        turns = [_Turn(line, at, turn.asked_at, turn.written_at, behind) for line in lines]
        for one in turns:
            self._push(at, _AFTER, one)
        return turns


def _order(level: Level, kind: int) -> int:
    """What comes first at one moment: the higher level, then the kind."""
    return (Level.SILENCE - level) * 4 + kind


def _is_before(turn: _Turn, other: _Turn) -> bool:
    """Does it wait before another of its lane?"""
    one, two = turn.line, other.line
    own = (one.kind, turn.since_at, one.number)
    return own < (two.kind, other.since_at, two.number)


def _first_of(lane: list[_Waiting]) -> _Turn | None:
    """The first that waits; those that are settled leave the lane."""
    while lane and lane[0][-1].is_settled:
        heappop(lane)
    return lane[0][-1] if lane else None
