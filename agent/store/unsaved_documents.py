"""Alarms and cancels that the card refused: in force at once, and written as soon as it accepts.

No other document takes effect before it is durable. An alarm must sound, and a cancel end it, also
where the card has just become full or read-only. If the power fails before they are written, the
box has lost them: its hello does not list them, and the centre sends again what is in force.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from agent.contract.accepted import Accepted, HeldDocument
from agent.contract.document import Cancel, Document, Emergency
from agent.contract.utc import parse_utc
from agent.store.database import Store
from agent.store.documents import commit

log = logging.getLogger(__name__)
MAX_UNSAVED = 16


class UnsavedDocuments:
    """The documents that wait for the card, in order of arrival.

    Args:
        store: where they are to be written.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[tuple[Accepted, HeldDocument]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, accepted: Accepted, at: datetime) -> bool:
        """Add a document; False when its kind may not be in force before it is durable.

        Args:
            accepted: the document that the store has refused.
            at: the moment of its acceptance.
        """
        document = accepted.document
        if not _is_urgent(document) or len(self._waiting) >= MAX_UNSAVED:
            return False
        held = HeldDocument(
            document, accepted.sha256, accepted.envelope, at, accepted.standing, accepted.place
        )
        self._waiting.append((accepted, held))
        return True

    async def write(self) -> None:
        """Write the waiting documents, oldest first.

        Raises:
            StoreError: the store still refuses; the documents not yet written stay waiting.
        """
        for one in list(self._waiting):
            accepted, held = one
            await self._store.run(commit, accepted, held.accepted_at)
            if one in self._waiting:  # else another call has written it meanwhile
                self._waiting.remove(one)
            log.info("%s %s is stored now", accepted.document.kind, accepted.document.doc_id)

    def join(
        self, kept: Iterable[HeldDocument], is_past: Callable[[datetime], bool]
    ) -> list[HeldDocument]:
        """The stored and the waiting documents, without those that a waiting cancel ends.

        Args:
            kept: as read from the card.
            is_past: is this moment over for certain? An alarm that has ended stops waiting.
        """
        self._waiting = [one for one in self._waiting if not _has_ended(one[0].document, is_past)]
        waiting = [held for _, held in self._waiting]
        ended = {
            (one.document.class_, one.document.cancels)
            for one in waiting
            if isinstance(one.document, Cancel)
        }
        return [one for one in (*kept, *waiting) if not ended & _names(one.document)]


def _is_urgent(document: Document) -> bool:
    """May it be in force unsaved? Not a prepared alarm: its officer must see that it failed."""
    is_alarm = isinstance(document, Emergency) and document.trigger == "now"
    return is_alarm or isinstance(document, Cancel)


def _has_ended(document: Document, is_past: Callable[[datetime], bool]) -> bool:
    return isinstance(document, Emergency) and is_past(parse_utc(document.expires))


def _names(document: Document) -> set[tuple[str, str]]:
    names: set[tuple[str, str]] = {(document.class_, document.doc_id)}
    if isinstance(document, Emergency):
        names.add((document.class_, document.event_id))
    return names
