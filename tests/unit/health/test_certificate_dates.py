"""The end of a certificate, held against `cryptography`, an independent reader and writer."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import example, given
from hypothesis import strategies as st

from agent.health.certificate_dates import parse_not_after

BEGIN = datetime(1980, 1, 1, tzinfo=UTC)


@cache
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def make(ends_at: datetime, issuer: str = "tramtin CA", serial: int = 1) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key().public_key())
        .serial_number(serial)
        .not_valid_before(BEGIN)
        .not_valid_after(ends_at)
    )
    return builder.sign(key(), SHA256()).public_bytes(Encoding.PEM).decode()


@given(
    ends_at=st.datetimes(datetime(1981, 1, 1), datetime(9999, 12, 31)),  # noqa: DTZ001 - made aware below
    issuer=st.text("abcộ ", min_size=1, max_size=21),  # X.520: at most 64 bytes
    serial=st.integers(1, 2**158),
)
@example(datetime(2049, 12, 31, 23, 59, 59), "a", 1)  # noqa: DTZ001 - the last UTCTime
@example(datetime(2050, 1, 1), "a", 1)  # noqa: DTZ001 - the first GeneralizedTime
def test_the_end_is_what_cryptography_wrote(ends_at: datetime, issuer: str, serial: int) -> None:
    aware = ends_at.replace(microsecond=0, tzinfo=UTC)
    assert parse_not_after(make(aware, issuer, serial)) == [aware]


def test_a_file_of_several_certificates_with_text_between_them() -> None:
    ends = [datetime(2030, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(3)]
    text = "\nsubject=CN = tv-cl-0007\n".join(make(end) for end in ends)
    assert parse_not_after(text) == ends


@pytest.mark.parametrize("text", ["", "nonsense", "-----BEGIN CERTIFICATE-----"])
def test_a_file_without_a_certificate_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="no certificate"):
        parse_not_after(text)


def test_a_certificate_cut_or_changed_anywhere_is_a_value_error_or_a_date() -> None:
    der = base64.b64decode("".join(make(datetime(2030, 1, 1, tzinfo=UTC)).splitlines()[1:-1]))
    for broken in [der[:n] for n in range(len(der))] + [
        der[:n] + bytes([der[n] ^ 0xFF]) + der[n + 1 :] for n in range(len(der))
    ]:
        pem = (
            "-----BEGIN CERTIFICATE-----\n"
            + base64.encodebytes(broken).decode()
            + "-----END CERTIFICATE-----\n"
        )
        try:
            assert parse_not_after(pem)
        except ValueError:
            continue
