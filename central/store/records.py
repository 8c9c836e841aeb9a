"""The stations' journal records, read back: plays, refusals, silences, issues, what is missing."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from central.store.database import Database
from central.store.schema import plays, records

_KEY = ("station", "epoch", "seq")
_ISSUE_MEMBERS = ("what", "subject", "state", "hint")


def list_plays(database: Database) -> list[dict[str, Any]]:
    """The `play` of every play record in the order of arrival, with its station.

    `proof` is the highest level that is known by now, `proof_method` what reached it after the
    play, `heard` False where a proof found nothing, None where it is not known, `proof_why` the
    station's reason for that.
    """
    found = (plays.c.proof, plays.c.proof_method, plays.c.heard, plays.c.proof_why)
    query = (
        sa.select(records.c.bytes, *found)
        .outerjoin_from(records, plays, sa.and_(*(records.c[k] == plays.c[k] for k in _KEY)))
        .where(records.c.kind == "play")
    )
    with database.transaction() as connection:
        rows = connection.execute(query.order_by(records.c.number)).all()
    return [{**_play(row.bytes), **_proof(row)} for row in rows]


def _play(raw: bytes) -> dict[str, Any]:
    body = msgspec.json.decode(raw)
    return {**_part(body, "play"), "station": body["station"]}


def _proof(row: Any) -> dict[str, Any]:
    found = {"proof_method": row.proof_method, "heard": row.heard, "proof_why": row.proof_why}
    return found if row.proof is None else {**found, "proof": row.proof}


def list_refusals(database: Database) -> list[dict[str, Any]]:
    """The `detail` of every refusal record in the order of arrival, with station and moment."""
    return [
        {**_part(body, "detail"), "station": body["station"], "at": body["at"]}
        for body in _bodies(database, "refusal")
    ]


def list_silences(database: Database) -> list[dict[str, Any]]:
    """The `detail` of every silence record in the order of arrival, with station and moment."""
    return [
        {**detail, "station": body["station"], "at": body["at"]}
        for body in _bodies(database, "silence")
        if "state" in (detail := _part(body, "detail"))
    ]


def list_commands(database: Database) -> list[dict[str, Any]]:
    """The `detail` of every command record in the order of arrival, with station and moment.

    Signed commands have a `doc_id`; the others were given on the station's page or by its keys.
    """
    return [
        {**detail, "station": body["station"], "at": body["at"]}
        for body in _bodies(database, "command")
        if "result" in (detail := _part(body, "detail"))
    ]


def list_issue_records(database: Database) -> list[dict[str, Any]]:
    """Every record of an issue that began or ended, in the order of arrival."""
    return [body for body in _bodies(database, "fault") if _is_issue(_part(body, "detail"))]


def list_gaps(database: Database) -> list[dict[str, Any]]:
    """Runs of records that are missing below the newest: station, epoch, first, last."""
    before = sa.func.lag(records.c.seq, 1, 0).over(
        partition_by=(records.c.station, records.c.epoch), order_by=records.c.seq
    )
    runs = sa.select(
        records.c.station, records.c.epoch, (before + 1).label("first"),
        (records.c.seq - 1).label("last"),
    ).subquery()  # fmt: skip
    query = sa.select(runs).where(runs.c.first <= runs.c.last)
    with database.transaction() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def read_records(database: Database, station: str) -> list[bytes]:
    """The exact records of a station, by epoch and seq."""
    query = sa.select(records.c.bytes).where(records.c.station == station)
    with database.transaction() as connection:
        rows = connection.execute(query.order_by(records.c.epoch, records.c.seq))
        return [row.bytes for row in rows]


def _bodies(database: Database, kind: str) -> list[dict[str, Any]]:
    query = sa.select(records.c.bytes).where(records.c.kind == kind)
    with database.transaction() as connection:
        rows = connection.execute(query.order_by(records.c.number)).all()
    return [msgspec.json.decode(row.bytes) for row in rows]


def _is_issue(detail: dict[str, Any]) -> bool:
    """Faults of other kinds have another shape, and so has what no honest box sends."""
    return all(isinstance(detail.get(name), str) for name in _ISSUE_MEMBERS)


def _part(body: dict[str, Any], name: str) -> dict[str, Any]:
    """A record's `play` or `detail`; empty where a record was kept without it."""
    part = body.get(name)
    return part if isinstance(part, dict) else {}
