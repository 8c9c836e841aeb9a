"""Sees that nothing of the plan passes without a record: what did not begin is skipped, and why.

Usually everything begins. It does not where something stronger begins at its moment, in a silence,
where the output has no process, where the clock is set past it, where the time is unknown, or where
the agent does not run. What is still on when that is over is joined; what is over is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.clock import Now
from agent.play.item import Item, OutputContext, Rundown
from agent.play.play_memory import CLOCK_STEP
from agent.play.play_record import PlayRecord, PlayResult

STEP = timedelta(seconds=2)  # a look that comes late is no step
NO_TIME = "no_time"
NOT_RUNNING = "not_running"
NOT_BEGUN = "not_begun"
OUTPUT_LOST = "output_lost"
# Who has one of these may still be joined, and what keeps it off then is the better reason.
_PASSING = frozenset({NOT_BEGUN, NO_TIME, NOT_RUNNING, CLOCK_STEP})


@dataclass(frozen=True)
class _Look:
    at: datetime
    mono_s: float


class PlanWatch:
    """The plan of one output, as it comes due.

    Args:
        rundown: the plan.
        is_recorded: is this play on record?
        is_pending: does it sound, or may it still?
        alive_at: when a former run was last alive; None: there was none.
        begun_mono_s: when this run began.

    Attributes:
        set_at: the moment to which the clock was set last, at which the time was found, or this
            run began. What was to begin before it is joined at its place.
    """

    def __init__(
        self,
        rundown: Rundown,
        *,
        is_recorded: Callable[[str], bool],
        is_pending: Callable[[str], bool],
        alive_at: datetime | None,
        begun_mono_s: float,
    ) -> None:
        self.set_at: datetime | None = None
        self._set_from: datetime | None = None
        self._rundown = rundown
        self._is_recorded = is_recorded
        self._is_pending = is_pending
        self._alive_at = alive_at
        self._begun_mono_s = begun_mono_s
        self._last: _Look | None = None
        self._had_no_time = False
        self._is_ahead = False
        self._open: dict[str, tuple[Item, str]] = {}

    def look(self, now: Now, mono_s: float, hindrance: str | None = None) -> list[tuple[Item, str]]:
        """What is over and neither began nor waits, each with the reason.

        Args:
            now: the box's clock.
            mono_s: of the same moment.
            hindrance: why the output can begin nothing now, if so.
        """
        if now.quality == "FLOOR":
            self._had_no_time = True
            return []
        if not self._rundown.is_complete:
            return []
        since_at = self._since(now, mono_s)
        if self._last is None and self._alive_at is not None:
            self._open_unended(since_at, now)
        for item in self._rundown.started(since_at, now):
            reason = self._reason_of(item, now, mono_s)
            self._open.setdefault(item.key, (item, reason))
        self._last, self._had_no_time = _Look(now.at, mono_s), False
        self._find_reasons(since_at, now, hindrance)
        return self._take_over(now)

    def _open_unended(self, at: datetime, now: Now) -> None:
        """What was on or waited when the former run ended: that run can record it no more."""
        for item in self._rundown.unended(at - STEP, now):
            self._open[item.key] = (item, NOT_BEGUN)

    def _since(self, now: Now, mono_s: float) -> datetime:
        """The moment from which on nothing was looked at."""
        last_at = self._last.at if self._last is not None else self._alive_at
        by = timedelta() if last_at is None else now.at - last_at - self._passed(mono_s)
        self._is_ahead = by > STEP
        if self._last is None or self._had_no_time or abs(by) > STEP:
            self.set_at, self._set_from = now.at, now.at - by
        if last_at is None:
            return now.at
        if last_at > now.at:  # the clock was set back: what is to come is to come again
            self._open = {k: one for k, one in self._open.items() if one[0].start_at <= now.at}
        return min(last_at, now.at)

    def _passed(self, mono_s: float) -> timedelta:
        """How long it is since the last look."""
        last_mono_s = self._begun_mono_s if self._last is None else self._last.mono_s
        return timedelta(seconds=mono_s - last_mono_s)

    def _reason_of(self, item: Item, now: Now, mono_s: float) -> str:
        begun_at = now.at - timedelta(seconds=mono_s - self._begun_mono_s)
        if self._last is None and item.start_at < begun_at:
            return NOT_RUNNING
        if self._had_no_time:
            return NO_TIME
        return CLOCK_STEP if self._is_ahead else NOT_BEGUN

    def is_passed_over(self, item: Item) -> bool:
        """Was the clock set past its beginning, or the end of its wait, while that was to come?"""
        if self.set_at is None or self._set_from is None:
            return False
        moments = [item.start_at] if item.waits_until is None else [item.start_at, item.waits_until]
        return any(self._set_from < at < self.set_at for at in moments)

    def _find_reasons(self, since_at: datetime, now: Now, hindrance: str | None) -> None:
        """Ask of each that could be joined, or came due just now, what keeps it off."""
        for key, (item, reason) in self._open.items():
            is_new = reason == NOT_BEGUN and item.start_at >= since_at
            is_on = now.at < item.end_at and reason in (*_PASSING, OUTPUT_LOST)
            if (is_new or is_on) and not self._is_recorded(key):
                why = self._rundown.why_kept_off(item, now) or hindrance
                self._open[key] = (item, why or reason)

    def _take_over(self, now: Now) -> list[tuple[Item, str]]:
        """Take out what is accounted for, and what is over.

        What was withdrawn before it could have begun is owed to nobody. What its time came for in
        vain is on record also where its document is replaced before its end.
        """
        over: list[tuple[Item, str]] = []
        for key, (item, reason) in list(self._open.items()):
            if self._is_recorded(key):
                del self._open[key]
            elif self._is_pending(key):
                continue
            elif not self._rundown.is_planned(item) and reason not in _PASSING:
                del self._open[key]
                over.append((item, reason))
            elif now.at >= item.end_at:
                del self._open[key]
                if self._rundown.is_planned(item):
                    over.append((item, reason))
        return over


async def report_passed(
    context: OutputContext, output: str, item: Item, reason: str, faces: Sequence[str] = ()
) -> None:
    """Record that an item's time has passed unheard. If the time comes again, it may begin.

    Args:
        context: journal and memory.
        output: its name.
        item: the one that passed.
        reason: why.
        faces: of a board: those that did not show it; none: all.
    """
    if not faces:
        context.memory.skip(item.key)
    await PlayRecord(context.log, output, item).close(
        PlayResult("skipped", reason, zones=list(faces))
    )
