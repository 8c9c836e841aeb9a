"""What is to be done now and then: ask for the time, take up what has begun, free the card.

None of it may end the agent: a card that refuses is told by the health checks, and tried again.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from agent.clock import Clock, mono_s
from agent.contract.ids import Digest
from agent.contract.report import State
from agent.errors import AgentError
from agent.store.database import Store
from agent.store.documents import ReplayFloors, prune
from agent.store.media import MediaStore
from agent.store.ram_fallback import is_writable
from agent.store.slot_expiry import forget_slots
from agent.trust.freshness import longest_life
from agent.trust.nonces import Nonces

log = logging.getLogger(__name__)
ASK_S = 6 * 3600.0
GONE = -1
ASK_SOON_S = (30.0, 90.0)  # without an authenticated time nothing scheduled sounds


@dataclass(frozen=True)
class CardMaintenance:
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
    floors: ReplayFloors
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

    async def make_room(self) -> None:
        """A download found the card full: what no document names goes now, not in some hours."""
        if self._is_synced() and self.is_placed():
            await quietly(asyncio.to_thread(self.media.keep_only, self.is_named))

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
        past_at = min(self.clock.now().at, self.clock.attested)
        self.floors.forget(await self.store.run(forget_slots, past_at, longest_life))
        await self.store.run(prune, past_at)
        await asyncio.to_thread(self.media.keep_only, self.is_named)


@dataclass(frozen=True)
class CardWatch:
    """Waits for a card that took no writes at the start, while the state lives in memory.

    Args:
        card: its folder.
        may_pause: would nobody miss a few seconds?
        is_back: set when the card takes writes again, at a moment when beginning anew costs
            neither sound nor word.
        period_s: between two looks.
    """

    card: Path
    may_pause: Callable[[], bool]
    is_back: asyncio.Event
    period_s: float

    async def run(self) -> None:
        """Live until the card is back."""
        while not self.is_back.is_set():
            await asyncio.sleep(self.period_s)
            if self.may_pause() and await asyncio.to_thread(is_writable, self.card):
                log.warning("the card takes writes again")
                self.is_back.set()


class HelloScheduler:
    """Says hello when a centre has come, and again while no hello is answered, or not quickly.

    Where many stations have reason to greet at the same moment, not all do so in one second. The
    centre's presence is not signed: whoever has the broker may have it come and go at will, and
    gets no more than one hello in `APART_S`. An answer that comes before a hello is due makes that
    hello needless: whoever answers knows this box.

    A time is as exact as its answer was quick, and at a start neither the box nor its line are: the
    stations of one commune would begin apart. So a slow answer has it ask a few times more.

    Args:
        greet: sends a hello.
        nonces: of the hellos, with what was answered.
        spread_s: the longest wait; a centre that has few stations asks for a shorter one.
    """

    APART_S = 10.0
    AGAIN_S = (15.0, 600.0)  # first wait for an answer, doubled each time up to the second
    SLOW_S = 0.1  # there and back
    SLOW_TRIES = 5  # for each connection: a slow line does not become quick by asking

    def __init__(
        self, greet: Callable[[], Awaitable[None]], nonces: Nonces, spread_s: float
    ) -> None:
        self._greet = greet
        self._nonces = nonces
        self._most_s = self._spread_s = spread_s
        self._centre: int | None = None  # session of the centre that is there
        self._answers = 0
        self._next_mono_s = 0.0
        self._due = asyncio.Event()
        self._connected = asyncio.Event()

    async def on_centre(self, _subject: str, state: bytes) -> None:
        """Take the centre's presence, as `link.mqtt` hands it on."""
        try:
            centre = msgspec.json.decode(state, type=State)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return
        was, self._centre = self._centre, centre.session if centre.online else GONE
        if not centre.online:
            return
        wanted_s = self._most_s if centre.spread_s is None else centre.spread_s
        self._spread_s = min(max(wanted_s, 0), self._most_s)
        is_other = was is not None and was != centre.session
        # The same one may have come back to the broker later than this box.
        if is_other or self._nonces.is_waiting:
            self.request_hello()

    def on_connect(self) -> None:
        """A hello was said for this connection: its answer is waited for from now on."""
        self._connected.set()

    def request_hello(self) -> None:
        """One hello within the spread, however often it is asked for meanwhile."""
        if not self._due.is_set():
            self._answers = self._nonces.answers
        self._due.set()

    async def run(self) -> None:
        """Live until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._greet_when_due(), name="greeting due")
            group.create_task(self._ask_again(), name="greeting again")

    async def _greet_when_due(self) -> None:
        while True:
            await self._due.wait()
            wait_s = random.uniform(0, self._spread_s)  # noqa: S311 - jitter
            await asyncio.sleep(max(wait_s, self._next_mono_s - mono_s()))
            self._due.clear()
            if self._nonces.answers == self._answers:
                self._next_mono_s = mono_s() + self.APART_S
                await self._greet()

    async def _ask_again(self) -> None:
        """The answer may be lost, or nobody was there who could give one."""
        wait_s, tries = self.AGAIN_S[0], self.SLOW_TRIES
        while True:
            asked = self._nonces.asked
            try:
                async with asyncio.timeout(wait_s * random.uniform(0.8, 1.2)):  # noqa: S311 - jitter
                    await self._connected.wait()
            except TimeoutError:
                is_slow = tries > 0 and self._nonces.round_trip_s > self.SLOW_S
                if not self._nonces.is_waiting and not is_slow:
                    wait_s = self.AGAIN_S[0]
                elif asked == self._nonces.asked:  # else somebody else's hello is newer
                    tries -= not self._nonces.is_waiting
                    await self._greet()
                    wait_s = min(2 * wait_s, self.AGAIN_S[1])
            else:
                self._connected.clear()
                wait_s, tries = self.AGAIN_S[0], self.SLOW_TRIES


async def quietly(deed: Awaitable[object]) -> None:
    """Do something whose failure is logged and stops nothing."""
    try:
        await deed
    except AgentError:
        log.exception("left undone")
