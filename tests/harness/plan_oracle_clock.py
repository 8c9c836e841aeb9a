"""What one loudspeaker plays while its clock is set, worked out from docs/plan.md.

It knows the plan from `plan_oracle`, the readings of the clock, and the rules of the page; it goes
from moment to moment of true time and shares no code with the box. All moments are whole seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.harness.plan_oracle_policy import (
    FILLER,
    SIX_HOURS_S,
    OraclePolicy,
    Play,
)

SEEN_S = 74 * 3600  # so far ahead a plan knows its days
PREPARED_S = 4  # so long before its moment an item keeps it
Key = tuple[str, str, int]  # document, entry, written second


@dataclass(frozen=True)
class Reading:
    """What the clock reads from a moment of true time on."""

    true_s: int
    clock_s: int
    is_known: bool = True
    is_on: bool = True


@dataclass(frozen=True)
class Piece:
    """What was heard of one item in one piece, in true time."""

    key: Key
    offset_s: int
    start_s: int
    end_s: int


@dataclass
class _On:
    play: Play
    offset_s: int
    since_s: int
    end_s: int


def key_of(play: Play) -> Key:
    return play.asked.doc["doc_id"], play.asked.entry["id"], play.asked.written_s


class ClockOracle:
    """One output with some zones.

    Args:
        plan_at: what is planned around a reading of the clock.
        policy: of the station.
        zones: of the output.

    Attributes:
        pieces: what was heard.
    """

    def __init__(
        self, plan_at: Callable[[int], Sequence[Play]], policy: OraclePolicy, zones: Sequence[str]
    ) -> None:
        self.pieces: list[Piece] = []
        self.plan: list[Play] = []
        self.heard: set[Key] = set()  # to the end, or given up
        self.on: _On | None = None
        self.back: dict[Key, tuple[Play, int]] = {}  # goes on where it was cut
        self.queue: dict[Key, Play] = {}  # waits for what sounds at its level
        self.over: dict[Key, Play] = {}  # ended for good before its planned end
        self.plan_at = plan_at
        self.policy = policy
        self.zones = {*zones, "*"}
        self.is_known = True
        self.set_s = 0  # the reading from which on the clock has gone by itself
        self.begun: set[Key] = set()
        self.latest: dict[Key, int] = {}

    def run(self, readings: Sequence[Reading], end_s: int) -> None:
        ends = [*(one.true_s for one in readings[1:]), end_s]
        for reading, until_s in zip(readings, ends, strict=True):
            if reading.is_on:
                self.set(reading)
                self.go_on(reading, until_s)
            else:
                self.switch_off(reading.true_s)
        self.cut(end_s)

    def set(self, reading: Reading) -> None:
        """The clock is set, or the station starts: everything is planned anew."""
        self.is_known = reading.is_known
        self.set_s = reading.clock_s
        if self.on is not None and self.is_early(self.on.play, reading.clock_s):
            self.cut(reading.true_s)  # at its very end, too: a step comes before what else happens
        for key, play in list(self.queue.items()):
            if play.asked.limit_s < reading.clock_s:
                del self.queue[key]  # it is joined
        if not reading.is_known:
            self.queue.clear()  # it is joined when the time is known
        self.plan = [
            play
            for play in self.plan_at(reading.clock_s)
            if play.asked.medium == "sound" and play.asked.zones & self.zones
        ]
        kept = {*self.back, *self.queue} | ({key_of(self.on.play)} if self.on else set())
        for play in self.plan:
            if key_of(play) not in kept:
                self.latest[key_of(play)] = self.policy.latest_s(play, reading.clock_s + SEEN_S)

    def switch_off(self, true_s: int) -> None:
        self.cut(true_s)
        self.back.clear()
        self.queue.clear()
        self.over.clear()

    def go_on(self, reading: Reading, until_s: int) -> None:
        shift = reading.clock_s - reading.true_s
        marks = {
            at
            for play in self.plan
            for at in (play.start_s, play.end_s, self.latest_s(play), play.asked.limit_s)
        } | {self.latest_s(one) - (one.end_s - one.start_s) + 1 for one in self.plan}  # too late
        marks |= self.policy.silent_starts(reading.clock_s, until_s + shift)
        todo = sorted(at - shift for at in marks if reading.true_s < at - shift < until_s)
        now = reading.true_s
        while now < until_s:
            while self.act(now, now + shift):
                pass
            further = [at for at in todo if at > now][:1]
            if self.on is not None and self.on.end_s > now:
                further.append(self.on.end_s)
            now = min(further, default=until_s)

    # What happens at one moment

    def act(self, now: int, clock_s: int) -> bool:
        """Do what is first at a moment; is there more?"""
        if self.end_what_sounds(now, clock_s):
            return True
        if not self.is_known:
            return False
        self.forget(clock_s)
        self.meet(clock_s)
        return (
            self.begin_scheduled(now, clock_s)
            or self.begin_queued(now, clock_s)
            or self.begin_sooner(now, clock_s)
            or self.come_back(now, clock_s)
        )

    def end_what_sounds(self, now: int, clock_s: int) -> bool:
        on = self.on
        if on is None:
            return False
        key = key_of(on.play)
        is_over = now >= on.end_s or clock_s >= self.latest_s(on.play)
        if is_over or self.is_barred(on.play, clock_s):
            self.heard.add(key)
        elif not self.is_early(on.play, clock_s):
            return False
        self.cut(now)
        return True

    def forget(self, clock_s: int) -> None:
        """What has its time ahead comes again; what is too late to end in time is given up."""
        for key, (play, offset_s) in list(self.back.items()):
            rest_s = play.end_s - play.start_s - offset_s
            if play.start_s > clock_s:
                del self.back[key]
            elif clock_s + rest_s > self.latest_s(play):
                self.give_up(play)
        for key, play in list(self.queue.items()):
            if play.start_s > clock_s:
                del self.queue[key]
            elif clock_s + play.end_s - play.start_s > self.latest_s(play) or (
                play.asked.kind != "within" and clock_s > play.asked.limit_s
            ):
                self.give_up(play)
                del self.queue[key]

    def meet(self, clock_s: int) -> None:
        """What is due at this moment below what sounds waits, or is dropped."""
        on = self.on
        if on is None:
            return
        known = self.heard | self.back.keys() | self.queue.keys() | {key_of(on.play)}
        for level in range(on.play.asked.level + 1):
            due = [one for one in self.plan if (one.start_s, one.asked.level) == (clock_s, level)]
            due.sort(key=Play.strength, reverse=True)
            for one in due:
                if key_of(one) in known or not (one.has_to_wait or one is due[0]):
                    continue
                if level < on.play.asked.level:
                    self.wait(one, 0)
                elif self.yields(one, on.play, clock_s) and key_of(one) not in self.begun:
                    self.queue[key_of(one)] = one
        waiting = [one for one in self.queue.values() if one.asked.level < on.play.asked.level]
        for one in waiting:
            del self.queue[key_of(one)]
            self.wait(one, 0)

    def begin_scheduled(self, now: int, clock_s: int) -> bool:
        """What the plan has for now begins, or is joined at its place."""
        play = self.wanted(clock_s)
        if play is None or {key_of(play)} & (self.heard | self.back.keys() | self.queue.keys()):
            return False
        key, on = key_of(play), self.on
        is_late = clock_s > play.start_s
        if on is not None and self.is_kept_from(play, on.play, is_late=is_late):
            return False
        has_missed = key in self.begun or play.start_s < self.set_s
        queued = self.first_queued(clock_s) if has_missed else None
        if queued is not None and queued.asked.level >= play.asked.level:
            return False  # it begins right behind what it waited for
        ahead = [one[0] for one in self.back.values()] + self.list_waiting(play)
        if has_missed:
            ahead = self.list_above(play, clock_s)
        ahead += [] if on is None else [on.play]
        if any(self.yields(play, one, clock_s) for one in ahead):
            if has_missed:
                return False  # it is joined behind that
            self.queue[key] = play
            return True
        self.begin(play, clock_s - play.start_s if is_late else 0, now)
        return True

    def is_kept_from(self, play: Play, on: Play, *, is_late: bool) -> bool:
        """Is it what sounds, below that, or late beside a later start that sounds?"""
        level = play.asked.level
        if key_of(on) == key_of(play) or on.asked.level > level:
            return True
        return is_late and on.asked.level == level and on.start_s > play.start_s

    def begin_queued(self, now: int, clock_s: int) -> bool:
        play = self.first_queued(clock_s)
        if play is None:
            return False
        del self.queue[key_of(play)]
        self.begin(play, 0, now)
        return True

    def first_queued(self, clock_s: int) -> Play | None:
        """Which of those that wait begins now, if any does?"""
        for play in sorted(self.queue.values(), key=lambda one: (-one.asked.level, one.start_s)):
            others = [one[0] for one in self.back.values()]
            is_next = not any(self.yields(play, one, clock_s) for one in others)
            if (is_next and self.on is None) or clock_s >= play.asked.limit_s:
                return play
        return None

    def begin_sooner(self, now: int, clock_s: int) -> bool:
        """What follows an item that ended for good begins on a free output."""
        self.over = {key: one for key, one in self.over.items() if one.end_s > clock_s}
        for former in self.over.values():
            play = next((one for one in self.plan if self.follows(one, former)), None)
            if play is None:
                continue
            key, back = key_of(play), self.first_back(clock_s)
            if key in self.heard or key in self.back or key in self.queue:
                continue
            if self.on is not None or (back and back[0].asked.level >= play.asked.level):
                continue
            earliest_s = self.earliest_s(play)
            if earliest_s <= clock_s < play.start_s - PREPARED_S:
                self.begin(play, 0, now)
                self.over[key] = play
                return True
        return False

    def come_back(self, now: int, clock_s: int) -> bool:
        back = self.first_back(clock_s)
        if back is None or self.on or self.is_short(back[0], clock_s):
            return False
        self.begin(*back, now)
        return True

    # The rules

    def wanted(self, clock_s: int) -> Play | None:
        """The highest that is on by the plan and that no later start of its level has ended."""
        active = [one for one in self.plan if one.start_s <= clock_s < one.end_s]
        active = [one for one in active if not self.is_replaced(one, clock_s)]
        active = [one for one in active if key_of(one) not in self.heard]
        return max(active, key=lambda one: (one.asked.level, one.strength()), default=None)

    def is_replaced(self, play: Play, clock_s: int) -> bool:
        level = play.asked.level
        return level > FILLER and any(
            one.asked.level == level
            and one.strength() > play.strength()
            and play.start_s <= one.start_s <= clock_s
            for one in self.plan
        )

    def list_waiting(self, play: Play) -> list[Play]:
        """What waits longer, of its level or a higher one."""
        return [one for one in self.queue.values() if one.asked.level >= play.asked.level]

    def list_above(self, play: Play, clock_s: int) -> list[Play]:
        """What of a higher level goes on now."""
        back = self.first_back(clock_s)
        if back is None or self.is_short(back[0], clock_s):
            return []
        return [back[0]] if back[0].asked.level > play.asked.level else []

    def is_short(self, play: Play, clock_s: int) -> bool:
        """Would it be cut within seconds? What is prepared keeps its moment, unless it waits."""
        return any(
            clock_s < one.start_s <= clock_s + PREPARED_S
            and one.asked.level >= play.asked.level
            and key_of(one) not in self.heard
            and not self.yields(one, play, clock_s)
            for one in self.plan
        )

    def yields(self, play: Play, other: Play, clock_s: int) -> bool:
        if other.asked.level > play.asked.level:
            return True
        is_waiting = play.has_to_wait and clock_s < play.asked.limit_s
        return (
            is_waiting and other.asked.level == play.asked.level and key_of(other) != key_of(play)
        )

    def first_back(self, clock_s: int) -> tuple[Play, int] | None:
        """Higher levels first, then what is scheduled for now, then the older."""
        wanted = self.wanted(clock_s)
        first = None if wanted is None else key_of(wanted)
        found = min(
            (one for one in self.back.values() if not self.is_barred(one[0], clock_s)),
            key=lambda one: (
                -one[0].asked.level,
                key_of(one[0]) != first or one[0].has_to_wait,
                one[0].start_s,
            ),
            default=None,
        )
        if found is None or wanted is None or first in self.back or first in self.queue:
            return found
        return found if found[0].asked.level > wanted.asked.level else None

    def follows(self, play: Play, former: Play) -> bool:
        behind = play.asked.behind
        return (
            behind is not None
            and key_of(behind) == key_of(former)
            and self.earliest_s(play) < play.start_s
        )

    def earliest_s(self, play: Play) -> int:
        behind = play.asked.behind
        if behind is None or play.start_s != behind.end_s or play.asked.is_advert:
            return play.start_s
        at_s = self.earliest_s(behind)
        length_s = play.end_s - play.start_s
        if play.start_s - at_s > SIX_HOURS_S:
            return play.start_s
        is_barred = self.policy.judge_moment(play.asked, at_s, at_s + length_s) is not None
        return play.start_s if is_barred else at_s

    def latest_s(self, play: Play) -> int:
        """Until when it may go on when it was interrupted."""
        return self.latest[key_of(play)]

    def is_barred(self, play: Play, clock_s: int) -> bool:
        """Is it music or an advert on a day of mourning?"""
        return self.policy.is_mourned(play.asked, clock_s, clock_s + 1)

    def is_early(self, play: Play, clock_s: int) -> bool:
        """Is its time to come, and may nothing sound now?"""
        if not self.is_known or play.start_s <= clock_s:
            return False
        return self.policy.is_silent(clock_s)

    # What sounds

    def begin(self, play: Play, offset_s: int, now: int) -> None:
        on = self.on
        if on is not None:
            former = on.play
            is_equal = former.asked.level == play.asked.level > FILLER
            offset = on.offset_s + now - on.since_s
            self.cut(now)
            if is_equal:
                self.give_up(former)
            else:
                self.wait(former, offset)
        end_s = now + play.end_s - play.start_s - offset_s
        self.on = _On(play, offset_s, now, end_s)
        self.begun.add(key_of(play))
        self.back.pop(key_of(play), None)

    def wait(self, play: Play, offset_s: int) -> None:
        how = play.asked.entry.get("when_cut", "resume")
        if how == "drop":
            self.give_up(play)
        elif how == "resume":
            self.back[key_of(play)] = (play, offset_s)

    def give_up(self, play: Play) -> None:
        self.heard.add(key_of(play))
        self.back.pop(key_of(play), None)
        self.over[key_of(play)] = play

    def cut(self, now: int) -> None:
        on, self.on = self.on, None
        if on is not None and now > on.since_s:
            self.pieces.append(Piece(key_of(on.play), on.offset_s, on.since_s, now))
