"""Accepted documents: committed with their floor in one transaction, read back after any crash.

State kinds (playlist, station-config, silence, head, command) keep the newest per issuer, kind and
slot; the issuer's newer document replaces the older one whole. So do prepared alarms, which wait
for a local key. Immediate emergencies and cancels each keep their own row until 30 days after their
expiry. A cancel withdraws what it names in its own class, also when it arrives first; an event or
document withdrawn stays known, so it cannot come back.
`commit` runs in a transaction of `Store.run`: the caller updates `ReplayFloors` afterwards with
`update_floors`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from agent.contract.accepted import Accepted, HeldDocument
from agent.contract.document import TYPE_OF_KIND, Cancel, Document, Emergency
from agent.contract.envelope import Envelope
from agent.contract.ids import parse_place
from agent.contract.issuer_budget import Usage
from agent.contract.utc import encode_utc, parse_utc
from agent.store.replay_floors import ReplayFloors, Slot, load_floors, write_floor
from agent.store.table import TABLES

__all__ = [
    "DocumentsRead",
    "ReplayFloors",
    "commit",
    "drop",
    "held",
    "load_floors",
    "place_of",
    "prune",
    "read_within_budget",
    "slot_of",
    "update_floors",
]  # fmt: skip

KEEP = timedelta(days=30)
KINDS_NOT_HELD = frozenset({"time", "ack"})


@dataclass(frozen=True)
class DocumentsRead:
    """The stored documents that fit into the budgets.

    Args:
        held: oldest first.
        left_out: issuer → the limit that its other documents would exceed.
    """

    held: list[HeldDocument]
    left_out: dict[str, str]


def commit(connection: sqlite3.Connection, accepted: Accepted, at: datetime) -> None:
    """Store document and floor in one transaction; the same document again changes nothing.

    Raises:
        ValueError: the floor would go back.
    """
    if accepted.floor is not None:
        write_floor(connection, accepted.floor)
    document = accepted.document
    if document.kind in KINDS_NOT_HELD:
        return
    if isinstance(document, Emergency):
        remember_event(connection, document)
    if isinstance(document, Cancel):
        _cancel(connection, document)
    _write(connection, accepted, at)


def update_floors(floors: ReplayFloors, accepted: Accepted) -> None:
    """Update the floors in memory after a commit."""
    if accepted.floor is not None:
        floors.raise_to(accepted.floor)
    if isinstance(accepted.document, Emergency):
        floors.add_event(accepted.document.event_id)
    if isinstance(accepted.document, Cancel):
        floors.add_cancel(accepted.document.class_, accepted.document.cancels)


def held(connection: sqlite3.Connection) -> list[HeldDocument]:
    """All documents that are not withdrawn, oldest first, expired ones included."""
    rows = connection.execute(
        "SELECT kind, sha256, envelope, accepted_at, standing, accepted_in FROM documents"
        " WHERE NOT withdrawn ORDER BY accepted_at, place"
    )
    return [read_row(*row) for row in rows]


def read_within_budget(
    connection: sqlite3.Connection,
    known: Iterable[HeldDocument],
    is_past: Callable[[datetime], bool],
    is_wanted: Callable[[str], bool],
) -> DocumentsRead:
    """The documents that are not withdrawn and fit into their issuer's budget, newest first.

    A release without budgets accepted more than a box can handle. A document that is left out stays
    on the card until it expires. Expired documents are read last, so they displace no other.

    Args:
        connection: of the store.
        known: documents that were read before and need not be decoded again.
        is_past: is this moment over for certain?
        is_wanted: are documents of this kind read?
    """
    by_sha256 = {one.sha256: one for one in known}
    rows = connection.execute(
        "SELECT place, sha256, accepted_at, expires, kind FROM documents WHERE NOT withdrawn"
    ).fetchall()
    rows = [row[:4] for row in rows if is_wanted(row[4])]
    rows.sort(key=lambda row: (row[2], row[0]), reverse=True)
    rows.sort(key=lambda row: is_past(parse_utc(row[3])))
    usage = Usage()
    kept: dict[str, HeldDocument] = {}
    left_out: dict[str, str] = {}
    for place, sha256, _, expires in rows:
        one = by_sha256.get(sha256) or _read_one(connection, place)
        excess = usage.excess(one.weight)
        if excess is None:
            usage.add(one.weight)
            kept[place] = one
        elif not is_past(parse_utc(expires)):
            left_out.setdefault(one.document.issuer, str(excess))
    oldest_first = sorted(kept.items(), key=lambda item: (item[1].accepted_at, item[0]))
    return DocumentsRead([one for _, one in oldest_first], left_out)


def _read_one(connection: sqlite3.Connection, place: str) -> HeldDocument:
    row = connection.execute(
        "SELECT kind, sha256, envelope, accepted_at, standing, accepted_in FROM documents"
        " WHERE place=?",
        (place,),
    ).fetchone()
    return read_row(*row)


def drop(connection: sqlite3.Connection, documents: Collection[Document]) -> None:
    """Delete documents that a new one displaces, and the withdrawals of the cancels among them."""
    places = [(place_of(document),) for document in documents]
    connection.executemany("DELETE FROM documents WHERE place=?", places)
    targets = [(one.cancels, one.class_) for one in documents if isinstance(one, Cancel)]
    connection.executemany("DELETE FROM cancels WHERE target=? AND class=?", targets)


def read_row(
    kind: str, sha256: str, envelope: bytes, at: str, standing: int, place: str | None
) -> HeldDocument:
    """A row as `held` reads it.

    Raises:
        LookupError, TypeError, ValueError, msgspec.MsgspecError: the row is corrupt.
    """
    return HeldDocument(
        decode_document(kind, envelope), sha256, bytes(envelope), parse_utc(at), standing,
        parse_place(place) if place else None,
    )  # fmt: skip


def prune(connection: sqlite3.Connection, at: datetime) -> None:
    """Delete emergencies, cancels and events that expired more than 30 days ago.

    `slot_expiry` deletes the other documents, together with their floors.
    """
    moments = {"now": _sortable(at), "old": _sortable(at - KEEP)}
    for table in TABLES:
        if table.expired:
            connection.execute(f"DELETE FROM {table.name} WHERE {table.expired}", moments)  # noqa: S608 - declared


def _sortable(at: datetime) -> str:
    return encode_utc(at)


def _expires(document: Document) -> datetime:
    return parse_utc(document.expires)


def slot_of(document: Document) -> Slot:
    """The key of its floor."""
    return document.issuer, document.kind, document.slot


def place_of(document: Document) -> str:
    """The key of a document's row; a later document with the same key replaces the earlier one."""
    if isinstance(document, Emergency) and document.trigger == "now":
        return f"event/{document.event_id}"
    if isinstance(document, Cancel):
        return f"cancel/{document.doc_id}"
    return f"{document.issuer}/{document.kind}/{document.slot}"


