"""Rebuild floors, events and cancels from the held documents."""

from __future__ import annotations

import sqlite3

import msgspec

from agent.contract.document import Cancel, Document, Emergency
from agent.store.documents import decode_document, remember_cancel, remember_event


def document_number(kind: str, envelope: bytes) -> str:
    """The signed (epoch, seq) as sortable text; empty where it cannot be read."""
    try:
        document = decode_document(kind, envelope)
    except (LookupError, TypeError, ValueError, msgspec.MsgspecError):
        return ""
    return f"{document.epoch:020} {document.seq:020}"


def rebuild_floors(connection: sqlite3.Connection) -> None:
    """Restore lost floors and events; an existing floor stays, unless it is lower."""
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


def lower_floors_of_lost_documents(connection: sqlite3.Connection) -> None:
    """Lower each floor whose document is lost by one, so that this document is accepted again.

    A floor that was already lowered after an earlier loss is not lowered further.
    """
    connection.execute(
        "UPDATE floors SET seq=seq - 1, sha256='' WHERE sha256 <> ''"
        " AND sha256 NOT IN (SELECT sha256 FROM documents)"
    )


def withdraw_cancelled(connection: sqlite3.Connection) -> None:
    """Withdraw what a cancel names, also where a merge has restored it from another database."""
    connection.execute(
        "UPDATE documents SET withdrawn=1, envelope=x'' WHERE NOT withdrawn AND EXISTS"
        " (SELECT 1 FROM cancels WHERE cancels.class=documents.class"
        " AND target IN (doc_id, event_id))"
    )
