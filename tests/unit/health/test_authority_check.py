"""The check of the age of the authority."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from agent.clock import Now, Quality
from agent.health.check import NotCheckedError
from agent.health.checks.authority import AuthorityCheck, AuthorityState
from agent.trust.authority import Grade

AT = datetime(2026, 11, 23, 1, tzinfo=UTC)


@dataclass
class Box:
    state: AuthorityState = field(
        default_factory=lambda: AuthorityState(
            Grade.FRESH, {"root": 1, "targets": 2}, AT, is_known=True
        )
    )
    now: Now = field(default_factory=lambda: Now(AT + timedelta(hours=3), "SYNCED", 0.1))
    mono_s: float = 100.0

    def check(self) -> AuthorityCheck:
        return AuthorityCheck(lambda: self.state, lambda: self.now, now_mono_s=lambda: self.mono_s)


async def kinds(check: AuthorityCheck) -> list[str]:
    return [finding.kind for finding in await check.check()]


async def test_fresh_is_good_and_a_pinned_one_always_is() -> None:
    assert await kinds(Box().check()) == []
    pinned = AuthorityState(Grade.FRESH, {"root": 1}, None, is_known=True)
    assert await kinds(Box(pinned, Now(AT, "FLOOR", None)).check()) == []


@pytest.mark.parametrize(
    ("grade", "kind"),
    [(Grade.AGED, "authority_aged"), (Grade.EXPIRED, "authority_expired")],
)
async def test_age_is_found_with_its_hours_and_versions(grade: Grade, kind: str) -> None:
    box = Box(AuthorityState(grade, {"root": 1, "targets": 2}, AT, is_known=True))
    (finding,) = await box.check().check()
    assert finding.kind == kind
    assert finding.hint == "confirmed 3 h ago, root 1, targets 2"


async def test_without_a_trusted_time_freshness_is_not_checked_but_an_end_is() -> None:
    box = Box(now=Now(AT, "FLOOR", None))
    with pytest.raises(NotCheckedError):
        await box.check().check()
    box.state = AuthorityState(Grade.EXPIRED, {"root": 1, "targets": 2}, AT, is_known=True)
    assert await kinds(box.check()) == ["authority_expired"]


@pytest.mark.parametrize("quality", ["RTC", "FLOOR"])
async def test_an_untrusted_clock_gives_an_age_only_past_the_timestamp(
    quality: Quality,
) -> None:
    aged = AuthorityState(Grade.AGED, {"root": 1, "targets": 2}, AT, is_known=True)
    box = Box(aged, Now(AT - timedelta(days=20), quality, None))
    with pytest.raises(NotCheckedError):
        await box.check().check()
    box.now = Now(AT + timedelta(days=3), quality, None)
    assert await kinds(box.check()) == ["authority_aged"]


async def test_a_box_without_signers_raises_an_issue_after_two_minutes() -> None:
    box = Box(AuthorityState(Grade.EXPIRED, {"root": 1}, AT, is_known=False))
    check = box.check()
    assert await kinds(check) == []
    box.mono_s += 119
    assert await kinds(check) == []
    box.mono_s += 1
    assert await kinds(check) == ["authority_missing"]
