"""The journal's rows: functions for the store's thread, each within one transaction."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from agent.contract.hash_chain import GENESIS, next_hash
from agent.contract.report import ClockState, Play, Record, RecordKind
from agent.contract.utc import encode_utc, parse_utc
from agent.store import key_value
from agent.store.key_value_types import LastBeat
from agent.store.open_play import OpenPlay, parse_open_play

OFFSET_MIN = 420  # Viet Nam, UTC+7, no summer time
KEEP_ACKNOWLEDGED = timedelta(days=30)
_BEAT = "journal_beat"
RECENT = 4000  # rows that are read to find what was written within a day
HEAD_BYTES = 700  # of a record; its kind comes before `play` and `detail`

Detail = dict[str, str | int | float | bool | list[str] | None]


@dataclass(frozen=True)
class RecordDraft:
    """A record without its place in the chain yet. `closes`: the key of its open play."""

    kind: RecordKind
    beat: LastBeat
    clock: ClockState
    play: Play | None = None
    detail: Detail | None = None
    closes: int | None = None


@dataclass(frozen=True)
class ChainHead:
    """The chain's end: last seq (0: none yet) and the hash after it."""

    seq: int
    hash: str


@dataclass(frozen=True)
class StoredRows:
    """Rows read from the journal.

    Args:
        rows: the intact ones.
        lost: sequence numbers of the others.
    """

    rows: list[tuple[int, bytes]]
    lost: list[int]

    def run(self) -> list[bytes]:
        """The records from the first on, up to the first gap."""
        first = self.rows[0][0] if self.rows else 0
        return [raw for place, (seq, raw) in enumerate(self.rows) if seq == first + place]


@dataclass(frozen=True)
class JournalStart:
    """Where the journal continues after a start.

    Args:
        epoch: its own.
        head: the chain's end.
        is_new: the card had changed the last record, so a new chain was begun.
    """

    epoch: str
    head: ChainHead
    is_new: bool = False


