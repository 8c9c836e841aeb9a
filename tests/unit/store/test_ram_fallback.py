"""A copy in RAM is merged back into the card completely or not at all."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from agent.errors import StoreError
from agent.store.database import FILE, Store
from agent.store.open_play import OpenPlay
from agent.store.ram_fallback import (
    carry_back,
    find_copy_path,
    is_writable,
    open_state,
    open_volatile,
)
from tests.harness.full_state import BOOT, chained, fill, play, refuse_writes

BEAT = f'{{"boot_id":"{BOOT}","at":"2026-11-24T00:00:00.000Z","mono_ns":77}}'
OPENED = msgspec.json.encode(OpenPlay(play(), 1)).hex()
OPEN = (
    f"INSERT INTO meta (key, value) VALUES ('journal_beat', '{BEAT}')",  # noqa: S608 - from above
    f"INSERT INTO open_play (play) VALUES (x'{OPENED}')",  # noqa: S608 - from above
)


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as db:
        return db.execute(query).fetchall()


def change(folder: Path, statements: Sequence[str]) -> None:
    """As the box does it: with the CRC of every row."""
    store = Store.open(folder)
    store.do(lambda connection: [connection.execute(one) for one in statements])
    store.close()


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    room = tmp_path / "run"
    room.mkdir()
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(room))
    return room


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "card"
    change(folder, [
        ("INSERT INTO floors (issuer, kind, slot, epoch, seq, sha256)"
        " VALUES ('vn.84', 'playlist', 'tuan', 1, 5, 'aa')"),
        ("INSERT INTO meta (key, value) VALUES ('journal_epoch', '00000000000000ca'),"
        " ('session', '7'), ('time_floor', '2026-11-24T00:00:00.000Z'), ('time_floor_by', 'k1'),"
        " ('pause/vn.84', '[\"2026-11-24T00:00:00.000Z\",\"2026-11-24T00:10:00.000Z\"]')"),
        *chained("00000000000000ca", 2),
    ])  # fmt: skip
    return folder


def copied(card: Path, statements: Sequence[str] = ()) -> Path:
    """A closed copy in RAM with these changes."""
    store = open_volatile(card)
    assert store.is_volatile
    store.close()
    change(store.path.parent, statements)
    return store.path


LATER = (
    "UPDATE floors SET seq=9, sha256='bb'",
    "INSERT INTO events (event_id, keep_until) VALUES ('ev', '2027-01-01T00:00:00Z')",
    (
        "INSERT INTO cancels (target, class, keep_until)"
        " VALUES ('ev', 'emergency', '2027-01-01T00:00:00Z')"
    ),
    (
        "INSERT OR REPLACE INTO meta (key, value) VALUES ('journal_epoch', '000000000000004a'),"
        " ('session', '12'), ('silence_key', 'on')"
    ),
    *chained("000000000000004a", 3),
)


def test_a_copy_is_merged_back_and_each_journal_keeps_its_own_epoch(card: Path) -> None:
    copy = copied(card, LATER)
    carry_back(copy, card)
    file = card / FILE
    assert rows(file, "SELECT seq, sha256 FROM floors") == [(9, "bb")]
    assert rows(file, "SELECT event_id FROM events") == [("ev",)]
    assert rows(file, "SELECT target FROM cancels") == [("ev",)]
    words = dict(rows(file, "SELECT key, value FROM meta"))  # type: ignore[arg-type]  # pairs
    assert words["journal_epoch"] == "00000000000000ca"
    assert (words["session"], words["silence_key"]) == ("12", "on")
    assert rows(file, "SELECT COUNT(*) FROM journal") == [(2,)]
    past = rows(file, "SELECT epoch, seq FROM journal_past ORDER BY seq")
    assert past == [("000000000000004a", seq) for seq in (1, 2, 3)]
    assert not copy.parent.exists()


def test_nothing_on_the_card_goes_back(card: Path) -> None:
    """A copy that was merged once and not removed; the card has changed since."""
    copy = copied(card, LATER)
    kept = copy.parent.with_name("kept")
    shutil.copytree(copy.parent, kept)
    carry_back(copy, card)
    change(card, [
        "UPDATE floors SET seq=11, sha256='cc'",
        "UPDATE meta SET value='20' WHERE key LIKE 'session%'",
        ("UPDATE meta SET value='2026-11-25T00:00:00.000Z' WHERE key LIKE 'time_floor%'"
        " AND key NOT LIKE 'time_floor_by%'"),
        ("UPDATE meta SET value='[\"2026-11-25T00:00:00.000Z\",\"2026-11-25T00:10:00.000Z\"]'"
        " WHERE key='pause/vn.84'"),
        "UPDATE journal_past SET acknowledged_at='2026-11-25T00:00:00.000Z'",
    ])  # fmt: skip
    carry_back(kept / FILE, card)
    file = card / FILE
    assert rows(file, "SELECT seq, sha256 FROM floors") == [(11, "cc")]
    words = dict(rows(file, "SELECT key, value FROM meta"))  # type: ignore[arg-type]  # pairs
    assert words["session"] == "20"
    assert words["time_floor"] == "2026-11-25T00:00:00.000Z"
    assert "2026-11-25" in str(words["pause/vn.84"])
    unsent = "SELECT COUNT(*) FROM journal_past WHERE acknowledged_at IS NULL"
    assert rows(file, unsent) == [(0,)]


def test_a_failed_merge_leaves_the_copy_in_force(
    card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied(card, LATER)
    mend_card = refuse_writes(monkeypatch, card)
    store = open_state(card)
    assert store.is_volatile
    assert store.do(lambda db: db.execute("SELECT seq FROM floors").fetchall()) == [(9,)]
    store.close()
    mend_card()
    store = open_state(card)
    assert not store.is_volatile
    assert store.do(lambda db: db.execute("SELECT seq FROM floors").fetchall()) == [(9,)]
    store.close()


def test_a_card_that_refuses_during_the_merge_is_unchanged_and_the_copy_stays(
    card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = copied(card, LATER)

    def refuse(_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("agent.store.ram_fallback.withdraw_cancelled", refuse)
    with pytest.raises(StoreError):
        carry_back(copy, card)
    assert rows(card / FILE, "SELECT seq FROM floors") == [(5,)]
    assert rows(card / FILE, "SELECT * FROM journal_past") == []
    assert copy.exists()


def test_a_play_left_open_by_a_kill_ends_at_the_last_heartbeat_of_its_own_run(card: Path) -> None:
    copy = copied(card, OPEN)
    carry_back(copy, card)
    ((raw,),) = rows(card / FILE, "SELECT CAST(play AS TEXT) FROM open_play")
    assert '"last_mono_ns":77' in str(raw)
    assert rows(card / FILE, "SELECT * FROM meta WHERE key='journal_beat'") == []


def test_a_copy_that_remains_after_its_merge_adds_no_second_play(
    card: Path,
) -> None:
    copy = copied(card, OPEN)
    kept = copy.parent.with_name("kept")
    shutil.copytree(copy.parent, kept)
    carry_back(copy, card)
    carry_back(kept / FILE, card)
    assert rows(card / FILE, "SELECT COUNT(*) FROM open_play") == [(1,)]


def test_records_are_merged_also_where_the_epoch_of_their_journal_is_lost(card: Path) -> None:
    copy = copied(card, [*LATER, "DELETE FROM meta WHERE key='journal_epoch'"])
    carry_back(copy, card)
    past = rows(card / FILE, "SELECT epoch, seq FROM journal_past ORDER BY seq")
    assert past == [("000000000000004a", seq) for seq in (1, 2, 3)]


async def test_rows_in_both_databases_are_merged_into_one_unchanged_row(tmp_path: Path) -> None:
    await fill(tmp_path / "full")
    await asyncio.to_thread(_carry_unchanged, tmp_path / "full")


def _carry_unchanged(card: Path) -> None:
    tables = ("floors", "documents", "events", "cancels", "authority_floors", "authority_files")
    before = [rows(card / FILE, f"SELECT * FROM {one}") for one in tables]  # noqa: S608 - from above
    carry_back(copied(card), card)
    assert [rows(card / FILE, f"SELECT * FROM {one}") for one in tables] == before  # noqa: S608 - as above
    assert all(before)


def test_a_card_is_tested_by_a_write(card: Path, tmp_path: Path) -> None:
    assert is_writable(card)
    (tmp_path / "no-folder").write_text("")
    assert not is_writable(tmp_path / "no-folder")


def test_without_a_runtime_directory_copies_are_in_a_folder_of_this_user_alone(
    card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RUNTIME_DIRECTORY")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    room = find_copy_path(card).parent
    assert room == tmp_path / f"tramtin-{os.geteuid()}"
    open_state(card).close()
    assert not room.exists()
    open_volatile(card).close()
    assert room.stat().st_mode & 0o777 == 0o700
    room.chmod(0o777)
    store = open_state(card)  # the origin of that copy is unknown
    assert not store.is_volatile
    store.close()
    assert find_copy_path(card).exists()
    with pytest.raises(StoreError):
        open_volatile(card)
