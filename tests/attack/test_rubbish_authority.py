"""Attack 104: files of the authority that are none, one after the other, without end."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from pathlib import Path
from typing import Any

import pytest

from agent.authority import updater
from agent.authority.metadata_inbox import MAX_BYTES
from agent.authority.updater import LONGEST_PAUSE_S
from tests.fakes.fake_publisher import AT, FakePublisher
from tests.harness.authority_harness import AuthorityHarness, start_authority
from tests.harness.hostile_text import FAMILIES

NAMES = ("timestamp.json", "2.root.json", "3.root.json", "2.snapshot.json", "1.vn.84.json")
DAY_S = 24 * 3600.0


class Days:
    """Sleeps that cost no time; between two of them the enemy sends rubbish under every name."""

    def __init__(self, harness: AuthorityHarness) -> None:
        self.harness = harness
        self.slept_s: list[float] = []
        self.is_over = asyncio.Event()
        self._rubbish = itertools.cycle(FAMILIES.values())

    async def send(self) -> None:
        for name in NAMES:
            size = 16 * 1024 if name == "timestamp.json" else 64 * 1024
            await self.harness.feed.on_file(name, next(self._rubbish)(size))

    async def sleep(self, pause_s: float) -> None:
        self.slept_s.append(pause_s)
        await self.send()
        if sum(self.slept_s) > DAY_S:
            self.is_over.set()
            await asyncio.Event().wait()


async def test_attack_104_rubbish_for_a_day_costs_few_passes_and_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = FakePublisher()
    async with start_authority(tmp_path, tree.wire["1.root.json"], AT) as harness:
        await harness.follow(tree)
        versions = dict(harness.versions)
        kept = await harness.store.run(_size)
        days = Days(harness)
        harness.feed._pause_s = updater.PAUSE_S
        monkeypatch.setattr(harness.feed, "_pause", days.sleep)
        running = asyncio.create_task(harness.feed.run(), name="feed")
        await days.send()
        await days.is_over.wait()
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        assert days.slept_s[:8] == [5, 10, 20, 40, 80, 160, 320, 320]
        assert len(days.slept_s) <= DAY_S / LONGEST_PAUSE_S + 8
        assert sum(map(len, harness.feed._inbox.files().values())) <= MAX_BYTES
        assert await harness.store.run(_size) == kept
        assert harness.versions == versions
        assert set(harness.faults) == {"authority_refused"}
        # and when it ends, what is true gets through: each pass throws one refused file away
        tree.tick()
        monkeypatch.undo()
        await harness.publish(tree.wire)
        for _ in NAMES:
            await harness.feed.refresh()
        assert harness.versions["timestamp"] == versions["timestamp"] + 1


def _size(connection: Any) -> int:
    """Bytes of what is kept."""
    query = (
        "SELECT (SELECT total(length(bytes)) FROM authority_roots)"
        " + (SELECT total(length(bytes)) FROM authority_files)"
    )
    return int(connection.execute(query).fetchone()[0])
