"""The silence key's position reaches the card, however often that refuses; meanwhile it holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agent.errors import StoreError
from agent.overrides import site_inputs
from agent.overrides.site_inputs import SiteInputs
from agent.state.documents_in_force import DocumentsInForce
from agent.state.mutes import Mutes
from agent.state.site_contacts import SiteContacts
from agent.store import key_value
from agent.store.database import Store


class RefusingStore:
    """A store that fails while the test says so."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.refused: asyncio.Queue[None] = asyncio.Queue()
        self.is_refusing = False

    async def run(self, fn: Any, *args: Any) -> Any:
        if self.is_refusing and fn is key_value.put:
            self.refused.put_nowait(None)
            raise StoreError("E_DISK", "state.db", "read-only")
        return await self.store.run(fn, *args)


class Box:
    """A site with a silence key, and the issues that it set."""

    def __init__(self, store: Store) -> None:
        self.store = RefusingStore(store)
        self.issues: dict[str, str] = {}
        self.has_ended = asyncio.Event()
        self.records: asyncio.Queue[Any] = asyncio.Queue()
        settings: Any = SimpleNamespace(
            inputs=[SimpleNamespace(kind="silence-key", name="khoa")], sensors=[]
        )
        any_: Any = self
        self.mutes = Mutes(DocumentsInForce(), any_)
        self.build = lambda: SiteInputs(
            settings, store=any_.store, journal=any_, set_issue=self.set_issue, lines=[],
            mutes=self.mutes, contacts=SiteContacts(),
        )  # fmt: skip
        self.site = self.build()

    def set_issue(self, kind: str, _subject: str, hint: str | None) -> None:
        if hint is None:
            if self.issues.pop(kind, None):
                self.has_ended.set()
        else:
            self.issues[kind] = hint

    async def append(self, kind: str, *, detail: Any) -> None:
        self.records.put_nowait((kind, detail["state"]))

    def turn(self, *, active: bool) -> None:
        self.site._on_input("khoa", "silence-key", active)


@pytest.fixture
async def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Box]:
    monkeypatch.setattr(
        site_inputs, "build_inputs", lambda *_: SimpleNamespace(run=asyncio.Event().wait)
    )
    monkeypatch.setattr(
        site_inputs, "build_sensors", lambda *_: SimpleNamespace(run=asyncio.Event().wait)
    )
    monkeypatch.setattr(site_inputs, "RETRY_S", 0)
    store = await asyncio.to_thread(Store.open, tmp_path)
    box = Box(store)
    await box.site.load()
    task = asyncio.create_task(box.site.run(), name="site")
    yield box
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.to_thread(store.close)


async def test_the_keys_position_is_retried_until_the_card_takes_it(box: Box) -> None:
    box.store.is_refusing = True
    box.turn(active=True)
    assert box.mutes.is_locked
    assert await box.records.get() == ("silence", "on")
    for _ in range(3):
        await box.store.refused.get()
    assert "silence_key_not_kept" in box.issues
    box.store.is_refusing = False
    await box.has_ended.wait()
    assert "silence_key_not_kept" not in box.issues
    assert await box.store.run(key_value.get, "silence_key") == "on"
    assert box.mutes.is_locked


async def test_a_key_that_is_turned_back_meanwhile_stores_nothing(box: Box) -> None:
    box.store.is_refusing = True
    box.turn(active=True)
    await box.store.refused.get()
    box.turn(active=False)
    assert [await box.records.get(), await box.records.get()] == [
        ("silence", "on"), ("silence", "off"),
    ]  # fmt: skip
    box.store.is_refusing = False
    box.mutes.is_locked = True
    await box.build().load()
    assert not box.mutes.is_locked


async def test_a_press_that_fails_keeps_the_reading_and_the_journal_of_the_inputs(box: Box) -> None:
    def fail(_name: str) -> None:
        raise KeyError("slot")

    read: list[tuple[str, bool]] = []
    box.site.key_pressed.connect(fail)
    box.site.contact_read.connect(lambda name, active: read.append((name, active)))
    box.site._on_input("khan", "emergency-key", True)  # noqa: FBT003 - as `OnInput`
    box.turn(active=True)
    assert read == [("khan", True), ("khoa", True)]
    assert await box.records.get() == ("silence", "on")
