"""Build and sign documents: the payload's bytes are fixed first, then signatures are added."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from securesystemslib.signer import Signer

from agent.contract.document import PAYLOAD_TYPE, TYPE_OF_KIND, Class, Document
from agent.contract.envelope import (
    MAX_SIGNATURES,
    Envelope,
    EnvelopeError,
    Signature,
    encode_envelope,
    pae,
)
from agent.contract.feature import must_be_critical
from agent.contract.strict_json import StrictDecoder, StrictJsonError
from agent.contract.utc import encode_utc
from agent.errors import TrustError
from agent.trust.payload import decode_payload, open_payload

_D = TypeVar("_D", bound=Document)
_ENVELOPE = StrictDecoder(Envelope)
_KIND_OF_TYPE = {PAYLOAD_TYPE.format(kind=kind): kind for kind in TYPE_OF_KIND}


def new_doc_id() -> str:
    """32 random hex digits, for `doc_id` and `event_id`."""
    return secrets.token_hex(16)


def build_header(  # noqa: PLR0913 - the contract's header has this many fields
    kind: str,
    *,
    issuer: str,
    class_: Class,
    to: Sequence[str],
    slot: str,
    seq: int,
    now: datetime,
    lifetime: timedelta,
    epoch: int = 1,
    not_before: datetime | None = None,
    doc_id: str | None = None,
    editor: str = "",
    approver: str = "",
) -> dict[str, Any]:
    """The header fields of a document issued `now`, as keyword arguments of its struct."""
    return {
        "kind": kind,
        "issuer": issuer,
        "class_": class_,
        "to": list(to),
        "doc_id": doc_id or new_doc_id(),
        "slot": slot,
        "epoch": epoch,
        "seq": seq,
        "issued": encode_utc(now),
        "not_before": encode_utc(not_before or now),
        "expires": encode_utc(now + lifetime),
        "editor": editor,
        "approver": approver,
    }


def mark_critical(document: _D) -> _D:
    """The document, with its critical members listed in `crit`."""
    names = must_be_critical(document)
    return msgspec.structs.replace(document, crit=sorted(names)) if names else document


def ignored_members(envelope: bytes) -> tuple[str, ...]:
    """The members of a document that this machine does not know and cannot show.

    Raises:
        TrustError: as `read_document`.
    """
    opened = _open(envelope)
    return open_payload(_kind_of(opened), opened.payload_bytes())[1]


def encode_document(document: Document) -> bytes:
    """The payload that will be signed.

    Raises:
        TrustError: E_SCHEMA, a box would refuse it.
    """
    payload = msgspec.json.encode(document)
    decode_payload(document.kind, payload)
    return payload


def sign_document(payload: bytes, kind: str, signers: Sequence[Signer]) -> bytes:
    """Sign exact bytes; the envelope is returned.

    Raises:
        TrustError: E_SCHEMA, a box would refuse this payload.
    """
    decode_payload(kind, payload)
    payload_type = PAYLOAD_TYPE.format(kind=kind)
    signed = [signer.sign(pae(payload_type, payload)) for signer in signers]
    return encode_envelope(
        payload_type, payload, [(one.keyid, bytes.fromhex(one.signature)) for one in signed]
    )


def read_document(envelope: bytes) -> Document:
    """The document inside an envelope, for showing: NOT verified.

    Raises:
        TrustError: E_JSON, E_ENVELOPE, E_TYPE or E_SCHEMA.
    """
    opened = _open(envelope)
    return decode_payload(_kind_of(opened), opened.payload_bytes())


def open_envelope(envelope: bytes) -> Envelope:
    """An envelope for showing: NOT verified.

    Raises:
        TrustError: E_JSON or E_ENVELOPE.
    """
    return _open(envelope)


def add_signature(envelope: bytes, signer: Signer) -> bytes:
    """Add a signature over the same bytes, as for the second of two signers.

    Raises:
        TrustError: the envelope is malformed or full, or this key has signed already.
    """
    opened = _open(envelope)
    payload = opened.payload_bytes()
    decode_payload(_kind_of(opened), payload)
    signed = signer.sign(pae(opened.payloadType, payload))
    if any(one.keyid == signed.keyid for one in opened.signatures):
        raise TrustError("E_ENVELOPE", signed.keyid, "this key has signed already")
    if len(opened.signatures) >= MAX_SIGNATURES:
        raise TrustError("E_ENVELOPE", signed.keyid, "no room for a further signature")
    sig = base64.b64encode(bytes.fromhex(signed.signature)).decode()
    signatures = [*opened.signatures, Signature(signed.keyid, sig)]
    return msgspec.json.encode(msgspec.structs.replace(opened, signatures=signatures))


def combine(first: bytes, second: bytes) -> bytes:
    """Join the signatures of two envelopes over the same bytes.

    Raises:
        TrustError: malformed, or not the same document.
    """
    left, right = _open(first), _open(second)
    if (left.payloadType, left.payload) != (right.payloadType, right.payload):
        raise TrustError("E_ENVELOPE", "combine", "the two are not the same document")
    theirs = {one.keyid: one for one in right.signatures}
    signatures = {**{one.keyid: one for one in left.signatures}, **theirs}
    return msgspec.json.encode(
        msgspec.structs.replace(left, signatures=list(signatures.values())[:MAX_SIGNATURES])
    )


def _open(envelope: bytes) -> Envelope:
    try:
        opened: Envelope = _ENVELOPE.decode(envelope)
        opened.payload_bytes()
    except StrictJsonError as error:
        raise TrustError("E_JSON", "envelope", str(error)) from error
    except (msgspec.ValidationError, EnvelopeError) as error:
        raise TrustError("E_ENVELOPE", "envelope", str(error)) from error
    return opened


def _kind_of(envelope: Envelope) -> str:
    kind = _KIND_OF_TYPE.get(envelope.payloadType)
    if kind is None:
        raise TrustError("E_TYPE", envelope.payloadType[:80], "not a document of ours")
    return kind
