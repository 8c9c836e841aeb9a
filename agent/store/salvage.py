"""What a broken database can still tell: how far all had come, so that nothing goes back."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from agent.store.clock_memory import LASTING


def salvage(connection: sqlite3.Connection, broken: Path) -> None:
    """Carry readable floors and events over, inside the caller's transaction.

    A floor is carried over one below: the documents themselves are lost, so the present one must
    be accepted once more when the centre sends it again, and nothing older.
    """
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"file:{broken}?mode=ro", uri=True)) as source,
    ):
        for floor in source.execute("SELECT issuer, kind, slot, epoch, seq - 1 FROM floors"):
            connection.execute("INSERT OR REPLACE INTO floors VALUES (?, ?, ?, ?, ?, '')", floor)
        for word in LASTING:  # without them the box would wake up months ago
            for row in source.execute("SELECT key, value FROM meta WHERE key=?", (word,)):
                connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", row)
        for event in source.execute("SELECT event_id, keep_until FROM events"):
            connection.execute("INSERT OR REPLACE INTO events VALUES (?, ?)", event)
        _carry_authority(connection, source)


def _carry_authority(connection: sqlite3.Connection, source: sqlite3.Connection) -> None:
    """As it was: every file is verified again before it counts."""
    for table in ("authority_roots", "authority_files", "authority_floors"):
        rows = source.execute(f"SELECT * FROM {table}")  # noqa: S608 - names from the line above
        for row in rows:
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", row)  # noqa: S608 - as above
