"""Public keys of a root or role file, verified before use (guards G1, G8, G10)."""

from __future__ import annotations

import re
from typing import Any, Self

# Imported directly and not only through securesystemslib: without `cryptography` that library falls
# back, silently, to slow pure-Python Ed25519 (guard G9). Here a missing package is an ImportError.
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.signer import Key, SSlibKey

SCHEMES = {"ed25519": "ed25519", "ecdsa-sha2-nistp256": "ecdsa"}  # scheme: keytype
_HEX_KEY = re.compile(r"^[0-9a-f]{64}\Z")
_P = 2**255 - 19
# y of the eight points of small order on edwards25519. With such a key one forged signature is
# valid for every message (RFC 7748 §6.1 lists the equivalent u; libsodium refuses the same points).
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _P - 1,
        int.from_bytes(
            bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
            "little",
        ),
        int.from_bytes(
            bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
            "little",
        ),
    }
)


def is_weak_ed25519(raw: bytes) -> bool:
    """Is this encoding a point of small order, or not canonical (y not below 2^255 - 19)?"""
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    return y >= _P or y in _SMALL_ORDER_Y


def _parse_ed25519(public: str) -> Ed25519PublicKey:
    if not _HEX_KEY.match(public):
        raise ValueError("not 64 lower-case hex digits")
    raw = bytes.fromhex(public)
    if is_weak_ed25519(raw):
        raise ValueError("a small-order or non-canonical Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(raw)


def _parse_p256(public: str) -> EllipticCurvePublicKey:
    key = load_pem_public_key(public.encode("ascii"))
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("not a P-256 key")  # noqa: TRY004 - every refusal here is a ValueError
    return key


class _ParsedKey(SSlibKey):
    """A key of the library that is parsed once, not once for each signature.

    The library calls `_crypto_key` for each signature; setup.cfg bounds its release.
    """

    _parsed: Ed25519PublicKey | EllipticCurvePublicKey

    @classmethod
    def of(cls, parsed: Ed25519PublicKey | EllipticCurvePublicKey) -> Self:
        """As `from_crypto`, and keep the parsed key."""
        plain = SSlibKey.from_crypto(parsed)
        key = cls(plain.keyid, plain.keytype, plain.scheme, plain.keyval)
        key._parsed = parsed
        return key

    def _crypto_key(self) -> Ed25519PublicKey | EllipticCurvePublicKey:
        return self._parsed


def parse_public_key(keyid: str, fields: dict[str, Any]) -> Key:
    """One key in securesystemslib's dictionary form, if it identifies exactly one holder.

    Raises:
        ValueError: fields other than keytype, scheme and keyval.public; a scheme outside the closed
            list; a weak or re-encoded key; a key id that is not the one computed from the key.
    """
    match fields:
        case {"keytype": str(keytype), "scheme": str(scheme), "keyval": {"public": str(public)}}:
            if len(fields) != 3 or len(fields["keyval"]) != 1:
                raise ValueError("unknown field in a key")
        case _:
            raise ValueError("not a key")
    if SCHEMES.get(scheme) != keytype:
        raise ValueError(f"scheme {scheme!r} of type {keytype!r} is not allowed")
    parsed = _parse_ed25519(public) if keytype == "ed25519" else _parse_p256(public)
    key = _ParsedKey.of(parsed)
    if key.keyval != {"public": public}:
        raise ValueError("the key is not in its canonical encoding")
    if key.keyid != keyid:
        raise ValueError(f"key id should be {key.keyid}")
    return key
