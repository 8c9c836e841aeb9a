"""A journal on a real database, as a box opens it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

from agent.clock import Clock
from agent.contract.ids import StationId
from agent.contract.report import Play
from agent.evidence.journal import Journal
from agent.store.database import Store

STATION = StationId("tv-cl-0007")
START = datetime(2026, 11, 22, 22, tzinfo=UTC)


class Box:
    """One run of the agent over a folder; `boot` seconds are ours to turn."""

    def __init__(self, store: Store, boot_id: str = "a" * 32) -> None:
        self.boot_s = 1000.0
        self.store = store
        self.clock = Clock(START, boot=lambda: self.boot_s)
        self.journal = Journal(self.store, STATION, self.clock, boot_id)

    @classmethod
    async def start(cls, folder: Path, boot_id: str = "a" * 32) -> Box:
        box = cls(await asyncio.to_thread(Store.open, folder), boot_id)
        await box.journal.open()
        return box

    async def stop(self) -> None:
        await asyncio.to_thread(self.store.close)

    async def records(self) -> list[dict[str, object]]:
        return [json.loads(raw) for raw in await self.journal.pending(0, 1000)]


def play(entry: str = "e1", **more: object) -> Play:
    fields: dict[str, object] = {
        "output": "loa", "zones": ["nga-ba"], "doc_id": "d" * 32, "doc_sha256": "f" * 64,
        "entry": entry, "title": "Bản tin sáng", "issuer": "vn.84.29266", "editor": "",
        "approver": "", "class_": "routine", "level": "scheduled", "lang": "vi", "media": [],
        "planned_start": "2026-11-22T22:00:00.000Z", "planned_end": "2026-11-22T22:00:30.000Z",
        "start": "2026-11-22T22:00:00.016Z", "end": None, "duration_ms": 0, "result": "full",
        "reason": None, "proof": "A2", "gain_db": -6.0, "underruns": 0, **more,
    }  # fmt: skip
    return Play(**fields)  # type: ignore[arg-type]  # built from a dict
