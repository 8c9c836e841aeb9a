"""Files of the authority: keys that nobody else may read, and files replaced as a whole."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from agent.errors import ConfigError


def write_private_key(path: Path, key: ec.EllipticCurvePrivateKey, passphrase: str | None) -> None:
    """Write a new PKCS#8 file, mode 0600 from its first byte; encrypted with a passphrase.

    Raises:
        ConfigError: E_KEY, it exists or cannot be written.
    """
    encryption: serialization.KeySerializationEncryption = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    form = serialization.PrivateFormat.PKCS8
    write_new_file(path, key.private_bytes(serialization.Encoding.PEM, form, encryption), 0o600)


def write_new_file(path: Path, content: bytes, mode: int) -> None:
    """Write a file that does not exist yet.

    Raises:
        ConfigError: E_KEY, it exists or cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ConfigError("E_KEY", str(path), error.strerror or str(error)) from error


def read_private_key(path: Path, passphrase: str | None) -> ec.EllipticCurvePrivateKey:
    """Open a P-256 key; an unencrypted one must be readable by its owner alone.

    Raises:
        ConfigError: E_KEY.
    """
    try:
        content = path.read_bytes()
        secret = passphrase.encode() if passphrase else None
        is_open = stat.S_IMODE(path.stat().st_mode) & 0o077
        if is_open and b"ENCRYPTED" not in content:
            raise ConfigError("E_KEY", str(path), "others may read it: chmod 600")
        key = serialization.load_pem_private_key(content, secret if _is_locked(content) else None)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError("E_KEY", str(path), str(error)) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ConfigError("E_KEY", str(path), "not a P-256 key")
    return key


def replace_file(path: Path, content: bytes, mode: int) -> None:
    """Replace a file as a whole: a reader finds the old or the new one, also after a power cut.

    Raises:
        OSError: it cannot be written.
    """
    fresh = path.with_name(f".{path.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _is_locked(content: bytes) -> bool:
    return b"ENCRYPTED PRIVATE KEY" in content
