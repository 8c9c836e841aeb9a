"""Is every emergency in force heard and seen? Where it is not, that is an issue, and on record.

An emergency that an output does not sound or show is told within 10 s, with the reason, and ends
when it does or when the emergency is over. One that an output never told at all gets a play record
there as skipped, unless the output itself has written one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from agent.clock import mono_s
from agent.health.open_issues import Issues
from agent.overrides.emergency_state import SILENT, EmergencyState, OutputState, Standing
from agent.play.item import Item, PlayLog
from agent.play.play_record import PlayRecord, PlayResult

LOOK_S = 1.0
IDLE_S = 30.0  # an emergency may begin at its own moment, without anybody's word
GRACE_S = 7.0  # for amplifiers that settle, a process that is replaced
WHY: dict[Standing, str] = {
    "key": "the silence key on the box is turned",
    "order": "a signed silence stops everything",
    "process": "its process is away",
    "lines": "no loudspeaker line can be switched on",
    "failed": "it could not be played",
    "late": "it has not begun",
}
REASON: dict[Standing, str] = {
    "key": "silence_key",
    "order": "silenced",
    "process": "output_lost",
    "lines": "E_SWITCH: no loudspeaker line could be switched on",
    "failed": "failed",
    "late": "not_begun",
}


@dataclass
class _Seen:
    """One emergency on one output, as far as it was watched."""

    output: str
    item: Item
    was_told: bool = False
    is_recorded: bool = False
    standing: Standing = "late"
    silent_since_mono_s: float | None = None


@dataclass
class EmergencyMonitor:
    """Watches the emergencies of one box.

    Args:
        states: every emergency in force, and how it stands on each output.
        issues: those that last.
        log: takes the records.
    """

    states: Callable[[], list[EmergencyState]]
    issues: Issues
    log: PlayLog
    _seen: dict[tuple[str, str], _Seen] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def changed(self) -> None:
        """Documents, media, the clock or a silence moved: look again now."""
        self._changed.set()

    async def run(self) -> None:
        """Live until cancelled."""
        while True:
            self._changed.clear()
            await self.check()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S if self._seen else IDLE_S):
                    await self._changed.wait()

    async def check(self) -> None:
        """Tell what begins and what ends."""
        alarms = self.states()
        here = [(state, state.item) for alarm in alarms for state in alarm.outputs if state.item]
        over = self._seen.keys() - {(state.output, item.key) for state, item in here}
        for key in over:
            await self._end(self._seen.pop(key))
        for state, item in here:
            seen = self._seen.setdefault((state.output, item.key), _Seen(state.output, item))
            _follow(seen, state)
        self._note()

    def _note(self) -> None:
        """One issue an output, for the highest of what it does not tell."""
        hints: dict[str, str] = {}
        telling = {seen.output for seen in self._seen.values() if seen.standing == "on"}
        for seen in self._seen.values():
            if seen.output not in telling and _is_long_silent(seen):
                hint = f"{seen.item.source.entry}: {WHY[seen.standing]}"
                hints.setdefault(seen.output, hint)
        for output in self._told - hints.keys():
            self.issues.set_issue("emergency_not_sounding", output, None)
        for output, hint in hints.items():
            self.issues.set_issue("emergency_not_sounding", output, hint)
        self._told = set(hints)

    async def _end(self, seen: _Seen) -> None:
        if not seen.was_told and not seen.is_recorded and seen.standing in REASON:
            missing = [body.lang for body in seen.item.bodies]
            account = PlayResult("skipped", REASON[seen.standing], words_missing=missing)
            await PlayRecord(self.log, seen.output, seen.item).close(account)


def _follow(seen: _Seen, state: OutputState) -> None:
    seen.standing = state.standing
    seen.was_told |= state.standing in ("on", "told")
    seen.is_recorded = state.is_open or state.standing == "failed"
    if state.standing not in SILENT:
        seen.silent_since_mono_s = None
    elif seen.silent_since_mono_s is None:
        seen.silent_since_mono_s = mono_s()


def _is_long_silent(seen: _Seen) -> bool:
    """What somebody keeps off is told at once; else a little patience."""
    since_s = seen.silent_since_mono_s
    if since_s is None:
        return False
    return seen.standing in ("key", "order") or mono_s() - since_s >= GRACE_S
