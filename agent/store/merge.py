"""Rows of another memory taken over: of a broken file, or of a copy in RAM that is the later life.

Every row is read by its declaration before it counts, and merged as that says: floors by the
higher, events and cancels together, documents by the number that is signed in them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, cast

import msgspec

from agent.store import key_value_types
from agent.store.key_value_types import LastBeat
from agent.store.row import read_rows
from agent.store.table import (
    JOURNAL,
    META,
    OPEN_PLAY,
    PAST_JOURNAL,
    Cell,
    Table,
)

_BEAT = "journal_beat"


class _Of(msgspec.Struct):
    """Whose a record is."""

    epoch: str


def read_words(source: sqlite3.Connection) -> dict[str, str]:
    """The sound words of another memory.

    Raises:
        sqlite3.Error: they cannot be read to their end.
    """
    rows = (row.cells for row in read_rows(source, META) if row.is_sound)
    return key_value_types.of_rows((str(cells["key"]), str(cells["value"])) for cells in rows)


def take_rows(connection: sqlite3.Connection, source: sqlite3.Connection, table: Table) -> bool:
    """Merge the sound rows of one table; was every one of them sound?

    Raises:
        sqlite3.Error: it cannot be read to its end, or the present memory refuses.
    """
    is_whole = True
    for row in read_rows(source, table):
        if row.is_sound:
            _put(connection, table, row.cells)
        is_whole &= row.is_sound
    return is_whole


def take_journal(
    connection: sqlite3.Connection, source: sqlite3.Connection, words: Mapping[str, str]
) -> None:
    """The records of the other life, under its epoch, to be sent as they are; and its open plays.

    The epoch stands in each record: its word may be lost. A play that is here already came with a
    former try, after which the other memory was not removed.

    Raises:
        sqlite3.Error: as `take_rows`.
    """
    beat = msgspec.json.decode(words[_BEAT], type=LastBeat) if _BEAT in words else None
    for row in read_rows(source, OPEN_PLAY):
        if row.is_sound:
            raw = _with_end(row.cells["play"], beat)
            connection.execute(
                "INSERT INTO open_play (play) SELECT :raw"
                " WHERE NOT EXISTS (SELECT 1 FROM open_play WHERE play=:raw)",
                {"raw": raw},
            )
    for row in read_rows(source, JOURNAL):
        if row.is_sound:
            record = msgspec.json.decode(cast("bytes", row.cells["bytes"]), type=_Of)
            _put(connection, PAST_JOURNAL, {"epoch": record.epoch, **row.cells})


def replace_set(connection: sqlite3.Connection, source: sqlite3.Connection, table: Table) -> None:
    """The whole set of the other memory instead of ours, unless it has none.

    Raises:
        sqlite3.Error: as `take_rows`.
    """
    rows = list(read_rows(source, table))
    if not rows:
        return
    connection.execute(f"DELETE FROM {table.name}")  # noqa: S608 - declared names
    for row in rows:
        if row.is_sound:
            _put(connection, table, row.cells)


def _put(connection: sqlite3.Connection, table: Table, cells: Mapping[str, Cell]) -> None:
    columns = table.columns
    changes = ", ".join(f"{one}=excluded.{one}" for one in columns if one not in table.key)
    resolution = f"UPDATE SET {changes} WHERE {table.wins}" if table.wins else "NOTHING"
    connection.execute(
        f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - declared names
        f" ON CONFLICT ({', '.join(table.key)}) DO {resolution}",
        [cells[one] for one in columns],
    )


def _with_end(play: Any, beat: LastBeat | None) -> bytes:
    """An open play of a life that is over: it ended at that life's last heartbeat."""
    opened = msgspec.json.decode(play, type=dict[str, Any])
    last = beat.mono_ns if beat is not None else opened.get("mono_ns")
    opened.setdefault("last_mono_ns", last)
    return msgspec.json.encode(opened)
