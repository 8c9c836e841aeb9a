"""Renewal: proof that a box has the known key, up to 30 days behind its certificate's end."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from agent.contract.enrolment import (
    NONCE_LIFE_S,
    RENEW_FROM_DAY,
    RENEW_LATE_DAYS,
    RenewalRequest,
    Renewed,
    renewal_bytes,
)
from agent.contract.envelope import EnvelopeError, decode_base64
from agent.contract.utc import encode_utc
from central.enrolment.audit_log import record_step
from central.enrolment.grant import GrantSource, issue
from central.enrolment.refusal import EnrolmentError
from central.enrolment.signing_request import read_signing_request
from central.store.database import Database
from central.store.device_certificates import (
    REVOKED,
    SUPERSEDED,
    DeviceCertificate,
    find_certificate,
    find_station,
    find_station_of_key,
    insert_certificate,
    list_certificates,
    take_into_use,
)

MAX_NONCES = 4096
MAX_A_DAY = 5  # certificates of one station


class RenewalNonces:
    """Nonces that are out: each counts once, for two minutes; in memory, so a restart ends them.

    Args:
        mono_s: monotonic seconds.
    """

    def __init__(self, mono_s: Callable[[], float] = time.monotonic) -> None:
        self._mono_s = mono_s
        self._out: OrderedDict[str, float] = OrderedDict()

    def make(self) -> str:
        """A new nonce; the oldest goes where there are too many."""
        nonce = secrets.token_urlsafe(24)
        self._out[nonce] = self._mono_s() + NONCE_LIFE_S
        while len(self._out) > MAX_NONCES:
            self._out.popitem(last=False)
        return nonce

    def spend(self, nonce: str) -> None:
        """Use up a nonce.

        Raises:
            EnrolmentError: enrol-nonce: not ours, used, or too old.
        """
        if self._out.pop(nonce, 0.0) < self._mono_s():
            raise EnrolmentError("enrol-nonce")


def renew(
    database: Database,
    asked: RenewalRequest,
    nonces: RenewalNonces,
    source: GrantSource,
    now: datetime,
    address: str,
) -> Renewed:
    """A further certificate for a box whose key is known.

    Raises:
        EnrolmentError: enrol-nonce, enrol-unknown-key, enrol-revoked, enrol-superseded,
            enrol-signature, enrol-too-early, enrol-too-late, enrol-key, enrol-key-taken,
            enrol-rate.
    """
    nonces.spend(asked.nonce)
    with database.together(), database.transaction() as connection:
        known = find_certificate(connection, asked.certificate_serial)
        if known is None:
            raise EnrolmentError("enrol-unknown-key")
        _verify_signature(known, asked)
        pinned = find_station(connection, known.station)
        if known.state == REVOKED or pinned is None or pinned.revoked_at is not None:
            raise EnrolmentError("enrol-revoked", known.station)
        if known.state == SUPERSEDED and known.keyid != pinned.keyid:
            raise EnrolmentError("enrol-superseded", known.station)
        _verify_window(known, now)
        key = read_signing_request(asked.csr)
        if find_station_of_key(connection, key.keyid) not in (None, known.station):
            raise EnrolmentError("enrol-key-taken", known.station)
        own = list_certificates(connection, station=known.station)
        if sum(one.issued_at > now - timedelta(days=1) for one in own) >= MAX_A_DAY:
            raise EnrolmentError("enrol-rate", known.station)
        made = issue(source.authority, known.station, key, now, request=None)
        insert_certificate(connection, made)
        if key.keyid == pinned.keyid:
            take_into_use(connection, made.serial, now, is_other_box=False)
        record_step(
            connection, "renewed", now, who=address, station=known.station, detail=made.serial
        )
    valid_until = encode_utc(made.valid_until)
    return Renewed(made.certificate, source.authority.pem, source.broker_ca, valid_until)


def _verify_window(known: DeviceCertificate, now: datetime) -> None:
    if now < known.issued_at + timedelta(days=RENEW_FROM_DAY):
        raise EnrolmentError("enrol-too-early", known.station)
    if now > known.valid_until + timedelta(days=RENEW_LATE_DAYS):
        raise EnrolmentError("enrol-too-late", known.station)


def _verify_signature(known: DeviceCertificate, asked: RenewalRequest) -> None:
    key = x509.load_pem_x509_certificate(known.certificate.encode()).public_key()
    text = renewal_bytes(asked.csr, asked.certificate_serial, asked.nonce, asked.at)
    try:
        signature = decode_base64(asked.signature)
        if not isinstance(key, EllipticCurvePublicKey):
            raise EnrolmentError("enrol-key")
        key.verify(signature, text, ECDSA(SHA256()))
    except (InvalidSignature, EnvelopeError) as error:
        raise EnrolmentError("enrol-signature") from error
