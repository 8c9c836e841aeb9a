"""A box from its inbox to its held documents, on a real database: no link, no outputs."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from agent.clock import Clock
from agent.contract.accepted import HeldDocument
from agent.contract.ids import Place, StationId
from agent.contract.report import Result
from agent.contract.topic import Topic
from agent.ingest.pipeline import IngestPipeline
from agent.state.documents_in_force import DocumentsInForce
from agent.store.database import FILE, Store
from agent.store.documents import ReplayFloors, load_floors
from agent.trust.authority import Authority
from agent.trust.current_authority import AuthorityInForce


class Hand:
    """BOOTTIME as a hand moves it."""

    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


@dataclass
class FakeJournal:
    """Keeps (kind, detail)."""

    records: list[tuple[str, Any]] = field(default_factory=list)
    acknowledged: int = 0

    async def append(self, kind: str, *, detail: Any = None, play: Any = None) -> None:
        assert play is None
        self.records.append((kind, detail))


@dataclass
class HeadlessStation:
    """What its intake did, and to whom.

    Args:
        folder: of its state.
        station: its id.
        authority: who may sign what.
        begins: what its clock is set to by a signed time; None: it has none.
        province: expected by its settings.
    """

    folder: Path
    station: StationId
    authority: Authority
    begins: datetime | None
    province: str | None = None
    hand: Hand = field(default_factory=Hand)
    journal: FakeJournal = field(default_factory=FakeJournal)
    results: list[Result] = field(default_factory=list)
    issues: dict[tuple[str, str], str] = field(default_factory=dict)
    documents: DocumentsInForce = field(default_factory=DocumentsInForce)
    greetings: int = 0
    provisional_places: list[Place] = field(default_factory=list)

    async def start(self) -> HeadlessStation:
        """As after power-on."""
        self.store = await asyncio.to_thread(Store.open, self.folder)
        self.documents = DocumentsInForce()
        self.floors: ReplayFloors = await self.store.run(load_floors)
        self.clock = Clock(boot=self.hand)
        if self.begins is not None:
            self.clock.fix(self.begins, self.hand())
        self.in_force = AuthorityInForce(self.authority)
        journal: Any = self.journal
        self.in_force = AuthorityInForce(self.authority)
        self.intake = IngestPipeline(
            self.station,
            authority=self.in_force,
            store=self.store,
            floors=self.floors,
            clock=self.clock,
            journal=journal,
            province=self.province,
            acknowledge=self._nothing,
            documents=self.documents,
            set_issue=self._note,
        )
        self.intake.provisionally_placed.connect(self.provisional_places.append)
        self.intake.verdict_given.connect(self.results.append)
        self.intake.hello_due.connect(self._greet)
        await self.intake.begin()
        await self.intake.restore()
        return self

    async def stop(self) -> None:
        """As by the mains switch."""
        await asyncio.to_thread(self.store.close)

    async def lose_memory(self) -> None:
        """Switched off, its database deleted, switched on."""
        await self.stop()
        await asyncio.to_thread(self._delete)
        self.issues = {}
        self.results.clear()
        if self.begins is not None:
            self.begins = self.clock.now().at
        await self.start()

    async def rot(self) -> None:
        """Switched off, the page of its documents rots and all else can be read, switched on."""
        await self.stop()
        await asyncio.to_thread(self._tear)
        if self.begins is not None:
            self.begins = self.clock.now().at
        await self.start()
        assert self.store.moved_aside is not None

    def _tear(self) -> None:
        path = self.folder / FILE
        with closing(sqlite3.connect(path)) as raw:
            sql = "SELECT rootpage FROM sqlite_master WHERE name='documents'"
            (page,) = raw.execute(sql).fetchone()
        with path.open("r+b") as file:
            file.seek((page - 1) * 4096)
            file.write(b"\xff" * 4096)

    def _delete(self) -> None:
        for path in self.folder.glob("state.db*"):
            path.unlink()

    async def receive(self, envelope: bytes, kind: str) -> str:
        """One message; `accepted`, the code of its refusal, or `` when nothing was said."""
        before = len(self.results)
        self.hand.s += 1.1
        await self.intake.receive(Topic(kind, "tuan", station=self.station), envelope)
        new_results = self.results[before:]
        return "" if not new_results else new_results[-1].code or new_results[-1].result

    def pass_time(self, span: timedelta) -> None:
        """Advance the clock."""
        self.hand.s += span.total_seconds()

    @property
    def held(self) -> Sequence[HeldDocument]:
        """In force."""
        return self.documents.held

    @property
    def kinds(self) -> list[str]:
        """Of the documents in force."""
        return [one.document.kind for one in self.held]

    async def _nothing(self, *_: Any) -> None:
        pass

    def _greet(self) -> None:
        self.greetings += 1

    def _note(self, kind: str, subject: str, hint: str | None) -> None:
        if hint is None:
            self.issues.pop((kind, subject), None)
        else:
            self.issues[kind, subject] = hint