def _write(connection: sqlite3.Connection, accepted: Accepted, at: datetime) -> None:
    document = accepted.document
    event_id = document.event_id if isinstance(document, Emergency) else None
    names = [name for name in (document.doc_id, event_id) if name]
    is_withdrawn = any(_is_cancelled(connection, name, document.class_) for name in names)
    connection.execute(
        "INSERT INTO documents (place, kind, class, doc_id, event_id, sha256, envelope,"
        " accepted_at, expires, withdrawn, standing, accepted_in)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (place)"
        " DO UPDATE SET class=excluded.class, doc_id=excluded.doc_id, event_id=excluded.event_id,"
        " sha256=excluded.sha256, envelope=excluded.envelope, accepted_at=excluded.accepted_at,"
        " expires=excluded.expires, withdrawn=excluded.withdrawn, standing=excluded.standing,"
        " accepted_in=excluded.accepted_in"
        " WHERE sha256 <> excluded.sha256",
        (
            place_of(document), document.kind, document.class_, document.doc_id, event_id,
            accepted.sha256, b"" if is_withdrawn else accepted.envelope, encode_utc(at),
            _sortable(_expires(document)), int(is_withdrawn),
            accepted.standing, None if accepted.place is None else str(accepted.place),
        ),
    )  # fmt: skip


def remember_event(connection: sqlite3.Connection, document: Emergency) -> None:
    """Store the id of an event, so that it is not accepted again."""
    keep_until = _sortable(_expires(document) + KEEP)
    connection.execute(
        "INSERT OR IGNORE INTO events (event_id, keep_until) VALUES (?, ?)",
        (document.event_id, keep_until),
    )


def remember_cancel(connection: sqlite3.Connection, document: Cancel) -> None:
    """Store a withdrawal; it also counts for a document that comes later."""
    connection.execute(
        "INSERT OR REPLACE INTO cancels (target, class, keep_until) VALUES (?, ?, ?)",
        (document.cancels, document.class_, _sortable(_expires(document) + KEEP)),
    )


def _cancel(connection: sqlite3.Connection, document: Cancel) -> None:
    """Withdraw in its own class only: `trust` has verified the scope of the cancel there."""
    remember_cancel(connection, document)
    connection.execute(
        # the row remains as withdrawn, without its content
        "UPDATE documents SET withdrawn=1, envelope=X'' WHERE class=? AND (doc_id=? OR event_id=?)",
        (document.class_, document.cancels, document.cancels),
    )


def _is_cancelled(connection: sqlite3.Connection, target: str, class_: str) -> bool:
    found: Iterator[tuple[int]] = connection.execute(
        "SELECT 1 FROM cancels WHERE target=? AND class=?", (target, class_)
    )
    return next(found, None) is not None


def decode_document(kind: str, envelope: bytes) -> Document:
    """The document in an accepted envelope.

    Raises:
        LookupError, TypeError, ValueError, msgspec.MsgspecError: the envelope is corrupt.
    """
    payload = msgspec.json.decode(envelope, type=Envelope).payload_bytes()
    return msgspec.json.decode(payload, type=TYPE_OF_KIND[kind])
