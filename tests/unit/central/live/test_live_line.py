"""Which segments a stalling or lost line has not sent: the count that whoever speaks sees."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from central.live import live_line
from central.live.live_line import MAX_HELD, LiveBroker, LiveLine

TOPIC = "tramtin/1/g/x/live/y"


class Client:
    """A broker's connection that may stall, or break while it stalls."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.may_write = asyncio.Event()
        self.may_write.set()
        self.breaks = False
        self._client = self

    def socket(self) -> None:
        return None  # nothing is known of TCP

    @contextlib.asynccontextmanager
    async def __call__(self) -> AsyncIterator[Any]:
        yield self

    async def publish(self, _topic: str, message: bytes, *, qos: int) -> None:
        assert qos == 0
        await self.may_write.wait()
        if self.breaks:
            raise aiomqtt.MqttError("gone")
        self.taken.append(message)


@contextlib.asynccontextmanager
async def connected(client: Client, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LiveLine]:
    broker = LiveBroker("localhost", 8883, Path("ca"), Path("cert"), Path("key"))
    line = LiveLine(broker, ssl.create_default_context())
    monkeypatch.setattr(line, "_build_client", client)
    running = asyncio.create_task(line.run())
    await line.connected.wait()
    yield line
    running.cancel()
    await asyncio.wait([running])


async def until(is_so: Any) -> None:
    while not is_so():  # noqa: ASYNC110 - a few turns of the loop, no time
        await asyncio.sleep(0)


def segments(first: int, count: int) -> list[bytes]:
    return [number.to_bytes(2, "big") for number in range(first, first + count)]


async def test_a_line_that_flows_has_sent_all(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    async with connected(client, monkeypatch) as line:
        for one in segments(0, 20):
            assert await line.send(TOPIC, one)
            await until(lambda: not line._held)
    assert (client.taken, line.unsent) == (segments(0, 20), 0)


async def test_a_line_that_stalls_drops_the_oldest_and_counts_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Client()
    async with connected(client, monkeypatch) as line:
        client.may_write.clear()
        for one in segments(0, MAX_HELD + 6):
            await line.send(TOPIC, one)
            await asyncio.sleep(0)
        assert line.unsent == 6
        client.may_write.set()
        await until(lambda: not line._held)
        # the first was in the connection's hands when it was pushed out
        assert client.taken == segments(0, 1) + segments(6, MAX_HELD)
        assert line.unsent == 5


async def test_what_is_lost_with_the_connection_or_sent_without_one_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Client()
    async with connected(client, monkeypatch) as line:
        client.may_write.clear()
        for one in segments(0, 4):
            await line.send(TOPIC, one)
        await asyncio.sleep(0)
        client.breaks = True
        client.may_write.set()
        await until(lambda: not line.connected.is_set())
        assert line.unsent == 4
        assert not await line.send(TOPIC, *segments(4, 1))
        assert line.unsent == 5


async def test_what_tcp_had_not_delivered_when_the_connection_broke_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client, unacknowledged = Client(), 0
    monkeypatch.setattr(live_line, "count_unacknowledged", lambda _client: unacknowledged)
    async with connected(client, monkeypatch) as line:
        for number, one in enumerate(segments(0, 5)):
            # 2 bytes, the topic's 20, 26 of MQTT and TLS: the last three are still on their way
            unacknowledged = 48 * max(0, number - 1)
            await line.send(TOPIC, one)
            await until(lambda: not line._held)
        client.breaks = True
        await line.send(TOPIC, b"last")
        await until(lambda: not line.connected.is_set())
        assert line.unsent == 4


async def test_an_end_that_is_sent_three_times_is_one_segment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Client()
    async with connected(client, monkeypatch) as line:
        line.connected.clear()
        await line.send(TOPIC, b"end")
        await line.send(TOPIC, b"end")
        assert line.unsent == 1
        line.connected.set()
        await line.send(TOPIC, b"end")
        await until(lambda: client.taken)
        await until(lambda: not line._held)
        assert line.unsent == 0
