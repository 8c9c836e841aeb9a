"""The stations' journals as they arrive: every batch is checked against the chain, then committed.

The cursor of (station, epoch) is the last record up to which nothing is missing; only it is
acknowledged. A batch beyond a hole is kept but not acknowledged, so the station sends from the
cursor again; if it then begins beyond the same hole, it has nothing older, the cursor moves on
and the hole stays visible (`Database.gaps`). A forked or edited chain is neither kept nor
acknowledged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from agent.contract.hash_chain import GENESIS, next_hash
from agent.contract.proof import PROOF_KIND, read_proof
from agent.contract.report import MAX_BATCH_RECORDS, LogBatch, Record
from central.collector.report_rules import MAX_NUMBER, find_record_fault
from central.collector.report_store import find_exceeded_limit
from central.store.database import Database, upsert
from central.store.play_proofs import apply_proofs
from central.store.plays import insert_plays
from central.store.schema import cursors, records

# Run with every batch: building a statement costs more than running it.
_HERE = (records.c.station == sa.bindparam("station"), records.c.epoch == sa.bindparam("epoch"))
_NEIGHBOURS = sa.select(records.c.seq, records.c.bytes, records.c.hash).where(
    *_HERE, records.c.seq.between(sa.bindparam("first"), sa.bindparam("last"))
)
_BEYOND = (
    sa.select(records.c.seq, records.c.hash)
    .where(*_HERE, records.c.seq > sa.bindparam("upto"))
    .order_by(records.c.seq)
)
_CURSOR = sa.select(cursors).where(
    cursors.c.station == sa.bindparam("station"), cursors.c.epoch == sa.bindparam("epoch")
)


class JournalIngestError(Exception):
    """A batch that cannot be part of this station's journal: code, seq and what is wrong."""

    def __init__(self, code: str, seq: int, detail: str) -> None:
        super().__init__(code, seq, detail)
        self.code = code
        self.seq = seq
        self.detail = detail


@dataclass(frozen=True)
class Cursor:
    """Nothing is missing up to `upto`; `hash` is the chain's there."""

    upto: int
    hash: str


@dataclass(frozen=True)
class _Row:
    record: Record
    raw: bytes
    hash: str


def read_cursor(connection: sa.Connection, station: str, epoch: str) -> Cursor:
    """How far a station's journal has been received whole."""
    row = _cursor_row(connection, station, epoch)
    return Cursor(row.upto, row.hash) if row else Cursor(0, GENESIS)


def cursor_of(database: Database, station: str, epoch: str) -> Cursor:
    """As `read_cursor`, in a transaction of its own."""
    with database.transaction() as connection:
        return read_cursor(connection, station, epoch)


def is_new_journal(database: Database, station: str, epoch: str, former: str) -> bool:
    """Return whether this epoch replaced another one of the box.

    Judged by when their newest records came, as these alone cannot be replayed: a new card has
    none yet, a box that is back on its card after running in memory continues its first journal,
    and an old hello that a broker replays names an epoch that gets no new records.
    """
    with database.transaction() as connection:
        newest, before = (
            connection.execute(
                sa.select(records.c.number)
                .where(records.c.station == station, records.c.epoch == one)
                .order_by(records.c.seq.desc())
                .limit(1)
            ).scalar()
            for one in (epoch, former)
        )
    return epoch != former and (newest is None or (before is not None and newest > before))


def commit_batch(database: Database, station: str, batch: LogBatch) -> Cursor:
    """Check and keep a batch in one transaction; the cursor after it.

    Raises: JournalIngestError: E_RECORD (not this station's, out of order, or not of its kind's
    shape),
            E_CHAIN (a hash does not follow from the record before), E_FORK (other bytes under a
            known key), E_BUDGET (no room for more of this station today).
    """
    rows = _read(station, batch)
    with database.transaction() as connection:
        if rows:
            known = _check_neighbours(connection, station, batch.epoch, rows)
            _check_room(connection, [row for row in rows if row.record.seq not in known])
            _insert(connection, [row for row in rows if row.record.seq not in known])
            _advance(connection, station, batch.epoch, rows[0].record.seq)
        return read_cursor(connection, station, batch.epoch)


