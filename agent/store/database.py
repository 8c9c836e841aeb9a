"""One SQLite file on one worker thread: WAL, synchronous=FULL, one transaction for each call.

The event loop must never wait for a disk, and a partial change must never be visible. So every
change is a function `fn(connection, ...)` that runs on the one worker thread inside one
transaction: when it returns, its effect is durable; when it raises, nothing has changed. At start
the file and its write-ahead log are checked. A broken file is moved aside, never repaired in place;
a new file begins with a new journal epoch (`meta.journal_epoch`) and with the rows that could be
recovered. In an intact file corrupt rows are dropped (`corruption`).
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from agent.errors import StoreError
from agent.store.corruption import drop_corrupt
from agent.store.rebuild import document_number
from agent.store.recovery import recover
from agent.store.state_origin import StateOrigin, save_origin
from agent.store.table import TABLES, guard
from agent.store.wal import Log, has_lost_commits, read_log

FILE = "state.db"
P = ParamSpec("P")
T = TypeVar("T")

# The migrations, one for each schema version; a box in service applies them in order.
_STEPS = (
    """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE floors (
  issuer TEXT, kind TEXT, slot TEXT, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
  sha256 TEXT NOT NULL, PRIMARY KEY (issuer, kind, slot)) WITHOUT ROWID;
CREATE TABLE documents (
  place TEXT PRIMARY KEY, kind TEXT NOT NULL, class TEXT NOT NULL, doc_id TEXT NOT NULL,
  event_id TEXT, sha256 TEXT NOT NULL, envelope BLOB NOT NULL, accepted_at TEXT NOT NULL,
  expires TEXT NOT NULL, withdrawn INTEGER NOT NULL DEFAULT 0);
CREATE TABLE events (event_id TEXT PRIMARY KEY, keep_until TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cancels (
  target TEXT, class TEXT, keep_until TEXT NOT NULL, PRIMARY KEY (target, class)) WITHOUT ROWID;
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY, at TEXT NOT NULL, bytes BLOB NOT NULL, hash TEXT NOT NULL,
  acknowledged_at TEXT);
CREATE TABLE open_play (key INTEGER PRIMARY KEY AUTOINCREMENT, play BLOB NOT NULL);
""",
    "ALTER TABLE documents ADD COLUMN standing INTEGER NOT NULL DEFAULT 1;",
    """
