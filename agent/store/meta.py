"""Small state that must survive: session counter, journal epoch, and what others put here."""

from __future__ import annotations

import secrets
import sqlite3

LAST_PLACE = "last_place"  # of the newest config that gave one


def get(connection: sqlite3.Connection, key: str) -> str | None:
    """The value under a key, or None."""
    row = connection.execute("SELECT value FROM meta WHERE key=?", (key,)).fetchone()
    return None if row is None else str(row[0])


def put(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Set a value."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def next_session(connection: sqlite3.Connection) -> int:
    """Count one more connection: will, birth and health carry it (1 is the first)."""
    session = int(get(connection, "session") or 0) + 1
    put(connection, "session", str(session))
    return session


def journal_epoch(connection: sqlite3.Connection) -> str:
    """16 random hex digits, made once in a database's life: a new SD card never collides."""
    epoch = get(connection, "journal_epoch")
    if epoch is None:
        epoch = secrets.token_hex(8)
        put(connection, "journal_epoch", epoch)
    return epoch
