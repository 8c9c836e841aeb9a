"""A lockout counts until it was seen off; a contact that chatters changes little."""

from __future__ import annotations

import asyncio

import pytest

from agent.plan.site_work import SiteWork
from agent.state import site_contacts
from agent.state.site_contacts import SiteContacts
from tests.harness.virtual_time import run_virtually


def test_a_lockout_counts_as_on_until_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        contacts = SiteContacts(["khoa"])
        assert contacts.work == SiteWork(is_locked_out=True)
        assert not contacts.is_read
        contacts.take("khoa", "lockout", active=False)
        assert contacts.work == SiteWork()  # at once: nobody saw it on
        assert contacts.lockouts == []

    run_virtually(work(), monkeypatch)


def test_what_was_on_ends_some_seconds_after_it_was_last_seen_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def work() -> None:
        contacts, changes = SiteContacts(), []
        contacts.changed.connect(lambda: changes.append(contacts.work))
        contacts.take("khoa", "lockout", active=True)
        contacts.take("khoa", "lockout", active=False)
        await asyncio.sleep(site_contacts.HOLD_S - 0.1)
        assert contacts.work.is_locked_out
        contacts.take("khoa", "lockout", active=True)
        contacts.take("khoa", "lockout", active=False)
        await asyncio.sleep(site_contacts.HOLD_S - 0.1)
        assert contacts.work.is_locked_out
        await asyncio.sleep(0.2)
        assert changes == [SiteWork(is_locked_out=True), SiteWork()]

    run_virtually(work(), monkeypatch)


def test_of_two_doors_the_later_one_to_close_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        contacts = SiteContacts()
        for name in ("cua-1", "cua-2"):
            contacts.take(name, "door", active=True)
        contacts.take("cua-1", "door", active=False)
        contacts.take("dien", "mains", active=True)  # no business of it
        await asyncio.sleep(60)
        assert contacts.work == SiteWork(is_door_open=True)
        contacts.take("cua-2", "door", active=False)
        await asyncio.sleep(60)
        assert contacts.work == SiteWork()

    run_virtually(work(), monkeypatch)
