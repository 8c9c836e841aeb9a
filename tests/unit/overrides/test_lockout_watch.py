"""A lockout is reported while it is on, and once more when it was left on, across restarts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.clock import Now
from agent.errors import StoreError
from agent.overrides import lockout_watch
from agent.overrides.lockout_watch import LockoutWatch
from agent.plan.site_work import SiteWorkRules
from agent.state.site_contacts import SiteContacts
from agent.store.database import Store

AT = datetime(2026, 11, 24, 1, tzinfo=UTC)


class Box:
    """A station with one lockout; its clocks stand where the test sets them."""

    def __init__(self, store: Store, patch: pytest.MonkeyPatch) -> None:
        self.store: Any = store
        self.mono_s, self.at, self.is_trusted = 1000.0, AT, True
        self.issues: dict[str, str] = {}
        patch.setattr(lockout_watch, "mono_s", lambda: self.mono_s)

    async def start(self) -> None:
        self.contacts = SiteContacts(["khoa"])
        self.watch = LockoutWatch(
            self.contacts, self.store, self._clock(), self.set_issue, SiteWorkRules
        )
        await self.watch.load()

    def _clock(self) -> Any:
        box = self

        class Clock:
            def now(self) -> Now:
                return Now(box.at, "SYNCED" if box.is_trusted else "FLOOR", 0.01)

        return Clock()

    def set_issue(self, kind: str, subject: str, hint: str | None) -> None:
        assert subject == "box"
        if hint is None:
            self.issues.pop(kind, None)
        else:
            self.issues[kind] = hint

    async def turn(self, *, active: bool) -> None:
        self.contacts.take("khoa", "lockout", active)
        if not active:
            self.contacts._on.clear()  # its hold is over
        await self.watch.check()

    async def pass_time(self, hours: float) -> None:
        self.mono_s += 3600 * hours
        self.at += timedelta(hours=hours)
        await self.watch.check()


@pytest.fixture
async def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Box]:
    store = await asyncio.to_thread(Store.open, tmp_path)
    box = Box(store, monkeypatch)
    await box.start()
    yield box
    await asyncio.to_thread(store.close)


async def test_a_lockout_is_an_issue_at_once_and_a_fault_after_its_hours(box: Box) -> None:
    await box.turn(active=True)
    assert box.issues == {"lockout_on": "khoa"}
    await box.pass_time(11.9)
    assert box.issues == {"lockout_on": "khoa"}
    await box.pass_time(0.2)
    assert box.issues == {"lockout_on": "khoa", "lockout_left_on": "for more than 12 h"}
    await box.turn(active=False)
    assert box.issues == {}


async def test_attack_182_a_lockout_held_for_ever_is_reported_also_across_restarts(
    box: Box,
) -> None:
    await box.turn(active=True)
    for _ in range(3):  # each run is shorter than the limit
        await box.pass_time(5)
        box.mono_s = 10.0
        await box.start()
        await box.turn(active=True)
    assert "lockout_left_on" in box.issues


async def test_a_restart_says_nothing_before_the_contact_was_read_and_then_that_it_was_not(
    box: Box,
) -> None:
    await box.watch.check()
    assert box.issues == {}
    box.mono_s += lockout_watch.READ_S
    await box.watch.check()
    assert box.issues == {"lockout_on": "khoa"}


async def test_without_the_time_it_is_counted_in_this_run_and_a_bad_card_ends_nothing(
    box: Box,
) -> None:
    class FullStore:
        async def run(self, *_: Any) -> None:
            raise StoreError("E_DISK", "state.db", "full")

    box.is_trusted = False
    box.watch._store = box.store = FullStore()  # type: ignore[assignment] # a card that is full
    await box.turn(active=True)
    await box.pass_time(13)
    assert "lockout_left_on" in box.issues
    box.is_trusted = True
    await box.pass_time(1)
    assert "lockout_left_on" in box.issues
