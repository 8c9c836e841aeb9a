"""Rows that the card has changed: dropped when the store opens, and put back where they can be.

SQLite does not notice a turned byte in a row. Without this it would stop each start of the agent,
or have it believe what nobody wrote.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from agent.store import key_value
from agent.store.rebuild import rebuild_floors, sink_floors_of_lost_documents, withdraw_cancelled
from agent.store.row import StoredRow, read_rows
from agent.store.state_origin import KEY as BORN
from agent.store.state_origin import StateOrigin, put_origin
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

# The rest is judged by signatures or by its chain.
JUDGED = (FLOORS, DOCUMENTS, EVENTS, CANCELS, META, OPEN_PLAY, ROLE_FLOORS)


def drop_corrupt(connection: sqlite3.Connection) -> list[str]:
    """Drop what is not as it was written; the names of what was. A deed, before anything is read.

    Raises:
        sqlite3.Error: a table cannot be read to its end.
    """
    lost: dict[str, list[str]] = {}
    for table in JUDGED:
        rotten = [row for row in read_rows(connection, table) if not row.is_sound]
        for row in rotten:
            _delete(connection, table, row)
        if rotten:
            lost[table.name] = [row.name for row in rotten]
        if table.is_guarded:
            _seal_old_rows(connection, table)
    restore_words(connection)
    _make_good(connection, lost)
    return [name for names in lost.values() for name in names]


def restore_words(connection: sqlite3.Connection) -> None:
    """Words of which one row of two is there get the other back."""
    rows = dict(connection.execute("SELECT key, value FROM meta").fetchall())
    for key in key_value.DOUBLED:
        text = rows.get(key, rows.get(key + key_value.AGAIN))
        if text is not None and (key not in rows or rows.get(key + key_value.AGAIN) != text):
            key_value.put(connection, key, text)


def _make_good(connection: sqlite3.Connection, lost: Mapping[str, list[str]]) -> None:
    """What else says the same, what may be sent once more, what is not known any more."""
    if DOCUMENTS.name in lost:
        sink_floors_of_lost_documents(connection)
    is_floor_lost = any(table.is_floor and table.name in lost for table in JUDGED)
    if is_floor_lost:
        rebuild_floors(connection)
        withdraw_cancelled(connection)
    if is_floor_lost or f"{META.name} {BORN}" in lost.get(META.name, ()):
        put_origin(connection, StateOrigin(is_new=True))  # a head must vouch for what comes again


def _delete(connection: sqlite3.Connection, table: Table, row: StoredRow) -> None:
    where, arguments = row.where
    connection.execute(f"DELETE FROM {table.name} WHERE {where}", arguments)  # noqa: S608 - declared names


def _seal_old_rows(connection: sqlite3.Connection, table: Table) -> None:
    """Rows of a release that counted no sum, or of a hand, get theirs."""
    key = table.key[0]
    connection.execute(f"UPDATE {table.name} SET {key}={key} WHERE crc IS NULL")  # noqa: S608 - declared names
