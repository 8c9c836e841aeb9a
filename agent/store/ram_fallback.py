"""State in RAM: when the card cannot be written, the box keeps playing from a copy in RAM.

The copy has every document, floor and event of the card. Its journal is a new one with its own
epoch: the card's unsent records stay on the card, and no two records ever share a number. New
records reach the centre while the link is up, and are lost at a power cut.

The copy is newer than the card until all of it is merged back. So it is stored where the next start
finds it; that start merges it back or continues from it. A card that accepts writes again is not
used before the merge, because its floors and its authority are outdated.
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
from agent.store.key_value_types import merge_values
from agent.store.merge import (
    merge_journal,
    merge_rows,
    read_values,
    replace_set,
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
    """Open the state on the card, or a copy of it in RAM when the card cannot be written; blocks.

    Raises:
        StoreError: neither can be opened.
    """
    copy = find_copy_path(card)
    if _is_ours(copy.parent) and (copy / FILE).exists():
        try:
            carry_back(copy / FILE, card)
        except StoreError:
            log.exception("continuing from the copy in RAM: it is newer than the card")
            return _open_copy(copy)
    try:
        return Store.open(card)
    except StoreError as error:
        if error.code != "E_DISK":
            raise
        log.exception("the card cannot be written: continuing from a copy in RAM")
        return open_volatile(card)


def find_copy_path(card: Path) -> Path:
    """The path of this card's copy, if there is one: it survives a restart, not a power cut."""
    name = hashlib.sha256(os.fsencode(card.absolute())).hexdigest()[:16]
    own = Path(tempfile.gettempdir()) / f"tramtin-{os.geteuid()}"
    return Path(os.environ.get("RUNTIME_DIRECTORY") or own) / f"state-{name}"


def _is_ours(folder: Path) -> bool:
    """May only this user write there? Anybody can create a folder in the temporary folder."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    is_own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    return is_own and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def open_volatile(card: Path) -> Store:
    """Open a copy of the state in `card`, which may be read-only or full; blocks.

    Raises:
        StoreError: the card cannot be read either, or RAM is full.
    """
    copy = find_copy_path(card)
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
    """Clear the journal of a copy; `Store.open` recovers a copy that cannot be read."""
    if not file.exists():
        return
    with suppress(sqlite3.Error), closing(sqlite3.connect(file)) as connection, connection:
        for statement in _NEW_LIFE:
            connection.execute(statement)


def is_writable(card: Path) -> bool:
    """Does the card accept writes (again)? Blocks."""
    try:
        Store.open(card).close()
    except StoreError:
        return False
    return True


def carry_back(copy: Path, card: Path) -> None:
    """Merge the copy in RAM back into the card, in one transaction; blocks.

    No floor on the card goes back, and a second merge changes nothing.

    Args:
        copy: the file in RAM, closed; it is removed.
        card: the state's folder.

    Raises:
        StoreError: the card still refuses; it is unchanged, and the copy is kept.
    """
    source = Store.open(copy.parent)  # of another release, or torn: as any state
    source.close()
    if source.damage:
        log.error("the copy in RAM is damaged: %s", source.damage)
    store = Store.open(card)
    try:
        store.do(lambda connection: _merge(connection, copy))
    finally:
        store.close()
    shutil.rmtree(copy.parent, ignore_errors=True)


def _merge(connection: sqlite3.Connection, copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as source:
        values = read_values(source)
        for table in TABLES:
            if table.carry == "set":
                replace_set(connection, source, table)
            elif table.carry == "rows":
                merge_rows(connection, source, table)
        merge_journal(connection, source, values)
    merge_values(connection, values)
    withdraw_cancelled(connection)
