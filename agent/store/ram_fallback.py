"""A memory without a disk: when the card cannot be written, the box plays on from a copy in RAM.

The copy knows every document, floor and event of the card. Its journal is a new one with an epoch
of its own: the card's unsent records stay on the card, and no two records ever share a number.
What the box writes from now on reaches the centre if the link holds, and is lost with the power.

A copy is the later life of the two until all of it is on the card. So it lies where the next start
finds it, and is carried back then or gone on from: a card that takes writes again while a copy is
not carried yet is not believed, for its floors and its authority are those of long ago.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sqlite3
import stat
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from agent.errors import StoreError
from agent.store.database import FILE, Store
from agent.store.key_value_types import carry_words
from agent.store.merge import (
    read_words,
    replace_set,
    take_journal,
    take_rows,
)
from agent.store.rebuild import withdraw_cancelled
from agent.store.table import TABLES

log = logging.getLogger(__name__)
_SUFFIXES = ("", "-wal")
_UNFINISHED = "copying-"
_NEW_LIFE = (
    "DELETE FROM journal",
    "DELETE FROM journal_past",
    "DELETE FROM open_play",
    "DELETE FROM meta WHERE key='journal_epoch'",
)


def open_state(card: Path) -> Store:
    """The state on the card, or a copy of it in RAM when the card cannot be written; blocks.

    Raises:
        StoreError: neither can be had.
    """
    copy = place_of_copy(card)
    if _is_ours(copy.parent) and (copy / FILE).exists():
        try:
            carry_back(copy / FILE, card)
        except StoreError:
            log.exception("going on from the copy in memory: it is newer than the card")
            return _open_copy(copy)
    try:
        return Store.open(card)
    except StoreError as error:
        if error.code != "E_DISK":
            raise
        log.exception("the card cannot be written: going on from a copy in memory")
        return open_volatile(card)


def place_of_copy(card: Path) -> Path:
    """Where a copy of this card lies, if there is one: outlives the process, not the power."""
    name = hashlib.sha256(os.fsencode(card.absolute())).hexdigest()[:16]
    own = Path(tempfile.gettempdir()) / f"tramtin-{os.geteuid()}"
    return Path(os.environ.get("RUNTIME_DIRECTORY") or own) / f"state-{name}"


def _is_ours(folder: Path) -> bool:
    """May nobody else write there? Below the temporary folder anybody may have made it."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    is_own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    return is_own and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def open_volatile(card: Path) -> Store:
    """Open a copy of the state in `card`, which may be read-only or full; blocks.

    Raises:
        StoreError: the card cannot be read either, or there is no room in memory.
    """
    copy = place_of_copy(card)
    try:
        copy.parent.mkdir(0o700, exist_ok=True)
        if not _is_ours(copy.parent):
            raise StoreError("E_DISK", str(copy.parent), "it is not a folder of this user alone")
        for left in copy.parent.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left, ignore_errors=True)
        room = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=copy.parent))
        for suffix in _SUFFIXES:
            part = card / f"{FILE}{suffix}"
            if part.exists():
                shutil.copyfile(part, room / part.name)
        _begin_anew(room / FILE)
        shutil.rmtree(copy, ignore_errors=True)  # without a file in it, or it had been opened
        room.rename(copy)
    except OSError as error:
        raise StoreError("E_DISK", str(card), str(error)) from error
    return _open_copy(copy)


def _open_copy(copy: Path) -> Store:
    store = Store.open(copy)
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
    """All that was accepted, set and recorded while the state lived in memory; blocks.

    It is merged with what the card has, in one transaction: nothing on the card goes back, and
    carrying twice is harmless.

    Args:
        copy: the file in RAM, closed; it is removed.
        card: the state's folder.

    Raises:
        StoreError: the card refuses after all; it is as it was, and the copy is kept.
    """
    source = Store.open(copy.parent)  # of another release, or torn: as any state
    source.close()
    if source.damage:
        log.error("the copy in memory is not whole: %s", source.damage)
    store = Store.open(card)
    try:
        store.do(lambda connection: _merge(connection, copy))
    finally:
        store.close()
    shutil.rmtree(copy.parent, ignore_errors=True)


def _merge(connection: sqlite3.Connection, copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as source:
        words = read_words(source)
        for table in TABLES:
            if table.carry == "set":
                replace_set(connection, source, table)
            elif table.carry == "rows":
                take_rows(connection, source, table)
        take_journal(connection, source, words)
    carry_words(connection, words)
    withdraw_cancelled(connection)
