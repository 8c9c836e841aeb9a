"""A database of the first release is migrated: every row stays and gets its CRC."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from agent.store import database
from agent.store.database import FILE, Store
from agent.store.table import TABLES
from tests.harness.full_state import play

FIRST_RELEASE = 5
OPENED = msgspec.json.encode({"play": play(), "mono_ns": 7})
ROWS = {
    "meta": "('session', '7')",
    "floors": "('vn.84', 'playlist', 'tuan', 1, 5, 'aa')",
    "events": "('ev', '2027-01-01T00:00:00.000Z')",
    "cancels": "('ev', 'emergency', '2027-01-01T00:00:00.000Z')",
    "open_play": f"(3, x'{OPENED.hex()}')",
}


def test_a_database_of_the_first_release_is_migrated(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as old, old:
        for step in database._STEPS[:FIRST_RELEASE]:
            old.executescript(step)
        for table, values in ROWS.items():
            old.execute(f"INSERT INTO {table} VALUES {values}")  # noqa: S608 - from above
        old.execute(f"PRAGMA user_version={FIRST_RELEASE}")
    store = Store.open(tmp_path)
    store.close()
    assert (store.moved_aside, store.lost) == (None, ())
    with closing(sqlite3.connect(tmp_path / FILE)) as new:
        for table in ROWS:
            rows = new.execute(f"SELECT crc IS NOT NULL FROM {table}").fetchall()  # noqa: S608 - from above
            assert set(rows) == {(1,)}, table
        assert new.execute("SELECT key, play FROM open_play").fetchall() == [(3, OPENED)]
        words = dict(new.execute("SELECT key, value FROM meta").fetchall())
        assert words["session"] == words["session/again"] == "7"
    again = Store.open(tmp_path)
    again.close()
    assert again.lost == ()


def test_every_table_of_the_file_is_declared_and_no_other(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        query = "SELECT name FROM sqlite_master WHERE type='table' AND name NOT GLOB 'sqlite_*'"
        names = {name for (name,) in db.execute(query)}
        columns = {
            table.name: [name for _, name, *_ in db.execute(f"PRAGMA table_info({table.name})")]
            for table in TABLES
        }
    assert names == {table.name for table in TABLES}
    for table in TABLES:
        assert set(columns[table.name]) - {"crc"} == set(table.columns) - {"crc"}
        assert ("crc" in columns[table.name]) is (table.is_guarded or "crc" in table.columns)