def begin(connection: sqlite3.Connection) -> JournalStart:
    """Find the chain's end; if the card has changed it, begin a chain with a new epoch.

    The records of the former chain stay to be sent, under their own epoch
    (`evidence.former_journals`).
    """
    row = connection.execute(
        "SELECT seq, bytes, hash FROM journal ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return JournalStart(key_value.journal_epoch(connection), ChainHead(0, GENESIS))
    seq, raw, hash_ = row
    epoch = _epoch_of(raw)
    if epoch is None or keep_intact(epoch, [row]).lost:
        _retire(connection)
        return JournalStart(key_value.journal_epoch(connection), ChainHead(0, GENESIS), is_new=True)
    if key_value.get(connection, key_value.JOURNAL_EPOCH) != epoch:  # the stored epoch was lost
        key_value.put(connection, key_value.JOURNAL_EPOCH, epoch)
    return JournalStart(epoch, ChainHead(seq, hash_))


def _retire(connection: sqlite3.Connection) -> None:
    """Move all intact rows to the former journals."""
    rows = connection.execute("SELECT seq, at, bytes, hash, acknowledged_at FROM journal")
    for seq, at, raw, hash_, acknowledged_at in rows:
        epoch = _epoch_of(raw)
        if epoch is not None and not keep_intact(epoch, [(seq, raw, hash_)]).lost:
            connection.execute(
                "INSERT OR IGNORE INTO journal_past (epoch, seq, at, bytes, hash, acknowledged_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (epoch, seq, at, raw, hash_, acknowledged_at),
            )
    connection.execute("DELETE FROM journal")
    connection.execute("DELETE FROM meta WHERE key=?", (key_value.JOURNAL_EPOCH,))


def _epoch_of(raw: object) -> str | None:
    try:
        return msgspec.json.decode(raw, type=Record).epoch if isinstance(raw, bytes) else None
    except (ValueError, msgspec.MsgspecError):
        return None


def keep_intact(epoch: str, rows: Sequence[tuple[int, bytes, str]]) -> StoredRows:
    """Split rows into intact ones and changed ones, which a centre would not accept."""
    kept = StoredRows([], [])
    for seq, raw, hash_ in rows:
        if _is_intact(epoch, seq, raw, hash_):
            kept.rows.append((seq, raw))
        else:
            kept.lost.append(seq)
    return kept


def _is_intact(epoch: str, seq: int, raw: object, hash_: object) -> bool:
    if not isinstance(raw, bytes):
        return False
    try:
        record = msgspec.json.decode(raw, type=Record)
        return (record.epoch, record.seq, next_hash(record.prev, raw)) == (epoch, seq, hash_)
    except (ValueError, msgspec.MsgspecError):
        return False


def read_head(connection: sqlite3.Connection) -> ChainHead:
    """The chain's end."""
    row = connection.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    return ChainHead(*row) if row else ChainHead(0, GENESIS)


def write(
    connection: sqlite3.Connection, station: str, known_seq: int, drafts: Sequence[RecordDraft]
) -> list[Record]:
    """Append drafts to the chain.

    `known_seq` is the head as the caller knows it. A caller whose wait was cancelled calls again
    with drafts that are already written: the rows after `known_seq` are the first of them.
    """
    head = read_head(connection)
    epoch = key_value.journal_epoch(connection)
    for draft in drafts[head.seq - known_seq :]:
        head = _write_one(connection, station, epoch, head, draft)
    rows = connection.execute("SELECT bytes FROM journal WHERE seq>? ORDER BY seq", (known_seq,))
    return [msgspec.json.decode(row[0], type=Record) for row in rows]


def _write_one(
    connection: sqlite3.Connection, station: str, epoch: str, head: ChainHead, draft: RecordDraft
) -> ChainHead:
    record = Record(
        station=station,
        epoch=epoch,
        seq=head.seq + 1,
        prev=head.hash,
        at=draft.beat.at,
        offset_min=OFFSET_MIN,
        boot_id=draft.beat.boot_id,
        mono_ns=draft.beat.mono_ns,
        clock=draft.clock,
        kind=draft.kind,
        play=draft.play,
        detail=draft.detail,
    )
    raw = msgspec.json.encode(record)
    after = ChainHead(record.seq, next_hash(head.hash, raw))
    connection.execute(
        "INSERT INTO journal (seq, at, bytes, hash) VALUES (?, ?, ?, ?)",
        (record.seq, record.at, raw, after.hash),
    )
    if draft.closes is not None:
        connection.execute("DELETE FROM open_play WHERE key=?", (draft.closes,))
    return after


def put_beat(connection: sqlite3.Connection, beat: LastBeat) -> None:
    """Store that the agent was alive."""
    key_value.put(connection, _BEAT, msgspec.json.encode(beat).decode())


def read_beat(connection: sqlite3.Connection) -> LastBeat | None:
    """The last moment at which this run or a former one was surely alive: a beat, or a record."""
    text = key_value.get(connection, _BEAT)
    beat = None if text is None else msgspec.json.decode(text, type=LastBeat)
    row = connection.execute("SELECT bytes FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    if row is None:
        return beat
    last = msgspec.json.decode(row[0], type=Record)
    if beat is not None and (beat.boot_id != last.boot_id or beat.mono_ns >= last.mono_ns):
        return beat
    return LastBeat(last.boot_id, last.at, last.mono_ns)


def insert_open_play(connection: sqlite3.Connection, opened: OpenPlay) -> int:
    """Store that sound begins."""
    cursor = connection.execute(
        "INSERT INTO open_play (play) VALUES (?)", (msgspec.json.encode(opened),)
    )
    return int(cursor.lastrowid or 0)


def read_cut_plays(connection: sqlite3.Connection) -> list[tuple[int, Play]]:
    """Plays that a former run left open, as cut at its last heartbeat.

    The length is measured on the monotonic clock of that run, so a step of the clock in between
    does not make it longer.
    """
    beat = read_beat(connection)
    rows = connection.execute("SELECT key, play FROM open_play ORDER BY key").fetchall()
    opened = [(key, parse_open_play(raw)) for key, raw in rows]
    own = beat.mono_ns if beat else 0
    return [
        (key, _cut(one, own if one.last_mono_ns is None else one.last_mono_ns))
        for key, one in opened
    ]


def _cut(opened: OpenPlay, last_mono_ns: int) -> Play:
    length = timedelta(microseconds=max(0, last_mono_ns - opened.mono_ns) // 1000)
    play = opened.play
    end = encode_utc(parse_utc(play.start) + length) if play.start else None
    return msgspec.structs.replace(
        play, end=end, duration_ms=length // timedelta(milliseconds=1), result="cut",
        reason="restart",
    )  # fmt: skip


def read_after(connection: sqlite3.Connection, seq: int, limit: int) -> StoredRows:
    """Up to `limit` rows after a seq, in order; those that the card has changed are dropped."""
    rows = connection.execute(
        "SELECT seq, bytes, hash FROM journal WHERE seq>? ORDER BY seq LIMIT ?", (seq, limit)
    ).fetchall()
    kept = keep_intact(key_value.journal_epoch(connection), rows)
    connection.executemany("DELETE FROM journal WHERE seq=?", [(one,) for one in kept.lost])
    return kept


def read_acknowledged(connection: sqlite3.Connection) -> int:
    """The last seq that the centre has acknowledged."""
    row: Any = connection.execute(
        "SELECT MAX(seq) FROM journal WHERE acknowledged_at IS NOT NULL"
    ).fetchone()
    return int(row[0] or 0)


def read_outbox(connection: sqlite3.Connection) -> tuple[int, datetime | None]:
    """How many rows the centre lacks, and the moment of the oldest of this epoch."""
    rows, past = connection.execute(
        "SELECT (SELECT COUNT(*) FROM journal WHERE acknowledged_at IS NULL),"
        " (SELECT COUNT(*) FROM journal_past WHERE acknowledged_at IS NULL)"
    ).fetchone()
    oldest = connection.execute(
        "SELECT at FROM journal WHERE acknowledged_at IS NULL ORDER BY seq LIMIT 1"
    ).fetchone()
    return int(rows + past), _moment_of(oldest[0]) if oldest else None


def _moment_of(text: str) -> datetime | None:
    """Parse a moment; the column is outside the chain, so the card may have changed it."""
    try:
        return parse_utc(text)
    except ValueError:
        return None


def acknowledge(connection: sqlite3.Connection, upto: int, hash_: str, at: datetime) -> bool:
    """Mark rows as held by the centre; False (and nothing marked) if the hash differs.

    A record that is not stored any more (pruned, or dropped for lack of room before a late
    acknowledgement) has no hash to compare with: nothing is marked, and it is no fault.
    """
    row = connection.execute("SELECT hash FROM journal WHERE seq=?", (upto,)).fetchone()
    if row is None:
        newest = connection.execute("SELECT MAX(seq) FROM journal").fetchone()[0]
        return upto <= int(newest or 0)
    if row[0] != hash_:
        return False
    connection.execute(
        "UPDATE journal SET acknowledged_at=? WHERE seq<=? AND acknowledged_at IS NULL",
        (encode_utc(at), upto),
    )
    return True


def prune(connection: sqlite3.Connection, at: datetime) -> None:
    """Drop rows acknowledged more than 30 days ago; the chain's last row always stays."""
    connection.execute(
        "DELETE FROM journal WHERE acknowledged_at < ? AND seq < (SELECT MAX(seq) FROM journal)",
        (encode_utc(at - KEEP_ACKNOWLEDGED),),
    )


@dataclass(frozen=True)
class Dropped:
    """Unacknowledged records that were dropped: `count` of them, from `first` to `last`."""

    first: int
    last: int
    count: int


def read_spent(
    connection: sqlite3.Connection, since: str, kinds: Iterable[RecordKind]
) -> dict[RecordKind, tuple[int, int]]:
    """How many records of some kinds were written since a moment, and their bytes."""
    rows = connection.execute(
        "SELECT at, bytes FROM journal ORDER BY seq DESC LIMIT ?", (RECENT,)
    ).fetchall()
    texts = [raw for at, raw in rows if at >= since and isinstance(raw, bytes)]
    spent: dict[RecordKind, tuple[int, int]] = {}
    for kind in kinds:
        of_kind = [len(raw) for raw in texts if f'"kind":"{kind}"'.encode() in raw[:HEAD_BYTES]]
        spent[kind] = len(of_kind), sum(of_kind)
    return spent


def drop_oldest(connection: sqlite3.Connection, limit_bytes: int) -> Dropped | None:
    """Drop the oldest unacknowledged records, consecutively, until the rest is within the limit.

    Consecutive records make one gap: every gap costs the centre one round of resending.
    """
    unsent = "FROM journal WHERE seq>?", (read_acknowledged(connection),)
    total, newest = connection.execute(
        f"SELECT ifnull(sum(length(bytes)), 0), max(seq) {unsent[0]}", unsent[1]
    ).fetchone()
    first = last = count = 0
    for seq, size in connection.execute(
        f"SELECT seq, length(bytes) {unsent[0]} ORDER BY seq", unsent[1]
    ):
        if total <= limit_bytes or seq == newest:  # the chain's last row always stays
            break
        total, count, first, last = total - size, count + 1, first or seq, seq
    if not count:
        return None
    connection.execute("DELETE FROM journal WHERE seq BETWEEN ? AND ?", (first, last))
    return Dropped(first, last, count)


def room_bytes(_: sqlite3.Connection, path: Path, at_most: int, share: float) -> int:
    """How many bytes may wait for the centre on this card."""
    status = os.statvfs(path)
    return min(at_most, int(share * status.f_blocks * status.f_frsize))
