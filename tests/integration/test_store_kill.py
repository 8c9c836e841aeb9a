"""Cuts and kills: document and floor agree, the chain is whole, nothing told is lost."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from agent.clock import Clock
from agent.contract.ids import StationId
from agent.evidence.journal import Journal
from agent.store import documents
from agent.store.database import Store
from tests.harness.accepted_documents import accepted
from tests.harness.crash_writer import assert_all_or_nothing, kill_in_the_middle

ROUNDS = 3
ISSUER = "vn.84.29266"
AT = datetime(2026, 11, 23, tzinfo=UTC)


TABLES = ("floors", "documents", "events", "cancels")


async def what_is_known(store: Store) -> list[list[object]]:
    def read(connection: sqlite3.Connection) -> list[list[object]]:
        return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES]  # noqa: S608 - names from above

    return await store.run(read)


async def write(folder: Path) -> None:
    """For ever, and tell each step."""
    store = await asyncio.to_thread(Store.open, folder)
    floor = (await store.run(documents.load_floors)).get(ISSUER, "playlist", "tuan")
    journal = Journal(store, StationId("tv-cl-0007"), Clock(), "c" * 32)
    await journal.open()
    seq = floor[1] if floor else 0
    while True:
        seq += 1
        await store.run(documents.commit, accepted(seq=seq), AT)
        await journal.append("config", detail={"number": seq})
        print(seq, journal.last_seq, flush=True)


async def test_every_cut_leaves_document_and_floor_or_neither(tmp_path: Path) -> None:
    """A playlist is replaced; an alarm comes, and is cancelled: a row in every table."""
    folder = tmp_path / "state"
    store = await asyncio.to_thread(Store.open, folder)
    await store.run(documents.commit, accepted(seq=1), AT)
    await store.run(lambda connection: connection.execute("PRAGMA wal_autocheckpoint=8"))
    for document in (
        accepted(seq=2),
        accepted("emergency", 3, "now"),
        accepted("cancel", 4, "now"),
        accepted(seq=5),
    ):
        deed = (documents.commit, document, AT)
        await assert_all_or_nothing(folder, store, *deed, read=what_is_known)
    assert [len(rows) for rows in await what_is_known(store)] == [3, 3, 1, 1]
    await asyncio.to_thread(store.close)


async def test_attack_078_document_floor_and_journal_agree_after_every_kill(tmp_path: Path) -> None:
    for _ in range(ROUNDS):
        told_document, told_record = await kill_in_the_middle(write, tmp_path, 30)
        store = await asyncio.to_thread(Store.open, tmp_path)
        assert store.moved_aside is None
        (held,) = await store.run(documents.held)
        floor = (await store.run(documents.load_floors)).get(ISSUER, "playlist", "tuan")
        assert floor == (1, held.document.seq, held.sha256)
        assert held.document.seq >= told_document
        journal = Journal(store, StationId("tv-cl-0007"), Clock(), "d" * 32)
        before = bytes(32)
        rows = await journal.pending(0, 100_000)
        for seq, raw in enumerate(rows, start=1):
            record = json.loads(raw)
            assert (record["seq"], record["prev"]) == (seq, before.hex())
            before = hashlib.sha256(before + raw).digest()
        assert len(rows) >= told_record
        await asyncio.to_thread(store.close)
