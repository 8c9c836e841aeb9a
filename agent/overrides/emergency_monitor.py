"""Checks that every emergency in force is heard and seen; where it is not, it raises an issue.

The issue begins within 10 s, with the reason, and ends when the output sounds or shows the
emergency or when the emergency is over. An emergency that an output never played at all gets a play
record there as skipped, unless the output itself has written one.
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

CHECK_S = 1.0
IDLE_S = 30.0  # an emergency may begin at its start time, without any signal
GRACE_S = 7.0  # time for amplifiers to settle, or for a worker process to be replaced
WHY: dict[Standing, str] = {
    "key": "the silence key on the box is turned",
    "order": "a signed silence stops everything",
    "lockout": "the station is locked out: somebody works at it",
    "process": "its process is away",
    "lines": "no loudspeaker line can be switched on",
    "failed": "it could not be played",
    "late": "it has not begun",
}
REASON: dict[Standing, str] = {
    "key": "silence_key",
    "order": "silenced",
    "lockout": "lockout",
    "process": "output_lost",
    "lines": "E_SWITCH: no loudspeaker line could be switched on",
    "failed": "failed",
    "late": "not_begun",
}


@dataclass
class _Seen:
    """One emergency on one output, as observed so far."""

    output: str
    item: Item
    was_played: bool = False
    is_recorded: bool = False
    standing: Standing = "late"
    silent_since_mono_s: float | None = None


@dataclass
class EmergencyMonitor:
    """Monitors the emergencies of one box.

    Args:
        states: every emergency in force, with its state on each output.
        issues: the open issues.
        log: gets the play records.
    """

    states: Callable[[], list[EmergencyState]]
    issues: Issues
    log: PlayLog
    _seen: dict[tuple[str, str], _Seen] = field(default_factory=dict)
    _with_issue: set[str] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def changed(self) -> None:
        """Check at once: documents, media, the clock or a silence have changed."""
        self._changed.set()

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            self._changed.clear()
            await self.check()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CHECK_S if self._seen else IDLE_S):
                    await self._changed.wait()

    async def check(self) -> None:
        """Update issues and records."""
        alarms = self.states()
        here = [(state, state.item) for alarm in alarms for state in alarm.outputs if state.item]
        over = self._seen.keys() - {(state.output, item.key) for state, item in here}
        for key in over:
            await self._end(self._seen.pop(key))
        for state, item in here:
            seen = self._seen.setdefault((state.output, item.key), _Seen(state.output, item))
            _update(seen, state)
        self._set_issues()

    def _set_issues(self) -> None:
        """Set one issue an output, for the highest emergency that it does not play."""
        hints: dict[str, str] = {}
        playing = {seen.output for seen in self._seen.values() if seen.standing == "on"}
        for seen in self._seen.values():
            if seen.output not in playing and _is_long_silent(seen):
                hint = f"{seen.item.source.entry}: {WHY[seen.standing]}"
                hints.setdefault(seen.output, hint)
        for output in self._with_issue - hints.keys():
            self.issues.set_issue("emergency_not_sounding", output, None)
        for output, hint in hints.items():
            self.issues.set_issue("emergency_not_sounding", output, hint)
        self._with_issue = set(hints)

    async def _end(self, seen: _Seen) -> None:
        if not seen.was_played and not seen.is_recorded and seen.standing in REASON:
            missing = [body.lang for body in seen.item.bodies]
            result = PlayResult("skipped", REASON[seen.standing], words_missing=missing)
            await PlayRecord(self.log, seen.output, seen.item).close(result)


def _update(seen: _Seen, state: OutputState) -> None:
    seen.standing = state.standing
    seen.was_played |= state.standing in ("on", "told")
    seen.is_recorded = state.is_open or state.standing == "failed"
    if state.standing not in SILENT:
        seen.silent_since_mono_s = None
    elif seen.silent_since_mono_s is None:
        seen.silent_since_mono_s = mono_s()


def _is_long_silent(seen: _Seen) -> bool:
    """Is the output silent for long enough? A silence ordered by a person counts at once."""
    since_s = seen.silent_since_mono_s
    if since_s is None:
        return False
    return seen.standing in ("key", "order", "lockout") or mono_s() - since_s >= GRACE_S
