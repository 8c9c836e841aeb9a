"""What is to be done now and then: ask for the time, take up what has begun, free the card.

None of it may end the agent: a card that refuses is told by the health checks, and tried again.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from agent.clock import Clock
from agent.contract.ident import Digest
from agent.errors import AgentError
from agent.store.database import Store
from agent.store.documents import Floors, prune
from agent.store.media import MediaStore
from agent.store.slots import forget_slots
from agent.trust.freshness import longest_life

log = logging.getLogger(__name__)
ASK_S = 6 * 3600.0
ASK_SOON_S = (30.0, 90.0)  # without an authenticated time nothing scheduled sounds


@dataclass(frozen=True)
class Upkeep:
    """What is looked after, and how, given by `app`.

    Args:
        clock: is the time an authenticated one?
        store: documents.
        floors: what was accepted before.
        media: files.
        is_named: does any document in force name this medium?
        is_placed: does the box know where it is, and so what is meant for it?
        restore: has held documents take effect anew.
        greet: sends a hello, which asks for the time.
    """

    clock: Clock
    store: Store
    floors: Floors
    media: MediaStore
    is_named: Callable[[Digest], bool]
    is_placed: Callable[[], bool]
    restore: Callable[[], Awaitable[None]]
    greet: Callable[[], Awaitable[None]]

    async def run(self) -> None:
        """Live until cancelled."""
        while True:
            await asyncio.sleep(ASK_S if self._is_synced() else random.uniform(*ASK_SOON_S))  # noqa: S311 - jitter
            await quietly(self.restore())
            await quietly(self._tidy())
            await self.greet()

    def _is_synced(self) -> bool:
        return self.clock.now().quality == "SYNCED"

    async def _tidy(self) -> None:
        """Free the card of what expired long ago and of media that no document names any more.

        Raises:
            StoreError: the card refuses.
        """
        if not self._is_synced() or not self.is_placed():
            return
        # A wrong time, however well signed, must not delete what people have signed for longer.
        past_at = min(self.clock.now().at, self.clock.vouched)
        await self.store.run(prune, past_at)
        self.floors.forget(await self.store.run(forget_slots, past_at, longest_life))
        await asyncio.to_thread(self.media.keep_only, self.is_named)


class Greeting:
    """Greets where many stations have reason to at the same moment: not all in one second.

    A centre that comes back is greeted as well. Its presence is not signed: whoever has the broker
    may have it come and go at will, and gets no more than one hello for each wait.

    Args:
        greet: sends a hello.
        spread_s: the longest wait.
    """

    def __init__(self, greet: Callable[[], Awaitable[None]], spread_s: float) -> None:
        self._greet = greet
        self._spread_s = spread_s
        self._is_gone = False
        self._due = asyncio.Event()

    async def on_centre(self, _subject: str, state: bytes) -> None:
        """Take the centre's presence, as `link.mqtt` hands it on."""
        is_online = b'"online":true' in state.replace(b" ", b"")
        if is_online and self._is_gone:
            self.say_soon()
        self._is_gone = not is_online

    def say_soon(self) -> None:
        """One hello within the spread, however often it is asked for meanwhile."""
        self._due.set()

    async def run(self) -> None:
        """Live until cancelled."""
        while True:
            await self._due.wait()
            await asyncio.sleep(random.uniform(0, self._spread_s))  # noqa: S311 - jitter
            self._due.clear()
            await self._greet()


async def quietly(deed: Awaitable[object]) -> None:
    """Do something whose failure is logged and stops nothing."""
    try:
        await deed
    except AgentError:
        log.exception("left undone")
