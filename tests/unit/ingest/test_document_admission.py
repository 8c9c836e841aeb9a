"""What is read of the card, when, and how often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agent.clock import Clock
from agent.contract.accepted import Accepted, FloorUpdate
from agent.ingest.document_admission import DocumentAdmission
from agent.store import documents
from agent.store.database import Store
from tests.harness.accepted_documents import AT, accepted


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await asyncio.to_thread(Store.open, tmp_path)
    await opened.run(documents.commit, accepted(), AT)
    await opened.run(documents.commit, accepted("cancel", slot="huy"), AT)
    yield opened
    await asyncio.to_thread(opened.close)


async def keep(store: Store) -> DocumentAdmission:
    floors = await store.run(documents.load_floors)
    return DocumentAdmission(store, floors, Clock(), lambda *_: None)


def new(kind: str, slot: str) -> Accepted:
    one = accepted(kind, 9, slot)
    floor = FloorUpdate("vn.84.29266", kind, slot, 1, 9, one.sha256)
    fields = {"signers": (), "standing": 1, "place": None, "payload": b"", "duplicate": False}
    return Accepted(
        document=one.document, envelope=one.envelope, sha256=one.sha256, floor=floor, **fields
    )


async def test_other_documents_are_in_force_before_schedules_are_read(store: Store) -> None:
    kept = await keep(store)
    assert [one.document.kind for one in await kept.read_unplanned()] == ["cancel"]
    assert {one.document.kind for one in await kept.read()} == {"playlist", "cancel"}


async def test_a_document_is_decoded_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = await keep(store)
    first = await kept.read()

    def decode(*_: Any) -> None:
        pytest.fail("decoded again")

    monkeypatch.setattr(documents, "read_row", decode)
    again = await kept.read()
    assert all(one is other for one, other in zip(first, again, strict=True))


async def test_the_budget_of_a_new_schedule_counts_all_stored_schedules(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that comes in the first moments of a run must not slip in beside those not read yet."""
    kept = await keep(store)
    await kept.read_unplanned()
    assert await kept.make_room(new("cancel", "huy")) == []
    assert not kept._is_complete
    assert await kept.make_room(new("playlist", "le")) == []
    assert kept._is_complete
