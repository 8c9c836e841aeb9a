"""Periodic work: ask for the time, apply documents that have begun, free the card.

A failure here never stops the agent: health checks report a card that takes no writes, and the next
period tries again.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.background_jobs import run_logged
from agent.clock import Clock
from agent.contract.ids import Digest
from agent.store.database import Store
from agent.store.documents import ReplayFloors, prune
from agent.store.media import MediaStore
from agent.store.ram_fallback import is_writable
from agent.store.slot_expiry import forget_slots
from agent.trust.freshness import longest_life

log = logging.getLogger(__name__)
ASK_S = 6 * 3600.0
ASK_SOON_S = (30.0, 90.0)  # without an authenticated time nothing scheduled sounds


@dataclass(frozen=True)
class CardMaintenance:
    """Deletes what is no longer needed, every six hours.

    Args:
        clock: is the time authenticated?
        store: the documents.
        floors: replay floors of what was accepted before.
        media: the media files.
        is_named: does any document in force name this medium?
        is_placed: does the box have a place, and so know which documents are for it?
        restore: applies the held documents again.
        send_hello: sends a hello, which asks for the time.
    """

    clock: Clock
    store: Store
    floors: ReplayFloors
    media: MediaStore
    is_named: Callable[[Digest], bool]
    is_placed: Callable[[], bool]
    restore: Callable[[], Awaitable[None]]
    send_hello: Callable[[], Awaitable[None]]

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            await asyncio.sleep(ASK_S if self._is_synced() else random.uniform(*ASK_SOON_S))  # noqa: S311 - jitter
            await run_logged(self.restore())
            await run_logged(self._tidy())
            await self.send_hello()

    async def make_room(self) -> None:
        """Delete at once what no document names: a download has found the card full."""
        if self.clock.now().quality in ("SYNCED", "RTC") and self.is_placed():
            await run_logged(asyncio.to_thread(self.media.keep_only, self.is_named))

    async def tidy_on_visit(self) -> None:
        """Free the card of a box that knows the time by its battery clock and by sticks alone.

        Only what a signed time and the dates of documents have proved past counts.
        """
        now = self.clock.now()
        if now.quality == "RTC" and now.past is not None and self.is_placed():
            await run_logged(self._forget(min(now.past, self.clock.attested)))
            await run_logged(self.restore())
            await self.make_room()

    async def _forget(self, past_at: datetime) -> None:
        self.floors.forget(await self.store.run(forget_slots, past_at, longest_life))
        await self.store.run(prune, past_at)

    def _is_synced(self) -> bool:
        return self.clock.now().quality == "SYNCED"

    async def _tidy(self) -> None:
        """Delete what expired long ago, and media that no document names any more.

        Raises:
            StoreError: the card takes no writes.
        """
        if not self._is_synced() or not self.is_placed():
            return
        # A wrong time, even a signed one, must not delete what people have signed for longer.
        await self._forget(min(self.clock.now().at, self.clock.attested))
        await asyncio.to_thread(self.media.keep_only, self.is_named)


@dataclass(frozen=True)
class CardWatch:
    """Waits for a card that took no writes at the start, while the state is kept in memory.

    Args:
        card: its folder.
        may_pause: may the agent restart now?
        is_back: set when the card takes writes again, at a moment when a restart interrupts
            nothing.
        period_s: between two checks.
    """

    card: Path
    may_pause: Callable[[], bool]
    is_back: asyncio.Event
    period_s: float

    async def run(self) -> None:
        """Run until the card takes writes again."""
        while not self.is_back.is_set():
            await asyncio.sleep(self.period_s)
            if self.may_pause() and await asyncio.to_thread(is_writable, self.card):
                log.warning("the card takes writes again")
                self.is_back.set()
