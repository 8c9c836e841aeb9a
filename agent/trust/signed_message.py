"""An envelope of valid form and its valid signatures: steps 1 to 3, and 5."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import Key, Signature

from agent.contract.document import PAYLOAD_TYPE, TYPE_OF_KIND
from agent.contract.envelope import (
    MAX_ENVELOPE_BYTES,
    MAX_SIGNATURES,
    EnvelopeError,
    decode_base64,
    pae,
    parse_envelope,
)
from agent.contract.strict_json import StrictDecoder, StrictJsonError
from agent.contract.topic import Topic
from agent.errors import TrustError
from agent.trust.role import Role

MAX_HINT = 200  # characters: a parser's error text may quote the whole message
_KIND_OF_TYPE = {PAYLOAD_TYPE.format(kind=kind): kind for kind in TYPE_OF_KIND}


@dataclass(frozen=True)
class SignedMessage:
    """Kind, signed bytes, and signatures by hinted key id, not verified yet."""

    kind: str
    payload: bytes
    payload_type: str
    signatures: dict[str, Signature]


class _QuickSignature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: str
    sig: bytes


class _QuickEnvelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    payloadType: str  # noqa: N815 - DSSE's field name
    payload: bytes
    signatures: list[_QuickSignature]


_QUICK_ENVELOPE = StrictDecoder(_QuickEnvelope)


def _decode_envelope(raw: bytes) -> tuple[str, bytes, list[tuple[str, bytes]]]:
    """Type, payload and (keyid, signature) pairs; canonical text takes a faster path."""
    quick: _QuickEnvelope | None = _QUICK_ENVELOPE.decode_canonical(raw)
    if quick is not None:
        return quick.payloadType, quick.payload, [(one.keyid, one.sig) for one in quick.signatures]
    envelope = parse_envelope(raw)
    pairs = [(one.keyid, decode_base64(one.sig)) for one in envelope.signatures]
    return envelope.payloadType, envelope.payload_bytes(), pairs


def open_message(raw: bytes, topic: Topic) -> SignedMessage:
    """Steps 1 to 3 of `verify`.

    Raises:
        TrustError: E_SIZE, E_JSON, E_ENVELOPE, E_TYPE: subject is the topic's kind.
    """
    if len(raw) > MAX_ENVELOPE_BYTES:
        raise TrustError("E_SIZE", topic.kind, f"{len(raw)} bytes, at most {MAX_ENVELOPE_BYTES}")
    try:
        payload_type, payload, pairs = _decode_envelope(raw)
    except StrictJsonError as error:
        raise TrustError("E_JSON", topic.kind, str(error)[:MAX_HINT]) from error
    except msgspec.ValidationError as error:
        raise TrustError("E_ENVELOPE", topic.kind, str(error)[:MAX_HINT]) from error
    except EnvelopeError as error:
        raise TrustError(error.code, topic.kind, error.detail) from error
    if len(pairs) > MAX_SIGNATURES:
        raise TrustError("E_ENVELOPE", topic.kind, "more than 8 signatures")
    signatures = {keyid: Signature(keyid, sig.hex()) for keyid, sig in pairs}
    if len(signatures) != len(pairs):
        raise TrustError("E_ENVELOPE", topic.kind, "one key id signs twice")
    kind = _KIND_OF_TYPE.get(payload_type)
    if kind is None or kind != topic.kind:
        raise TrustError("E_TYPE", topic.kind, f"{payload_type[:80]} does not belong here")
    return SignedMessage(kind, payload, payload_type, signatures)


class Signatures:
    """The signatures over one payload; each key is verified once, however many roles list it."""

    def __init__(self, signed: SignedMessage) -> None:
        self._given = signed.signatures
        self._bytes = pae(signed.payload_type, signed.payload)
        self._good: dict[str, bool] = {}

    def signers(self, role: Role) -> tuple[str, ...]:
        """The keys counted towards the role's threshold, or none when it is not met.

        A key id is computed from the key, so the ids of one role are as many keys.
        """
        counted: list[str] = []
        for keyid, signature in self._given.items():
            key = role.keys.get(keyid)
            if key is not None and self._is_good(keyid, key, signature):
                counted.append(keyid)
                if len(counted) == role.threshold:
                    return tuple(counted)
        return ()

    def _is_good(self, keyid: str, key: Key, signature: Signature) -> bool:
        if keyid not in self._good:
            try:
                key.verify_signature(signature, self._bytes)
            except UnverifiedSignatureError:  # includes VerificationError
                self._good[keyid] = False
            else:
                self._good[keyid] = True
        return self._good[keyid]
