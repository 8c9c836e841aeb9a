"""Recover rows of a broken database, so that no floor goes back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TypeVar

from agent.store.key_value_types import find, merge_values
from agent.store.merge import merge_journal, merge_rows, read_values
from agent.store.rebuild import (
    lower_floors_of_lost_documents,
    rebuild_floors,
    withdraw_cancelled,
)
from agent.store.state_origin import StateOrigin, save_origin
from agent.store.table import TABLES

T = TypeVar("T")


def recover(connection: sqlite3.Connection, broken: Path) -> None:
    """Merge the intact rows of a broken file, inside the caller's transaction.

    The floor of a lost document is lowered by one: that document must be accepted again when the
    centre sends it, and nothing older. What was withdrawn stays withdrawn. Records that were not
    sent yet are sent under their own epoch.
    """
    with closing(sqlite3.connect(f"file:{broken}?mode=ro", uri=True)) as source:
        found = _try(partial(read_values, source), None)
        values = found or {}
        merge_values(
            connection, {key: text for key, text in values.items() if find(key).is_recovered}
        )
        is_known = found is not None
        for table in TABLES:
            if table.is_recovered and table.carry != "own":
                is_whole = _try(partial(merge_rows, connection, source, table), None)
                is_known &= bool(is_whole) or not table.is_floor
        _try(partial(merge_journal, connection, source, values), None)
    lower_floors_of_lost_documents(connection)
    rebuild_floors(connection)
    withdraw_cancelled(connection)
    if not is_known:  # lost documents may come again: a fresh head must list them
        save_origin(connection, StateOrigin(is_new=True))


def _try(fn: Callable[[], T], otherwise: T) -> T:
    """Run it; a table that cannot be read to its end gives `otherwise`."""
    try:
        return fn()
    except (sqlite3.Error, UnicodeDecodeError):
        return otherwise
