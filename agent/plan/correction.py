"""A document that is not published yet, as if it was in force: what a correction is judged by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from agent.contract.accepted import HeldDocument
from agent.contract.document import Cancel, Document
from agent.trust.replay import stands_beside


def hold(document: Document, at: datetime) -> HeldDocument:
    """Hold the document as a box would; a plan needs no bytes and no hash."""
    return HeldDocument(document, "", b"", at)


def correct(held: Iterable[HeldDocument], document: Document, at: datetime) -> list[HeldDocument]:
    """What is held once a document is accepted at a moment: it takes the place of its slot.

    Cancels, and emergencies that sound at once, displace nothing.
    """
    is_beside = isinstance(document, Cancel) or stands_beside(document)
    kept = (one for one in held if is_beside or _slot(one.document) != _slot(document))
    return [*kept, hold(document, at)]


def _slot(document: Document) -> tuple[str, str, str]:
    return document.issuer, document.kind, document.slot
