"""A device certificate that expires soon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from tests.harness.station_harness import StationTestbed


def shorten_certificate(site: StationTestbed, left: timedelta) -> None:
    """Give the station a certificate for the same key and name that ends sooner."""
    folder = site.folder / "ca"
    old = x509.load_pem_x509_certificate((folder / f"{site.name}.pem").read_bytes())
    authority = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    key: Any = load_pem_private_key((folder / "ca.key").read_bytes(), None)
    builder = (
        x509.CertificateBuilder()
        .subject_name(old.subject)
        .issuer_name(authority.subject)
        .public_key(old.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(old.not_valid_before_utc)
        .not_valid_after(datetime.now(UTC) + left)
    )
    for extension in old.extensions:
        builder = builder.add_extension(extension.value, critical=extension.critical)
    pem = builder.sign(key, SHA256()).public_bytes(Encoding.PEM)
    (folder / f"{site.name}.pem").write_bytes(pem)
