"""What a station's journal says of a moment, as the centre has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from agent.contract.utc import encode_utc, is_utc, parse_utc
from agent.plan.past import Recorded
from central.store.database import Database
from central.store.plays import decode_list
from central.store.schema import plays, records

LONGEST = timedelta(days=1)  # of a play; what is skipped is on record within it too


@dataclass(frozen=True)
class StationRecord:
    """The journal of one station around a moment.

    Args:
        plays: that were on then, or planned to be.
        reached_at: up to when its records are here; None: there are none, or not whole then.
    """

    plays: tuple[Recorded, ...]
    reached_at: datetime | None


def read_record(database: Database, station: str, at: datetime) -> StationRecord:
    """Read what is on record of a moment.

    Args:
        database: the centre's.
        station: its id.
        at: aware.
    """
    with database.transaction() as connection:
        found = tuple(_read_plays(connection, station, at))
        reached_at = _find_reached(connection, station, at)
    return StationRecord(found, reached_at)


def _read_plays(connection: sa.Connection, station: str, at: datetime) -> list[Recorded]:
    begin, end, here = encode_utc(at - LONGEST), encode_utc(at), encode_utc(at)
    began = plays.c.started_at.between(begin, end)
    was_planned = plays.c.planned_start.between(begin, end) & (plays.c.planned_end > here)
    query = sa.select(plays).where(plays.c.station == station, began | was_planned)
    rows = connection.execute(query.order_by(plays.c.number)).mappings()
    found = (_build(row) for row in rows)
    return [one for one in found if one.concerns(at)]


def _build(row: sa.RowMapping) -> Recorded:
    return Recorded(
        medium=row["medium"] or "sound",
        zones=tuple(decode_list(row["zones"])),
        title=row["title"] or "",
        doc_id=row["doc_id"] or "",
        entry_id=row["item"] or "",
        planned_start=_moment(row["planned_start"]),
        planned_end=_moment(row["planned_end"]),
        start=_moment(row["started_at"]),
        end=_moment(row["ended_at"]),
        result=row["result"] or "",
        reason=row["reason"] or "",
        proof=row["proof"] or "",
        heard=row["heard"],
    )


def _moment(text: object) -> datetime | None:
    """A stolen device key may sign any text: what is no moment is none."""
    return parse_utc(text) if isinstance(text, str) and is_utc(text) else None


def _find_reached(connection: sa.Connection, station: str, at: datetime) -> datetime | None:
    """Up to when the journal is here; None also where a hole in it may hide the moment."""
    mine = records.c.station == station
    newest = sa.select(records.c.at).where(mine).order_by(records.c.number.desc()).limit(1)
    last_at = _moment(connection.execute(newest).scalar())
    return None if _has_hole(connection, station, at) else last_at


def _has_hole(connection: sa.Connection, station: str, at: datetime) -> bool:
    """Is a record missing that may be of a moment? A play is on record when it has ended."""
    epoch, seq = records.c.epoch, records.c.seq
    former = sa.func.lag(seq, 1, 0).over(partition_by=epoch, order_by=seq)
    former_at = sa.func.lag(records.c.at).over(partition_by=epoch, order_by=seq)
    rows = (
        sa.select(records.c.seq, records.c.at, former.label("former"), former_at.label("from_at"))
        .where(records.c.station == station)
        .subquery()
    )
    is_hole = (rows.c.seq != rows.c.former + 1) & (rows.c.at >= encode_utc(at))
    may_be_then = rows.c.from_at.is_(None) | (rows.c.from_at <= encode_utc(at + LONGEST))
    query = sa.select(rows.c.seq).where(is_hole, may_be_then).limit(1)
    return connection.execute(query).first() is not None
