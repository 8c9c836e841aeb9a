"""The identity of a refused message: of its payload where it has one, else of its bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from agent.contract.topic import Topic
from agent.errors import TrustError
from agent.trust.payload import decode_payload
from agent.trust.signed_message import open_message


@dataclass(frozen=True)
class RefusedMessage:
    """Identifies a refused message in a report. It may be unverified: `doc_id` is only a claim.

    Args:
        sha256: of the payload when the envelope is sound, else of the whole message.
        doc_id: when the payload is a document of its kind, else None.
    """

    sha256: str
    doc_id: str | None


def name_refused(topic: Topic, message: bytes) -> RefusedMessage:
    """Identify a refused message. The cost is that of one more decoding."""
    try:
        signed = open_message(message, topic)
    except TrustError:
        return RefusedMessage(hashlib.sha256(message).hexdigest(), None)
    sha256 = hashlib.sha256(signed.payload).hexdigest()
    try:
        return RefusedMessage(sha256, decode_payload(signed.kind, signed.payload).doc_id)
    except TrustError:
        return RefusedMessage(sha256, None)
