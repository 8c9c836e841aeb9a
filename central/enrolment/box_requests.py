"""The box's side of a request: opened, polled, handed out once, acknowledged."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa

from agent.contract.enrolment import (
    CODE_LENGTH,
    CODE_LETTERS,
    POLL_INTERVAL_S,
    REQUEST_LIFE_S,
    SLOW_DOWN_S,
    EnrolmentGrant,
    OpenRequest,
    RequestOpened,
    RequestStatus,
)
from agent.contract.utc import encode_utc, parse_utc
from central.enrolment.audit_log import record_step
from central.enrolment.grant import GrantSource
from central.enrolment.refusal import EnrolmentError
from central.enrolment.request_table import (
    APPROVED,
    DENIED,
    ENDED,
    MAX_PENDING,
    PENDING,
    TAKEN,
    digest,
    end_overdue,
    find_request,
)
from central.enrolment.signing_request import read_signing_request
from central.store.database import Database
from central.store.device_certificates import (
    REVOKED,
    find_certificate,
    list_certificates,
    take_into_use,
)
from central.store.schema import enrolments

MAX_OF_ADDRESS = 10  # requests within `REQUEST_LIFE_S`
MAX_INTERVAL_S = 60
_EARLY_S = 0.5  # a poll that comes so much too early is not too fast: networks jitter


def open_request(
    database: Database, asked: OpenRequest, address: str, url: str, now: datetime
) -> RequestOpened:
    """Open a request: its code for people, its token for the box.

    Raises:
        EnrolmentError: enrol-key, enrol-revoked, enrol-serial-busy, enrol-rate, enrol-busy.
    """
    key = read_signing_request(asked.csr)
    request, token = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
    code = _new_code()
    with database.together(), database.transaction() as connection:
        end_overdue(connection, now)
        _verify_room(connection, address, now)
        _verify_key(connection, key.keyid)
        _replace_former(connection, asked.serial, key.keyid, now)
        values = {
            "request": request, "token_sha256": digest(token), "code_sha256": digest(code),
            "serial": asked.serial, "model": asked.model, "agent_version": asked.agent_version,
            "place": asked.place, "features": msgspec.json.encode(asked.features).decode(),
            "csr": asked.csr, "keyid": key.keyid, "address": address, "state": PENDING,
            "opened_at": encode_utc(now),
            "expires_at": encode_utc(now + timedelta(seconds=REQUEST_LIFE_S)),
            "interval_s": POLL_INTERVAL_S, "wrong_codes": 0,
        }  # fmt: skip
        connection.execute(sa.insert(enrolments), values)
        record_step(connection, "opened", now, who=address, request=request, detail=asked.serial)
    page = f"{url}/e"
    return RequestOpened(
        request, token, code, page, f"{page}?code={code}", REQUEST_LIFE_S, POLL_INTERVAL_S
    )


def poll_request(
    database: Database, request: str, token: str, source: GrantSource, now: datetime
) -> RequestStatus:
    """What became of a request; with approval all that the box needs, until it acknowledges.

    Raises:
        EnrolmentError: enrol-unknown-request, enrol-slow-down.
    """
    with database.together(), database.transaction() as connection:
        end_overdue(connection, now)
        row = _find_own(connection, request, token)
        interval_s = _note_poll(connection, row, now)
        granted: EnrolmentGrant | None = None
        if interval_s == row.interval_s and row.state == APPROVED:
            granted = source.build(connection, row, now)
    if interval_s != row.interval_s:
        raise EnrolmentError("enrol-slow-down", request, interval_s)
    states = {PENDING: "pending", APPROVED: "approved", DENIED: "denied"}
    return msgspec.convert(
        {"state": states.get(row.state, "expired"), "interval_s": interval_s, "granted": granted},
        RequestStatus,
        from_attributes=True,
    )


def acknowledge(database: Database, request: str, token: str, now: datetime) -> None:
    """Note that the box has stored what it was given; the token is dead from then on.

    Raises:
        EnrolmentError: enrol-unknown-request, enrol-not-approved.
    """
    with database.together(), database.transaction() as connection:
        row = _find_own(connection, request, token)
        if row.state != APPROVED or row.certificate is None:
            raise EnrolmentError("enrol-not-approved", request)
        values = {"state": TAKEN, "token_sha256": ""}
        here = sa.update(enrolments).where(enrolments.c.request == request)
        connection.execute(here.values(values))
        issued = find_certificate(connection, row.certificate)
        if issued is not None:
            is_other_box = row.kind == "replace"
            take_into_use(connection, issued.serial, now, is_other_box=is_other_box)
        record_step(connection, "taken", now, who=row.address, station=row.station, request=request)


def _new_code() -> str:
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def _find_own(connection: sa.Connection, request: str, token: str) -> sa.Row[tuple[object, ...]]:
    row = find_request(connection, request)
    if row is None or not secrets.compare_digest(row.token_sha256, digest(token)):
        raise EnrolmentError("enrol-unknown-request")
    return row


def _note_poll(connection: sa.Connection, row: sa.Row[tuple[object, ...]], now: datetime) -> int:
    """Note a poll; return the interval from now on, longer where it came too early."""
    interval_s: int = row.interval_s
    if row.polled_at is not None:
        passed_s = (now - parse_utc(row.polled_at)).total_seconds()
        if passed_s < interval_s - _EARLY_S:
            interval_s = min(interval_s + SLOW_DOWN_S, MAX_INTERVAL_S)
    values = {"polled_at": encode_utc(now), "interval_s": interval_s}
    here = sa.update(enrolments).where(enrolments.c.request == row.request)
    connection.execute(here.values(values))
    return interval_s


def _verify_room(connection: sa.Connection, address: str, now: datetime) -> None:
    count = sa.select(sa.func.count()).select_from(enrolments)
    lately = encode_utc(now - timedelta(seconds=REQUEST_LIFE_S))
    recent = count.where(enrolments.c.address == address, enrolments.c.opened_at > lately)
    if (connection.execute(recent).scalar() or 0) >= MAX_OF_ADDRESS:
        raise EnrolmentError("enrol-rate")
    pending = count.where(enrolments.c.opened_at > lately)
    if (connection.execute(pending).scalar() or 0) >= MAX_PENDING:
        raise EnrolmentError("enrol-busy")


def _verify_key(connection: sa.Connection, keyid: str) -> None:
    """A key that was revoked never comes back: a box that is found makes a new one."""
    if any(one.state == REVOKED for one in list_certificates(connection, keyid=keyid)):
        raise EnrolmentError("enrol-revoked")


def _replace_former(connection: sa.Connection, serial: str, keyid: str, now: datetime) -> None:
    here = (enrolments.c.serial == serial, enrolments.c.state == PENDING)
    row = connection.execute(sa.select(enrolments).where(*here)).first()
    if row is None:
        return
    if row.keyid != keyid:
        raise EnrolmentError("enrol-serial-busy", serial)
    connection.execute(sa.update(enrolments).where(*here).values(state=ENDED))
    record_step(connection, "opened-again", now, who=row.address, request=row.request)
