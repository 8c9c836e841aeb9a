"""What an approved box is given: its certificate, made once, and what the province set up."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from agent.contract.enrolment import BrokerAddress, EnrolmentGrant
from agent.contract.utc import encode_utc
from agent.errors import ConfigError
from agent.trust.trust_anchor import load_installed
from central.enrolment.audit_log import record_step
from central.enrolment.certificate_authority import IssuingAuthority
from central.enrolment.settings import EnrolmentSettings
from central.enrolment.signing_request import DevicePublicKey, read_signing_request
from central.store.device_certificates import (
    ISSUED,
    DeviceCertificate,
    find_certificate,
    insert_certificate,
    take_into_use,
)
from central.store.schema import documents, enrolments


@dataclass(frozen=True)
class GrantSource:
    """Builds grants.

    Args:
        settings: of the service.
        authority: of boxes.
        broker_ca: PEM.
        root: the bytes of root.json.
    """

    settings: EnrolmentSettings
    authority: IssuingAuthority
    broker_ca: str
    root: bytes

    def build(self, connection: sa.Connection, row: sa.Row[Any], now: datetime) -> EnrolmentGrant:
        """The grant of an approved request; its certificate is issued the first time.

        A station that nobody had enrolled is pinned at once: its box may connect before its
        acknowledgement arrives.
        """
        issued = self._issue_once(connection, row, now)
        settings = self.settings
        config = find_station_config(connection, issued.station, now)
        return EnrolmentGrant(
            station=issued.station,
            certificate=issued.certificate,
            device_ca=self.authority.pem,
            broker_ca=self.broker_ca,
            broker=BrokerAddress(settings.broker.host, settings.broker.port),
            root=base64.b64encode(self.root).decode(),
            root_sha256=hashlib.sha256(self.root).hexdigest(),
            enrol_url=settings.url,
            valid_until=encode_utc(issued.valid_until),
            province=settings.province,
            station_config=None if config is None else base64.b64encode(config).decode(),
            media_hosts=settings.media_hosts,
        )

    def _issue_once(
        self, connection: sa.Connection, row: sa.Row[Any], now: datetime
    ) -> DeviceCertificate:
        if row.certificate is not None:
            known = find_certificate(connection, row.certificate)
            if known is not None:
                return known
        key = read_signing_request(row.csr)
        made = issue(self.authority, row.station, key, now, request=row.request)
        insert_certificate(connection, made)
        here = sa.update(enrolments).where(enrolments.c.request == row.request)
        connection.execute(here.values(certificate=made.serial))
        if row.kind != "replace":
            take_into_use(connection, made.serial, now, is_other_box=False)
        record_step(
            connection, "issued", now, who=row.address, station=row.station, request=row.request,
            detail=made.serial,
        )  # fmt: skip
        return made


def load_grant_source(settings: EnrolmentSettings, authority: IssuingAuthority) -> GrantSource:
    """Read the files that every grant holds.

    Raises:
        ConfigError: E_UNREADABLE.
        TrustError: E_ROLE, not a root that a box takes.
    """
    try:
        broker_ca = Path(settings.broker.ca).read_text(encoding="ascii")
        x509.load_pem_x509_certificates(broker_ca.encode())
        root = Path(settings.root).read_bytes()
    except (OSError, ValueError) as error:
        raise ConfigError("E_UNREADABLE", settings.root, str(error)) from error
    load_installed(root)
    return GrantSource(settings, authority, broker_ca, root)


def issue(
    authority: IssuingAuthority,
    station: str,
    key: DevicePublicKey,
    now: datetime,
    *,
    request: str | None,
) -> DeviceCertificate:
    """Issue a certificate; it is `ISSUED` until its box has it.

    Raises:
        EnrolmentError: enrol-station.
    """
    made = authority.issue_device(station, key.key, now)
    pem = made.public_bytes(Encoding.PEM).decode()
    return DeviceCertificate(
        f"{made.serial_number:x}", station, key.keyid, pem, now, made.not_valid_after_utc,
        request, ISSUED,
    )  # fmt: skip


def find_station_config(connection: sa.Connection, station: str, now: datetime) -> bytes | None:
    """The newest station-config published to a station, as it was signed."""
    query = sa.select(documents.c.envelope).where(
        documents.c.target == f"d/{station}",
        documents.c.kind == "station-config",
        documents.c.expires > encode_utc(now),
    )
    newest = query.order_by(documents.c.epoch.desc(), documents.c.seq.desc()).limit(1)
    return connection.execute(newest).scalar()
