"""Detect durable commits that SQLite drops from a write-ahead log because of a flipped byte.

SQLite replays a log up to the first frame whose checksum is wrong, because after a power cut the
last transaction is torn. Where the card has flipped a byte in an earlier frame, SQLite silently
drops durable commits: floors, sessions, records that the centre already has. Only the last
transaction can be torn. So where two commits lie behind that frame, and their pages are not in the
database, one of them was durable. Pages that are in the database are remains of an earlier use of
the log.

Source: https://www.sqlite.org/fileformat2.html#walformat
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from os import SEEK_CUR
from pathlib import Path

_HEADER, _FRAME = struct.Struct(">8I"), struct.Struct(">6I")
_MAGIC = 0x377F0682  # its lowest bit: the checksums are over big-endian words


@dataclass(frozen=True)
class WalFrame:
    """A page as one transaction wrote it.

    Args:
        place: its position in the log, from 1.
        page: its number in the database, from 1.
        is_last: the transaction ends with it.
    """

    place: int
    page: int
    is_last: bool


@dataclass(frozen=True)
class Log:
    """A write-ahead log as it is on the card.

    Args:
        path: of the log.
        page_bytes: size of a page.
        frames: of the current use of the log, up to the last commit.
    """

    path: Path
    page_bytes: int = 4096
    frames: list[WalFrame] = field(default_factory=list)


def read_log(database: Path) -> Log:
    """Read the log of a database; call it before the database is opened.

    Raises:
        OSError: the log exists and cannot be read.
    """
    path = database.with_name(f"{database.name}-wal")
    if not path.exists() or path.stat().st_size <= _HEADER.size:
        return Log(path)
    with path.open("rb") as file:
        head = file.read(_HEADER.size)
        _, _, page_bytes, _, *salts, _, _ = _HEADER.unpack(head)
        if not _is_whole(head):
            page_bytes, salts = Log.page_bytes, []
        frames: list[WalFrame] = []
        for place in count(1):
            raw = file.read(_FRAME.size)
            if len(raw) < _FRAME.size:
                break
            page, pages, *own, _, _ = _FRAME.unpack(raw)
            salts = salts or own
            if own == salts:
                frames.append(WalFrame(place, page, is_last=pages > 0))
            file.seek(page_bytes, SEEK_CUR)
    while frames and not frames[-1].is_last:
        frames.pop()
    return Log(path, page_bytes, frames)


def has_lost_commits(log: Log, database: Path, connection: sqlite3.Connection) -> bool:
    """Has SQLite dropped durable transactions? Call it before anything is written.

    Raises:
        sqlite3.Error: the database cannot be written.
        OSError: it cannot be read.
    """
    if not _has_two_commits(log.frames):
        return False
    _, replayed, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    hidden = [frame for frame in log.frames if frame.place > replayed]
    return _has_two_commits(hidden) and _has_changes(log, hidden, database)


def _has_two_commits(frames: Sequence[WalFrame]) -> bool:
    return len([frame for frame in frames if frame.is_last]) > 1


def _has_changes(log: Log, frames: Sequence[WalFrame], database: Path) -> bool:
    """Does any page differ between its newest frame here and the database?"""
    newest = {frame.page: frame.place for frame in frames}
    with log.path.open("rb") as kept, database.open("rb") as pages:
        for page, place in newest.items():
            kept.seek(_HEADER.size + place * (_FRAME.size + log.page_bytes) - log.page_bytes)
            pages.seek((page - 1) * log.page_bytes)
            if page == 0 or kept.read(log.page_bytes) != pages.read(log.page_bytes):
                return True
    return False


def _is_whole(head: bytes) -> bool:
    magic = _HEADER.unpack(head)[0]
    if magic | 1 != _MAGIC | 1:
        return False
    first = second = 0
    words = struct.unpack(">6I" if magic & 1 else "<6I", head[:24])
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return bool((first, second) == _HEADER.unpack(head)[6:])
