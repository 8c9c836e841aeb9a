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
from central.live.live_line import HOLD_S, LiveBroker, LiveLine

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


async def test_a_line_that_stalls_drops_what_is_too_old_and_counts_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client, now_s = Client(), 100.0
    monkeypatch.setattr(live_line, "mono_s", lambda: now_s)
    async with connected(client, monkeypatch) as line:
        client.may_write.clear()
        for one in segments(0, 21):
            now_s += 0.25
            await line.send(TOPIC, one)
            await asyncio.sleep(0)
        kept = round(HOLD_S / 0.25) + 1
        assert line.unsent == 21 - kept
        client.may_write.set()
        await until(lambda: not line._held)
        # the first was in the connection's hands when it became too old
        assert client.taken == segments(0, 1) + segments(21 - kept, kept)
        assert line.unsent == 21 - kept - 1


async def test_what_a_lost_connection_has_not_taken_goes_over_the_next_one_while_it_is_worth_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client, now_s = Client(), 100.0
    monkeypatch.setattr(live_line, "mono_s", lambda: now_s)
    monkeypatch.setattr(live_line, "RETRY_S", 0)
    async with connected(client, monkeypatch) as line:
        client.may_write.clear()
        await line.send(TOPIC, b"old")
        await asyncio.sleep(0)
        client.breaks = True
        client.may_write.set()
        await until(lambda: not line.connected.is_set())
        now_s += HOLD_S + 0.1
        assert not await line.send(TOPIC, b"new")
        client.breaks = False
        await until(lambda: client.taken)
    assert client.taken == [b"new"]
    assert line.unsent == 1


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
        assert line.unsent == 3
    line.drop_all()
    assert line.unsent == 4


async def test_an_end_that_is_sent_three_times_is_one_segment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Client()
    async with connected(client, monkeypatch) as line:
        client.may_write.clear()
        for _ in range(3):
            await line.send(TOPIC, b"end")
        await asyncio.sleep(0)
    line.drop_all()
    assert line.unsent == 1


async def test_what_is_held_at_the_end_is_still_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    async with connected(client, monkeypatch) as line:
        client.may_write.clear()
        await line.send(TOPIC, b"end")
        flushing = asyncio.create_task(line.flush())
        await asyncio.sleep(0)
        client.may_write.set()
        await flushing
    assert client.taken == [b"end"]
