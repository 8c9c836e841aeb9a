"""Runs the checks, each at its own pace, one after another, and tells what begins and what ends.

The theory. A check may touch a dying card or a device that never answers, so it is never trusted:
one that crashes is itself an issue (`check_failed`), and one that does not come back within 30 s is
left where it hangs, told, and not asked again until it has come back. What it found before then
stays found: silence proves nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from agent.clock import mono_s
from agent.health.check import NOT_YET, Check, CheckFinding, CheckStatus, NotCheckedError

log = logging.getLogger(__name__)
PATIENCE_S = 30.0
NOTHING_THERE_S = 600.0  # a sensor that is not there may have been plugged in since
NO_TIME_S = 15.0  # the time mostly comes within seconds of a start


class CheckRunner:
    """All checks of one box.

    Args:
        checks: each with a name of its own.
        note: begins an issue (kind, subject, hint), or ends it (hint None); repeats are quiet.
        patience_s: how long one look may keep the others waiting.
    """

    def __init__(
        self,
        checks: Sequence[Check],
        note: Callable[[str, str, str | None], None],
        *,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._checks = {check.name: check for check in checks}
        if len(self._checks) != len(checks):
            raise ValueError("two checks of one name")
        self._note = note
        self._patience_s = patience_s
        self._looks: dict[str, asyncio.Task[None]] = {}
        self._told: dict[str, set[tuple[str, str]]] = {name: set() for name in self._checks}
        self._standings = dict.fromkeys(self._checks, NOT_YET)

    def standings(self) -> dict[str, CheckStatus]:
        """Name of each check → how it stands; what could not be checked is not called good."""
        return dict(self._standings)

    async def run(self) -> None:
        """Live until cancelled."""
        due_mono_s = dict.fromkeys(self._checks, mono_s())
        async with asyncio.TaskGroup() as group:
            while due_mono_s:
                name = min(due_mono_s, key=due_mono_s.__getitem__)
                await asyncio.sleep(max(0.0, due_mono_s[name] - mono_s()))
                await self._visit(name, group)
                due_mono_s[name] = mono_s() + self._rest_s(name)

    async def look_once(self) -> dict[str, CheckStatus]:
        """Every check once, for a report that is wanted now."""
        async with asyncio.TaskGroup() as group:
            for name in self._checks:
                await self._visit(name, group)
        return self.standings()

    def _rest_s(self, name: str) -> float:
        period_s = self._checks[name].period_s
        match self._standings[name].reason:
            case "no_sensor":
                return max(period_s, NOTHING_THERE_S)
            case "no_time":
                return min(period_s, NO_TIME_S)
            case _:
                return period_s

    async def _visit(self, name: str, group: asyncio.TaskGroup) -> None:
        former = self._looks.get(name)
        if former is not None and not former.done():
            return
        check = group.create_task(self._check(name), name=f"check {name}")
        self._looks[name] = check
        done, _ = await asyncio.wait([check], timeout=self._patience_s)
        if not done:
            self._fail(name, f"no answer within {self._patience_s:.0f} s")

    async def _check(self, name: str) -> None:
        try:
            findings = await self._checks[name].check()
        except NotCheckedError as error:
            self._standings[name] = CheckStatus("not_checked", mono_s(), reason=error.reason)
        except Exception as error:
            log.exception("check %s failed", name)
            self._fail(name, f"{type(error).__name__}: {error}")
            return
        else:
            self._report(name, findings)
        self._note("check_failed", name, None)

    def _report(self, name: str, findings: Sequence[CheckFinding]) -> None:
        state: CheckStatus = CheckStatus(
            "finding" if findings else "good", mono_s(), findings=tuple(findings)
        )
        self._standings[name] = state
        before, self._told[name] = self._told[name], {(f.kind, f.subject) for f in findings}
        for kind, subject in sorted(before - self._told[name]):
            self._note(kind, subject, None)
        for finding in findings:
            self._note(finding.kind, finding.subject, finding.hint)

    def _fail(self, name: str, hint: str) -> None:
        self._standings[name] = CheckStatus("not_checked", mono_s(), reason="failed")
        self._note("check_failed", name, hint)
