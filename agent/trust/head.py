"""What a head may do: withhold or flag, never add.

A head says what the station should hold: `<issuer>/<kind>/<slot>` to [epoch, seq, sha256], as a
hello says what it holds. Three things follow.

1. A held document that a head revokes is out of force while no newer head takes that back. Only
   what sounds or shows by a schedule can be revoked: the head's key is one key and lies on a
   server, so it must neither end an emergency (a cancel of two does) nor lift a silence, nor make
   an older configuration the one in force.
2. What the box lacks or holds in an older state is flagged: somebody may be keeping it back.
3. A box whose memory was lost cannot tell an old document from a new one. Where a head can reach
   it, it takes a document into a slot it knows nothing of only when a fresh head lists that number
   or a lower one, or when the document was issued after the new memory began. So no replay passes,
   and a centre that sends no heads can still sign anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from agent.clock import Now
from agent.contract.document import Document, Emergency, Head
from agent.contract.ids import Place
from agent.contract.utc import parse_utc
from agent.errors import TrustError
from agent.trust.authority import Authority
from agent.trust.floor_lookup import FloorLookup

REVOCABLE = frozenset({"playlist", "stream-grant"})
# The rest proves itself fresh, only ever withholds, or is what a box needs to get a head at all.
GUARDED = frozenset({"playlist", "silence", "stream-grant", "command"})
FRESH = timedelta(hours=24)


def slot_key(document: Document) -> str:
    """How a head and a hello name a document's slot."""
    return f"{document.issuer}/{document.kind}/{document.slot}"


def heads_of(documents: Iterable[Document]) -> list[Head]:
    """The heads among held documents: the store keeps the newest of each issuer."""
    return [one for one in documents if isinstance(one, Head)]


def revoked_by(heads: Iterable[Head]) -> frozenset[str]:
    """The doc_ids that heads revoke; also after a head's own expiry, until a newer one is here."""
    return frozenset(doc_id for head in heads for doc_id in head.revoked)


def is_revoked(document: Document, revoked: frozenset[str]) -> bool:
    """Is this document out of force?"""
    return document.kind in REVOCABLE and document.doc_id in revoked


def behind(heads: Iterable[Head], floors: FloorLookup) -> dict[str, str]:
    """What heads list and this box lacks or has otherwise: slot's key → what is so, in English."""
    found: dict[str, str] = {}
    for head in heads:
        for key, (epoch, seq, sha256) in head.slots.items():
            have = floors.get(*key.split("/", 2))
            if have is None:
                found[key] = f"missing; the centre has {epoch}.{seq}"
            elif have[:2] < (epoch, seq):
                found[key] = f"{have[0]}.{have[1]} is held; the centre has {epoch}.{seq}"
            elif have[:2] == (epoch, seq) and have[2] and have[2] != sha256:
                found[key] = f"other bytes under number {epoch}.{seq}"
    return found


def can_have_head(authority: Authority, place: Place) -> bool:
    """Is there a role whose heads reach this place?"""
    return any(
        "head" in role.kinds and role.covers("config", str(place))
        for role in authority.roles.values()
    )


def fresh_heads(heads: Iterable[Head], now: Now) -> list[Head]:
    """Those that prove what the centre had within the last day; none without a trusted clock."""
    if now.quality not in ("SYNCED", "HOLDOVER"):
        return []
    return [
        head
        for head in heads
        if now.at < parse_utc(head.expires) and now.at - parse_utc(head.issued) <= FRESH
    ]


def is_listed(key: str, number: tuple[int, int], sha256: str, heads: Iterable[Head]) -> bool:
    """Does one of these heads list a document's slot at its number or below?

    Args:
        key: see `slot_key`.
        number: epoch and seq.
        sha256: of the payload.
        heads: the fresh ones.
    """
    for head in heads:
        entry = head.slots.get(key)
        if entry is not None and (entry[:2] < number or entry == (*number, sha256)):
            return True
    return False


def _waits_for_a_key(document: Document) -> bool:
    """Of the emergencies only a held alarm need not prove itself fresh."""
    return isinstance(document, Emergency) and document.trigger == "key"


def verify_after_loss(
    document: Document,
    sha256: str,
    floors: FloorLookup,
    heads: Iterable[Head],
    born_at: datetime | None,
) -> None:
    """Judge a document on a box whose memory is new.

    Args:
        document: verified, not held.
        sha256: of its payload.
        floors: what the new memory knows.
        heads: the fresh ones.
        born_at: since when the new memory knew the time; None: not yet.

    Raises:
        TrustError: E_REPLAY, it cannot be told from a replay.
    """
    if document.kind not in GUARDED and not _waits_for_a_key(document):
        return
    if floors.get(document.issuer, document.kind, document.slot) is not None:
        return
    if born_at is not None and parse_utc(document.issued) >= born_at:
        return
    number = (document.epoch, document.seq)
    if not is_listed(slot_key(document), number, sha256, heads):
        hint = "this box's memory is new and no fresh head lists this document"
        raise TrustError("E_REPLAY", document.doc_id, hint)
