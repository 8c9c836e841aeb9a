"""May an issuer have one document more on this box? Verified before any of it is stored."""

from __future__ import annotations

from collections.abc import Iterable

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.contract.document import Cancel, Document
from agent.contract.issuer_budget import OF_ISSUER, Excess, Usage, Weight, kind_of, weigh
from agent.contract.utc import parse_utc
from agent.errors import TrustError
from agent.trust.floor_lookup import FloorLookup

# Emergencies and cancels do not replace the earlier documents of their slot.
REPLACED_IN_SLOT = frozenset(OF_ISSUER) - {"emergency", "cancel"}


def verify_budget(
    document: Document,
    envelope_bytes: int,
    held: Iterable[HeldDocument],
    floors: FloorLookup,
    now: Now,
) -> list[Document]:
    """Verify that a document fits into its issuer's budget.

    Documents that it replaces, that have expired, or that its issuer signed in an earlier epoch do
    not count: a parent that replaces a stolen key and raises the epoch frees the issuer's whole
    budget. A cancel always fits: the oldest cancels of its issuer are dropped. What those withdrew
    was seen, so its floor or its event keeps it out.

    Args:
        document: verified, not held yet.
        envelope_bytes: length of its envelope.
        held: all documents that the box holds.
        floors: the known slots.
        now: the box's clock.

    Returns:
        The documents to drop for it.

    Raises:
        TrustError: E_BUDGET; the hint names the limit.
    """
    _verify_slots(document, floors)
    weight = weigh(document, envelope_bytes)
    others = [one for one in held if _takes_room_beside(one.document, document, now)]
    given_up = _find_surplus(weight, others) if isinstance(document, Cancel) else []
    usage = Usage()
    for one in others:
        if one not in given_up:
            usage.add(one.weight)
    excess = usage.excess(weight)
    if excess is not None:
        raise TrustError("E_BUDGET", document.doc_id, str(excess))
    return [one.document for one in given_up]


def _takes_room_beside(one: Document, new: Document, now: Now) -> bool:
    if now.is_past(parse_utc(one.expires)):
        return False
    if one.issuer != new.issuer:
        return True
    is_replaced = kind_of(one) == kind_of(new) in REPLACED_IN_SLOT and one.slot == new.slot
    return one.epoch >= new.epoch and not is_replaced


def _find_surplus(weight: Weight, held: Iterable[HeldDocument]) -> list[HeldDocument]:
    """The oldest of an issuer's documents of one kind, beyond what leaves room for one more."""
    budget = OF_ISSUER[weight.kind]
    mine = [
        one for one in held if (one.weight.issuer, one.weight.kind) == (weight.issuer, weight.kind)
    ]
    mine.sort(key=lambda one: one.accepted_at, reverse=True)
    room_bytes, kept = budget.envelope_bytes - weight.envelope_bytes, 0
    for one in mine[: budget.documents - 1]:
        room_bytes -= one.weight.envelope_bytes
        if room_bytes < 0:
            break
        kept += 1
    return mine[kept:]


def _verify_slots(document: Document, floors: FloorLookup) -> None:
    if floors.get(document.issuer, document.kind, document.slot) is not None:
        return
    limit = OF_ISSUER[kind_of(document)].slots
    count = floors.count(document.issuer, document.kind, document.epoch) + 1
    if count > limit:
        excess = Excess("slots", document.issuer, count, limit)
        raise TrustError("E_BUDGET", document.doc_id, str(excess))
