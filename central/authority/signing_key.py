"""Private keys in PEM files: made, and opened for signing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner, SSlibKey

from agent.errors import ConfigError

Scheme = Literal["ed25519", "ecdsa-sha2-nistp256"]


def make_key(path: Path, passphrase: str | None = None, scheme: Scheme = "ed25519") -> SSlibKey:
    """Write a new private key (PKCS#8 PEM, mode 0600) and return its public part.

    An existing file is never overwritten.

    Raises:
        ConfigError: E_KEY, the file exists or cannot be written.
    """
    private: Ed25519PrivateKey | EllipticCurvePrivateKey = (
        Ed25519PrivateKey.generate() if scheme == "ed25519" else generate_private_key(SECP256R1())
    )
    encryption: KeySerializationEncryption = (
        BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    )
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(pem)
    except OSError as error:
        raise ConfigError("E_KEY", str(path), str(error)) from error
    return SSlibKey.from_crypto(private.public_key())


def load_signer(path: Path, passphrase: str | None = None) -> CryptoSigner:
    """Open a private key for signing.

    Raises:
        ConfigError: E_KEY, unreadable, wrong passphrase, or not Ed25519 or P-256.
    """
    try:
        secret = passphrase.encode() if passphrase else None
        private = load_pem_private_key(path.read_bytes(), secret)
        if isinstance(private, Ed25519PrivateKey | EllipticCurvePrivateKey):
            signer = CryptoSigner(private)
            if signer.public_key.scheme in ("ed25519", "ecdsa-sha2-nistp256"):
                return signer
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError("E_KEY", str(path), str(error)) from error
    raise ConfigError("E_KEY", str(path), "neither Ed25519 nor P-256")


def load_public(path: Path, passphrase: str | None = None) -> SSlibKey:
    """The public part of a private key file.

    Raises:
        ConfigError: E_KEY.
    """
    return load_signer(path, passphrase).public_key
