"""Certificates of boxes that this centre issued, and which key a station's reports count under.

The row of `stations` pins one key. A certificate with another key, from a renewal or a replacement,
is `issued`; it is `in_use`, and its key pinned, once the box has said that it has it, or has signed
a report with it. So an answer that is lost on its way never shuts a box out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from agent.contract.utc import encode_utc, parse_utc
from central.store.database import Database, upsert
from central.store.schema import device_certificates as certificates
from central.store.schema import latest, presence, stations

ISSUED, IN_USE, SUPERSEDED, REVOKED = "issued", "in_use", "superseded", "revoked"


@dataclass(frozen=True)
class DeviceCertificate:
    """A certificate of a box.

    Args:
        serial: hex without leading zeros.
        station: its common name.
        keyid: SHA-256 of its public key, hex.
        certificate: PEM.
        issued_at: when.
        valid_until: its end.
        request: by which it came; None: a renewal.
        state: `ISSUED`, `IN_USE`, `SUPERSEDED` or `REVOKED`.
        revoked_at: when it was revoked.
    """

    serial: str
    station: str
    keyid: str
    certificate: str
    issued_at: datetime
    valid_until: datetime
    request: str | None
    state: str
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class PinnedStation:
    """A station as it was enrolled.

    Args:
        keyid: its reports count only under this key.
        certificate: PEM.
        revoked_at: since when its reports are refused; None: they count.
        box: how many boxes have had its id.
    """

    keyid: str
    certificate: str
    revoked_at: datetime | None
    box: int


def insert_certificate(connection: sa.Connection, one: DeviceCertificate) -> None:
    """Keep a certificate before it is handed out."""
    values = {
        "serial": one.serial, "station": one.station, "keyid": one.keyid,
        "certificate": one.certificate, "issued_at": encode_utc(one.issued_at),
        "valid_until": encode_utc(one.valid_until), "request": one.request, "state": one.state,
    }  # fmt: skip
    connection.execute(sa.insert(certificates), values)


def find_certificate(connection: sa.Connection, serial: str) -> DeviceCertificate | None:
    """A certificate by its serial."""
    query = sa.select(certificates).where(certificates.c.serial == serial)
    row = connection.execute(query).mappings().first()
    return None if row is None else _read(dict(row))


def list_certificates(
    connection: sa.Connection, *, station: str | None = None, keyid: str | None = None
) -> list[DeviceCertificate]:
    """All certificates of a station or key, the newest last; all at all without either."""
    query = sa.select(certificates).order_by(certificates.c.issued_at, certificates.c.serial)
    if station is not None:
        query = query.where(certificates.c.station == station)
    if keyid is not None:
        query = query.where(certificates.c.keyid == keyid)
    return [_read(dict(row)) for row in connection.execute(query).mappings()]


def list_revoked(connection: sa.Connection) -> list[DeviceCertificate]:
    """All that were revoked, in the order of their serials."""
    query = sa.select(certificates).where(certificates.c.state == REVOKED)
    rows = connection.execute(query.order_by(certificates.c.serial)).mappings()
    return [_read(dict(row)) for row in rows]


def revoke_certificates(
    connection: sa.Connection, station: str, now: datetime, reason: str, *, but: str | None = None
) -> int:
    """Revoke all certificates of a station that are not revoked yet, save one; how many."""
    here = [certificates.c.station == station, certificates.c.state != REVOKED]
    if but is not None:
        here.append(certificates.c.serial != but)
    values = {"state": REVOKED, "revoked_at": encode_utc(now), "reason": reason}
    return connection.execute(sa.update(certificates).where(*here).values(values)).rowcount


def find_station(connection: sa.Connection, station: str) -> PinnedStation | None:
    """A station's pinned key; None: nobody enrolled it."""
    row = connection.execute(sa.select(stations).where(stations.c.station == station)).first()
    if row is None:
        return None
    revoked_at = None if row.revoked_at is None else parse_utc(row.revoked_at)
    return PinnedStation(row.keyid, row.certificate, revoked_at, row.box or 1)


def find_station_of_key(connection: sa.Connection, keyid: str) -> str | None:
    """The station under which a key is pinned."""
    query = sa.select(stations.c.station).where(stations.c.keyid == keyid)
    return connection.execute(query.limit(1)).scalar()


def mark_revoked(connection: sa.Connection, station: str, now: datetime, why: str) -> None:
    """Refuse all reports of a station from now on."""
    here = sa.update(stations).where(stations.c.station == station)
    connection.execute(here.values(revoked_at=encode_utc(now), revoked_why=why))


def take_into_use(
    connection: sa.Connection, serial: str, now: datetime, *, is_other_box: bool
) -> None:
    """Pin the key of a certificate that its box has, and end what it takes the place of.

    Args:
        connection: in a transaction.
        serial: of the certificate.
        now: of a revocation.
        is_other_box: it replaces a box: the former one's certificates are revoked, its reports
            void. Otherwise they are superseded and end by themselves.
    """
    one = find_certificate(connection, serial)
    if one is None or one.state == REVOKED:
        return
    former = find_station(connection, one.station)
    if is_other_box:
        revoke_certificates(connection, one.station, now, "replaced", but=serial)
    others = (certificates.c.station == one.station, certificates.c.state.in_((ISSUED, IN_USE)))
    connection.execute(sa.update(certificates).where(*others).values(state=SUPERSEDED))
    here = certificates.c.serial == serial
    connection.execute(sa.update(certificates).where(here).values(state=IN_USE))
    box = 1 if former is None else former.box + is_other_box
    pin_station(connection, one, box)


def pin_station(connection: sa.Connection, one: DeviceCertificate, box: int) -> None:
    """Count a station's reports under the key of a certificate."""
    former = find_station(connection, one.station)
    values: dict[str, Any] = {
        "station": one.station, "certificate": one.certificate, "keyid": one.keyid,
        "revoked_at": None, "revoked_why": None, "box": box,
    }  # fmt: skip
    upsert(connection, stations, values, ("station",))
    if former is not None and box > former.box:  # reports of the former box are void
        for table in (presence, latest):
            connection.execute(sa.delete(table).where(table.c.station == one.station))


def find_successor(database: Database, station: str, keyid: str) -> DeviceCertificate | None:
    """The certificate with this key that a station was handed and has not used yet."""
    with database.transaction() as connection:
        found = list_certificates(connection, station=station, keyid=keyid)
        return next((one for one in reversed(found) if one.state == ISSUED), None)


def adopt_successor(database: Database, successor: DeviceCertificate, now: datetime) -> None:
    """Take a certificate into use: a report was verified that its key signed.

    Args:
        database: the centre's.
        successor: of `find_successor`.
        now: of a revocation.
    """
    with database.transaction() as connection:
        pinned = find_station(connection, successor.station)
        # what a request brought with another key is another box: two people have approved it
        is_other_box = (
            successor.request is not None and pinned is not None and pinned.keyid != successor.keyid
        )
        take_into_use(connection, successor.serial, now, is_other_box=is_other_box)


def _read(row: dict[str, Any]) -> DeviceCertificate:
    moments = {name: parse_utc(row[name]) for name in ("issued_at", "valid_until")}
    revoked_at = None if row["revoked_at"] is None else parse_utc(row["revoked_at"])
    del row["reason"]
    return DeviceCertificate(**{**row, **moments, "revoked_at": revoked_at})
