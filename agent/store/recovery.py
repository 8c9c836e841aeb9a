"""What a broken database can still tell: how far all had come, so that nothing goes back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TypeVar

from agent.store.key_value_types import carry_words, find
from agent.store.merge import read_words, take_journal, take_rows
from agent.store.rebuild import (
    rebuild_floors,
    sink_floors_of_lost_documents,
    withdraw_cancelled,
)
from agent.store.state_origin import StateOrigin, put_origin
from agent.store.table import TABLES

T = TypeVar("T")


def recover(connection: sqlite3.Connection, broken: Path) -> None:
    """Carry what is sound over, inside the caller's transaction.

    The floor of a document that is lost sinks by one: the present one must be accepted once more
    when the centre sends it again, and nothing older. What was withdrawn stays withdrawn. Records
    that were not sent yet are sent under the epoch of their life.
    """
    with closing(sqlite3.connect(f"file:{broken}?mode=ro", uri=True)) as source:
        found = _try(partial(read_words, source), None)
        words = found or {}
        carry_words(connection, {key: text for key, text in words.items() if find(key).is_salvaged})
        is_known = found is not None
        for table in TABLES:
            if table.is_salvaged and table.carry != "own":
                is_whole = _try(partial(take_rows, connection, source, table), None)
                is_known &= bool(is_whole) or not table.is_floor
        _try(partial(take_journal, connection, source, words), None)
    sink_floors_of_lost_documents(connection)
    rebuild_floors(connection)
    withdraw_cancelled(connection)
    if not is_known:  # what is not known any more may be said again: a head must vouch for it
        put_origin(connection, StateOrigin(is_new=True))


def _try(deed: Callable[[], T], otherwise: T) -> T:
    """Read as far as it goes."""
    try:
        return deed()
    except (sqlite3.Error, UnicodeDecodeError):
        return otherwise
