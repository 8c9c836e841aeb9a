"""A box's authority feed over a broker's retained topics in memory: any file can be held back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from agent.authority.updater import AuthorityUpdater
from agent.clock import Now
from agent.contract.ids import Place
from agent.store.database import Store
from agent.trust.current_authority import AuthorityInForce
from agent.trust.tree import load_root
from tests.fakes.fake_publisher import FakePublisher

HERE = Place("84", "29266", "tv-cl-0007")
ENOUGH = 64  # passes


class AuthorityHarness:
    """What a broker retains (`wire`, which a test may change) and the feed that subscribes to it.

    Attributes:
        wire: bytes by name of file.
        at: the box's own time.
        store: its memory.
        heard: how many bytes came down, by name of file, as often as they came.
        faults: hint by kind, of those that last.
        changes: for each change told, whether it was for the better.
    """

    def __init__(self, installed: bytes, store: Store, at: datetime) -> None:
        self.wire: dict[str, bytes] = {}
        self.at = at
        self.store = store
        self.heard: list[tuple[str, int]] = []
        self.faults: dict[str, str] = {}
        self.changes: list[bool] = []
        self.in_force = AuthorityInForce(load_root(installed))
        self.feed = AuthorityUpdater(
            installed,
            self.in_force,
            store=store,
            now=self.now,
            fault=self._fault,
            pause_s=0.0,
        )
        self.feed.wanted.connect(self._listen)
        self.feed.changed.connect(self._changed)
        self._listening: frozenset[str] = frozenset()

    def now(self) -> Now:
        return Now(self.at, "SYNCED", 0.1)

    @property
    def versions(self) -> Mapping[str, int]:
        return self.in_force.versions

    async def publish(self, files: Mapping[str, bytes]) -> None:
        """Retain these; subscribers receive what is new to the topic."""
        for name, raw in files.items():
            self.wire[name] = raw
            if name in self._listening:
                await self._deliver(name)

    async def settle(self) -> None:
        """Passes until one of them moves nothing."""
        for _ in range(ENOUGH):
            if not await self.feed.refresh():
                return
        raise AssertionError("the feed does not come to rest")

    async def follow(self, tree: FakePublisher, *, without: Collection[str] = ()) -> None:
        """Retain all that a tree has published, but for what is held back, and let the box act."""
        await self.publish({name: raw for name, raw in tree.wire.items() if name not in without})
        await self.settle()

    async def _listen(self, names: Collection[str]) -> None:
        new = set(names) - self._listening
        self._listening = frozenset(names)
        for name in sorted(new & self.wire.keys()):
            await self._deliver(name)

    async def _deliver(self, name: str) -> None:
        self.heard.append((name, len(self.wire[name])))
        await self.feed.on_file(name, self.wire[name])

    async def _changed(self, has_improved: bool) -> None:  # noqa: FBT001 - as the seam
        self.changes.append(has_improved)

    def _fault(self, kind: str, _subject: str, hint: str | None) -> None:
        if hint is None:
            self.faults.pop(kind, None)
        else:
            self.faults[kind] = hint


@asynccontextmanager
async def start_authority(
    folder: Path, installed: bytes, at: datetime, place: Place | None = HERE
) -> AsyncIterator[AuthorityHarness]:
    """A box that has just started with this state folder."""
    store = await asyncio.to_thread(Store.open, folder)
    try:
        harness = AuthorityHarness(installed, store, at)
        await harness.feed.load()
        harness.feed.set_place(place)
        yield harness
    finally:
        await asyncio.to_thread(store.close)
