"""The rows of requests, and what ends them: time, and five wrong codes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from agent.contract.fingerprint_words import KEY_WORDS, format_words, words_of
from agent.contract.utc import encode_utc, parse_utc
from central.store.schema import enrolments

PENDING, APPROVED, TAKEN, DENIED, ENDED = "pending", "approved", "taken", "denied", "ended"
HAND_OUT = timedelta(days=1)  # an approved request waits so long for its box
KEPT = timedelta(days=90)
MAX_PENDING = 500
MAX_WRONG_CODES = 5


@dataclass(frozen=True)
class PendingRequest:
    """A request as an operator sees it; also one that was decided."""

    request: str
    serial: str
    model: str
    agent_version: str
    place: str
    csr: str
    keyid: str
    address: str
    state: str
    opened_at: datetime
    expires_at: datetime
    wrong_codes: int
    station: str | None
    kind: str | None
    decided_by: str | None

    @property
    def words(self) -> str:
        """The fingerprint of the key, in four words."""
        return format_words(words_of(self.keyid, KEY_WORDS))


def digest(text: str) -> str:
    """How codes and tokens stand in the database."""
    return hashlib.sha256(text.encode()).hexdigest()


def end_overdue(connection: sa.Connection, now: datetime) -> None:
    """End what is over, and forget what ended long ago."""
    moment = encode_utc(now)
    open_ = enrolments.c.state.in_((PENDING, APPROVED))
    overdue = sa.update(enrolments).where(open_, enrolments.c.expires_at <= moment)
    connection.execute(overdue.values(state=ENDED))
    old = enrolments.c.opened_at < encode_utc(now - KEPT)
    gone = enrolments.c.state.in_((ENDED, DENIED))
    connection.execute(sa.delete(enrolments).where(old, gone))


def find_request(connection: sa.Connection, request: str) -> sa.Row[Any] | None:
    """A request by its id."""
    query = sa.select(enrolments).where(enrolments.c.request == request)
    return connection.execute(query).first()


def find_by_code(connection: sa.Connection, code: str) -> sa.Row[Any] | None:
    """The newest request with a code that has not ended."""
    query = sa.select(enrolments).where(
        enrolments.c.code_sha256 == digest(code), enrolments.c.state.in_((PENDING, APPROVED))
    )
    return connection.execute(query.order_by(enrolments.c.opened_at.desc())).first()


def read_request(row: sa.Row[Any]) -> PendingRequest:
    """A row as an operator sees it."""
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    found = {one.name: values[one.name] for one in fields(PendingRequest)}
    for name in ("opened_at", "expires_at"):
        found[name] = parse_utc(found[name])
    return PendingRequest(**found)


def list_requests(connection: sa.Connection, now: datetime) -> list[PendingRequest]:
    """All that wait for an operator or for their box, the oldest first."""
    query = sa.select(enrolments).where(
        enrolments.c.state.in_((PENDING, APPROVED)), enrolments.c.expires_at > encode_utc(now)
    )
    return [read_request(row) for row in connection.execute(query.order_by(enrolments.c.opened_at))]
