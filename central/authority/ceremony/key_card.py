"""The public part of a key with its holder's name, as a text for mail, chat and QR codes.

`TRAMTIN-KEY-1:<base32>:` stands on as many lines as one likes. Its letters are those that neither a
chat's markup nor a mail's line break changes and that a QR code packs best; the closing colon tells
where the key ends and a signature of the mail begins. The last four bytes are a checksum. It proves
nothing: who holds the key is settled by words read on the telephone (`agent.contract.
fingerprint_words`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Annotated

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)
from msgspec import Meta
from securesystemslib.signer import Key, SSlibKey

from agent.errors import ConfigError
from agent.trust.public_key import parse_public_key

MARK = "TRAMTIN-KEY-1:"
MAX_CHARS = 4096  # a thousand would do
LINE = 60
_SUM_BYTES = 4
# a mail may break a line at a hyphen, too
_CARD = re.compile(r"TRAMTIN-\s*KEY-\s*1:([A-Z2-7\s>|]+):", re.IGNORECASE)
_Line = Annotated[str, Meta(max_length=120)]


class KeyCard(msgspec.Struct, frozen=True):
    """Who says to hold a key.

    Args:
        name: of the person.
        place: of their office.
        role: that they expect to sign as; may be empty.
        key: the public part.
    """

    name: str
    place: str
    role: str
    key: Key


class _Fields(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    place: _Line
    role: _Line
    der: Annotated[str, Meta(max_length=200)]  # SubjectPublicKeyInfo, base64


def encode_card(card: KeyCard) -> str:
    """The text on one line, as a QR code holds it."""
    der = base64.b64encode(_encode_der(card.key)).decode()
    fields = msgspec.json.encode(_Fields(card.name, card.place, card.role, der))
    packed = base64.b32encode(fields + _checksum(fields)).decode().rstrip("=")
    return f"{MARK}{packed}:"


def fold_card(text: str) -> str:
    """The text on lines that a mail leaves whole."""
    return "\n".join(text[at : at + LINE] for at in range(0, len(text), LINE))


def has_card(text: str) -> bool:
    """Is the end of a card's text here already?"""
    return _CARD.search(text) is not None


def parse_card(text: str, subject: str) -> KeyCard:
    """Read the text, with whatever stands around it; weak keys are refused as a box refuses them.

    Args:
        text: as it was pasted.
        subject: where it comes from, for the error.

    Raises:
        ConfigError: E_KEY, none is in it, or it has come over damaged.
    """
    found = _CARD.search(text[:MAX_CHARS])
    if found is None:
        raise ConfigError("E_KEY", subject, f"{MARK}…:")
    try:
        return _open(re.sub(r"[\s>|]", "", found[1]).upper())
    except (ValueError, TypeError, msgspec.DecodeError) as error:
        raise ConfigError("E_KEY", subject, str(error)) from error


def _open(packed: str) -> KeyCard:
    try:
        raw = base64.b32decode(packed + "=" * (-len(packed) % 8))
    except binascii.Error as error:
        raise ValueError("letters are missing") from error
    fields, told = raw[:-_SUM_BYTES], raw[-_SUM_BYTES:]
    if told != _checksum(fields):
        raise ValueError("a letter is missing or wrong")
    card = msgspec.json.decode(fields, type=_Fields)
    if not all(one.isprintable() for one in (card.name, card.place, card.role)):
        raise ValueError("a name with control characters")
    public = load_der_public_key(base64.b64decode(card.der, validate=True))
    if not isinstance(public, Ed25519PublicKey | EllipticCurvePublicKey):
        raise ValueError("neither Ed25519 nor P-256")  # noqa: TRY004 - a fault of the text
    plain = SSlibKey.from_crypto(public)
    return KeyCard(card.name, card.place, card.role, parse_public_key(plain.keyid, plain.to_dict()))


def _checksum(fields: bytes) -> bytes:
    return hashlib.sha256(fields).digest()[:_SUM_BYTES]


def _encode_der(key: Key) -> bytes:
    """SubjectPublicKeyInfo (RFC 5280 §4.1)."""
    text = key.keyval["public"]
    public = (
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))
        if key.keytype == "ed25519"
        else load_pem_public_key(text.encode())
    )
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
