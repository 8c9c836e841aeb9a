"""A certificate with a new key, as two files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from central.enrolment.private_file import write_new_file, write_private_key


def write_pair(out: Path, certify: Callable[[ec.EllipticCurvePublicKey], x509.Certificate]) -> None:
    """Make a key; write `<out>.key` (mode 0600, not encrypted) and `<out>.pem`.

    Raises:
        ConfigError: E_KEY, a file exists or cannot be written.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    made = certify(key.public_key())
    write_private_key(out.with_name(f"{out.name}.key"), key, None)
    write_new_file(out.with_name(f"{out.name}.pem"), made.public_bytes(Encoding.PEM), 0o644)
