"""Messages that come faster than they are handled: one fault, for as long as it lasts."""

from __future__ import annotations

import asyncio
import contextlib
from types import SimpleNamespace
from typing import Any

from agent.contract.ids import StationId
from agent.contract.topic import Topic
from agent.link.inbox import MAX_MESSAGES
from agent.link.mqtt import MqttLink

STATION = StationId("tv-cl-0007")


class Slow:
    """Judges a message whenever the test lets it."""

    def __init__(self) -> None:
        self.go_on = asyncio.Semaphore(0)
        self.judged = 0

    async def __call__(self, _topic: Topic, _message: bytes) -> None:
        await self.go_on.acquire()
        self.judged += 1


def message(number: int) -> Any:
    topic = f"tramtin/1/d/{STATION}/cancel/s{number}"
    return SimpleNamespace(topic=topic, payload=b"rubbish")


async def let_run() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_a_flood_is_one_issue_however_long_it_lasts() -> None:
    faults: list[str] = []
    slow = Slow()

    async def unused(*_: Any) -> Any:
        raise AssertionError

    link = MqttLink(
        SimpleNamespace(host="localhost", port=1, ca="", cert="", key=""),
        STATION,
        next_session=unused,
        on_message=slow,
        on_connect=unused,
        on_disconnect=lambda: None,
        on_fault=lambda kind, _subject, hint: faults.append(
            f"{kind} {'ends' if hint is None else ''}"
        ),
    )
    client: Any = SimpleNamespace(acknowledge=lambda _message: None)
    judging = asyncio.create_task(link._delivery.run(), name="inbox")
    for number in range(MAX_MESSAGES * 4):
        link._on_message(client, message(number))
        if number % 2:  # two come for each that is handled
            slow.go_on.release()
            await let_run()
    assert slow.judged
    assert faults == ["inbox_full "]
    for _ in range(MAX_MESSAGES * 4):
        slow.go_on.release()
        await let_run()
    assert faults == ["inbox_full ", "inbox_full ends"]
    judging.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await judging
