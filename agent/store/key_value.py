"""Key-value pairs in `meta`: session counter, journal epoch, and values of other modules."""

from __future__ import annotations

import secrets
import sqlite3

JOURNAL_EPOCH = "journal_epoch"
LAST_PLACE = "last_place"  # of the newest config that gave a place
COMMAND_RESULTS = "command_results"
# Stored in two rows: values that must never go down, the place that a config must match, and the
# commands that must not be carried out again.
DOUBLED = (
    "session", "time_floor", "time_floor_by", "time_vouched", "time_root", LAST_PLACE,
    COMMAND_RESULTS,
)  # fmt: skip
AGAIN = "/again"


def get(connection: sqlite3.Connection, key: str) -> str | None:
    """The value under a key, or None."""
    row = connection.execute("SELECT value FROM meta WHERE key=?", (key,)).fetchone()
    return None if row is None else str(row[0])


def put(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Set a value."""
    keys = (key, key + AGAIN) if key in DOUBLED else (key,)
    connection.executemany(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", [(one, value) for one in keys]
    )


def next_session(connection: sqlite3.Connection) -> int:
    """Increment the connection counter, which will, birth and health carry; 1 is the first."""
    session = int(get(connection, "session") or 0) + 1
    put(connection, "session", str(session))
    return session


def journal_epoch(connection: sqlite3.Connection) -> str:
    """16 random hex digits, made once for each database, so a new SD card never collides."""
    epoch = get(connection, JOURNAL_EPOCH)
    if epoch is None:
        epoch = secrets.token_hex(8)
        put(connection, JOURNAL_EPOCH, epoch)
    return epoch
