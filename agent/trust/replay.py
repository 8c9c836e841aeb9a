"""Replay protection: floors per (issuer, kind, slot), ordered by (epoch, seq), only rise."""

from __future__ import annotations

from agent.contract.document import Document, Emergency
from agent.errors import TrustError
from agent.trust.floor_lookup import FloorLookup

# A nonce proves their freshness, or they only confirm: a replay changes nothing.
KINDS_WITHOUT_FLOOR = frozenset({"time", "ack"})


def is_held(document: Document, sha256: str, floors: FloorLookup) -> bool:
    """Is this the document that set the present floor?"""
    floor = floors.get(document.issuer, document.kind, document.slot)
    return floor == (document.epoch, document.seq, sha256)


def stands_beside(document: Document) -> bool:
    """Is it an emergency that sounds at once, and so replaces no other one of its slot?

    Two of them can be in force together, and the older one may come later: it waited for a second
    signature, or for the centre's attestation. Its event counts once, whatever its number.
    """
    return isinstance(document, Emergency) and document.trigger == "now"


def verify_order(document: Document, floors: FloorLookup) -> None:
    """Verify the number of a document that is not the one held.

    Raises:
        TrustError: E_REPLAY below the floor (for an emergency: of an earlier epoch) or for a known
            event; E_FORK for other bytes under the same number, which means that a signer's key is
            compromised or its counter is not maintained.
    """
    floor = floors.get(document.issuer, document.kind, document.slot)
    if floor is not None:
        number = (document.epoch, document.seq)
        if number == floor[:2]:
            raise TrustError("E_FORK", document.doc_id, f"other bytes under number {number}")
        if number < floor[:2] and not (stands_beside(document) and number[0] == floor[0]):
            raise TrustError("E_REPLAY", document.doc_id, f"{number} is below {floor[:2]}")
    if isinstance(document, Emergency):
        _verify_event(document, floor, floors)


def _verify_event(
    document: Emergency, floor: tuple[int, int, str] | None, floors: FloorLookup
) -> None:
    """An event is accepted once, and not after its cancel, which may have come first."""
    names = (document.event_id, document.doc_id)
    if any(floors.is_cancelled(document.class_, name) for name in names):
        raise TrustError("E_REPLAY", document.doc_id, f"event {document.event_id} was cancelled")
    if floors.has_event(document.event_id):
        # A floor without a hash was recovered: the prepared alarm above it is lost and may return.
        is_lost = document.trigger == "key" and floor is not None and not floor[2]
        if not is_lost:
            hint = f"event {document.event_id} was seen before"
            raise TrustError("E_REPLAY", document.doc_id, hint)
