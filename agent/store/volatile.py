"""A memory without a disk: when the card cannot be written, the box plays on from a copy in RAM.

The copy knows every document, floor and event of the card. Its journal is a new one with an epoch
of its own: the card's unsent records stay on the card, and no two records ever share a number.
What the box writes from now on reaches the centre if the link holds, and is lost with the power.
Once the card takes writes again, what was accepted meanwhile is carried back to it.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from agent.errors import StoreError
from agent.store.database import FILE, Store

log = logging.getLogger(__name__)
_SUFFIXES = ("", "-wal")
# The card knew all that the copy began with, and nobody else has written to it.
_CARRIED = ("floors", "documents", "events", "cancels")
_CARRY_META = "INSERT OR REPLACE INTO meta SELECT * FROM ram.meta WHERE key NOT LIKE 'journal%'"
_NEW_LIFE = (
    "DELETE FROM journal",
    "DELETE FROM open_play",
    "DELETE FROM meta WHERE key='journal_epoch'",
)


def open_state(card: Path) -> Store:
    """The state on the card, or a copy of it in RAM when the card cannot be written; blocks.

    Raises:
        StoreError: neither can be had.
    """
    try:
        return Store.open(card)
    except StoreError as error:
        if error.code != "E_DISK":
            raise
        log.exception("the card cannot be written: going on from a copy in memory")
        return open_volatile(card)


def open_volatile(card: Path) -> Store:
    """Open a copy of the state in `card`, which may be read-only or full; blocks.

    Raises:
        StoreError: the card cannot be read either, or there is no room in memory.
    """
    room = Path(tempfile.mkdtemp(prefix="state-", dir=os.environ.get("RUNTIME_DIRECTORY")))
    try:
        for suffix in _SUFFIXES:
            part = card / f"{FILE}{suffix}"
            if part.exists():
                shutil.copyfile(part, room / part.name)
    except OSError as error:
        raise StoreError("E_DISK", str(card), str(error)) from error
    _begin_anew(room / FILE)
    store = Store.open(room)
    store.is_volatile = True
    return store


def _begin_anew(file: Path) -> None:
    """A copy that cannot be read is left to `Store.open`, which saves what it can."""
    if not file.exists():
        return
    with suppress(sqlite3.Error), closing(sqlite3.connect(file)) as connection, connection:
        for statement in _NEW_LIFE:
            connection.execute(statement)


def is_writable(card: Path) -> bool:
    """Does the card take writes (again)? Blocks."""
    try:
        Store.open(card).close()
    except StoreError:
        return False
    return True


def carry_back(copy: Path, card: Path) -> None:
    """What was accepted and set while the state lived in memory, onto the card whole; blocks.

    Args:
        copy: the file in RAM, closed; it is removed.
        card: the state's folder.

    Raises:
        StoreError: E_DISK, the card refuses after all; it is as it was, and the copy is kept.
    """
    try:
        with closing(sqlite3.connect(card / FILE, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("ATTACH ? AS ram", (str(copy),))
            connection.execute("BEGIN IMMEDIATE")
            for table in _CARRIED:
                connection.execute(f"DELETE FROM main.{table}")  # noqa: S608 - of our own names
                connection.execute(f"INSERT INTO main.{table} SELECT * FROM ram.{table}")  # noqa: S608 - as above
            connection.execute(_CARRY_META)
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise StoreError("E_DISK", str(card), str(error)) from error
    shutil.rmtree(copy.parent, ignore_errors=True)
