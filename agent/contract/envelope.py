"""Strict DSSE envelopes: exact fields, standard base64, at most 8 signatures, keyid is a hint."""

from __future__ import annotations

import base64
import binascii

import msgspec

from agent.contract.strict_json import StrictJsonError, TooManyValuesError, parse_strict

MAX_SIGNATURES = 8
MAX_ENVELOPE_BYTES = 352 * 1024  # the largest payload in base64, and eight signatures
_VALUES = 64  # more than eight signatures need, so that a ninth gets its own error


class EnvelopeError(ValueError):
    """Not a strict DSSE envelope; `code` is E_JSON or E_ENVELOPE."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One signature: hinted key id, base64 of the signature's bytes."""

    keyid: str
    sig: str


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The wire form, field names as DSSE has them."""

    payloadType: str  # noqa: N815 - DSSE's field name
    payload: str
    signatures: list[Signature]

    def payload_bytes(self) -> bytes:
        """The exact signed bytes.

        Raises:
            EnvelopeError: not strict standard base64.
        """
        return decode_base64(self.payload)


def parse_envelope(raw: bytes) -> Envelope:
    """Read an envelope as strict JSON in ASCII.

    Raises:
        StrictJsonError: it is not strict JSON, or not ASCII.
        msgspec.ValidationError: it has other fields.
        EnvelopeError: E_ENVELOPE, it has too many signatures, or too much in them.
    """
    if not raw.isascii():
        raise StrictJsonError("not ASCII")
    try:
        value = parse_strict(raw, max_values=_VALUES)
    except TooManyValuesError as error:
        raise EnvelopeError("E_ENVELOPE", str(error)) from error
    envelope: Envelope = msgspec.convert(value, Envelope)
    if len(envelope.signatures) > MAX_SIGNATURES:
        raise EnvelopeError("E_ENVELOPE", f"more than {MAX_SIGNATURES} signatures")
    return envelope


def decode_base64(text: str) -> bytes:
    """Standard base64, padding required, no white space.

    Raises:
        EnvelopeError: E_ENVELOPE.
    """
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise EnvelopeError("E_ENVELOPE", "payload is not standard base64") from error
    if base64.b64encode(raw).decode() != text:
        raise EnvelopeError("E_ENVELOPE", "base64 is not canonical")
    return raw


def pae(payload_type: str, payload: bytes) -> bytes:
    """DSSE pre-authentication encoding: the bytes that are signed."""
    return b"DSSEv1 %d %s %d %s" % (
        len(payload_type.encode()), payload_type.encode(), len(payload), payload,
    )  # fmt: skip


def encode_envelope(
    payload_type: str, payload: bytes, signatures: list[tuple[str, bytes]]
) -> bytes:
    """Wrap a payload and its (keyid, signature bytes) pairs."""
    return msgspec.json.encode(
        Envelope(
            payload_type,
            base64.b64encode(payload).decode(),
            [Signature(keyid, base64.b64encode(sig).decode()) for keyid, sig in signatures],
        )
    )
