"""The effects of a head: it revokes and reports, and never adds.

A head lists what the station should hold: `<issuer>/<kind>/<slot>` to [epoch, seq, sha256], in the
form in which a hello lists what the station holds. It has three effects.

1. A held document that a head revokes is out of force until a newer head no longer revokes it. Only
   a scheduled document can be revoked: the head's key is a single key on a server, so it must
   neither end an emergency (a cancel with two signatures does), nor lift a silence, nor put an
   older configuration back in force.
2. A document that the box lacks or holds in an older version is reported: somebody may be
   withholding it.
3. A box whose state was lost cannot distinguish an old document from a new one. Where a head can
   reach it, it accepts a document into an unknown slot only when a fresh head lists that number or
   a lower one, or when the document was issued after the new state began. So no replay passes, and
   a centre that sends no heads can still sign a new document.
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
# The other kinds prove their own freshness, only restrict, or are needed to get a head at all.
GUARDED = frozenset({"playlist", "silence", "stream-grant", "command"})
FRESH = timedelta(hours=24)
CARRIED_FRESH = timedelta(days=14)
CARRIED_EARLY = timedelta(hours=1)  # a battery clock may be late


def slot_key(document: Document) -> str:
    """The name of a document's slot in heads and hellos."""
    return f"{document.issuer}/{document.kind}/{document.slot}"


def select_heads(documents: Iterable[Document]) -> list[Head]:
    """The heads among held documents; the store keeps the newest of each issuer."""
    return [one for one in documents if isinstance(one, Head)]


def list_revoked(heads: Iterable[Head]) -> frozenset[str]:
    """The doc_ids that heads revoke. A head counts past its own expiry, until a newer one comes."""
    return frozenset(doc_id for head in heads for doc_id in head.revoked)


def is_revoked(document: Document, revoked: frozenset[str]) -> bool:
    """Is this document out of force?"""
    return document.kind in REVOCABLE and document.doc_id in revoked


def find_missing(heads: Iterable[Head], floors: FloorLookup) -> dict[str, str]:
    """Slots in which this box differs from the heads: slot's key → the difference, in English."""
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
    """Heads that prove the centre's state of the last day; none without a trusted clock."""
    if now.quality not in ("SYNCED", "HOLDOVER"):
        return []
    return [
        head
        for head in heads
        if now.at < parse_utc(head.expires) and now.at - parse_utc(head.issued) <= FRESH
    ]


def carried_heads(heads: Iterable[Head], now: Now) -> list[Head]:
    """Heads that a person has brought lately, by the clock of this box; none where it has none.

    They count only while that person is at the box: see docs/decisions/0084.
    """
    if now.quality == "FLOOR":
        return []
    return [
        head for head in heads if -CARRIED_EARLY <= now.at - parse_utc(head.issued) <= CARRIED_FRESH
    ]


def is_listed(key: str, number: tuple[int, int], sha256: str, heads: Iterable[Head]) -> bool:
    """Does one of these heads list a document's slot at its number or below?

    Args:
        key: see `slot_key`.
        number: epoch and seq.
        sha256: of the payload.
        heads: the fresh heads.
    """
    for head in heads:
        entry = head.slots.get(key)
        if entry is not None and (entry[:2] < number or entry == (*number, sha256)):
            return True
    return False


def _waits_for_a_key(document: Document) -> bool:
    """Is it a prepared alarm, the only emergency that need not be fresh?"""
    return isinstance(document, Emergency) and document.trigger == "key"


def verify_after_loss(
    document: Document,
    sha256: str,
    floors: FloorLookup,
    heads: Iterable[Head],
    born_at: datetime | None,
) -> None:
    """Verify a document on a box whose state is new.

    Args:
        document: verified, not held.
        sha256: of its payload.
        floors: the floors of the new state.
        heads: the fresh heads.
        born_at: when the new state first had a trusted time; None: not yet.

    Raises:
        TrustError: E_REPLAY, it cannot be distinguished from a replay.
    """
    if document.kind not in GUARDED and not _waits_for_a_key(document):
        return
    if floors.get(document.issuer, document.kind, document.slot) is not None:
        return
    if born_at is not None and parse_utc(document.issued) >= born_at:
        return
    number = (document.epoch, document.seq)
    if not is_listed(slot_key(document), number, sha256, heads):
        hint = "this box's state is new and no fresh head lists this document"
        raise TrustError("E_REPLAY", document.doc_id, hint)
