"""The hourly timestamp of the collector: boxes take no new alarm two days after it ends."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from central import collect
from central.collect import Collector
from central.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "centre.db")
    yield opened
    opened.close()


async def test_a_database_that_was_busy_once_does_not_end_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes: list[Exception | None] = [
        sa.exc.OperationalError("", {}, sqlite3.OperationalError("database is locked")), None
    ]  # fmt: skip
    loop, renewed = asyncio.get_running_loop(), asyncio.Event()

    def renew(*_: Any) -> bool:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome
        loop.call_soon_threadsafe(renewed.set)
        return True

    monkeypatch.setattr(collect.shelf, "renew_timestamp", renew)
    monkeypatch.setattr(collect, "TIMESTAMP_AGAIN_S", 0.0)
    key: Any = object()
    collector = Collector(
        host="", port=0, ca=None, identity=None, database=database, signers={"timestamp": [key]}
    )
    renewing = asyncio.create_task(collector._renew_timestamp())
    async with asyncio.timeout(20):
        await renewed.wait()
    renewing.cancel()
    await asyncio.gather(renewing, return_exceptions=True)
