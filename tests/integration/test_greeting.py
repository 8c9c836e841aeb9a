"""A centre that comes after the station, on a broker that keeps nothing: Mosquitto, real TLS."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from agent.clock import boot_s
from agent.contract.document import TimeReply
from agent.contract.report import ClockState, Hello
from agent.contract.topic import Topic
from agent.store.database import Store
from agent.telemetry.hello_scheduler import HelloScheduler
from agent.trust.nonces import Nonces
from tests.harness.collector_box import PLACE, Box, Centre, running, until

# The spread of a small centre is 2 s, two hellos of one cause are 10 s apart; the next hello that
# needs no cause comes after 120 s.
SECONDS = 40.0


class PoliteBox(Box):
    """Says hello as the agent does."""

    def __init__(self, centre: Centre, store: Store) -> None:
        self.nonces = Nonces(boot_s)
        self.greeting = HelloScheduler(self.say, self.nonces, 120.0)
        self.on_centre = self.greeting.on_centre  # type: ignore[method-assign]  # the real one
        super().__init__(centre, store, centre.device)

    async def greet(self, session: int) -> None:
        self.nonce = self.nonces.create()
        hello = Hello(
            session=session, boot_id="b" * 32, epoch=self.journal.epoch, last_seq=0,
            nonce=self.nonce, place=PLACE, holds={}, authority={"root": 1}, agent="0.1.0",
            clock=ClockState("FLOOR", None), has=["audio"],
        )  # fmt: skip
        await self.send("hello", self.sign("hello", msgspec.json.encode(hello)))

    async def say(self) -> None:
        await self.greet(self.session)

    async def on_connect(self, session: int) -> None:
        await super().on_connect(session)
        self.greeting.on_connect()

    async def hear(self, topic: Topic, message: bytes) -> None:
        await super().hear(topic, message)
        if topic.kind == "time":
            self.nonces.record_answer(0.02)

    async def answered(self) -> None:
        """Until a signed time comes."""
        async with asyncio.timeout(SECONDS):
            while not isinstance(await self.came.get(), TimeReply):
                pass


async def test_a_centre_that_comes_later_than_the_box_hears_its_hello_within_seconds(
    tmp_path: Path,
) -> None:
    centre = await asyncio.to_thread(Centre, tmp_path)
    store = await asyncio.to_thread(Store.open, tmp_path / "state")
    box = await asyncio.to_thread(PoliteBox, centre, store)
    await box.journal.open()
    await centre.broker.start()
    async with running(box.link.run(), "link"), running(box.greeting.run(), "greeting"):
        await until(lambda: box.link.connected and box.nonces.is_waiting)
        async with running(centre.collector.run(), "collector"):
            await box.answered()
            assert box.nonces.asked == 2
        # The broker loses all that it had, and the box is there before the centre's successor.
        await centre.broker.kill()
        await until(lambda: not box.link.connected)
        await centre.broker.start()
        await until(lambda: box.link.connected and box.nonces.is_waiting)
        async with running(centre.build_collector().run(), "successor"):
            await box.answered()
    await asyncio.to_thread(store.close)
    await centre.broker.stop()
    centre.database.close()
