"""Silence documents take effect: the outputs look again, and what was so is told and put on record.

Whether a silence is on is read from the held documents at every question (`plan.silence`), so it is
on before anything sounds after a restart. What is kept here is only which of them were told of:
each begins and ends once in the journal, however often the box restarts in between.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import msgspec

from agent.clock import Clock, Now
from agent.contract.document import Silence
from agent.errors import StoreError
from agent.evidence.journal import Journal
from agent.evidence.journal_rows import Detail
from agent.plan.silence import ActiveSilence, silences_on
from agent.state.documents_in_force import DocumentsInForce
from agent.state.mutes import Mutes
from agent.store import key_value
from agent.store.database import Store
from agent.store.key_value_types import SILENCES_TOLD, ReportedSilence

LOOK_S = 30.0


class SilenceEvents:
    """The silences of one box that documents order. `load` it once before anything else.

    Args:
        store: remembers what was told.
        clock: the only source of time.
        journal: where each begins and ends.
        note: begins or ends an issue.
        documents: those in force.
        mutes: told when one begins or ends by itself.
    """

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        journal: Journal,
        note: Callable[[str, str, str | None], None],
        documents: DocumentsInForce,
        mutes: Mutes,
    ) -> None:
        self._store = store
        self._clock = clock
        self._journal = journal
        self._note_issue = note
        self._documents = documents
        self._mutes = mutes
        self._told: dict[str, ReportedSilence] = {}  # by doc_id
        self._changed = asyncio.Event()

    async def load(self) -> None:
        """Take up what a former run told of.

        Raises:
            StoreError: the database cannot be read.
        """
        text = await self._store.run(key_value.get, SILENCES_TOLD)
        self._told = msgspec.json.decode(text, type=dict[str, ReportedSilence]) if text else {}

    def changed(self) -> None:
        """Documents or the clock moved: look again now."""
        self._changed.set()

    async def run(self) -> None:
        """Live until cancelled."""
        while True:
            self._changed.clear()
            wait_s = await self._look()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()

    async def _look(self) -> float:
        """Tell what began and what ended; returns how long nothing ends by itself (seconds)."""
        now = self._clock.now()
        active = {one.document.doc_id: one for one in silences_on(self._documents.held, now)}
        begun = [one for doc_id, one in active.items() if doc_id not in self._told]
        ended = {doc_id: told for doc_id, told in self._told.items() if doc_id not in active}
        if begun or ended:
            self._mutes.changed.emit()
        self._note(active, ended, now)
        for doc_id, told in ended.items():
            await self._journal.append("silence", detail=self._how_ended(doc_id, told))
        for one in begun:
            await self._journal.append("silence", detail=_beginning(one))
        if begun or ended:
            await self._remember(active)
        left_s = [(one.end_at - now.at).total_seconds() for one in active.values()]
        return max(0.05, min([LOOK_S, *left_s]))

    def _note(
        self, active: dict[str, ActiveSilence], ended: dict[str, ReportedSilence], now: Now
    ) -> None:
        subjects = {_subject(one.document) for one in active.values()}
        for told in ended.values():
            if (subject := f"{told.issuer}/{told.slot}") not in subjects:
                self._note_issue("silence_ordered", subject, None)
                self._note_issue("silence_overdue", subject, None)
        for one in active.values():
            scope = "everything" if one.stops_emergency else "all but emergencies"
            hint = f"{scope}, until {one.end_at:%Y-%m-%dT%H:%M:%SZ}: {one.document.why}"
            self._note_issue("silence_ordered", _subject(one.document), hint)
            late = f"until {one.end_at:%Y-%m-%dT%H:%M:%SZ}, unless it is lifted or people sign anew"
            hint_late = late if one.is_overdue(now) else None
            self._note_issue("silence_overdue", _subject(one.document), hint_late)

    async def _remember(self, active: dict[str, ActiveSilence]) -> None:
        """A disk that refuses costs a second record after the next restart, never a silence."""
        self._told = {
            doc_id: ReportedSilence(one.document.issuer, one.document.slot)
            for doc_id, one in active.items()
        }
        with contextlib.suppress(StoreError):
            text = msgspec.json.encode(self._told).decode()
            await self._store.run(key_value.put, SILENCES_TOLD, text)

    def _how_ended(self, doc_id: str, told: ReportedSilence) -> Detail:
        """Lifted or replaced by the newer document of its slot, else over by itself."""
        in_slot = (
            one.document
            for one in self._documents.held
            if isinstance(one.document, Silence)
            and (one.document.issuer, one.document.slot) == (told.issuer, told.slot)
        )
        newest = max(in_slot, key=lambda document: (document.epoch, document.seq), default=None)
        by: Silence | None = newest if newest is not None and newest.doc_id != doc_id else None
        how = "expired" if newest is not None else "withdrawn"
        if by is not None:
            how = "lifted" if by.state == "off" else "replaced"
        return {
            "state": "off",
            "by": told.issuer,
            "doc_id": doc_id,
            "how": how,
            "why": by.why if by is not None else "",
            "by_doc_id": by.doc_id if by is not None else None,
            "editor": by.editor if by is not None else "",
            "approver": by.approver if by is not None else "",
        }


def _subject(document: Silence) -> str:
    return f"{document.issuer}/{document.slot}"


def _beginning(one: ActiveSilence) -> Detail:
    document = one.document
    return {
        "state": "on",
        "by": document.issuer,
        "doc_id": document.doc_id,
        "how": "stop" if one.stops_emergency else "pause",
        "why": document.why,
        "until": f"{one.end_at:%Y-%m-%dT%H:%M:%SZ}",
        "editor": document.editor,
        "approver": document.approver,
    }
