"""The plays that this box's journal has on record of a moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from agent.contract.proof import PlayProof, read_proof
from agent.contract.report import Play, Record
from agent.contract.utc import encode_utc, is_utc, parse_utc
from agent.plan.past import Recorded
from agent.store.open_play import parse_open_play

AFTER = timedelta(hours=27)  # what came due is on record within 26 hours (docs/plan.md 27)
_ROWS = (
    "SELECT bytes FROM journal WHERE at BETWEEN :from AND :to"
    " UNION ALL SELECT bytes FROM journal_past WHERE at BETWEEN :from AND :to"
)
_FIRST = "SELECT min(at) FROM (SELECT at FROM journal UNION ALL SELECT at FROM journal_past)"


@dataclass(frozen=True)
class JournalPlays:
    """What is on record of a moment.

    Args:
        plays: that were on then, or planned to be.
        from_at: since when the journal is kept; None: it is empty.
    """

    plays: tuple[Recorded, ...] = ()
    from_at: datetime | None = None


def read_journal_plays(connection: sqlite3.Connection, at: datetime) -> JournalPlays:
    """Read what is on record of a moment; what the card has changed is left out.

    Args:
        connection: of the store.
        at: aware UTC.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    around = {"from": encode_utc(at), "to": encode_utc(at + AFTER)}
    records = [
        record
        for (raw,) in connection.execute(_ROWS, around)
        if (record := _decode(raw)) is not None
    ]
    proofs = {(one.epoch, one.seq): one for record in records if (one := read_proof(record.detail))}
    found = [
        _build(record.play, proofs.get((record.epoch, record.seq)))
        for record in records
        if record.play is not None
    ]
    found += [_build(play, None, is_open=True) for play in _read_open(connection)]
    (first,) = connection.execute(_FIRST).fetchone()
    from_at = parse_utc(first) if isinstance(first, str) and is_utc(first) else None
    return JournalPlays(tuple(one for one in found if one.concerns(at)), from_at)


def _decode(raw: object) -> Record | None:
    try:
        return msgspec.json.decode(raw, type=Record) if isinstance(raw, bytes) else None
    except (ValueError, msgspec.MsgspecError):
        return None


def _read_open(connection: sqlite3.Connection) -> Iterator[Play]:
    for (raw,) in connection.execute("SELECT play FROM open_play"):
        try:
            yield parse_open_play(raw).play
        except (ValueError, TypeError, msgspec.MsgspecError):
            continue


def _build(play: Play, proof: PlayProof | None, *, is_open: bool = False) -> Recorded:
    return Recorded(
        medium=play.medium or "sound",
        zones=tuple(play.zones),
        title=play.title,
        doc_id=play.doc_id,
        entry_id=play.entry,
        planned_start=_moment(play.planned_start),
        planned_end=_moment(play.planned_end),
        start=_moment(play.start),
        end=None if is_open else _moment(play.end),
        result="" if is_open else play.result,
        reason=play.reason or "",
        proof=play.proof if proof is None else proof.level,
        heard=None if proof is None else proof.heard,
    )


def _moment(text: str | None) -> datetime | None:
    return parse_utc(text) if text is not None and is_utc(text) else None
