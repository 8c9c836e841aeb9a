"""A consistent copy of the centre's database, made while the collector continues to write.

The newest data stand in the file's WAL until SQLite moves them over, so a plain copy of the one
file may lack them all. SQLite's own backup reads both.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from agent.errors import ConfigError, StoreError

_PAGES = 2_000  # 8 MB at a time: the collector never waits for it
COUNTED = ("stations", "documents", "records")


def back_up(
    source: Path, target: Path, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> dict[str, int]:
    """Copy the database into one new file; it appears whole or not at all.

    Args:
        source: the centre's database.
        target: must not exist.
        progress: called with pages copied and pages in all.

    Returns:
        Rows of each table in `COUNTED`, as the copy has them.

    Raises:
        ConfigError: E_UNREADABLE, the source is missing; E_USAGE, the target exists.
        StoreError: E_DISK, one of them cannot be read or written; E_CORRUPT, the copy is damaged.
    """
    if not source.is_file():
        raise ConfigError("E_UNREADABLE", str(source), "no such file")
    if target.exists():
        raise ConfigError("E_USAGE", str(target), "exists already: a backup replaces nothing")
    part = target.with_name(f".{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        counts = _copy(source, part, progress)
        _sync(part)
        part.rename(target)
        _sync(target.parent)
    except (sqlite3.Error, OSError) as error:
        raise StoreError("E_DISK", str(target), str(error)) from error
    finally:
        part.unlink(missing_ok=True)
    return counts


def _copy(source: Path, part: Path, progress: Callable[[int, int], None]) -> dict[str, int]:
    part.touch(mode=0o600)
    with (
        closing(sqlite3.connect(source, timeout=30)) as reading,
        closing(sqlite3.connect(part, isolation_level=None)) as copy,
    ):
        reading.backup(
            copy, pages=_PAGES, progress=lambda _, left, total: progress(total - left, total)
        )
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        verdict = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if verdict != "ok":
            raise StoreError("E_CORRUPT", str(source), str(verdict))
        return {name: _count(copy, name) for name in COUNTED}


def _count(copy: sqlite3.Connection, table: str) -> int:
    return int(copy.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - of COUNTED


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
