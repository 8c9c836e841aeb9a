"""A document in a file, for showing what it would change: nobody verifies its signatures here."""

from __future__ import annotations

from typing import Any

import msgspec

from agent.contract.document import PAYLOAD_TYPE, TYPE_OF_KIND, Document
from agent.contract.envelope import MAX_ENVELOPE_BYTES, EnvelopeError, parse_envelope
from agent.contract.strict_json import StrictJsonError, parse_strict
from agent.errors import TrustError
from agent.trust.payload import decode_payload
from agent.trust.signed_message import MAX_HINT

_KIND_OF_TYPE = {PAYLOAD_TYPE.format(kind=kind): kind for kind in TYPE_OF_KIND}


def read_unverified(raw: bytes) -> Document:
    """The document in an envelope, signed or not, or in a bare payload.

    Raises:
        TrustError: E_SIZE, E_JSON, E_ENVELOPE, E_TYPE, E_SCHEMA or E_UNSUPPORTED, as a box would
            refuse it.
    """
    if len(raw) > MAX_ENVELOPE_BYTES:
        raise TrustError("E_SIZE", "file", f"more than {MAX_ENVELOPE_BYTES} bytes")
    try:
        value = parse_strict(raw)
        if not isinstance(value, dict):
            raise TrustError("E_ENVELOPE", "file", "neither an envelope nor a payload")
        if "payloadType" not in value and "kind" in value:
            return decode_payload(_known(value["kind"], value["kind"]), raw)
        envelope = parse_envelope(raw)
        kind = _known(_KIND_OF_TYPE.get(envelope.payloadType), envelope.payloadType)
        return decode_payload(kind, envelope.payload_bytes())
    except StrictJsonError as error:
        raise TrustError("E_JSON", "file", str(error)[:MAX_HINT]) from error
    except msgspec.ValidationError as error:
        raise TrustError("E_ENVELOPE", "file", str(error)[:MAX_HINT]) from error
    except EnvelopeError as error:
        raise TrustError(error.code, "file", error.detail) from error


def _known(kind: Any, told: Any) -> str:
    """The kind, if it is one of ours.

    Raises:
        TrustError: E_TYPE.
    """
    if isinstance(kind, str) and kind in TYPE_OF_KIND:
        return kind
    raise TrustError("E_TYPE", str(told)[:80], "not a document of ours")
