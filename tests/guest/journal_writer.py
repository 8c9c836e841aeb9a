"""Runs on the guest: append to the journal for ever; print each hash once it is synced."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from agent.clock import Clock
from agent.contract.ids import StationId
from agent.evidence.journal import Journal
from agent.store.database import Store


async def append_for_ever(folder: Path, station: str) -> None:
    store = await asyncio.to_thread(Store.open, folder)
    journal = Journal(store, StationId(station), Clock(), "c" * 32)
    await journal.open()
    number = 0
    while True:
        number += 1
        await journal.append("config", detail={"number": number})
        print("record", journal.last_seq, journal.head_hash, flush=True)


asyncio.run(append_for_ever(Path(sys.argv[1]), sys.argv[2]))
