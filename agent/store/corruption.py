"""Corrupt rows: dropped when the store opens, and restored where possible.

SQLite does not detect a flipped byte in a row. Without this module a corrupt row would stop each
start of the agent, or the agent would use a value that nobody wrote.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from agent.store import key_value
from agent.store.rebuild import lower_floors_of_lost_documents, rebuild_floors, withdraw_cancelled
from agent.store.row import StoredRow, read_rows
from agent.store.state_origin import KEY as BORN
from agent.store.state_origin import StateOrigin, save_origin
from agent.store.table import (
    CANCELS,
    DOCUMENTS,
    EVENTS,
    FLOORS,
    META,
    OPEN_PLAY,
    ROLE_FLOORS,
    Table,
)

# Signatures or the hash chain verify the other tables.
JUDGED = (FLOORS, DOCUMENTS, EVENTS, CANCELS, META, OPEN_PLAY, ROLE_FLOORS)


def drop_corrupt(connection: sqlite3.Connection) -> list[str]:
    """Drop corrupt rows; returns their names. Run it in a transaction before anything is read.

    Raises:
        sqlite3.Error: a table cannot be read to its end.
    """
    lost: dict[str, list[str]] = {}
    for table in JUDGED:
        corrupt = [row for row in read_rows(connection, table) if not row.is_sound]
        for row in corrupt:
            _delete(connection, table, row)
        if corrupt:
            lost[table.name] = [row.name for row in corrupt]
        if table.is_guarded:
            _add_missing_crcs(connection, table)
    restore_doubled_values(connection)
    _repair(connection, lost)
    return [name for names in lost.values() for name in names]


def restore_doubled_values(connection: sqlite3.Connection) -> None:
    """Write the missing or different second row of each value that is stored twice."""
    rows = dict(connection.execute("SELECT key, value FROM meta").fetchall())
    for key in key_value.DOUBLED:
        text = rows.get(key, rows.get(key + key_value.AGAIN))
        if text is not None and (key not in rows or rows.get(key + key_value.AGAIN) != text):
            key_value.put(connection, key, text)


def _repair(connection: sqlite3.Connection, lost: Mapping[str, list[str]]) -> None:
    """Rebuild floors from documents, lower floors of lost documents, mark lost state as new."""
    if DOCUMENTS.name in lost:
        lower_floors_of_lost_documents(connection)
    is_floor_lost = any(table.is_floor and table.name in lost for table in JUDGED)
    if is_floor_lost:
        rebuild_floors(connection)
        withdraw_cancelled(connection)
    if is_floor_lost or f"{META.name} {BORN}" in lost.get(META.name, ()):
        save_origin(connection, StateOrigin(is_new=True))  # a head must list what comes again


def _delete(connection: sqlite3.Connection, table: Table, row: StoredRow) -> None:
    where, arguments = row.where
    connection.execute(f"DELETE FROM {table.name} WHERE {where}", arguments)  # noqa: S608 - declared names


def _add_missing_crcs(connection: sqlite3.Connection, table: Table) -> None:
    """Compute the CRC of rows without one: of an older release, or edited by hand."""
    key = table.key[0]
    connection.execute(f"UPDATE {table.name} SET {key}={key} WHERE crc IS NULL")  # noqa: S608 - declared names
