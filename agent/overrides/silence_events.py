"""Detects that a silence document begins or ends: `mutes.changed`, issues, one journal record each.

Whether a silence is on is computed from the held documents at every query (`plan.silence`), so it
is on before anything sounds after a restart. This module stores only which silences were recorded:
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
from agent.plan.silence import ActiveSilence, list_active_silences
from agent.state.documents_in_force import DocumentsInForce
from agent.state.mutes import Mutes
from agent.store import key_value
from agent.store.database import Store
from agent.store.key_value_types import SILENCES_REPORTED, ReportedSilence

CHECK_S = 30.0


class SilenceEvents:
    """The silences of one box that documents order. `load` it once before anything else.

    Args:
        store: keeps which silences were recorded.
        clock: the only source of time.
        journal: records the begin and the end of each.
        set_issue: begins or ends an issue.
        documents: those in force.
        mutes: emits `changed` when a silence begins or ends by itself.
    """

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        journal: Journal,
        set_issue: Callable[[str, str, str | None], None],
        documents: DocumentsInForce,
        mutes: Mutes,
    ) -> None:
        self._store = store
        self._clock = clock
        self._journal = journal
        self._set_issue = set_issue
        self._documents = documents
        self._mutes = mutes
        self._recorded: dict[str, ReportedSilence] = {}  # by doc_id
        self._changed = asyncio.Event()

    async def load(self) -> None:
        """Read which silences a former run recorded.

        Raises:
            StoreError: the database cannot be read.
        """
        text = await self._store.run(key_value.get, SILENCES_REPORTED)
        self._recorded = msgspec.json.decode(text, type=dict[str, ReportedSilence]) if text else {}

    def changed(self) -> None:
        """Check at once: documents or the clock have changed."""
        self._changed.set()

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            self._changed.clear()
            wait_s = await self._check()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()

    async def _check(self) -> float:
        """Record what began and what ended; return for how many seconds nothing ends by itself."""
        now = self._clock.now()
        active = {
            one.document.doc_id: one for one in list_active_silences(self._documents.held, now)
        }
        begun = [one for doc_id, one in active.items() if doc_id not in self._recorded]
        ended = {doc_id: one for doc_id, one in self._recorded.items() if doc_id not in active}
        if begun or ended:
            self._mutes.changed.emit()
        self._set_issues(active, ended, now)
        for doc_id, recorded in ended.items():
            await self._journal.append("silence", detail=self._describe_end(doc_id, recorded))
        for one in begun:
            await self._journal.append("silence", detail=_describe_begin(one))
        if begun or ended:
            await self._store_recorded(active)
        left_s = [(one.end_at - now.at).total_seconds() for one in active.values()]
        return max(0.05, min([CHECK_S, *left_s]))

    def _set_issues(
        self, active: dict[str, ActiveSilence], ended: dict[str, ReportedSilence], now: Now
    ) -> None:
        subjects = {_subject(one.document) for one in active.values()}
        for recorded in ended.values():
            if (subject := f"{recorded.issuer}/{recorded.slot}") not in subjects:
                self._set_issue("silence_ordered", subject, None)
                self._set_issue("silence_overdue", subject, None)
        for one in active.values():
            scope = "everything" if one.stops_emergency else "all but emergencies"
            hint = f"{scope}, until {one.end_at:%Y-%m-%dT%H:%M:%SZ}: {one.document.why}"
            self._set_issue("silence_ordered", _subject(one.document), hint)
            late = f"until {one.end_at:%Y-%m-%dT%H:%M:%SZ}, unless it is lifted or people sign anew"
            hint_late = late if one.is_overdue(now) else None
            self._set_issue("silence_overdue", _subject(one.document), hint_late)

    async def _store_recorded(self, active: dict[str, ActiveSilence]) -> None:
        """Store what was recorded; a fault costs a second record after a restart, no silence."""
        self._recorded = {
            doc_id: ReportedSilence(one.document.issuer, one.document.slot)
            for doc_id, one in active.items()
        }
        with contextlib.suppress(StoreError):
            text = msgspec.json.encode(self._recorded).decode()
            await self._store.run(key_value.put, SILENCES_REPORTED, text)

    def _describe_end(self, doc_id: str, recorded: ReportedSilence) -> Detail:
        """How it ended: lifted or replaced by the newer document of its slot, else by itself."""
        in_slot = (
            one.document
            for one in self._documents.held
            if isinstance(one.document, Silence)
            and (one.document.issuer, one.document.slot) == (recorded.issuer, recorded.slot)
        )
        newest = max(in_slot, key=lambda document: (document.epoch, document.seq), default=None)
        by: Silence | None = newest if newest is not None and newest.doc_id != doc_id else None
        how = "expired" if newest is not None else "withdrawn"
        if by is not None:
            how = "lifted" if by.state == "off" else "replaced"
        return {
            "state": "off",
            "by": recorded.issuer,
            "doc_id": doc_id,
            "how": how,
            "why": by.why if by is not None else "",
            "by_doc_id": by.doc_id if by is not None else None,
            "editor": by.editor if by is not None else "",
            "approver": by.approver if by is not None else "",
        }


def _subject(document: Silence) -> str:
    return f"{document.issuer}/{document.slot}"


def _describe_begin(one: ActiveSilence) -> Detail:
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
