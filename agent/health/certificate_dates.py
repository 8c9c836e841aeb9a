"""Reads from the DER when the certificates of a PEM file end, and nothing else of them.

RFC 5280, 4.1: Certificate ::= SEQUENCE { tbsCertificate SEQUENCE { [0] version OPTIONAL, serial,
signature, issuer, validity SEQUENCE { notBefore, notAfter }, ... } ... }. Nothing is trusted by
what is read here: TLS verifies certificates itself. `cryptography.x509` would cost an idle agent
2 MiB (docs/decisions/0007); the tests compare this reader with it.
"""

from __future__ import annotations

import re
import ssl
from datetime import UTC, datetime
from typing import NamedTuple

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_SEQUENCE, _VERSION, _UTC_TIME, _GENERALIZED_TIME = 0x30, 0xA0, 0x17, 0x18
_LONG, _MAX_LENGTH_BYTES = 0x80, 4
_PIVOT = 50  # UTCTime: years from here on belong to the last century (RFC 5280, 4.1.2.5.1)


class _DerElement(NamedTuple):
    """One DER element: its tag, and where its content begins and ends."""

    tag: int
    at: int
    end: int


def parse_not_after(pem: str) -> list[datetime]:
    """The end of each certificate in the text, in the order of the text; aware UTC.

    Raises:
        ValueError: it holds no certificate, or a broken one.
    """
    ends = [_not_after(ssl.PEM_cert_to_DER_cert(block)) for block in _BLOCK.findall(pem)]
    if not ends:
        raise ValueError("no certificate in it")
    return ends


def _not_after(der: bytes) -> datetime:
    certificate = _part(der, 0, len(der), _SEQUENCE)
    body = _part(der, certificate.at, certificate.end, _SEQUENCE)
    first = _part(der, body.at, body.end)
    at = first.end if first.tag == _VERSION else body.at
    for _ in ("serial", "signature", "issuer"):
        at = _part(der, at, body.end).end
    validity = _part(der, at, body.end, _SEQUENCE)
    not_before = _part(der, validity.at, validity.end)
    return _time(der, _part(der, not_before.end, validity.end))


def _part(der: bytes, at: int, end: int, tag: int | None = None) -> _DerElement:
    """The element at an offset; it must lie within the element that contains it."""
    if at + 2 > end:
        raise ValueError("the certificate is cut short")
    length, start = der[at + 1], at + 2
    if length & _LONG:
        size = length & ~_LONG
        if not 1 <= size <= _MAX_LENGTH_BYTES or start + size > end:
            raise ValueError("a length that DER does not allow")
        length, start = int.from_bytes(der[start : start + size], "big"), start + size
    if start + length > end or (tag is not None and der[at] != tag):
        raise ValueError("not an X.509 certificate")
    return _DerElement(der[at], start, start + length)


def _time(der: bytes, part: _DerElement) -> datetime:
    text = der[part.at : part.end].decode("ascii")
    if part.tag == _UTC_TIME:
        text = ("19" if int(text[:2]) >= _PIVOT else "20") + text
    elif part.tag != _GENERALIZED_TIME:
        raise ValueError("validity is no time")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
