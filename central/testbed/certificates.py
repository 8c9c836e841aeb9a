"""The demo's own certificate authority: P-256 keys, one CA, server, device and client certificates.

Only for loopback and test beds. A province runs a real CA; what a box relies on is the same there:
a device certificate's common name is the station id, and the broker takes the name from it.
"""

from __future__ import annotations

import ipaddress
import os
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from agent.contract.ids import STATION_ID
from central.collector.identity import CENTRE, Identity
from central.live.live_line import LIVE

# Wide on purpose: OpenSSL judges by the system's wall clock, which nothing here relies on.
NOT_BEFORE = datetime(2020, 1, 1, tzinfo=UTC)
NOT_AFTER = datetime(2049, 12, 31, tzinfo=UTC)
_LOOPBACK = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]


class CertificateAuthority:
    """Signs server, device and client certificates into one folder.

    Args:
        folder: where the PEM files go.
        identity: the authority's own certificate and key.
    """

    def __init__(self, folder: Path, identity: Identity) -> None:
        self._folder = folder
        self.ca = identity.cert
        self._certificate = x509.load_pem_x509_certificate(identity.cert.read_bytes())
        self._key = _load_key(identity.key)

    def issue_server(self, name: str) -> Identity:
        """A certificate for a server on loopback (127.0.0.1 and localhost)."""
        names = x509.SubjectAlternativeName(_LOOPBACK)
        return self._issue(name, ExtendedKeyUsageOID.SERVER_AUTH, names)

    def issue_device(self, station: str) -> Identity:
        """A station's certificate: common name = station id.

        Raises:
            ValueError: not a station id; `+` or `#` in a name would widen a broker's access rules.
        """
        if not STATION_ID.match(station):
            raise ValueError(f"not a station id: {station!r}")
        if station in (CENTRE, LIVE):
            raise ValueError(f"{station} is no station id: the centre has that name")
        return self._issue(station, ExtendedKeyUsageOID.CLIENT_AUTH)

    def issue_centre(self) -> Identity:
        """The client certificate of the centre."""
        return self._issue(CENTRE, ExtendedKeyUsageOID.CLIENT_AUTH)

    def issue_live(self) -> Identity:
        """The client certificate of whoever speaks live."""
        return self._issue(LIVE, ExtendedKeyUsageOID.CLIENT_AUTH)

    def _issue(
        self, name: str, usage: x509.ObjectIdentifier, *extensions: x509.ExtensionType
    ) -> Identity:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            _start(name, self._certificate.subject, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return _write(self._folder, name, builder.sign(self._key, hashes.SHA256()), key)


def make_demo_ca(folder: Path) -> CertificateAuthority:
    """Make a new authority in `folder` (created, mode 0700)."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name("x-demo tramtin CA")
    builder = (
        _start("x-demo tramtin CA", subject, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_ca_usage(), critical=True)
    )
    identity = _write(folder, "ca", builder.sign(key, hashes.SHA256()), key)
    return CertificateAuthority(folder, identity)


def _ca_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _start(
    common_name: str, issuer: x509.Name, public: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(common_name))
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(NOT_AFTER)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _write(
    folder: Path, stem: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> Identity:
    identity = Identity(folder / f"{stem}.pem", folder / f"{stem}.key")
    _write_private(identity.cert, certificate.public_bytes(serialization.Encoding.PEM))
    _write_private(
        identity.key,
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    return identity


def _write_private(path: Path, content: bytes) -> None:
    """Created with 0600 from the first byte, never readable by others in between."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"not a P-256 key: {path}")
    return key
