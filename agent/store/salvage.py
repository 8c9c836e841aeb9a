"""What a broken database can still tell: how far documents had come, so that none goes back."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path


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
        for event in source.execute("SELECT event_id, keep_until FROM events"):
            connection.execute("INSERT OR REPLACE INTO events VALUES (?, ?)", event)
