"""Replace the box of a station: two operators sign one statement, each with a key of their own.

The station keeps its id, its documents and its history. The number of its box rises: reports of the
former one are void, and its certificates are revoked when the new box has its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError
from securesystemslib.signer import Signature, Signer

from agent.contract.envelope import Envelope, decode_base64, encode_envelope, pae
from agent.contract.strict_json import StrictDecoder
from agent.contract.utc import encode_utc
from central.enrolment.audit_log import record_step
from central.enrolment.operator_decisions import (
    DecidingOperator,
    decide,
    find_request_of_code,
    judge_station,
)
from central.enrolment.refusal import EnrolmentError
from central.enrolment.request_table import APPROVED, PendingRequest
from central.enrolment.settings import Operator
from central.store.database import Database
from central.store.device_certificates import find_station
from central.store.schema import enrolment_approvals

PAYLOAD_TYPE = "application/vnd.tramtin.enrol-replace.v1+json"
NEEDED = 2


class ReplacementStatement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What both operators sign.

    Args:
        request: its id.
        serial: of the new box.
        keyid: of the new box's key.
        station: whose box is replaced.
        former_keyid: of the key that is shut out.
        reason: why.
    """

    request: str
    serial: str
    keyid: str
    station: str
    former_keyid: str
    reason: str


_STATEMENT = StrictDecoder(ReplacementStatement)


def state_replacement(
    database: Database, found: PendingRequest, station: str, reason: str
) -> bytes:
    """The bytes to sign.

    Raises:
        EnrolmentError: enrol-station, enrol-key-taken, enrol-unknown-station.
    """
    with database.transaction() as connection:
        judge_station(connection, station, found.keyid)
        pinned = find_station(connection, station)
    if pinned is None:
        raise EnrolmentError("enrol-unknown-station", station)
    return msgspec.json.encode(
        ReplacementStatement(
            found.request, found.serial, found.keyid, station, pinned.keyid, reason
        )
    )


def sign_replacement(statement: bytes, signer: Signer) -> bytes:
    """An operator's signature over a statement, as a DSSE envelope."""
    signature = signer.sign(pae(PAYLOAD_TYPE, statement))
    raw = bytes.fromhex(signature.signature)
    return encode_envelope(PAYLOAD_TYPE, statement, [(signature.keyid, raw)])


def approve_replacement(
    database: Database,
    code: str,
    envelope: bytes,
    operators: Sequence[Operator],
    now: datetime,
    address: str = "terminal",
) -> int:
    """Count an operator's approval; with the second one the request is approved.

    Args:
        database: the centre's.
        code: of the new box.
        envelope: of `sign_replacement`.
        operators: who may approve.
        now: aware UTC.
        address: whence it came.

    Returns:
        How many more are needed.

    Raises:
        EnrolmentError: enrol-not-operator, the signature is none of theirs; enrol-same-person;
            enrol-statement, it is about another box, station or state; as
            `find_request_of_code`.
    """
    operator, statement = verify_approval(envelope, operators)
    who = DecidingOperator(operator.name, address)
    found = find_request_of_code(database, code, who, now)
    with database.together(), database.transaction() as connection:
        judge_station(connection, statement.station, found.keyid)
        pinned = find_station(connection, statement.station)
        own = (statement.request, statement.serial, statement.keyid)
        if pinned is None or pinned.keyid != statement.former_keyid or own != (
            found.request, found.serial, found.keyid
        ):  # fmt: skip
            raise EnrolmentError("enrol-statement", statement.station)
        given = _list_approvals(connection, found.request)
        keyid = operator.key.keyid
        if any(row.keyid == keyid or row.name == operator.name for row in given):
            raise EnrolmentError("enrol-same-person", operator.name)
        if any(_read(row.envelope).station != statement.station for row in given):
            raise EnrolmentError("enrol-statement", statement.station)
        values = {
            "request": found.request, "keyid": keyid, "name": operator.name,
            "envelope": envelope, "at": encode_utc(now),
        }  # fmt: skip
        connection.execute(sa.insert(enrolment_approvals), values)
        record_step(
            connection, "replace-signed", now, who=f"{operator.name} {address}",
            station=statement.station, request=found.request, detail=statement.reason,
        )  # fmt: skip
        missing = NEEDED - len(given) - 1
        if missing <= 0:
            names = DecidingOperator(", ".join([*(row.name for row in given), who.name]), address)
            decide(
                connection, found, names, now, state=APPROVED, station=statement.station,
                kind="replace", reason=statement.reason,
            )  # fmt: skip
    return max(0, missing)


def verify_approval(
    envelope: bytes, operators: Sequence[Operator]
) -> tuple[Operator, ReplacementStatement]:
    """Whose approval it is, and of what.

    Raises:
        EnrolmentError: enrol-not-operator.
    """
    try:
        outer = msgspec.json.decode(envelope, type=Envelope)
        payload = outer.payload_bytes()
        statement = _STATEMENT.decode(payload)
    except ValueError as error:
        raise EnrolmentError("enrol-not-operator") from error
    if outer.payloadType != PAYLOAD_TYPE or len(outer.signatures) != 1:
        raise EnrolmentError("enrol-not-operator")
    (one,) = outer.signatures
    for operator in operators:
        if operator.key.keyid == one.keyid:
            signature = Signature(one.keyid, decode_base64(one.sig).hex())
            try:
                operator.key.verify_signature(signature, pae(PAYLOAD_TYPE, payload))
            except (UnverifiedSignatureError, VerificationError) as error:
                raise EnrolmentError("enrol-not-operator") from error
            return operator, statement
    raise EnrolmentError("enrol-not-operator")


def _list_approvals(connection: sa.Connection, request: str) -> list[sa.Row[tuple[object, ...]]]:
    query = sa.select(enrolment_approvals).where(enrolment_approvals.c.request == request)
    return list(connection.execute(query))


def _read(envelope: bytes) -> ReplacementStatement:
    payload = msgspec.json.decode(envelope, type=Envelope).payload_bytes()
    statement: ReplacementStatement = _STATEMENT.decode(payload)
    return statement
