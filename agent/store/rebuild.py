"""What the documents that are held still say about floors, events and cancels."""

from __future__ import annotations

import sqlite3

import msgspec

from agent.contract.document import Cancel, Document, Emergency
from agent.store.documents import decode_document, remember_cancel, remember_event


def document_number(kind: str, envelope: bytes) -> str:
    """The signed (epoch, seq) as text that sorts; empty where it cannot be read."""
    try:
        document = decode_document(kind, envelope)
    except (LookupError, TypeError, ValueError, msgspec.MsgspecError):
        return ""
    return f"{document.epoch:020} {document.seq:020}"


def rebuild_floors(connection: sqlite3.Connection) -> None:
    """Put back what was lost of them; what is there already stays, unless it is lower."""
    for kind, sha256, envelope in connection.execute(
        "SELECT kind, sha256, envelope FROM documents WHERE envelope <> x''"
    ).fetchall():
        document = decode_document(kind, envelope)
        if isinstance(document, Emergency):
            remember_event(connection, document)
        if isinstance(document, Cancel):
            remember_cancel(connection, document)
        _raise_floor(connection, document, sha256)


def _raise_floor(connection: sqlite3.Connection, document: Document, sha256: str) -> None:
    connection.execute(
        "INSERT INTO floors (issuer, kind, slot, epoch, seq, sha256) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (issuer, kind, slot) DO UPDATE SET"
        " epoch=excluded.epoch, seq=excluded.seq, sha256=excluded.sha256"
        " WHERE (excluded.epoch, excluded.seq) > (floors.epoch, floors.seq)",
        (document.issuer, document.kind, document.slot, document.epoch, document.seq, sha256),
    )


def sink_floors_of_lost_documents(connection: sqlite3.Connection) -> None:
    """A floor whose document is lost sinks by one: the very same must be accepted once more.

    One that still waits for that, after an earlier loss, sinks no further.
    """
    connection.execute(
        "UPDATE floors SET seq=seq - 1, sha256='' WHERE sha256 <> ''"
        " AND sha256 NOT IN (SELECT sha256 FROM documents)"
    )


def withdraw_cancelled(connection: sqlite3.Connection) -> None:
    """What a cancel names is withdrawn, also where it has come back from another memory."""
    connection.execute(
        "UPDATE documents SET withdrawn=1, envelope=x'' WHERE NOT withdrawn AND EXISTS"
        " (SELECT 1 FROM cancels WHERE cancels.class=documents.class"
        " AND target IN (doc_id, event_id))"
    )
