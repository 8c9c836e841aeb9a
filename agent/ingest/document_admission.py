"""Which accepted documents the box stores, within the budget of each issuer.

Schedules are read last. Their cost is bounded, but a box that they overload all the same must first
have its place, its alarms and its connection: then a cancel, a newer schedule or a head can still
repair it remotely.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime

from agent.clock import Clock, mono_s
from agent.contract.accepted import Accepted, HeldDocument, Pause
from agent.contract.document import Document
from agent.contract.issuer_budget import Arrivals
from agent.errors import StoreError, TrustError
from agent.store.database import Store
from agent.store.documents import DocumentsRead, ReplayFloors, commit, drop, read_within_budget
from agent.store.pause_history import record_pause
from agent.store.unsaved_documents import UnsavedDocuments
from agent.trust.budget_rule import verify_budget

PLANNED = frozenset({"playlist"})


class DocumentAdmission:
    """The documents on the card as they were read last.

    Args:
        store: holds the documents.
        floors: the known slots.
        clock: expired documents do not count against the budget.
        set_issue: begins or ends an issue.
    """

    def __init__(
        self,
        store: Store,
        floors: ReplayFloors,
        clock: Clock,
        set_issue: Callable[[str, str, str | None], None],
    ) -> None:
        self._store = store
        self._floors = floors
        self._clock = clock
        self._set_issue = set_issue
        self._held: list[HeldDocument] = []
        self._unsaved = UnsavedDocuments(store)
        self._left_out: frozenset[str] = frozenset()
        self._is_complete = False
        self._arrivals = Arrivals()

    async def read_unplanned(self) -> list[HeldDocument]:
        """All documents but schedules that fit the budget, oldest first; for the start of a run.

        Raises:
            StoreError: the database cannot be read.
        """
        return await self._read(lambda kind: kind not in PLANNED)

    async def read(self) -> list[HeldDocument]:
        """All documents that fit the budget, oldest first; those read before are not decoded again.

        Raises:
            StoreError: the database cannot be read.
        """
        held = await self._read(lambda _kind: True)
        self._is_complete = True
        return held

    async def _read(self, is_wanted: Callable[[str], bool]) -> list[HeldDocument]:
        with contextlib.suppress(StoreError):
            await self._unsaved.write()
        is_past = self._clock.now().is_past
        try:
            reading = await self._store.run(read_within_budget, self._held, is_past, is_wanted)
        except StoreError:
            if not len(self._unsaved):
                raise
            reading = DocumentsRead(self._held, {})
        self._held = reading.held
        for issuer in self._left_out - reading.left_out.keys():
            self._set_issue("documents_over_budget", issuer, None)
        for issuer, excess in reading.left_out.items():
            self._set_issue("documents_over_budget", issuer, excess)
        self._left_out = frozenset(reading.left_out)
        return self._unsaved.join(reading.held, is_past)

    async def write_unsaved(self) -> None:
        """Write what came while the card took no writes; it comes before any newer document.

        Raises:
            StoreError: the card still takes no writes.
        """
        await self._unsaved.write()

    def hold_unsaved(self, accepted: Accepted) -> bool:
        """Hold a document that the card did not take; True if it is in force all the same.

        See `store.unsaved_documents`.
        """
        return self._unsaved.add(accepted, self._clock.now().at)

    async def make_room(self, accepted: Accepted) -> Sequence[Document]:
        """Which documents give way to a new one, if its issuer has room for it at all.

        Raises:
            StoreError: the database cannot be read.
            TrustError: E_BUDGET; the document must not be stored.
        """
        if accepted.floor is None:  # it is not stored
            return ()
        if accepted.document.kind in PLANNED and not self._is_complete:
            await self.read()
        document, length, now = accepted.document, len(accepted.envelope), self._clock.now()
        excess = self._arrivals.excess(document, mono_s())
        if excess is not None:
            raise TrustError("E_BUDGET", document.doc_id, str(excess))
        given_up = verify_budget(document, length, self._held, self._floors, now)
        self._arrivals.add(document, mono_s())
        return given_up


def commit_accepted(
    connection: sqlite3.Connection,
    accepted: Accepted,
    given_up: Sequence[Document],
    pause: Pause | None,
    at: datetime,
) -> None:
    """Store document, floor and, of a pause, when role and keys paused last, in one transaction."""
    drop(connection, given_up)
    commit(connection, accepted, at)
    if pause is not None:
        record_pause(connection, list_pausers(accepted), pause)


def list_pausers(accepted: Accepted) -> tuple[str, ...]:
    """Who must wait before the next pause: the role, and each signing key in whatever role."""
    return accepted.document.issuer, *accepted.signers
