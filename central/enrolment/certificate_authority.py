"""The centre's own small authority: certificates of boxes, and of those that speak to the broker.

Two authorities, so that neither can do the other's work: the device authority certifies clients
alone (no name of a server can ever stand in its certificates), the server authority certifies
servers under the names that it was made for. Neither has an intermediate.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from agent.contract.enrolment import CERTIFICATE_DAYS
from agent.contract.ids import STATION_ID
from agent.errors import ConfigError
from central.enrolment.private_file import read_private_key, write_new_file, write_private_key
from central.enrolment.refusal import EnrolmentError

CA_YEARS = 15
OPERATION_DAYS = 825  # of the centre's own client and server certificates
BEFORE = timedelta(hours=1)  # clocks that differ by less see a new certificate as valid
# An expired list would shut every box out at the broker, emergencies with it: see decision 82.
CRL_LIFE = timedelta(days=365)
RESERVED = frozenset({"centre", "live"})  # names at the broker that are no station's
DEVICE, SERVER = "device-ca", "server-ca"
_EVERY_NETWORK = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True)
class RevokedCertificate:
    """A line of the revocation list."""

    serial: str
    at: datetime


class IssuingAuthority:
    """An authority whose key is open.

    Args:
        certificate: its own.
        key: its private key.
    """

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self.certificate = certificate
        self._key = key

    @property
    def pem(self) -> str:
        """Its own certificate."""
        return _pem(self.certificate)

    def issue_device(
        self, station: str, key: ec.EllipticCurvePublicKey, now: datetime
    ) -> x509.Certificate:
        """A station's certificate, for 90 days: common name = station id.

        Raises:
            EnrolmentError: enrol-station; `+` or `#` in a name would widen a broker's access rules.
        """
        if not STATION_ID.match(station) or station in RESERVED:
            raise EnrolmentError("enrol-station", station)
        return self._issue(station, key, now, CERTIFICATE_DAYS, ExtendedKeyUsageOID.CLIENT_AUTH)

    def issue_client(
        self, name: str, key: ec.EllipticCurvePublicKey, now: datetime, days: float
    ) -> x509.Certificate:
        """A certificate for the centre itself, or to end the session of a box."""
        return self._issue(name, key, now, days, ExtendedKeyUsageOID.CLIENT_AUTH)

    def issue_server(
        self, names: Sequence[str], key: ec.EllipticCurvePublicKey, now: datetime
    ) -> x509.Certificate:
        """A server's certificate for host names or addresses."""
        alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
        usage = ExtendedKeyUsageOID.SERVER_AUTH
        return self._issue(names[0], key, now, OPERATION_DAYS, usage, alternatives)

    def build_crl(
        self, revoked: Iterable[RevokedCertificate], number: int, now: datetime
    ) -> x509.CertificateRevocationList:
        """A signed list of revoked certificates; `number` rises with each."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now - BEFORE)
            .next_update(now + CRL_LIFE)
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(self._issuer_key(), critical=False)
        )
        for one in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(int(one.serial, 16))
            builder = builder.add_revoked_certificate(entry.revocation_date(one.at).build())
        return builder.sign(self._key, hashes.SHA256())

    def _issue(
        self,
        name: str,
        key: ec.EllipticCurvePublicKey,
        now: datetime,
        days: float,
        usage: x509.ObjectIdentifier,
        *extensions: x509.ExtensionType,
    ) -> x509.Certificate:
        end = min(now + timedelta(days=days), self.certificate.not_valid_after_utc)
        builder = (
            _start(_name(name), self.certificate.subject, key, now - BEFORE, end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(is_authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(self._issuer_key(), critical=False)
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def _issuer_key(self) -> x509.AuthorityKeyIdentifier:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())


def make_device_authority(
    folder: Path, name: str, now: datetime, passphrase: str | None
) -> IssuingAuthority:
    """Make the authority of boxes in `folder`: `device-ca.pem`, `device-ca.key`.

    Raises:
        ConfigError: E_KEY, a file exists or cannot be written.
    """
    excluded: list[x509.GeneralName] = [
        x509.IPAddress(ipaddress.ip_network(network)) for network in _EVERY_NETWORK
    ]
    limits = x509.NameConstraints(None, [x509.DNSName(""), *excluded])
    usage = ExtendedKeyUsageOID.CLIENT_AUTH
    return _make(folder, DEVICE, name, now, passphrase, limits, usage)


def make_server_authority(
    folder: Path, name: str, hosts: Sequence[str], now: datetime, passphrase: str | None
) -> IssuingAuthority:
    """Make the authority of the centre's servers: it may certify these hosts and no others.

    Raises:
        ConfigError: E_KEY, a file exists or cannot be written.
    """
    limits = x509.NameConstraints([_general_name(host, is_limit=True) for host in hosts], None)
    usage = ExtendedKeyUsageOID.SERVER_AUTH
    return _make(folder, SERVER, name, now, passphrase, limits, usage)


def load_authority(folder: Path, stem: str, passphrase: str | None) -> IssuingAuthority:
    """Open an authority of `folder`: `DEVICE` or `SERVER`.

    Raises:
        ConfigError: E_KEY, a file cannot be read, is readable by others, or the passphrase is
            wrong.
    """
    path = folder / f"{stem}.pem"
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigError("E_KEY", str(path), str(error)) from error
    key = read_private_key(folder / f"{stem}.key", passphrase)
    if key.public_key() != certificate.public_key():
        raise ConfigError("E_KEY", str(path), "the key is not the one of the certificate")
    return IssuingAuthority(certificate, key)


def _make(
    folder: Path,
    stem: str,
    name: str,
    now: datetime,
    passphrase: str | None,
    limits: x509.NameConstraints,
    usage: x509.ObjectIdentifier,
) -> IssuingAuthority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    end = now + timedelta(days=365 * CA_YEARS)
    certificate = (
        _start(subject, subject, key.public_key(), now - BEFORE, end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(is_authority=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(limits, critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private_key(folder / f"{stem}.key", key, passphrase)
    write_new_file(folder / f"{stem}.pem", _pem(certificate).encode(), 0o644)
    return IssuingAuthority(certificate, key)


def _start(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    begin: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _key_usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(host: str, *, is_limit: bool = False) -> x509.GeneralName:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return x509.DNSName(host)
    return x509.IPAddress(ipaddress.ip_network(address) if is_limit else address)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
