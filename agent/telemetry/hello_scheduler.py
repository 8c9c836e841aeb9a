"""When a hello is sent: the centre has come, or an answer is missing or was slow."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import msgspec

from agent.clock import mono_s
from agent.contract.report import State
from agent.trust.nonces import Nonces

OFFLINE = -1  # no session of the centre


class HelloScheduler:
    """Sends a hello when the centre has come, and repeats it while the answer is missing or slow.

    Where many stations have reason for a hello at the same moment, random waits spread them. The
    centre's presence is not signed: whoever controls the broker may switch it at will, and gets no
    more than one hello in `APART_S`. An answer that comes before a hello is due makes that hello
    needless: whoever answers knows this box.

    A time is as exact as its answer was quick, and at a start neither the box nor its line is
    quick: the stations of one commune would start their items apart. So a slow answer causes a few
    more questions.

    Args:
        send_hello: sends a hello.
        nonces: of the hellos, with what was answered.
        spread_s: the longest wait; a centre that has few stations asks for a shorter one.
    """

    APART_S = 10.0
    AGAIN_S = (15.0, 600.0)  # first wait for an answer, doubled each time up to the second
    SLOW_S = 0.1  # there and back
    SLOW_TRIES = 5  # for each connection: a slow line does not become quick by asking

    def __init__(
        self, send_hello: Callable[[], Awaitable[None]], nonces: Nonces, spread_s: float
    ) -> None:
        self._send_hello = send_hello
        self._nonces = nonces
        self._max_s = self._spread_s = spread_s
        self._centre: int | None = None  # session of the centre that is online
        self._answers = 0
        self._next_mono_s = 0.0
        self._due = asyncio.Event()
        self._connected = asyncio.Event()

    async def on_centre(self, _subject: str, state: bytes) -> None:
        """Handle the centre's presence, as `link.mqtt` delivers it."""
        try:
            centre = msgspec.json.decode(state, type=State)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return
        was, self._centre = self._centre, centre.session if centre.online else OFFLINE
        if not centre.online:
            return
        wanted_s = self._max_s if centre.spread_s is None else centre.spread_s
        self._spread_s = min(max(wanted_s, 0), self._max_s)
        is_other = was is not None and was != centre.session
        # The same centre may have returned to the broker later than this box.
        if is_other or self._nonces.is_waiting:
            self.request_hello()

    def on_connect(self) -> None:
        """Start to wait for an answer: a hello was sent for this connection."""
        self._connected.set()

    def request_hello(self) -> None:
        """Request one hello within the spread, however often this is called meanwhile."""
        if not self._due.is_set():
            self._answers = self._nonces.answers
        self._due.set()

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send_when_due(), name="hello when due")
            group.create_task(self._repeat(), name="hello again")

    async def _send_when_due(self) -> None:
        while True:
            await self._due.wait()
            wait_s = random.uniform(0, self._spread_s)  # noqa: S311 - jitter
            await asyncio.sleep(max(wait_s, self._next_mono_s - mono_s()))
            self._due.clear()
            if self._nonces.answers == self._answers:
                self._next_mono_s = mono_s() + self.APART_S
                await self._send_hello()

    async def _repeat(self) -> None:
        """Repeat the hello: the answer may be lost, or no centre was there to give one."""
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
                elif asked == self._nonces.asked:  # otherwise another caller's hello is newer
                    tries -= not self._nonces.is_waiting
                    await self._send_hello()
                    wait_s = min(2 * wait_s, self.AGAIN_S[1])
            else:
                self._connected.clear()
                wait_s, tries = self.AGAIN_S[0], self.SLOW_TRIES
