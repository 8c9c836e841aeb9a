"""Messages without end: what they may cost, and that an alarm waits for none of them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable

import pytest

from agent.contract.ids import StationId
from agent.contract.topic import Topic
from agent.errors import TrustError
from agent.link.cpu_share import BURST_S
from agent.link.crash_guard import CrashGuard
from agent.link.delivery import SHARE, URGENT_SHARE, Delivery, Readers
from agent.link.inbox import Incoming
from agent.link.lasting_fault import LastingFaults
from tests.harness.signed_documents import judge

STATION = StationId("tv-cl-0007")
DEAR = b'{"a":"' + b'\\"' * 40_000 + b'"}'
WALL_S = 0.6
LIMIT_S = 60.0  # never reached; what counts is how many were judged before


class Box:
    """A delivery whose messages are really judged, and what came of each."""

    def __init__(self) -> None:
        self.judged: list[Topic] = []
        self.spent_s = 0.0
        self.is_heard = asyncio.Event()
        readers = Readers(self.judge, self.unused, self.unused)
        faults = LastingFaults(lambda *_: None)
        self.delivery = Delivery(STATION, readers, CrashGuard.in_memory(), faults)

    async def judge(self, topic: Topic, message: bytes) -> bool:
        began_s = time.thread_time()
        with contextlib.suppress(TrustError):
            judge(message, topic.kind)
        self.spent_s += time.thread_time() - began_s
        self.judged.append(topic)
        if topic.slot == "real":
            self.is_heard.set()
        return False

    async def unused(self, *_: object) -> None:
        raise AssertionError

    def put(self, kind: str, slot: str, done: Callable[[], None] = lambda: None) -> None:
        topic = f"tramtin/1/d/{STATION}/{kind}/{slot}"
        self.delivery.put(Incoming(topic, kind, DEAR, done))


@contextlib.asynccontextmanager
async def delivering(box: Box) -> AsyncIterator[None]:
    running = asyncio.create_task(box.delivery.run(), name="inbox")
    yield
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


@pytest.mark.parametrize(("kind", "share"), [("command", SHARE), ("cancel", URGENT_SHARE)])
async def test_attack_102_a_flood_of_dear_messages_leaves_the_processor_to_others(
    kind: str, share: float
) -> None:
    box = Box()

    def again() -> None:
        box.put(kind, "x", again)

    async with delivering(box):
        began_s = time.monotonic()
        again()
        again()
        await asyncio.sleep(WALL_S)
        assert box.spent_s <= share * (time.monotonic() - began_s) + BURST_S + 0.05
    assert len(box.judged) > 5


@pytest.mark.parametrize("kind", ["command", "emergency"])
async def test_attack_102_an_alarm_waits_for_no_message_on_another_topic(kind: str) -> None:
    box = Box()
    async with delivering(box):
        for number in range(60):
            box.put(kind, "flood" if kind == "emergency" else f"s{number}")
        await asyncio.sleep(0.05)
        before = len(box.judged)
        box.put("emergency", "real")
        async with asyncio.timeout(LIMIT_S):
            await box.is_heard.wait()
        assert len(box.judged) <= before + 3
