"""When a slot is deleted with its floor, and when not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent.store import documents
from agent.store.database import Store
from agent.store.slot_expiry import forget_slots
from agent.trust.freshness import longest_life
from tests.harness.accepted_documents import AT, accepted, store

__all__ = ["store"]
EXPIRY = datetime(2026, 12, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(("slot", "days"), [("tuan", 47), ("base", 402)])
async def test_row_and_floor_are_deleted_together_and_not_a_day_too_early(
    store: Store, slot: str, days: int
) -> None:
    await store.run(documents.commit, accepted(slot=slot), AT)
    at = EXPIRY + timedelta(days=days)
    await store.run(documents.prune, at)
    assert await store.run(forget_slots, at, longest_life) == {}
    assert (await store.run(documents.load_floors)).get("vn.84.29266", "playlist", slot)
    late = at + timedelta(seconds=1)
    assert list(await store.run(forget_slots, late, longest_life)) == [
        ("vn.84.29266", "playlist", slot)
    ]
    assert await store.run(documents.held) == []
    assert (await store.run(documents.load_floors)).holds() == {}


async def test_a_floor_that_waits_for_its_lost_document_stays(store: Store) -> None:
    await store.run(documents.commit, accepted(), AT)
    await store.run(lambda connection: connection.execute("UPDATE floors SET sha256=''"))
    assert await store.run(forget_slots, EXPIRY + timedelta(days=500), longest_life) == {}
    assert len(await store.run(documents.load_floors)) == 1


async def test_a_floor_that_was_set_meanwhile_is_not_deleted(store: Store) -> None:
    one = accepted()
    await store.run(documents.commit, one, AT)
    floors = await store.run(documents.load_floors)
    gone = await store.run(forget_slots, EXPIRY + timedelta(days=500), longest_life)
    newer = accepted(seq=2)
    await store.run(documents.commit, newer, AT)
    documents.update_floors(floors, newer)
    floors.forget(gone)
    assert floors.get("vn.84.29266", "playlist", "tuan") == (1, 2, newer.sha256)


async def test_an_issuer_with_a_slot_for_each_event_never_runs_out_of_slots(store: Store) -> None:
    for seq, kind in enumerate(("emergency", "emergency", "cancel"), start=1):
        names = {"event_id": f"{seq:032x}"} if kind == "emergency" else {"cancels": "0" * 32}
        await store.run(documents.commit, accepted(kind, seq, f"lu-{seq}", **names), AT)
    later = accepted("emergency", 4, "lu-2", event_id="4" * 32, expires="2026-12-02T08:00:00Z")
    await store.run(documents.commit, later, AT)
    floors = await store.run(documents.load_floors)
    at = EXPIRY + timedelta(days=30)
    assert await store.run(forget_slots, at, longest_life) == {}
    at += timedelta(seconds=1)
    floors.forget(await store.run(forget_slots, at, longest_life))
    await store.run(documents.prune, at)
    for left in (floors, await store.run(documents.load_floors)):
        assert left.holds() == {"vn.84.29266/emergency/lu-2": (1, 4, later.sha256)}
    floors.forget(await store.run(forget_slots, at + timedelta(days=1), longest_life))
    assert len(floors) == 0
