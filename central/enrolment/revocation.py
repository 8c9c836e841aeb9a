"""Shut a box out: its reports at once, and by the revocation list at the broker."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from agent.contract.utc import encode_utc, parse_utc
from central.enrolment.audit_log import record_step
from central.enrolment.certificate_authority import IssuingAuthority, RevokedCertificate
from central.enrolment.operator_decisions import DecidingOperator
from central.enrolment.private_file import replace_file
from central.enrolment.refusal import EnrolmentError
from central.store.database import Database
from central.store.device_certificates import (
    find_station,
    list_revoked,
    mark_revoked,
    revoke_certificates,
)
from central.store.schema import crls, enrolments

WEEKLY = timedelta(days=7)
RELOAD_LIMIT_S = 30.0
KEPT_LISTS = 20


def revoke_station(
    database: Database, station: str, reason: str, who: DecidingOperator, now: datetime
) -> int:
    """Refuse all reports of a station and revoke its certificates; how many were revoked.

    What a box of this station was still to be handed is withdrawn as well.

    Raises:
        EnrolmentError: enrol-unknown-station.
    """
    with database.together(), database.transaction() as connection:
        if find_station(connection, station) is None:
            raise EnrolmentError("enrol-unknown-station", station[:40])
        mark_revoked(connection, station, now, reason)
        count = revoke_certificates(connection, station, now, reason)
        mine = (enrolments.c.station == station, enrolments.c.state == "approved")
        connection.execute(sa.update(enrolments).where(*mine).values(state="ended"))
        record_step(
            connection, "revoked", now, who=f"{who.name} {who.address}", station=station,
            detail=reason,
        )  # fmt: skip
    return count


@dataclass(frozen=True)
class RevocationList:
    """The list as the broker and others read it."""

    number: int
    der: bytes
    pem: bytes


def due_list(
    database: Database, authority: IssuingAuthority, now: datetime
) -> RevocationList | None:
    """Sign a new list where something was revoked since the last, or a week has passed."""
    with database.together(), database.transaction() as connection:
        last = connection.execute(sa.select(crls).order_by(crls.c.number.desc())).first()
        revoked = list_revoked(connection)
        if last is not None and last.revoked == len(revoked) and parse_utc(last.at) + WEEKLY > now:
            return None
        number = 1 if last is None else last.number + 1
        rows = [RevokedCertificate(one.serial, one.revoked_at or now) for one in revoked]
        made = authority.build_crl(rows, number, now)
        der = made.public_bytes(Encoding.DER)
        values = {"number": number, "at": encode_utc(now), "revoked": len(revoked), "der": der}
        connection.execute(sa.insert(crls), values)
        connection.execute(sa.delete(crls).where(crls.c.number <= number - KEPT_LISTS))
    return RevocationList(number, der, made.public_bytes(Encoding.PEM))


def newest_list(database: Database) -> RevocationList | None:
    """The newest list; None: none was signed yet."""
    with database.transaction() as connection:
        row = connection.execute(sa.select(crls).order_by(crls.c.number.desc())).first()
    if row is None:
        return None
    made = x509.load_der_x509_crl(row.der)
    return RevocationList(row.number, row.der, made.public_bytes(Encoding.PEM))


def publish_list(path: Path, made: RevocationList, reload: list[str]) -> None:
    """Write the list for the broker, then make the broker read it.

    Raises:
        OSError: it cannot be written, or the command cannot be run.
        subprocess.SubprocessError: the command failed, or took too long.
    """
    replace_file(path, made.pem, 0o644)
    if reload:
        subprocess.run(reload, check=True, timeout=RELOAD_LIMIT_S, stdin=subprocess.DEVNULL)
