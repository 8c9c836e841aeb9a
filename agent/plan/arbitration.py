"""When each start begins that waits for something else, and what ends what plays. Pure.

The rules are in docs/plan.md. Starts are taken in the order of time: what stands at a moment is
known when the next one is decided, so the whole is done in one pass.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush

import msgspec

from agent.contract.document import Playlist
from agent.contract.local_time import LOCAL
from agent.contract.priority import Level
from agent.errors import PlanError
from agent.plan.occurrence import Medium, Occurrence, Refusal
from agent.plan.policy import EffectivePolicy
from agent.plan.session_book import SessionBook
from agent.plan.time_rules import Start, TimeRules

LONGEST_WAIT = timedelta(hours=6)  # what has waited so long is news of this morning in the evening
SLICE = 500  # steps, which take a few milliseconds
_AT, _AFTER, _WAITING, _GIVING_UP = range(4)  # in this order at one moment
_Lane = tuple[Level, Medium, frozenset[str]]


class Line(msgspec.Struct):
    """One entry.

    Args:
        start: what its starts have in common.
        fault: why the whole entry cannot be planned.
        delay: how long after its written moments it starts at this station.
        days: the local dates on which it follows another; empty for what has moments of its own.

    Attributes:
        number: in the order of documents and entries.
        fault_at: when the fault was met.
    """

    start: Start
    fault: PlanError | None = None
    delay: timedelta = timedelta()
    days: Collection[str] = ()
    number: int = 0
    fault_at: datetime | None = None


@dataclass(order=True)
class _Turn:
    """A start that is due, and its place among those of one moment."""

    order: tuple[int, datetime, int]  # what kind, since when, which line
    line: Line = field(compare=False)
    asked_at: datetime = field(compare=False)
    written_at: datetime = field(compare=False)
    limit_at: datetime | None = field(compare=False, default=None)
    is_queued: bool = field(compare=False, default=False)
    looks_at: datetime | None = field(compare=False, default=None)
    is_settled: bool = field(compare=False, default=False)


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
        self._book = SessionBook(policy)
        self._from_at = from_at
        self._lines: list[Line] = []
        self._followers: dict[tuple[str, str], list[Line]] = {}
        self._events: list[tuple[datetime, int, int, _Turn]] = []
        self._lanes: dict[_Lane, list[_Turn]] = {}
        self._on = {"sound": _Occupancy(), "picture": _Occupancy()}

    def add(self, line: Line, starts: Sequence[datetime]) -> None:
        """Add an entry with moments of its own."""
        self._number(line)
        for at in starts:
            self._events.append(self._event(line, at, at, at - line.delay))

    def add_follower(self, line: Line, days: frozenset[str]) -> None:
        """Add an entry that follows another of its playlist on some dates."""
        self._number(line)
        line.days = days
        key = (line.start.bounds.playlist.doc_id, line.start.entry.start.entry or "")
        self._followers.setdefault(key, []).append(line)

    def _number(self, line: Line) -> None:
        line.number = len(self._lines)
        self._lines.append(line)

    def resolve(self) -> Iterator[None]:
        """Decide everything; yields after each slice of work."""
        self._refuse_rings()
        heapify(self._events)
        steps = 0
        while self._events:
            at, _, kind, turn = heappop(self._events)
            if not turn.is_settled:
                self._step(at, kind, turn)
            steps += 1
            if steps % SLICE == 0:
                yield
        for line in self._lines:
            if line.fault is not None and line.fault_at is not None:
                self.refusals.append(
                    line.start.refuse(line.fault_at, line.fault.code, line.fault.hint)
                )

    def _refuse_rings(self) -> None:
        """Refuse what only follows itself: it never begins."""
        lines = [line for ones in self._followers.values() for line in ones]
        playlists = {id(line.start.bounds.playlist): line.start.bounds.playlist for line in lines}
        begun = {key: _list_begun(playlist) for key, playlist in playlists.items()}
        for line in lines:
            if line.start.entry.id not in begun[id(line.start.bounds.playlist)]:
                rule = f"after {line.start.entry.start.entry}: nothing begins the chain"
                self.refusals.append(line.start.refuse(self._from_at, "E_SCHEMA", rule))

    def _event(
        self, line: Line, at: datetime, asked_at: datetime, written_at: datetime
    ) -> tuple[datetime, int, int, _Turn]:
        """A start is due at a moment."""
        rule = line.start.entry.start
        kind = _AT if rule.kind == "at" else _AFTER if rule.kind == "after" else _WAITING
        turn = _Turn((kind, at, line.number), line, asked_at, written_at)
        if rule.kind == "within":
            turn.limit_at = at + timedelta(milliseconds=rule.ms or 0)
        elif rule.kind != "at":
            turn.limit_at = at + LONGEST_WAIT
        return at, -line.start.level, kind, turn

    def _push(self, at: datetime, kind: int, turn: _Turn) -> None:
        heappush(self._events, (at, -turn.line.start.level, kind, turn))

    def _step(self, at: datetime, kind: int, turn: _Turn) -> None:
        """An event of a turn: it is due, may be free to begin, or has waited long enough."""
        if kind == _AT:
            self._begin(at, turn)
            return
        if kind == _GIVING_UP:
            rule = f"{turn.line.start.entry.start.kind} waits at most {LONGEST_WAIT}"
            self._drop(at, turn, turn.line.start.refuse(at, "E_POLICY", rule))
            return
        lane = self._lane_of(turn.line.start)
        if not turn.is_queued:
            self._queue(lane, turn)
        elif turn.looks_at != at:
            return  # it looks at another moment
        if lane[0] is not turn:
            return  # its turn comes when those before it have begun
        free_at = self._on[turn.line.start.medium].free_at(turn.line.start)
        if free_at is not None and free_at > at:
            self._look(turn, free_at)
        else:
            self._begin(at, turn)

    def _look(self, turn: _Turn, at: datetime) -> None:
        """Have the first of a lane look at a moment whether it may begin."""
        turn.looks_at = at
        self._push(at, turn.order[0], turn)

    def _lane_of(self, one: Start) -> list[_Turn]:
        """Those that wait for the same; each waits for the one before it."""
        lane = self._lanes.setdefault(_lane_key(one), [])
        while lane and lane[0].is_settled:
            heappop(lane)
        return lane

    def _queue(self, lane: list[_Turn], turn: _Turn) -> None:
        heappush(lane, turn)
        turn.is_queued = True
        if turn.limit_at is not None:
            is_hard = turn.line.start.entry.start.kind == "within"
            self._push(turn.limit_at, _AT if is_hard else _GIVING_UP, turn)

    def _begin(self, at: datetime, turn: _Turn) -> None:
        """A turn has come: what plays is planned, what may not play gives its place to others."""
        one = turn.line.start
        if turn.line.fault is not None:
            if turn.line.fault_at is None or turn.line.fault_at < self._from_at:
                turn.line.fault_at = at
            self._drop(at, turn)
            return
        is_waiting = turn.limit_at is not None and turn.limit_at > at
        verdict = self._rules.judge(one, at, turn.asked_at, turn.limit_at if is_waiting else None)
        if isinstance(verdict, Occurrence):
            rule = self._book.refuse_play(verdict)
            verdict = verdict if rule is None else one.refuse(at, "E_POLICY", rule)
        if isinstance(verdict, Refusal):
            self._drop(at, turn, verdict)
            return
        self.kept.append(verdict)
        if self._on[one.medium].put(verdict):
            self._wake_all(verdict.end_at)
        self._settle(at, turn)
        self._follow(turn, verdict.end_at)

    def _drop(self, at: datetime, turn: _Turn, refusal: Refusal | None = None) -> None:
        """A turn is refused: what follows it takes its moment."""
        if refusal is not None:
            self.refusals.append(refusal)
        self._settle(at, turn)
        self._follow(turn, at)

    def _settle(self, at: datetime, turn: _Turn) -> None:
        turn.is_settled = True
        if turn.is_queued:
            one = turn.line.start
            was_first = self._lanes[_lane_key(one)][0] is turn
            lane = self._lane_of(one)
            if lane and was_first:
                self._look(lane[0], at)

    def _wake_all(self, at: datetime) -> None:
        """Something ends sooner than it was known to: who waits looks again then."""
        for lane in self._lanes.values():
            first = lane[0] if lane else None
            if first is not None and first.looks_at is not None and first.looks_at > at:
                self._look(first, at)

    def _follow(self, turn: _Turn, at: datetime) -> None:
        one = turn.line.start
        followers = self._followers.get((one.bounds.playlist.doc_id, one.entry.id))
        if not followers:
            return
        day = turn.written_at.astimezone(LOCAL).date().isoformat()
        for line in followers:
            if day in line.days:
                heappush(self._events, self._event(line, at, turn.asked_at, turn.written_at))


class _Occupancy:
    """Until when each zone has something of each level, of one medium.

    What starts later in a zone ends what has the same level there; what is lower comes back.
    """

    def __init__(self) -> None:
        self._levels: dict[Level, dict[str, Occurrence]] = {}

    def put(self, new: Occurrence) -> bool:
        """Something begins; returns whether it ends sooner than what it replaces."""
        zones = self._levels.setdefault(new.level, {})
        places = list(zones) if "*" in new.entry.zones else new.entry.zones
        replaced = [zones.get(place, zones.get("*")) for place in places]
        for place in {*places, *new.entry.zones}:
            old = zones.get(place, zones.get("*"))
            zones[place] = new if old is None or old.rank < new.rank else old
        return any(old is not None and old.end_at > new.end_at for old in replaced)

    def free_at(self, one: Start) -> datetime | None:
        """When nothing of its level or above has any of its zones; None: nothing ever had."""
        wanted = one.entry.zones
        found = [
            on.end_at
            for level, zones in self._levels.items()
            if level >= one.level
            for on in (
                zones.values()
                if "*" in wanted
                else filter(None, (zones.get(place, zones.get("*")) for place in wanted))
            )
        ]
        return max(found, default=None)


def _lane_key(one: Start) -> _Lane:
    return one.level, one.medium, frozenset(one.entry.zones)


def _list_begun(playlist: Playlist) -> set[str]:
    """The entries that begin by themselves, and those that follow them."""
    followers: dict[str, list[str]] = {}
    for entry in playlist.entries:
        if entry.start.kind == "after":
            followers.setdefault(entry.start.entry or "", []).append(entry.id)
    open_ = [entry.id for entry in playlist.entries if entry.start.kind != "after"]
    begun: set[str] = set()
    while open_:
        name = open_.pop()
        begun.add(name)
        open_ += followers.get(name, ())
    return begun
