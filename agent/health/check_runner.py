"""Runs the checks, each at its own period, one after another, and begins and ends their issues.

The theory. A check may touch a dying card or a device that never answers. A check that crashes is
itself an issue (`check_failed`). A check that does not return within 30 s is left running,
reported, and not restarted until it returns. Its earlier findings stay in force: no answer proves
nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from agent.clock import mono_s
from agent.health.check import NOT_YET, Check, CheckFinding, CheckStatus, NotCheckedError

log = logging.getLogger(__name__)
TIME_LIMIT_S = 30.0
ABSENT_S = 600.0  # a missing sensor may have been plugged in since
NO_TIME_S = 15.0  # trusted time mostly comes within seconds of a start


class CheckRunner:
    """All checks of one box.

    Args:
        checks: each with a name of its own.
        set_issue: begins an issue (kind, subject, hint), or ends it (hint None).
        time_limit_s: how long one check may keep the others waiting.
    """

    def __init__(
        self,
        checks: Sequence[Check],
        set_issue: Callable[[str, str, str | None], None],
        *,
        time_limit_s: float = TIME_LIMIT_S,
    ) -> None:
        self._checks = {check.name: check for check in checks}
        if len(self._checks) != len(checks):
            raise ValueError("two checks have the same name")
        self._set_issue = set_issue
        self._time_limit_s = time_limit_s
        self._running: dict[str, asyncio.Task[None]] = {}
        self._reported: dict[str, set[tuple[str, str]]] = {name: set() for name in self._checks}
        self._statuses = dict.fromkeys(self._checks, NOT_YET)

    def statuses(self) -> dict[str, CheckStatus]:
        """Name of each check → its status; one that was not checked is not called good."""
        return dict(self._statuses)

    async def run(self) -> None:
        """Live until cancelled."""
        due_mono_s = dict.fromkeys(self._checks, mono_s())
        async with asyncio.TaskGroup() as group:
            while due_mono_s:
                name = min(due_mono_s, key=due_mono_s.__getitem__)
                await asyncio.sleep(max(0.0, due_mono_s[name] - mono_s()))
                await self._run_check(name, group)
                due_mono_s[name] = mono_s() + self._rest_s(name)

    async def check_all_once(self) -> dict[str, CheckStatus]:
        """Run every check once, for a report that is wanted now."""
        async with asyncio.TaskGroup() as group:
            for name in self._checks:
                await self._run_check(name, group)
        return self.statuses()

    def _rest_s(self, name: str) -> float:
        period_s = self._checks[name].period_s
        match self._statuses[name].reason:
            case "no_sensor":
                return max(period_s, ABSENT_S)
            case "no_time":
                return min(period_s, NO_TIME_S)
            case _:
                return period_s

    async def _run_check(self, name: str, group: asyncio.TaskGroup) -> None:
        former = self._running.get(name)
        if former is not None and not former.done():
            return
        check = group.create_task(self._check(name), name=f"check {name}")
        self._running[name] = check
        done, _ = await asyncio.wait([check], timeout=self._time_limit_s)
        if not done:
            self._fail(name, f"no answer within {self._time_limit_s:.0f} s")

    async def _check(self, name: str) -> None:
        try:
            findings = await self._checks[name].check()
        except NotCheckedError as error:
            self._statuses[name] = CheckStatus("not_checked", mono_s(), reason=error.reason)
        except Exception as error:
            log.exception("check %s failed", name)
            self._fail(name, f"{type(error).__name__}: {error}")
            return
        else:
            self._report(name, findings)
        self._set_issue("check_failed", name, None)

    def _report(self, name: str, findings: Sequence[CheckFinding]) -> None:
        state: CheckStatus = CheckStatus(
            "finding" if findings else "good", mono_s(), findings=tuple(findings)
        )
        self._statuses[name] = state
        before, self._reported[name] = self._reported[name], {(f.kind, f.subject) for f in findings}
        for kind, subject in sorted(before - self._reported[name]):
            self._set_issue(kind, subject, None)
        for finding in findings:
            self._set_issue(finding.kind, finding.subject, finding.hint)

    def _fail(self, name: str, hint: str) -> None:
        self._statuses[name] = CheckStatus("not_checked", mono_s(), reason="failed")
        self._set_issue("check_failed", name, hint)