def _read(station: str, batch: LogBatch) -> list[_Row]:
    if len(batch.records) > MAX_BATCH_RECORDS:
        raise JournalIngestError("E_RECORD", 0, f"{len(batch.records)} records in a batch")
    rows: list[_Row] = []
    for text in batch.records:
        raw = text.encode()
        try:
            record = msgspec.json.decode(raw, type=Record)
            row = _Row(record, raw, next_hash(record.prev, raw))
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise JournalIngestError("E_RECORD", 0, str(error)[:200]) from error
        if (fault := find_record_fault(record, len(raw))) is not None:
            raise JournalIngestError("E_RECORD", max(0, min(record.seq, MAX_NUMBER)), fault)
        if (record.station, record.epoch) != (station, batch.epoch):
            raise JournalIngestError("E_RECORD", record.seq, "of another station or epoch")
        if rows and record.seq != rows[-1].record.seq + 1:
            raise JournalIngestError("E_RECORD", record.seq, "not the next one")
        if rows and record.prev != rows[-1].hash:
            raise JournalIngestError(
                "E_CHAIN", record.seq, "does not follow from the record before"
            )
        rows.append(row)
    return rows


def _check_neighbours(
    connection: sa.Connection, station: str, epoch: str, rows: list[_Row]
) -> set[int]:
    """The seqs of the batch's surroundings that are held already."""
    first, last = rows[0].record.seq, rows[-1].record.seq
    here = {"station": station, "epoch": epoch, "first": first - 1, "last": last + 1}
    known = {row.seq: row for row in connection.execute(_NEIGHBOURS, here)}
    for row in rows:
        seq = row.record.seq
        if seq in known and known[seq].bytes != row.raw:
            raise JournalIngestError("E_FORK", seq, "other bytes under a key that we hold")
    before = GENESIS if first == 1 else known[first - 1].hash if first - 1 in known else None
    if before is not None and rows[0].record.prev != before:
        raise JournalIngestError("E_CHAIN", first, "does not follow from the record that we hold")
    if last + 1 in known:
        after = msgspec.json.decode(known[last + 1].bytes, type=Record)
        if after.prev != rows[-1].hash:
            raise JournalIngestError(
                "E_CHAIN", last, "the record that we hold does not follow from it"
            )
    return set(known)


def _check_room(connection: sa.Connection, rows: list[_Row]) -> None:
    if rows:
        record, size = rows[0].record, sum(len(row.raw) for row in rows)
        lack = find_exceeded_limit(connection, record.station, record.epoch, len(rows), size)
        if lack is not None:
            raise JournalIngestError("E_BUDGET", 0, lack)


def _insert(connection: sa.Connection, rows: list[_Row]) -> None:
    if not rows:
        return
    values: list[dict[str, Any]] = [
        {
            "station": row.record.station, "epoch": row.record.epoch, "seq": row.record.seq,
            "kind": row.record.kind, "at": row.record.at, "bytes": row.raw, "hash": row.hash,
        }
        for row in rows
    ]  # fmt: skip
    connection.execute(sa.insert(records), values)
    insert_plays(
        connection,
        [
            ((one.station, one.epoch, one.seq), msgspec.to_builtins(one.play))
            for one in (row.record for row in rows)
            if one.play is not None
        ],
    )
    found = (read_proof(one.record.detail) for one in rows if one.record.kind == PROOF_KIND)
    proofs = [proof for proof in found if proof is not None]
    apply_proofs(connection, rows[0].record.station, proofs)


def _advance(connection: sa.Connection, station: str, epoch: str, first: int) -> None:
    row = _cursor_row(connection, station, epoch)
    upto, hash_ = (row.upto, row.hash) if row else (0, GENESIS)
    hole = row.hole if row else None
    if first > upto + 1:
        if hole != first:
            _put(connection, station, epoch, Cursor(upto, hash_), first)
            return
        upto = first - 1
    for held in connection.execute(_BEYOND, {"station": station, "epoch": epoch, "upto": upto}):
        if held.seq != upto + 1:
            break
        upto, hash_ = held.seq, held.hash
    _put(connection, station, epoch, Cursor(upto, hash_), None)


def _put(
    connection: sa.Connection, station: str, epoch: str, cursor: Cursor, hole: int | None
) -> None:
    values = {
        "station": station, "epoch": epoch, "upto": cursor.upto, "hash": cursor.hash, "hole": hole
    }  # fmt: skip
    upsert(connection, cursors, values, ("station", "epoch"))


def _cursor_row(connection: sa.Connection, station: str, epoch: str) -> sa.Row[Any] | None:
    return connection.execute(_CURSOR, {"station": station, "epoch": epoch}).first()