CREATE TABLE authority_roots (version INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE authority_files (
  role TEXT PRIMARY KEY, version INTEGER NOT NULL, bytes BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE authority_floors (
  role TEXT PRIMARY KEY, version INTEGER NOT NULL, keys TEXT NOT NULL) WITHOUT ROWID;
""",
    "ALTER TABLE documents ADD COLUMN accepted_in TEXT;",
    "ALTER TABLE authority_floors ADD COLUMN crc INTEGER;",
    """
ALTER TABLE meta ADD COLUMN crc INTEGER;
ALTER TABLE floors ADD COLUMN crc INTEGER;
ALTER TABLE documents ADD COLUMN crc INTEGER;
ALTER TABLE events ADD COLUMN crc INTEGER;
ALTER TABLE cancels ADD COLUMN crc INTEGER;
ALTER TABLE open_play ADD COLUMN crc INTEGER;
CREATE TABLE journal_past (
  epoch TEXT, seq INTEGER, at TEXT NOT NULL, bytes BLOB NOT NULL, hash TEXT NOT NULL,
  acknowledged_at TEXT, PRIMARY KEY (epoch, seq)) WITHOUT ROWID;
""",
    # without AUTOINCREMENT, which writes one more page for each play
    """
ALTER TABLE open_play RENAME TO opened;
CREATE TABLE open_play (key INTEGER PRIMARY KEY, play BLOB NOT NULL, crc INTEGER);
INSERT INTO open_play SELECT key, play, crc FROM opened;
DROP TABLE opened;
""",
    """
CREATE TABLE media_loudness (
  digest TEXT PRIMARY KEY, lufs REAL NOT NULL, peak_dbtp REAL NOT NULL,
  is_clipped INTEGER NOT NULL, crc INTEGER) WITHOUT ROWID;
""",
)
SCHEMA_VERSION = len(_STEPS)
_DISK = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
)
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_HINT = 400  # characters of an issue
MOST_ASIDE = 3  # broken files that are kept, so that a failing card does not fill up
_NOT_ITS_FAULT = (*_DISK, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM)


def _code_of(error: sqlite3.Error) -> str:
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary in _DISK:
        return "E_DISK"
    return "E_CORRUPT" if primary in _BROKEN else "E_DATABASE"


class Store:
    """The box's state. Create it with `open`.

    Attributes:
        path: the file.
        moved_aside: the new path of a file that failed its check.
        lost: names of corrupt rows that were dropped.
        is_volatile: it is in RAM because the card cannot be written (see `ram_fallback`).
    """

    def __init__(self, path: Path, worker: ThreadPoolExecutor) -> None:
        self.path = path
        self.moved_aside: Path | None = None
        self.lost: tuple[str, ...] = ()
        self.is_volatile = False
        self._worker = worker
        self._connection: sqlite3.Connection

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open or create the state in a folder; blocks, so call it before the loop runs.

        A file that fails its check is moved aside (`moved_aside` names it) and a new one created.

        Raises:
            StoreError: E_DISK; E_VERSION when a newer release wrote the file.
        """
        store = cls(folder / FILE, ThreadPoolExecutor(1, thread_name_prefix="store"))
        try:
            store._worker.submit(store._open).result()
        except sqlite3.Error as error:
            store._worker.shutdown()
            raise StoreError(_code_of(error), str(store.path), str(error)) from error
        except OSError as error:
            store._worker.shutdown()
            raise StoreError("E_DISK", str(store.path), str(error)) from error
        except StoreError:
            store._worker.shutdown()
            raise
        return store

    @property
    def damage(self) -> str:
        """What was corrupt, as text for people; empty when nothing was."""
        aside = [] if self.moved_aside is None else [f"the file is now {self.moved_aside.name}"]
        return ", ".join([*aside, *self.lost])[:_HINT]

    async def run(
        self,
        fn: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run one function in one transaction on the worker thread; durable when this returns.

        Cancelling a waiting caller does not stop a transaction that has begun.

        Raises:
            StoreError: E_DISK (full, read-only, I/O error), E_CORRUPT, E_DATABASE; nothing changed.
        """
        done = self._worker.submit(self._transact, lambda: fn(self._connection, *args, **kwargs))
        try:
            return await asyncio.wrap_future(done)
        except sqlite3.Error as error:
            raise StoreError(_code_of(error), str(self.path), str(error)) from error

    def do(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        """As `run`, for callers without an event loop; blocks.

        Raises:
            StoreError: as `run`.
        """
        try:
            return self._worker.submit(self._transact, lambda: fn(self._connection)).result()
        except sqlite3.Error as error:
            raise StoreError(_code_of(error), str(self.path), str(error)) from error

    def close(self) -> None:
        """Finish what is queued and close the file."""
        self._worker.submit(self._connection.close)
        self._worker.shutdown(wait=True)

    def _transact(self, fn: Callable[[], T]) -> T:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            result = fn()
            self._connection.execute("COMMIT")
        except BaseException:
            # After SQLITE_FULL or an I/O error SQLite may have rolled back by itself.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        return result

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._begin()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            # UnicodeDecodeError: an error message of SQLite that quotes corrupt bytes
            if not self._is_broken(error):
                raise
            self.moved_aside = aside = _move_aside(self.path)
            self._connection = _connect(self.path)
            self._transact(lambda: recover(self._connection, aside))
            if isinstance(error, _LostCommitsError):
                self._transact(lambda: save_origin(self._connection, StateOrigin(is_new=True)))

    def _begin(self) -> None:
        self._connection = _connect(self.path)
        try:
            self._transact(lambda: _prove_writable(self._connection))
            self.lost = tuple(self._transact(lambda: drop_corrupt(self._connection)))
        except BaseException:
            self._connection.close()
            raise

    def _is_broken(self, error: Exception) -> bool:
        """Is the file corrupt? A flipped byte in its header may make SQLite call it read-only."""
        primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if primary != sqlite3.SQLITE_READONLY:
            return primary not in _NOT_ITS_FAULT
        trial = self.path.with_name(".trial-open")
        try:
            trial.touch()
            trial.unlink()
        except OSError:
            return False
        return os.access(self.path, os.W_OK)


class _LostCommitsError(sqlite3.DatabaseError):
    """Durable commits in the log are lost, so it is unknown which floors have gone back."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def _prove_writable(connection: sqlite3.Connection) -> None:
    """Write once: a database on a read-only card opens without an error and fails at a write."""
    connection.execute("UPDATE meta SET value=value WHERE key='journal_epoch'")


def _connect(path: Path) -> sqlite3.Connection:
    log = read_log(path)
    connection = sqlite3.connect(path, isolation_level=None)
    # bytes that are not UTF-8 must not end a query: `read_rows` treats them as a corrupt row
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        _check(connection, path, log)
        _create(connection, path)
        guard(connection)
        connection.create_function("document_number", 2, document_number, deterministic=True)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, path: Path, log: Log) -> None:
    if has_lost_commits(log, path, connection):
        raise _LostCommitsError("its log has changed on the card")
    # as fast as quick_check, because the large tables have no index, and finds broken indexes
    verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        raise _corrupt(verdict)


def _create(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA_VERSION and _is_of_this_release(connection):
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")  # the header is corrupt
        return
    if version > SCHEMA_VERSION:
        raise StoreError("E_VERSION", str(path), f"written by a newer release (schema {version})")
    for number, step in enumerate(_STEPS[version:], start=version + 1):
        connection.executescript(f"BEGIN IMMEDIATE;{step}PRAGMA user_version={number};COMMIT;")
    if not _is_of_this_release(connection):
        raise _corrupt("a table has other columns")


def _corrupt(why: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(why)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _is_of_this_release(connection: sqlite3.Connection) -> bool:
    with closing(sqlite3.connect(":memory:")) as model:
        for step in _STEPS:
            model.executescript(step)
        return _columns(connection) == _columns(model)


def _columns(connection: sqlite3.Connection) -> list[list[object]]:
    return [connection.execute(f"PRAGMA table_info({table.name})").fetchall() for table in TABLES]


def _move_aside(path: Path) -> Path:
    """Rename the file and its WAL to the next `state.db.broken-<n>`; only the last few are kept."""
    numbers = sorted(_list_aside(path))
    aside = _name_aside(path, numbers[-1] + 1 if numbers else 1)
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        extra = path.with_name(path.name + suffix)
        if extra.exists():
            extra.rename(aside.with_name(aside.name + suffix))
    for number in numbers[: 1 - MOST_ASIDE]:
        for suffix in ("", "-wal", "-shm"):
            old = _name_aside(path, number)
            old.with_name(old.name + suffix).unlink(missing_ok=True)
    return aside


def _name_aside(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.broken-{number}")


def _list_aside(path: Path) -> Iterator[int]:
    """Numbers of the files that were moved aside before."""
    for one in path.parent.glob(f"{path.name}.broken-*"):
        number = one.name.rpartition("-")[2]
        if number.isdecimal():
            yield int(number)
