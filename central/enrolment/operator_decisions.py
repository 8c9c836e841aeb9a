"""The operator's side: a code is looked up, approved for a station, or denied.

Wrong codes lock an operator and an address for a while. A wrong code that names a box by its serial
counts against that box's request, which dies of five.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from agent.contract.enrolment import normalise_code
from agent.contract.ids import STATION_ID
from agent.contract.utc import encode_utc, parse_utc
from central.enrolment.audit_log import record_step
from central.enrolment.certificate_authority import RESERVED
from central.enrolment.refusal import EnrolmentError
from central.enrolment.request_table import (
    APPROVED,
    DENIED,
    ENDED,
    HAND_OUT,
    MAX_WRONG_CODES,
    PENDING,
    PendingRequest,
    end_overdue,
    find_by_code,
    read_request,
)
from central.store.database import Database, upsert
from central.store.device_certificates import find_station, find_station_of_key
from central.store.schema import enrolment_locks, enrolments

LOCKED_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class DecidingOperator:
    """Who decides, and from where; an address of the web page, or `terminal`."""

    name: str
    address: str = "terminal"


def find_request_of_code(
    database: Database, code: str, who: DecidingOperator, now: datetime, serial: str | None = None
) -> PendingRequest:
    """The request of a code that a technician reads out.

    Args:
        database: the centre's.
        code: as typed.
        who: types it.
        now: aware UTC.
        serial: of the box that is meant, where the operator picked it from the list.

    Raises:
        EnrolmentError: enrol-locked; enrol-unknown-code, which is counted.
    """
    with database.together(), database.transaction() as connection:
        end_overdue(connection, now)
        _verify_unlocked(connection, who, now)
        plain = normalise_code(code)
        row = None if plain is None else find_by_code(connection, plain)
        if row is not None and serial in (None, row.serial):
            return read_request(row)
        _count_wrong(connection, who, serial, now)
    raise EnrolmentError("enrol-unknown-code", code[:16])


def approve(
    database: Database, code: str, station: str, who: DecidingOperator, now: datetime
) -> PendingRequest:
    """Let a box become a station that is new, or let a station's own box come back.

    Raises:
        EnrolmentError: as `find_request_of_code`; enrol-decided; enrol-station; enrol-key-taken;
            enrol-needs-two, the station has another box.
    """
    found = find_request_of_code(database, code, who, now)
    with database.together(), database.transaction() as connection:
        kind = judge_station(connection, station, found.keyid)
        if kind == "replace":
            raise EnrolmentError("enrol-needs-two", station)
        return decide(connection, found, who, now, state=APPROVED, station=station, kind=kind)


def deny(
    database: Database, code: str, who: DecidingOperator, now: datetime, reason: str = ""
) -> PendingRequest:
    """Turn a box away.

    Raises:
        EnrolmentError: as `find_request_of_code`; enrol-decided.
    """
    found = find_request_of_code(database, code, who, now)
    with database.together(), database.transaction() as connection:
        return decide(connection, found, who, now, state=DENIED, reason=reason)


def judge_station(connection: sa.Connection, station: str, keyid: str) -> str:
    """Return what it is for a station to have this key: `new`, `again` or `replace`.

    Raises:
        EnrolmentError: enrol-station, no id of a station; enrol-key-taken, another station's key.
    """
    if not STATION_ID.match(station) or station in RESERVED:
        raise EnrolmentError("enrol-station", station[:40])
    if find_station_of_key(connection, keyid) not in (None, station):
        raise EnrolmentError("enrol-key-taken", station)
    pinned = find_station(connection, station)
    if pinned is None:
        return "new"
    return "again" if pinned.keyid == keyid and pinned.revoked_at is None else "replace"


def decide(
    connection: sa.Connection,
    found: PendingRequest,
    who: DecidingOperator,
    now: datetime,
    **values: Any,
) -> PendingRequest:
    """Decide a request that nobody has decided; of two operators at once one is refused.

    Raises:
        EnrolmentError: enrol-decided, also where it ended meanwhile.
    """
    row = {"decided_by": who.name, "decided_at": encode_utc(now), **values}
    if values["state"] == APPROVED:
        row["expires_at"] = encode_utc(now + HAND_OUT)
    here = (
        enrolments.c.request == found.request,
        enrolments.c.state == PENDING,
        enrolments.c.expires_at > encode_utc(now),
    )
    if connection.execute(sa.update(enrolments).where(*here).values(row)).rowcount != 1:
        raise EnrolmentError("enrol-decided", found.serial)
    detail = f"{values.get('kind', '')} {values.get('reason', '')} {found.words}".strip()
    record_step(
        connection, str(values["state"]), now, who=f"{who.name} {who.address}",
        station=values.get("station"), request=found.request, detail=detail,
    )  # fmt: skip
    query = sa.select(enrolments).where(enrolments.c.request == found.request)
    return read_request(connection.execute(query).one())


def _lockable(who: DecidingOperator) -> tuple[str, str]:
    return f"operator {who.name.casefold()}", f"address {who.address}"


def _verify_unlocked(connection: sa.Connection, who: DecidingOperator, now: datetime) -> None:
    query = sa.select(enrolment_locks).where(enrolment_locks.c.who.in_(_lockable(who)))
    for row in connection.execute(query):
        if row.wrong_codes >= MAX_WRONG_CODES and parse_utc(row.since) + LOCKED_FOR > now:
            raise EnrolmentError("enrol-locked", who.name)


def _count_wrong(
    connection: sa.Connection, who: DecidingOperator, serial: str | None, now: datetime
) -> None:
    for name in _lockable(who):
        query = sa.select(enrolment_locks).where(enrolment_locks.c.who == name)
        row = connection.execute(query).first()
        is_old = row is None or parse_utc(row.since) + LOCKED_FOR <= now
        count = 1 if row is None or is_old else row.wrong_codes + 1
        values = {"who": name, "wrong_codes": count, "since": encode_utc(now)}
        upsert(connection, enrolment_locks, values, ("who",))
    if serial is not None:
        here = (enrolments.c.serial == serial, enrolments.c.state == PENDING)
        more = sa.update(enrolments).where(*here)
        connection.execute(more.values(wrong_codes=enrolments.c.wrong_codes + 1))
        dead = (*here, enrolments.c.wrong_codes >= MAX_WRONG_CODES)
        connection.execute(sa.update(enrolments).where(*dead).values(state=ENDED))
    record_step(connection, "wrong-code", now, who=f"{who.name} {who.address}", detail=serial or "")
