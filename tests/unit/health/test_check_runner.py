"""The check runner: findings that begin and end, checks that crash, hang or cannot be done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from agent.contract.report import Issue
from agent.health.check import CheckFinding, NotCheckedError
from agent.health.check_runner import CheckRunner
from agent.health.hysteresis import Hysteresis
from agent.health.open_issues import Issues

LOW = CheckFinding("disk_low", "/state", "5 MiB free")


class FakeCheck:
    """Returns what the test sets; raises an exception, waits for an event."""

    def __init__(
        self, name: str, *says: Sequence[CheckFinding] | Exception | asyncio.Event
    ) -> None:
        self.name = name
        self.period_s = 0.01
        self.looks = 0
        self._says = list(says)

    async def check(self) -> Sequence[CheckFinding]:
        self.looks += 1
        says = self._says.pop(0) if len(self._says) > 1 else self._says[0]
        if isinstance(says, Exception):
            raise says
        if isinstance(says, asyncio.Event):
            await says.wait()
            return []
        return says


class IssueLog:
    """The issues that changed, in order."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, str]] = []
        self.issues = Issues(lambda: "2026-11-24T00:00:00Z")
        self.issues.changed.connect(self._on_change)

    def _on_change(self, issue: Issue, begins: bool) -> None:  # noqa: FBT001 - begins or ends
        self.changes.append(("begins" if begins else "ends", f"{issue.kind} {issue.subject}"))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - a count in a double
            await asyncio.sleep(0)


async def test_a_finding_is_signalled_once_when_it_begins_and_once_when_it_ends() -> None:
    issue_log = IssueLog()
    runner = CheckRunner([FakeCheck("disk", [LOW], [LOW], [LOW], [])], issue_log.issues.set_issue)
    for _ in range(5):
        await runner.check_all_once()
    assert issue_log.changes == [("begins", "disk_low /state"), ("ends", "disk_low /state")]


async def test_a_crashing_check_is_an_issue_and_the_others_continue() -> None:
    issue_log = IssueLog()
    runner = CheckRunner(
        [FakeCheck("disk", OSError("gone"), []), FakeCheck("rtc", [])], issue_log.issues.set_issue
    )
    first = await runner.check_all_once()
    assert first["disk"].state == "not_checked"
    assert first["disk"].why("vi") != first["disk"].why("en")
    assert first["rtc"].state == "good"
    await runner.check_all_once()
    assert issue_log.changes == [("begins", "check_failed disk"), ("ends", "check_failed disk")]


async def test_what_was_found_stays_found_while_the_check_cannot_look() -> None:
    issue_log = IssueLog()
    check = FakeCheck("disk", [LOW], RuntimeError("bus"), NotCheckedError("no_card"), [])
    runner = CheckRunner([check], issue_log.issues.set_issue)
    for _ in range(3):
        await runner.check_all_once()
    assert ("ends", "disk_low /state") not in issue_log.changes
    assert runner.statuses()["disk"].state == "not_checked"
    await runner.check_all_once()
    assert issue_log.changes[-1] == ("ends", "disk_low /state")


async def test_not_checked_is_kept_apart_from_good_from_the_first_moment() -> None:
    runner = CheckRunner(
        [FakeCheck("power", NotCheckedError("no_sensor"))], IssueLog().issues.set_issue
    )
    before = runner.statuses()["power"]
    assert (before.state, before.reason, before.checked_mono_s) == ("not_checked", "not_yet", None)
    after = (await runner.check_all_once())["power"]
    assert (after.state, after.reason) == ("not_checked", "no_sensor")
    assert after.checked_mono_s is not None


async def test_a_check_that_hangs_is_reported_not_restarted_and_delays_no_other() -> None:
    issue_log, answer = IssueLog(), asyncio.Event()
    stuck, other = FakeCheck("disk", answer, []), FakeCheck("rtc", [])
    runner = CheckRunner([stuck, other], issue_log.issues.set_issue, time_limit_s=0.02)
    run = asyncio.create_task(runner.run(), name="runner")
    await until(lambda: other.looks > 3)
    assert stuck.looks == 1
    assert issue_log.changes == [("begins", "check_failed disk")]
    answer.set()
    await until(lambda: stuck.looks > 1)
    assert issue_log.changes == [("begins", "check_failed disk"), ("ends", "check_failed disk")]
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run


def test_two_checks_of_one_name_are_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="the same name"):
        CheckRunner([FakeCheck("disk", []), FakeCheck("disk", [])], IssueLog().issues.set_issue)


def test_a_trembling_value_begins_once() -> None:
    hot = Hysteresis(80.0, 75.0)
    assert [hot.add_sample(c) for c in (79.9, 80.0, 79.0, 76.0, 80.5, 75.0, 79.9)] == [
        False, True, True, True, True, False, False,
    ]  # fmt: skip


def test_a_band_may_be_about_low_values() -> None:
    low = Hysteresis(1.0, 1.2)
    assert [low.add_sample(v) for v in (1.1, 1.0, 1.1, 1.2, 1.1)] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_issues_count_how_often_a_kind_began() -> None:
    issue_log = IssueLog()
    for _ in range(3):
        issue_log.issues.set_issue("engine_lost", "loa", "it ended")
        issue_log.issues.set_issue("engine_lost", "loa", "it ended, repeated")
        issue_log.issues.set_issue("engine_lost", "loa", None)
    issue_log.issues.set_issue("board_lost", "bang-tin", "it ended")
    assert issue_log.issues.begun("engine_lost", 3600.0) == {"loa": 3}
