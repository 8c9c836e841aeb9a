"""What a box accepted while its state lived in memory goes back to the card, all or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from agent.errors import StoreError
from agent.store.database import Store
from agent.store.volatile import carry_back, is_writable, open_volatile


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as db:
        return db.execute(query).fetchall()


def change(file: Path, statements: Sequence[str]) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        for statement in statements:
            db.execute(statement)


def make_card(folder: Path) -> Path:
    Store.open(folder).close()
    change(folder / "state.db", [
        "INSERT INTO floors VALUES ('vn.84', 'playlist', 'tuan', 1, 5, 'aa')",
        "INSERT INTO meta VALUES ('journal_epoch', 'card'), ('session', '7')",
        "INSERT INTO journal VALUES (1, '2026-11-24T00:00:00Z', x'00', 'h', NULL)",
    ])  # fmt: skip
    return folder


def make_copy(card: Path) -> Path:
    store = open_volatile(card)
    store.close()
    change(store.path, [
        "UPDATE floors SET seq=9, sha256='bb'",
        "INSERT INTO events VALUES ('ev', '2027-01-01T00:00:00Z')",
        "INSERT INTO cancels VALUES ('ev', 'emergency', '2027-01-01T00:00:00Z')",
        "INSERT OR REPLACE INTO meta VALUES ('journal_epoch', 'ram'), ('session', '12')",
        "INSERT INTO meta VALUES ('silence_key', 'on')",
        "INSERT INTO journal VALUES (1, '2026-11-24T01:00:00Z', x'01', 'r', NULL)",
    ])  # fmt: skip
    return store.path


def test_documents_and_settings_go_back_and_the_card_keeps_its_own_journal(tmp_path: Path) -> None:
    card = make_card(tmp_path)
    copy = make_copy(card)
    carry_back(copy, card)
    file = card / "state.db"
    assert rows(file, "SELECT seq, sha256 FROM floors") == [(9, "bb")]
    assert rows(file, "SELECT event_id FROM events") == [("ev",)]
    assert rows(file, "SELECT target FROM cancels") == [("ev",)]
    assert rows(file, "SELECT value FROM meta ORDER BY key") == [("card",), ("12",), ("on",)]
    assert rows(file, "SELECT seq, hash FROM journal") == [(1, "h")]
    assert not copy.parent.exists()


def test_a_card_that_refuses_half_way_is_as_it_was_and_the_copy_stays(tmp_path: Path) -> None:
    card = make_card(tmp_path)
    copy = make_copy(card)
    change(copy, ["DROP TABLE cancels"])
    with pytest.raises(StoreError, match="E_DISK"):
        carry_back(copy, card)
    assert rows(card / "state.db", "SELECT seq FROM floors") == [(5,)]
    assert copy.exists()


def test_a_card_is_asked_by_writing(tmp_path: Path) -> None:
    assert is_writable(make_card(tmp_path))
    (tmp_path / "no-folder").write_text("")
    assert not is_writable(tmp_path / "no-folder")
