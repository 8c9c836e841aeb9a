"""Which documents this box held at a moment that is over, as far as it can know.

The store has the newest of each slot, with the moment at which it was accepted. What stood in the
slot before, and what expired long ago, is gone: that is named, and the journal tells what played.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.contract.accepted import HeldDocument
from agent.contract.document import Cancel, Document, Head, StationConfig
from agent.contract.utc import parse_utc
from agent.plan.past import DocumentThen, PastNote
from agent.store.documents import KEEP
from agent.trust.head import REVOCABLE

REPLACED = frozenset({"playlist", "calendar", "station-config", "silence"})


@dataclass(frozen=True)
class BoxPast:
    """What the box held at a moment.

    Args:
        held: the documents.
        documents: the same, with the moments from which they held.
        notes: what is not known.
        later_config: in place of a station-config that is not kept, the one after it: its limits
            are likelier than none.
    """

    held: tuple[HeldDocument, ...]
    documents: tuple[DocumentThen, ...]
    notes: tuple[PastNote, ...]
    later_config: StationConfig | None = None


def read_box_past(
    connection: sqlite3.Connection, stored: Sequence[HeldDocument], at: datetime, now: datetime
) -> BoxPast:
    """Read what the box held at a moment.

    Args:
        connection: of the store.
        stored: all its documents, heads and what they revoke as well.
        at: aware UTC, before `now`.
        now: by the box's clock.

    Raises:
        sqlite3.Error: it cannot be read.
        TypeError, ValueError: a row is corrupt.
    """
    revoked = _list_revocations(stored)
    kept, notes = [], []
    for one in stored:
        document = one.document
        revoked_at = revoked.get(document.doc_id) if document.kind in REVOCABLE else None
        if one.accepted_at > at:
            if document.kind in REPLACED:
                notes.append(_describe_past("former", document, one.accepted_at))
        elif revoked_at is None:
            kept.append(one)
        elif revoked_at > at:
            notes.append(_describe_past("withdrawn", document, revoked_at))
    notes += _note_cancelled(connection, stored, at)
    if at < now - KEEP:
        notes.append(PastNote(code="pruned", at=now - KEEP))
    later = (one.document for one in stored if one.accepted_at > at)
    config = next((one for one in later if isinstance(one, StationConfig)), None)
    return BoxPast(tuple(kept), tuple(_describe(one) for one in kept), tuple(notes), config)


def _list_revocations(stored: Iterable[HeldDocument]) -> dict[str, datetime]:
    """What heads revoke, each since the head at the latest."""
    found: dict[str, datetime] = {}
    for one in stored:
        if isinstance(one.document, Head):
            for doc_id in one.document.revoked:
                found[doc_id] = min(one.accepted_at, found.get(doc_id, one.accepted_at))
    return found


def _note_cancelled(
    connection: sqlite3.Connection, stored: Iterable[HeldDocument], at: datetime
) -> Iterator[PastNote]:
    """What a cancel ended after a moment: its content is gone."""
    ended = {
        one.document.cancels: one.accepted_at
        for one in stored
        if isinstance(one.document, Cancel) and one.accepted_at > at
    }
    query = "SELECT place, kind, doc_id, event_id, accepted_at FROM documents WHERE withdrawn"
    for place, kind, doc_id, event_id, accepted_at in connection.execute(query):
        ended_at = ended.get(doc_id) or ended.get(event_id)
        if ended_at is not None and parse_utc(accepted_at) <= at:
            yield PastNote(
                code="withdrawn", kind=kind, name=place.replace(f"/{kind}/", "/", 1), at=ended_at
            )


def _describe_past(code: str, document: Document, at: datetime) -> PastNote:
    name = f"{document.issuer}/{document.slot}"
    return PastNote(code=code, kind=document.kind, name=name, at=at)


def _describe(one: HeldDocument) -> DocumentThen:
    document = one.document
    return DocumentThen(
        kind=document.kind, issuer=document.issuer, slot=document.slot, doc_id=document.doc_id,
        epoch=document.epoch, seq=document.seq, since=one.accepted_at, by="accepted",
    )  # fmt: skip
