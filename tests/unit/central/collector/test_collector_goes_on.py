"""What the collector does of itself goes on when its database was busy for once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from central.collector import collector as collect
from central.collector.collector import Collector
from central.store import heartbeat
from central.store.database import Database

Deed = Coroutine[Any, Any, None]


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    database, key = Database.open(tmp_path / "centre.db"), object()
    signers: Any = {"timestamp": [key]}
    yield Collector(host="", port=0, ca=None, identity=None, database=database, signers=signers)
    database.close()


class BusyOnce:
    """In the place of a deed of the database; `done` after its second call."""

    def __init__(self) -> None:
        self.done = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._calls = 0

    def __call__(self, *_: Any) -> list[Any]:
        self._calls += 1
        if self._calls == 1:
            busy = sqlite3.OperationalError("database is locked")
            raise sa.exc.OperationalError("", {}, busy)
        self._loop.call_soon_threadsafe(self.done.set)
        return []


async def goes_on(deed: Deed, busy: BusyOnce) -> None:
    task = asyncio.create_task(deed)
    async with asyncio.timeout(60):
        await busy.done.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_timestamp_is_signed_again(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else stations would take no new alarm two days later."""
    busy = BusyOnce()
    monkeypatch.setattr(collect.authority_store, "renew_timestamp", busy)
    monkeypatch.setattr(collect, "TIMESTAMP_AGAIN_S", 0.0)
    await goes_on(collector._renew_timestamp(), busy)


async def test_what_was_published_is_sent(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = BusyOnce()
    monkeypatch.setattr(collect.authority_store, "unsent", busy)
    monkeypatch.setattr(collect, "UNSENT_S", 0.0)
    await goes_on(collector._send_unsent(), busy)


async def test_that_it_runs_is_noted(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = BusyOnce()
    monkeypatch.setattr(heartbeat, "write_heartbeat", lambda *_, **__: busy())
    monkeypatch.setattr(heartbeat, "BEAT_S", 0.0)
    await goes_on(heartbeat.run(collector._database, asyncio.Event()), busy)


async def test_a_collector_records_its_end(collector: Collector) -> None:
    now = datetime.now(UTC)
    heartbeat.write_heartbeat(collector._database, now, is_connected=True)
    assert heartbeat.state_of_collector(collector._database, now) == "connected"
    task = asyncio.create_task(heartbeat.run(collector._database, asyncio.Event()))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert heartbeat.state_of_collector(collector._database, now) == "absent"
