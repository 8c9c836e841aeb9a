"""Documents, floors and events in the store."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.errors import StoreError
from agent.store import documents, key_value
from agent.store.database import Store
from agent.store.media import MediaStore
from tests.harness.accepted_documents import AT, Accepted, accepted, store

__all__ = ["store"]


async def test_a_newer_playlist_replaces_the_older_one_whole(store: Store) -> None:
    for seq in (1, 2):
        await store.run(documents.commit, accepted(seq=seq), AT)
    (held,) = await store.run(documents.held)
    assert held.document.seq == 2
    assert held.accepted_at == AT


async def test_documents_of_two_slots_are_held_together(store: Store) -> None:
    for slot in ("tuan", "nen"):
        await store.run(documents.commit, accepted(slot=slot), AT)
    assert {held.document.slot for held in await store.run(documents.held)} == {"tuan", "nen"}


def prepared_alarm(seq: int, **more: object) -> Accepted:
    return accepted("emergency", seq, "key", trigger="key", event_id=f"{seq:x}" * 32, **more)


async def test_a_newer_prepared_alarm_replaces_the_older_one_of_its_slot(store: Store) -> None:
    for one in (prepared_alarm(1), accepted("emergency", 1, "khan-cap"), prepared_alarm(2)):
        await store.run(documents.commit, one, AT)
    held = {one.document.slot: one.document.seq for one in await store.run(documents.held)}
    assert held == {"key": 2, "khan-cap": 1}


@pytest.mark.parametrize("name", ["2" * 32, f"{2:032x}"], ids=["event", "document"])
async def test_a_cancel_withdraws_the_present_prepared_alarm(store: Store, name: str) -> None:
    for one in (
        prepared_alarm(1),
        prepared_alarm(2),
        accepted("cancel", 9, "cancel", cancels=name),
    ):
        await store.run(documents.commit, one, AT)
    held = await store.run(documents.held)
    assert [one.document.kind for one in held] == ["cancel"]
    # its successor is another alarm
    await store.run(documents.commit, prepared_alarm(3), AT)
    assert {one.document.seq for one in await store.run(documents.held)} == {9, 3}


async def test_a_cancel_of_the_former_alarm_leaves_its_successor_alone(store: Store) -> None:
    cancel = accepted("cancel", 9, "cancel", cancels="1" * 32)
    for one in (prepared_alarm(1), prepared_alarm(2), cancel):
        await store.run(documents.commit, one, AT)
    assert {one.document.seq for one in await store.run(documents.held)} == {2, 9}


async def test_document_and_floor_are_read_back_by_a_new_process(tmp_path: Path) -> None:
    first = await asyncio.to_thread(Store.open, tmp_path)
    one = accepted(seq=42)
    await first.run(documents.commit, one, AT)
    await asyncio.to_thread(first.close)
    second = await asyncio.to_thread(Store.open, tmp_path)
    floors = await second.run(documents.load_floors)
    assert floors.get("vn.84.29266", "playlist", "tuan") == (1, 42, one.sha256)
    assert floors.holds() == {"vn.84.29266/playlist/tuan": (1, 42, one.sha256)}
    (held,) = await second.run(documents.held)
    assert held.envelope == one.envelope
    assert held.document == one.document
    await asyncio.to_thread(second.close)


async def test_a_commit_that_would_lower_a_floor_stores_no_document(store: Store) -> None:
    await store.run(documents.commit, accepted(seq=7), AT)
    with pytest.raises(ValueError, match="go back"):
        await store.run(documents.commit, accepted(seq=6), AT)
    (held,) = await store.run(documents.held)
    assert held.document.seq == 7


async def test_a_cancel_ends_an_emergency_and_its_event_stays_known(store: Store) -> None:
    await store.run(documents.commit, accepted("emergency", slot=""), AT)
    await store.run(documents.commit, accepted("cancel", seq=2, slot=""), AT)
    assert [held.document.kind for held in await store.run(documents.held)] == ["cancel"]
    assert (await store.run(documents.load_floors)).has_event("e" * 32)


async def test_a_cancel_that_comes_first_withdraws_a_later_document(store: Store) -> None:
    await store.run(documents.commit, accepted("cancel", slot=""), AT)
    await store.run(documents.commit, accepted("emergency", slot=""), AT)
    assert [held.document.kind for held in await store.run(documents.held)] == ["cancel"]


async def test_a_routine_cancel_cannot_end_an_emergency(store: Store) -> None:
    await store.run(documents.commit, accepted("emergency", slot=""), AT)
    weak = accepted("cancel", seq=2, slot="", **{"class": "routine"})
    await store.run(documents.commit, weak, AT)
    kinds = {held.document.kind for held in await store.run(documents.held)}
    assert kinds == {"emergency", "cancel"}


async def test_an_event_is_remembered_for_thirty_days_after_its_expiry(store: Store) -> None:
    await store.run(documents.commit, accepted("emergency", slot=""), AT)
    expiry = datetime(2026, 12, 1, 8, tzinfo=UTC)
    await store.run(documents.prune, expiry + timedelta(days=29))
    assert (await store.run(documents.load_floors)).has_event("e" * 32)
    await store.run(documents.prune, expiry + timedelta(days=31))
    assert not (await store.run(documents.load_floors)).has_event("e" * 32)
    assert (await store.run(documents.load_floors)).get("vn.84.29266", "emergency", "")


async def test_update_floors_keeps_the_floors_in_memory_current(store: Store) -> None:
    floors = await store.run(documents.load_floors)
    one = accepted("emergency", slot="")
    await store.run(documents.commit, one, AT)
    documents.update_floors(floors, one)
    assert floors.has_event("e" * 32)
    assert floors.get("vn.84.29266", "emergency", "") == (1, 1, one.sha256)


async def test_a_broken_file_is_moved_aside_and_a_new_epoch_begins(tmp_path: Path) -> None:
    first = await asyncio.to_thread(Store.open, tmp_path)
    epoch = await first.run(key_value.journal_epoch)
    await asyncio.to_thread(first.close)
    (tmp_path / "state.db").write_bytes(b"not a database at all" * 100)
    second = await asyncio.to_thread(Store.open, tmp_path)
    assert second.moved_aside is not None
    assert second.moved_aside.read_bytes().startswith(b"not a database")
    assert await second.run(key_value.journal_epoch) != epoch
    await asyncio.to_thread(second.close)


async def test_floors_of_a_broken_file_are_recovered_one_lower(tmp_path: Path) -> None:
    first = await asyncio.to_thread(Store.open, tmp_path)
    await first.run(documents.commit, accepted("emergency", seq=9, slot=""), AT)
    for seq in range(1, 60):
        await first.run(documents.commit, accepted(slot=f"s{seq}"), AT)
    await asyncio.to_thread(first.close)
    with sqlite3.connect(tmp_path / "state.db") as raw:
        page = raw.execute("SELECT rootpage FROM sqlite_master WHERE name='documents'").fetchone()
    raw.close()
    with (tmp_path / "state.db").open("r+b") as file:
        file.seek((page[0] - 1) * 4096)
        file.write(b"\xff" * 4096)
    second = await asyncio.to_thread(Store.open, tmp_path)
    assert second.moved_aside is not None
    floors = await second.run(documents.load_floors)
    assert floors.get("vn.84.29266", "emergency", "") == (1, 8, "")
    assert floors.has_event("e" * 32)
    await asyncio.to_thread(second.close)


async def test_a_full_disk_is_a_store_error_and_nothing_changes(store: Store) -> None:
    await store.run(documents.commit, accepted(seq=1), AT)
    # PRAGMA max_page_count makes SQLite answer SQLITE_FULL, as a full disk does.
    await store.run(lambda connection: connection.execute("PRAGMA max_page_count=20").fetchone())

    async def fill() -> None:
        for slot in range(1000):
            await store.run(documents.commit, accepted(slot=f"s{slot}", editor="x" * 4000), AT)

    with pytest.raises(StoreError, match="E_DISK"):
        await fill()
    floors = await store.run(documents.load_floors)
    held = await store.run(documents.held)
    assert {f"vn.84.29266/playlist/{one.document.slot}" for one in held} == set(floors.holds())


async def test_sessions_count_up(store: Store) -> None:
    assert [await store.run(key_value.next_session) for _ in range(3)] == [1, 2, 3]


def test_a_file_written_by_a_newer_release_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "state.db") as raw:
        raw.execute("PRAGMA user_version=99")
    raw.close()
    with pytest.raises(StoreError, match="E_VERSION"):
        Store.open(tmp_path)


def test_a_download_is_resumed_checked_and_renamed(tmp_path: Path) -> None:
    media = MediaStore(tmp_path / "media")
    content = b"chime" * 1000
    digest = hashlib.sha256(content).hexdigest()
    with media.begin(digest) as partial:
        partial.append(content[:1234])
    assert not media.has(digest)
    with media.begin(digest) as partial:
        assert partial.size == 1234
        partial.append(content[1234:])
        partial.commit()
    assert media.path(digest).read_bytes() == content


def test_wrong_content_is_deleted(tmp_path: Path) -> None:
    media = MediaStore(tmp_path)
    digest = hashlib.sha256(b"right").hexdigest()
    with media.begin(digest) as partial:
        partial.append(b"wrong")
        with pytest.raises(StoreError, match="E_MEDIA"):
            partial.commit()
        assert partial.size == 0
    assert not media.has(digest)


@pytest.mark.parametrize("fault", ["missing", "changed", "longer", "link", "folder"])
def test_only_the_named_content_is_opened(tmp_path: Path, fault: str) -> None:
    media = MediaStore(tmp_path)
    digest = hashlib.sha256(b"right").hexdigest()
    path = tmp_path / digest
    if fault == "changed":
        path.write_bytes(b"wrong")
    elif fault == "longer":
        path.write_bytes(b"right!")
    elif fault == "link":
        (tmp_path / "elsewhere").write_bytes(b"right")
        path.symlink_to(tmp_path / "elsewhere")
    elif fault == "folder":
        path.mkdir()
    with pytest.raises(StoreError, match="E_MEDIA"):
        media.open_verified(digest, 5)


def test_a_name_that_is_no_digest_is_never_a_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a digest"):
        MediaStore(tmp_path).path("../../etc/passwd")
