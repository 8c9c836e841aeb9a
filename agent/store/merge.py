"""Merge rows of another database: a broken file, or a copy in RAM that was written later.

Every row is validated by its table's declaration and merged by it: of two floors the higher wins,
events and cancels are united, and of two documents the one with the higher signed number wins.
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


class _RecordEpoch(msgspec.Struct):
    """The epoch of a record."""

    epoch: str


def read_values(source: sqlite3.Connection) -> dict[str, str]:
    """The intact values of another database.

    Raises:
        sqlite3.Error: the table cannot be read to its end.
    """
    rows = (row.cells for row in read_rows(source, META) if row.is_sound)
    return key_value_types.select_values((str(cells["key"]), str(cells["value"])) for cells in rows)


def merge_rows(connection: sqlite3.Connection, source: sqlite3.Connection, table: Table) -> bool:
    """Merge the intact rows of one table; returns whether every row was intact.

    Raises:
        sqlite3.Error: the table cannot be read to its end, or the present database refuses.
    """
    is_whole = True
    for row in read_rows(source, table):
        if row.is_sound:
            _put(connection, table, row.cells)
        is_whole &= row.is_sound
    return is_whole


def merge_journal(
    connection: sqlite3.Connection, source: sqlite3.Connection, values: Mapping[str, str]
) -> None:
    """Merge the records of the other database, unchanged under their own epoch; and its open plays.

    Each record states its epoch, so a lost `journal_epoch` does no harm. A play that already exists
    here came with an earlier merge, after which the other database was not removed.

    Raises:
        sqlite3.Error: as `merge_rows`.
    """
    beat = msgspec.json.decode(values[_BEAT], type=LastBeat) if _BEAT in values else None
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
            record = msgspec.json.decode(cast("bytes", row.cells["bytes"]), type=_RecordEpoch)
            _put(connection, PAST_JOURNAL, {"epoch": record.epoch, **row.cells})


def replace_set(connection: sqlite3.Connection, source: sqlite3.Connection, table: Table) -> None:
    """Replace the whole table by that of the other database, unless that is empty.

    Raises:
        sqlite3.Error: as `merge_rows`.
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
    """An open play of a former run: it ended at that run's last heartbeat."""
    opened = msgspec.json.decode(play, type=dict[str, Any])
    last = beat.mono_ns if beat is not None else opened.get("mono_ns")
    opened.setdefault("last_mono_ns", last)
    return msgspec.json.encode(opened)
