"""The hello is repeated while no answer comes, spread over many stations, and never in bursts."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from agent.clock import boot_s
from agent.telemetry.hello_scheduler import HelloScheduler
from agent.trust.nonces import Nonces


class HelloBench:
    """A scheduler without real waits: each wait is recorded and ends at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, spread_s: float = 120.0) -> None:
        self.nonces = Nonces(boot_s)
        self.sent = 0
        self.waits: list[float] = []
        self._pause = asyncio.sleep
        monkeypatch.setattr(asyncio, "sleep", self._wait)
        self.scheduler = HelloScheduler(self.send, self.nonces, spread_s)
        self._run = asyncio.create_task(self.scheduler.run(), name="hello scheduler")

    async def send(self) -> None:
        self.sent += 1
        self.nonces.create()

    async def _wait(self, span_s: float) -> None:
        self.waits.append(span_s)

    async def settle(self) -> None:
        for _ in range(8):
            await self._pause(0)

    async def receive(self, state: str) -> None:
        await self.scheduler.on_centre("state", state.encode())

    async def end(self) -> None:
        self._run.cancel()
        await asyncio.gather(self._run, return_exceptions=True)


@pytest_asyncio.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HelloBench]:
    made = HelloBench(monkeypatch)
    yield made
    await made.end()


async def test_a_centre_that_comes_and_goes_gets_one_hello_in_ten_seconds(
    bench: HelloBench,
) -> None:
    """A broker announces it a thousand times, with new sessions and without any spread."""
    for session in range(1_000):
        await bench.receive(f'{{"online": false, "session": {session}}}')
        await bench.receive(f'{{"online": true, "session": {session}, "spread_s": 0}}')
        await bench.settle()
    apart = [wait_s for wait_s in bench.waits if wait_s > 9]
    assert bench.sent == len(bench.waits) == len(apart) + 1
    assert max(apart) <= 10


async def test_stations_that_lose_the_time_together_do_not_send_hellos_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first waits of 1,700 stations: shared out over the whole spread, each with one hello."""
    many = [HelloBench(monkeypatch) for _ in range(1_700)]
    for one in many:
        one.scheduler.request_hello()
        one.scheduler.request_hello()
    await many[0].settle()
    waits = many[-1].waits  # the last patch of `sleep` records the waits of all
    for one in many:
        await one.end()
    assert sum(one.sent for one in many) == len(waits) == 1_700
    in_one_second = max(Counter(map(int, waits)).values())
    assert in_one_second < 3 * 1_700 / 120  # 14 on the average
    assert 0 <= min(waits) < 5
    assert 115 < max(waits) <= 120


async def test_a_centre_that_has_answered_gets_no_hello(bench: HelloBench) -> None:
    await bench.send()
    bench.nonces.record_answer(0.02)
    await bench.receive('{"online":true,"session":7}')
    await bench.receive('{"online":true,"session":7}')
    await bench.settle()
    assert bench.sent == 1


async def test_a_centre_that_comes_after_the_box_gets_a_hello_within_its_spread(
    bench: HelloBench,
) -> None:
    await bench.send()  # no centre receives it
    await bench.receive('{"online":true,"session":7,"spread_s":3}')
    await bench.settle()
    assert bench.sent == 2
    assert max(bench.waits) <= 3


@pytest.mark.parametrize("between", ['{"online":false,"session":7}', ""], ids=["will", "no will"])
async def test_a_centre_that_comes_back_gets_a_hello_also_with_a_new_session(
    bench: HelloBench, between: str
) -> None:
    await bench.send()
    bench.nonces.record_answer(0.02)
    await bench.receive('{"online":true,"session":7}')
    await bench.receive(between)
    await bench.receive(f'{{"online":true,"session":{7 if between else 8}}}')
    await bench.settle()
    assert bench.sent == 2


async def test_a_centre_that_returned_to_the_broker_after_the_box_gets_a_hello(
    bench: HelloBench,
) -> None:
    """The same process with the same session: the broker was restarted and has lost all."""
    await bench.send()
    bench.nonces.record_answer(0.02)
    await bench.receive('{"online":true,"session":7}')
    await bench.send()  # with the new connection, before the centre's
    await bench.receive('{"online":true,"session":7}')
    await bench.settle()
    assert bench.sent == 3


async def test_an_answer_on_the_way_makes_the_hello_needless(bench: HelloBench) -> None:
    await bench.send()
    await bench.receive('{"online":true,"session":7}')
    bench.nonces.record_answer(0.02)
    await bench.settle()
    assert bench.sent == 1


@pytest.mark.parametrize(
    "state",
    ["", "{", "[]", '{"online":true}', '{"online":1,"session":2}', "\xff", '{"x":' + "[" * 2000],
    ids=range(7),
)
async def test_an_invalid_presence_changes_nothing(bench: HelloBench, state: str) -> None:
    await bench.send()
    await bench.scheduler.on_centre("state", state.encode("latin-1"))
    await bench.settle()
    assert bench.sent == 1


async def _again(bench: HelloBench, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """End the waits for an answer at once; return how long each would have been."""
    waits: list[float] = []
    limit = asyncio.timeout

    def over(span_s: float | None) -> asyncio.Timeout:
        waits.append(span_s or 0.0)
        return limit(0.001 if len(waits) < 9 else None)

    monkeypatch.setattr(asyncio, "timeout", over)
    bench.scheduler.on_connect()
    async with limit(20):
        while len(waits) < 9:
            await bench._pause(0.001)
    return waits


async def test_a_hello_without_an_answer_is_sent_again_less_and_less_often(
    bench: HelloBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.send()
    waits = await _again(bench, monkeypatch)
    assert bench.sent == 9
    expected = [15, 30, 60, 120, 240, 480, 600, 600]
    assert all(0.8 * s <= w <= 1.2 * s for w, s in zip(waits, expected, strict=False))


async def test_a_hello_with_its_answer_is_not_sent_again(
    bench: HelloBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.send()
    bench.nonces.record_answer(0.02)
    waits = await _again(bench, monkeypatch)
    assert bench.sent == 1
    assert max(waits) <= 18


@pytest.mark.parametrize(
    ("round_trips_s", "sent"), [([3.0] * 9, 6), ([3.0, 0.09] + [3.0] * 7, 2), ([3.0, 1.0, 0.02], 3)]
)
async def test_a_time_that_came_slowly_is_asked_for_a_few_more_times(
    bench: HelloBench, monkeypatch: pytest.MonkeyPatch, round_trips_s: list[float], sent: int
) -> None:
    answers = iter(round_trips_s)

    async def answered() -> None:
        await bench.send()
        bench.nonces.record_answer(next(answers))

    bench.scheduler._send_hello = answered
    await answered()
    waits = await _again(bench, monkeypatch)
    assert bench.sent == sent
    expected = [*[15, 30, 60, 120, 240, 480][:sent], 15]
    assert all(0.8 * s <= w <= 1.2 * s for w, s in zip(waits, expected, strict=False))
