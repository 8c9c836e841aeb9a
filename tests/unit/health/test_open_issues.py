"""When an issue began: by the clock of now, not by the one that the box had at that moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.health import open_issues
from agent.health.open_issues import Issues


def test_an_issue_from_before_the_clock_was_set_began_when_it_really_did(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A box without a battery clock starts in the past: nobody must read that date."""
    mono_s = [100.0]
    monkeypatch.setattr(open_issues, "mono_s", lambda: mono_s[0])
    issues = Issues(lambda: "2026-11-01T00:00:00.000Z")
    issues.set_issue("rtc_missing", "rtc0", "the kernel knows no battery clock")
    mono_s[0] += 90.0
    (issue,) = issues.dated(datetime(2026, 11, 30, 9, 1, 30, tzinfo=UTC))
    assert issue.since == "2026-11-30T09:00:00.000Z"
    (kept,) = issues.all()
    assert kept.since == "2026-11-01T00:00:00.000Z"
