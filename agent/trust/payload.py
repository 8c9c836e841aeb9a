"""Decode signed bytes into a valid document: strict JSON, critical members, types, schema."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from msgspec import UNSET

from agent.contract.document import MAX_DOCUMENT_BYTES, TYPE_OF_KIND, Document
from agent.contract.extension import (
    UnknownCriticalError,
    known_names,
    unknown_members,
    verify_critical,
)
from agent.contract.feature import UNSUPPORTED
from agent.contract.strict_json import StrictDecoder, StrictJsonError, parse_strict
from agent.errors import TrustError
from agent.trust.document_rules import check_document
from agent.trust.schema_error import SchemaError
from agent.trust.signed_message import MAX_HINT

_DECODER_OF_KIND = {kind: StrictDecoder(type_) for kind, type_ in TYPE_OF_KIND.items()}


def decode_payload(kind: str, payload: bytes) -> Document:
    """Decode signed bytes and validate their form alone; signing tools use it before they sign.

    Raises:
        TrustError: as `open_payload` does.
    """
    return open_payload(kind, payload)[0]


def open_payload(kind: str, payload: bytes) -> tuple[Document, tuple[str, ...]]:
    """Decode a document; also return the unknown members in it, which this box ignores.

    Raises:
        TrustError: E_SIZE, E_SCHEMA; E_UNSUPPORTED, `crit` names a member that is unknown here.
            The subject is the payload's sha256.
    """
    if len(payload) > MAX_DOCUMENT_BYTES:
        hint = f"{len(payload)} bytes, at most {MAX_DOCUMENT_BYTES}"
        raise TrustError("E_SIZE", _digest(payload), hint)
    try:
        # Bytes that equal our own encoding have no unknown member.
        document: Document | None = _DECODER_OF_KIND[kind].decode_canonical(payload)
        ignored: tuple[str, ...] = ()
        if document is None:
            document, ignored = _decode_foreign(kind, payload)
        elif document.crit is not UNSET:
            _verify_critical(kind, document.crit)
        check_document(document, kind)
    except UnknownCriticalError as error:
        raise TrustError("E_UNSUPPORTED", _digest(payload), str(error)[:MAX_HINT]) from error
    except (StrictJsonError, msgspec.ValidationError, SchemaError) as error:
        raise TrustError("E_SCHEMA", _digest(payload), str(error)[:MAX_HINT]) from error
    return document, ignored


def _decode_foreign(kind: str, payload: bytes) -> tuple[Document, tuple[str, ...]]:
    """Verify `crit` first: a member that it names may change the form of the rest."""
    value = parse_strict(payload)
    if isinstance(value, dict) and "crit" in value:
        _verify_critical(kind, value["crit"])
    document: Document = msgspec.convert(value, TYPE_OF_KIND[kind])
    return document, unknown_members(value, TYPE_OF_KIND[kind])


def _verify_critical(kind: str, critical: Any) -> None:
    known = known_names(TYPE_OF_KIND[kind])
    try:
        verify_critical(critical, known, unsupported=UNSUPPORTED)
    except UnknownCriticalError:
        raise
    except ValueError as error:
        raise SchemaError("crit", str(error)) from error


def _digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()
