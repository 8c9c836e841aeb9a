"""The box's own P-256 key: it signs every report, so a hostile broker cannot forge one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from agent.contract.envelope import encode_envelope, pae
from agent.contract.report import REPORT_TYPE


@dataclass(frozen=True, repr=False)
class DeviceKey:
    """A private key and its id: SHA-256 (hex) of the public key's SubjectPublicKeyInfo DER."""

    private: EllipticCurvePrivateKey
    keyid: str


def load_device_key(path: Path) -> DeviceKey:
    """Read an unencrypted PEM file; blocks.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not a P-256 private key in PEM.
    """
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except TypeError as error:
        raise ValueError(f"{path}: the key is encrypted; nobody enters a password") from error
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError(f"{path}: not a P-256 key")  # noqa: TRY004 - the file is wrong, not a type
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return DeviceKey(key, hashlib.sha256(public).hexdigest())


def sign_report(key: DeviceKey, channel: str, payload: bytes) -> bytes:
    """A DSSE envelope around one report; `channel` is `hello`, `log`, `health` or `res`."""
    payload_type = REPORT_TYPE.format(channel=channel)
    signature = key.private.sign(pae(payload_type, payload), ECDSA(SHA256()))
    return encode_envelope(payload_type, payload, [(key.keyid, signature)])
