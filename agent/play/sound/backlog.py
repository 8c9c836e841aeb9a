"""Items of one output that a higher level has pre-empted or delayed, and how they come back.

An item that comes due meanwhile counts as cut at its very beginning, so that one rule serves both.
`resume`: it continues where it was cut, if it still ends inside its window. `rejoin`: it continues
at its present position, as long as it is not over. `drop`: it does not come back. An item of which
nothing was heard is recorded as skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agent.clock import Now
from agent.play.item import Item, OutputContext
from agent.play.play_memory import PREEMPTED, KeyUnion
from agent.play.play_record import PlayRecord, PlayResult

ENDING = timedelta(seconds=0.35)  # until the end of a sound is known


@dataclass(frozen=True)
class Cut:
    """An item and the position at which it was cut.

    `is_recorded`: a part of it was heard and is in the journal; else it came due meanwhile.
    `is_waiting`: it waits for what comes back at its level, and then begins, whatever is to happen
    to it when it is cut.
    """

    item: Item
    offset_ms: int = 0
    is_recorded: bool = False
    is_waiting: bool = False

    @property
    def comes_back(self) -> bool:
        """Does it go on at its offset?"""
        return self.item.when_cut == "resume" or self.is_waiting

    def rank(self, now: Now, first: str) -> tuple[int, int, bool, datetime]:
        """The order in which items come back; `first` is the one that is scheduled for now."""
        turn = 1
        if self.is_waiting:
            turn = 0 if self.has_waited(now) else 2
        is_first = self.item.key == first and self.item.waits_until is None
        return -self.item.level, turn, not is_first, self.item.start_at

    def has_waited(self, now: Now) -> bool:
        """Has it waited as long as it may?"""
        until_at = self.item.waits_until
        return self.is_waiting and until_at is not None and now.at >= until_at

    def is_lapsed(self, at: datetime) -> bool:
        """Is it too late to come back, if it does not come back at this moment?"""
        if not self.comes_back:
            return at >= self.item.end_at
        length = self.item.end_at - self.item.start_at - timedelta(milliseconds=self.offset_ms)
        return at + length > self.item.latest_end_at


class Backlog:
    """The items of one output that wait until a higher level ends.

    Args:
        output: its name.
        context: schedule, clock, media, journal and issue sink.

    Attributes:
        set_at: what came due before this moment is none of it (see `PlanWatch`); None: no limit.
        given_up: what it has given up for good, with its planned end.
    """

    def __init__(self, output: str, context: OutputContext) -> None:
        self.set_at: datetime | None = None
        self.given_up: dict[str, datetime] = {}
        self._output = output
        self._rundown = context.rundown
        self._log = context.log
        self._memory = context.memory
        self._cuts: dict[str, Cut] = {}
        self._scanned_at: datetime | None = None

    def __contains__(self, key: str) -> bool:
        """Does the item come back from the position at which it was cut?"""
        return key in self._cuts and self._cuts[key].comes_back

    def is_waiting(self, key: str) -> bool:
        """Does the item come back, at whatever position?"""
        return key in self._cuts

    def changed(self) -> None:
        """The schedule may have changed: search again for what came due."""
        self._scanned_at = None

    def follow_clock(self, now: Now, set_at: datetime | None) -> None:
        """Where the clock was set back, what has its time ahead of it comes due again.

        What waits when the time is lost is joined at its place when that is found.
        """
        self.set_at = set_at
        if now.quality == "FLOOR":
            self.forget_waiting(lambda _item: True)
        else:
            for key in [key for key, cut in self._cuts.items() if cut.item.start_at > now.at]:
                del self._cuts[key]

    def begun(self, key: str) -> None:
        """An item sounds (again): it waits no more, and will have a record."""
        self._memory.begin(key)
        self._cuts.pop(key, None)

    def add_cut(self, item: Item, offset_ms: int) -> None:
        """Add an item that was cut at an offset from its beginning; at its end it is heard."""
        if timedelta(milliseconds=offset_ms) + ENDING >= item.end_at - item.start_at:
            self._memory.finish(item.key)
        elif item.when_cut == "resume":
            self._cuts[item.key] = Cut(item, offset_ms, is_recorded=True)
        elif item.when_cut == "drop":
            self._give_up(item)

    async def add_due(self, item: Item, offset_ms: int = 0) -> None:
        """Add an item that was to begin (at an offset) while a higher level has the output."""
        if item.when_cut == "drop":
            await self._skip(item)
        elif item.key not in self._cuts or not self._cuts[item.key].is_recorded:
            self._cuts[item.key] = Cut(item, offset_ms)

    def add_waiting(self, item: Item) -> None:
        """Add an item that waits for what comes back before it."""
        self._cuts[item.key] = Cut(item, is_waiting=True)

    def forget_waiting(self, is_passed_over: Callable[[Item], bool]) -> None:
        """What waits and was passed over, when the clock was set, is joined at its place."""
        for cut in [one for one in self._cuts.values() if one.is_waiting]:
            if is_passed_over(cut.item):
                del self._cuts[cut.item.key]

    def wait_behind(self, item: Item, back: Cut) -> None:
        """Add what is due and waits for what comes back at its level.

        Not one whose beginning has passed: that is joined at its place.
        """
        if back.item.level == item.level and not self.has_missed(item):
            self.add_waiting(item)

    async def add_all_due(self, above: Item, now: Now, known: Iterable[str]) -> None:
        """Add what came due below the item that has the output; `known` have a session.

        Not what comes due as that ends.
        """
        seen = replace(now, at=now.at - ENDING)
        for cut in [one for one in self._cuts.values() if one.is_waiting]:
            if cut.item.level < above.level and cut.item.start_at <= seen.at:
                del self._cuts[cut.item.key]  # it waits for a higher level now
                await self.add_due(cut.item)
        # What sounds since before the clock was set back has its own start ahead of it.
        begun_at = above.start_at if above.start_at <= now.at else None
        bounds = (begun_at, self._scanned_at, self.set_at)
        since_at = max((bound for bound in bounds if bound is not None), default=now.at)
        self._scanned_at = seen.at
        settled = (k for k, cut in self._cuts.items() if cut.is_recorded or not cut.item.missing)
        left_out = KeyUnion((self._memory.finished, {*settled, *known}))
        for item in self._rundown.due(since_at, seen, left_out):
            if item.level < above.level:
                await self.add_due(item)
            elif item.yields_to(above, now.at) and not self.has_missed(item):
                self.add_waiting(item)  # two of one moment, in two zones of the output

    async def remove_lapsed(self, at: datetime) -> None:
        """Remove the items that are too late to come back."""
        for cut in [one for one in self._cuts.values() if one.is_lapsed(at)]:
            del self._cuts[cut.item.key]
            if cut.is_recorded:
                self._give_up(cut.item)
            elif not cut.comes_back:  # its time is over; if that comes again, it begins
                await self._record_skip(cut.item)
            elif cut.item.key not in self._memory.finished:
                await self._skip(cut.item)

    def order(self, soon: Item | None, now: Now) -> tuple[Item | None, Cut | None]:
        """What is to be prepared for its start, and what comes back: one does not hinder the other.

        Nothing is prepared before what comes back at a higher level, what waits neither before what
        does at its own; else what starts within seconds goes first. What has waited begins anyway.
        """
        back = self.next(now) if now.quality != "FLOOR" else None
        if soon is not None and self.has_before(soon, now):
            return None, back
        if soon is not None and back is not None and not back.is_waiting:
            return soon, back if back.item.level > soon.level else None
        return soon, back

    def next(self, now: Now) -> Cut | None:
        """The item that comes back first: higher levels, then the scheduled one, then the older.

        One that waits for others is not before them because it is scheduled for now.

        None also where the schedule has an item for now that is joined at its present position.
        """
        scheduled = self._rundown.scheduled(now, self._memory.finished)
        first = scheduled.key if scheduled is not None else ""
        waiting = sorted(
            (cut for cut in self._cuts.values() if cut.comes_back),
            key=lambda one: one.rank(now, first),
        )
        entitled = (cut for cut in waiting if self._rundown.is_entitled(cut.item, now))
        cut = next(entitled, None)
        if scheduled is None or cut is None or first in self:
            return cut
        has_missed = self.has_missed(scheduled)
        waits = scheduled.yields_to(cut.item, now.at) and not has_missed
        is_begun = cut.has_waited(now) or (cut.is_waiting and has_missed)
        if is_begun and cut.item.level == scheduled.level:
            return cut  # it begins as what has its moment does, or behind what it waited for
        return cut if waits or cut.item.level > scheduled.level else None

    def is_behind(self, item: Item, back: Cut | None, now: Now) -> bool:
        """Does an item that is on by the plan begin, or is it joined, behind what comes back?"""
        if back is None:
            return False
        is_joined = back.is_waiting and back.item.level == item.level and self.has_missed(item)
        return is_joined or item.yields_to(back.item, now.at)

    def has_before(self, item: Item, now: Now) -> bool:
        """Does anything come back before an item that is to begin, at its level or above it?

        What waits since the same moment is weaker, and waits for this.
        """
        return not self.has_missed(item) and any(
            cut.comes_back
            and not (cut.is_waiting and cut.item.start_at == item.start_at)
            and item.yields_to(cut.item, now.at)
            and self._rundown.is_entitled(cut.item, now)
            for cut in self._cuts.values()
        )

    def has_missed(self, item: Item) -> bool:
        """Has its beginning passed: was it heard in part, or was the clock set past it?"""
        is_passed = self.set_at is not None and item.start_at < self.set_at
        return is_passed or self.was_heard(item)

    def was_heard(self, item: Item) -> bool:
        """Was an item heard in part, or reported in its time?"""
        return self._memory.has_missed(item.key)

    def is_hopeless(self, item: Item, now: Now) -> bool:
        """Is it too late for an item that waits to begin, because it may not end so late?"""
        return now.at - ENDING + (item.end_at - item.start_at) > item.latest_end_at

    async def give_up(self, item: Item) -> None:
        """It does not begin any more, and what follows it is due."""
        await self._skip(item)

    def _give_up(self, item: Item) -> None:
        self._memory.finish(item.key)
        self.given_up[item.key] = item.end_at

    async def _skip(self, item: Item) -> None:
        is_recorded = item.key in self._memory.recorded
        self._give_up(item)
        if not is_recorded:
            await self._write_skip(item)

    async def _record_skip(self, item: Item) -> None:
        is_recorded = item.key in self._memory.recorded
        self._memory.skip(item.key)
        if not is_recorded:
            await self._write_skip(item)

    async def _write_skip(self, item: Item) -> None:
        await PlayRecord(self._log, self._output, item).close(PlayResult("skipped", PREEMPTED))
