"""Alarms and cancels that the card does not take: in force all the same, and written when it does.

Nothing else takes effect before it is durable. An alarm must be heard also where the card has just
become full or read-only, and its end be heeded. If the power fails before the card takes them, the
box knows nothing of them: its hello says so, and the centre sends again what is in force.
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
MAX_UNKEPT = 16


class UnsavedDocuments:
    """The few that wait for the card, in the order in which they came.

    Args:
        store: that is to take them.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[tuple[Accepted, HeldDocument]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self, accepted: Accepted, at: datetime) -> bool:
        """Have it wait; False when it is none of those that may be in force before they are kept.

        Args:
            accepted: what the store has refused.
            at: the moment of its acceptance.
        """
        document = accepted.document
        if not _is_urgent(document) or len(self._waiting) >= MAX_UNKEPT:
            return False
        held = HeldDocument(
            document, accepted.sha256, accepted.envelope, at, accepted.standing, accepted.place
        )
        self._waiting.append((accepted, held))
        return True

    async def write(self) -> None:
        """Write what waits, oldest first.

        Raises:
            StoreError: the store still refuses; what it has not taken goes on waiting.
        """
        for one in list(self._waiting):
            accepted, held = one
            await self._store.run(commit, accepted, held.accepted_at)
            if one in self._waiting:  # else somebody else has written it meanwhile
                self._waiting.remove(one)
            log.info("%s %s is kept now", accepted.document.kind, accepted.document.doc_id)

    def join(
        self, kept: Iterable[HeldDocument], is_past: Callable[[datetime], bool]
    ) -> list[HeldDocument]:
        """What the card holds together with what waits, without what a cancel among these ends.

        Args:
            kept: as read from the card.
            is_past: is this moment over for certain? An alarm that has ended waits for nothing.
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
    """An alarm that waits for a hand on its key is none: its officer is to learn that it failed."""
    is_alarm = isinstance(document, Emergency) and document.trigger == "now"
    return is_alarm or isinstance(document, Cancel)


def _has_ended(document: Document, is_past: Callable[[datetime], bool]) -> bool:
    return isinstance(document, Emergency) and is_past(parse_utc(document.expires))


def _names(document: Document) -> set[tuple[str, str]]:
    names: set[tuple[str, str]] = {(document.class_, document.doc_id)}
    if isinstance(document, Emergency):
        names.add((document.class_, document.event_id))
    return names
