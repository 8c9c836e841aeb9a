"""Read the PKCS#10 request of a box: a P-256 key, whose holder signed it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agent.contract.enrolment import MAX_CSR_BYTES
from central.enrolment.refusal import EnrolmentError


@dataclass(frozen=True)
class DevicePublicKey:
    """A box's public key and its id: SHA-256 (hex) of its SubjectPublicKeyInfo in DER."""

    key: EllipticCurvePublicKey
    keyid: str


def read_signing_request(pem: str) -> DevicePublicKey:
    """The key of a request; nothing else of it counts, the subject neither.

    A box signs its reports with this key, and a report is P-256 (docs/contract.md §6), so Ed25519
    is refused by name.

    Raises:
        EnrolmentError: enrol-key.
    """
    if len(pem) > MAX_CSR_BYTES:
        raise EnrolmentError("enrol-key")
    try:
        request = x509.load_pem_x509_csr(pem.encode("ascii"))
        is_signed = request.is_signature_valid
        key = request.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise EnrolmentError("enrol-key") from error
    if not is_signed or not isinstance(key, EllipticCurvePublicKey):
        raise EnrolmentError("enrol-key")
    return read_device_key(key)


def read_device_key(key: object) -> DevicePublicKey:
    """A public key of a box with its id.

    Raises:
        EnrolmentError: enrol-key, not on the curve P-256.
    """
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise EnrolmentError("enrol-key")
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return DevicePublicKey(key, hashlib.sha256(der).hexdigest())
