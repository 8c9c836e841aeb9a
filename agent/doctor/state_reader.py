"""Reads the agent's stored state without disturbing it.

After a power cut SQLite needs its shared-memory file to read the write-ahead log; what it makes as
root it gives to the database's owner (unixOpenSharedMemory in os_unix.c), so the agent starts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from agent.store.database import FILE

BUSY_S = 2.0
T = TypeVar("T")


def query_database(state: Path, read: Callable[[sqlite3.Connection], T]) -> T:
    """Open the agent's database read-only and call one function with it.

    Raises:
        FileNotFoundError: there is none yet.
        sqlite3.Error: it cannot be read.
    """
    path = state / FILE
    if not path.is_file():
        raise FileNotFoundError(path)
    # Without a write-ahead log no process has it open, and a reader needs no shared-memory file.
    quiet = "" if path.with_name(f"{FILE}-wal").exists() else "&immutable=1"
    with closing(
        sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro{quiet}", uri=True, timeout=BUSY_S)
    ) as connection:
        return read(connection)


def read_rows(state: Path, query: str) -> list[Any]:
    """Rows of the agent's database.

    Raises:
        FileNotFoundError: there is none yet.
        sqlite3.Error: it cannot be read.
    """
    return query_database(state, lambda connection: connection.execute(query).fetchall())


def read_values(state: Path) -> dict[str, str]:
    """The agent's stored values (`store.key_value`); empty where none can be read."""
    try:
        return dict(read_rows(state, "SELECT key, value FROM meta"))
    except (sqlite3.Error, OSError):
        return {}
