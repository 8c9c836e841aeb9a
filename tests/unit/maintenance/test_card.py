"""What is done now and then goes on, whatever the card says."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from agent.clock import BUILD_AT, Clock, boot_s
from agent.contract.ids import Digest
from agent.errors import StoreError
from agent.maintenance import card
from agent.maintenance.card import CardMaintenance, HelloScheduler
from agent.store.database import Store
from agent.store.media import MediaStore
from agent.store.replay_floors import ReplayFloors
from agent.trust.nonces import Nonces

NAMED, FOREIGN = Digest("ab" * 32), Digest("cd" * 32)


async def _greeted(work: CardMaintenance, greeted: asyncio.Event) -> None:
    run = asyncio.create_task(work.run(), name="upkeep")
    waiting = asyncio.create_task(greeted.wait(), name="greeted")
    async with asyncio.timeout(60):
        await asyncio.wait([run, waiting], return_when=asyncio.FIRST_COMPLETED)
    for task in (run, waiting):
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await run  # raises what ended it
    assert greeted.is_set()


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "ASK_S", 0.0)
    monkeypatch.setattr(card, "ASK_SOON_S", (0.0, 0.0))


def build_clock() -> Clock:
    clock = Clock()
    assert clock.fix(BUILD_AT, boot_s()).is_good
    return clock


@pytest.mark.parametrize("fails", ["documents", "media"])
async def test_a_card_that_refuses_does_not_end_the_agent(tmp_path: Path, fails: str) -> None:
    store = await asyncio.to_thread(Store.open, tmp_path)
    media = await asyncio.to_thread(MediaStore, tmp_path / "media")
    greeted = asyncio.Event()

    async def restore() -> None:
        if fails == "documents":
            raise StoreError("E_DISK", "state.db", "disk I/O error")
        await asyncio.to_thread((tmp_path / "media").rmdir)  # what else the card may do to us

    async def greet() -> None:
        greeted.set()

    await _greeted(
        CardMaintenance(
            build_clock(),
            store,
            ReplayFloors(),
            media,
            lambda _digest: True,
            lambda: True,
            restore,
            greet,
        ),
        greeted,
    )
    await asyncio.to_thread(store.close)


async def test_parts_and_files_that_nobody_names_leave_the_card(tmp_path: Path) -> None:
    store = await asyncio.to_thread(Store.open, tmp_path)
    media = await asyncio.to_thread(MediaStore, tmp_path / "media")
    for name in (NAMED, f"{NAMED}.part", FOREIGN, f"{FOREIGN}.part", ".trial-write"):
        await asyncio.to_thread((tmp_path / "media" / name).write_bytes, b"x")
    greeted = asyncio.Event()

    async def nothing() -> None:
        pass

    async def greet() -> None:
        greeted.set()

    await _greeted(
        CardMaintenance(
            build_clock(), store, ReplayFloors(), media, NAMED.__eq__, lambda: True, nothing, greet
        ),
        greeted,
    )
    await asyncio.to_thread(store.close)
    left = await asyncio.to_thread(lambda: {one.name for one in (tmp_path / "media").iterdir()})
    assert left == {NAMED, f"{NAMED}.part", ".trial-write"}


@pytest.mark.parametrize("rtc_days", [None, 390], ids=["no time", "a battery clock far ahead"])
async def test_attack_064_while_the_time_is_in_doubt_nothing_leaves_the_card(
    tmp_path: Path, rtc_days: int | None
) -> None:
    store = await asyncio.to_thread(Store.open, tmp_path)
    media = await asyncio.to_thread(MediaStore, tmp_path / "media")
    await asyncio.to_thread((tmp_path / "media" / FOREIGN).write_bytes, b"x")
    keep = "INSERT INTO events (event_id, keep_until) VALUES ('e1', '2026-11-02T00:00:00.000Z')"
    await store.run(lambda connection: connection.execute(keep).fetchone())
    greeted = asyncio.Event()

    async def nothing() -> None:
        pass

    async def greet() -> None:
        greeted.set()

    clock = Clock(rtc=None if rtc_days is None else BUILD_AT + timedelta(days=rtc_days))
    assert clock.now().quality in ("RTC", "FLOOR")
    await _greeted(
        CardMaintenance(
            clock, store, ReplayFloors(), media, NAMED.__eq__, lambda: True, nothing, greet
        ),
        greeted,
    )
    count = "SELECT count(*) FROM events"
    assert await store.run(lambda connection: connection.execute(count).fetchone()) == (1,)
    await asyncio.to_thread(store.close)
    assert (tmp_path / "media" / FOREIGN).exists()


async def test_a_time_that_only_its_own_signer_vouches_for_deletes_nothing(tmp_path: Path) -> None:
    store = await asyncio.to_thread(Store.open, tmp_path)
    media = await asyncio.to_thread(MediaStore, tmp_path / "media")
    keep = "INSERT INTO events (event_id, keep_until) VALUES ('e1', '2026-12-24T00:00:00.000Z')"
    await store.run(lambda connection: connection.execute(keep).fetchone())
    greeted = asyncio.Event()

    async def nothing() -> None:
        pass

    async def greet() -> None:
        greeted.set()

    clock = Clock()
    assert clock.fix(BUILD_AT + timedelta(days=390), boot_s()).is_good
    assert clock.now().quality == "SYNCED"
    await _greeted(
        CardMaintenance(
            clock, store, ReplayFloors(), media, NAMED.__eq__, lambda: True, nothing, greet
        ),
        greeted,
    )
    count = "SELECT count(*) FROM events"
    assert await store.run(lambda connection: connection.execute(count).fetchone()) == (1,)
    await asyncio.to_thread(store.close)


class Hellos:
    """A greeting with an hour hand: each wait it asks for is noted, and over at once if short."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, spread_s: float = 120.0) -> None:
        self.nonces = Nonces(boot_s)
        self.said = 0
        self.waits: list[float] = []
        self._pause = asyncio.sleep
        monkeypatch.setattr(asyncio, "sleep", self._wait)
        self.greeting = HelloScheduler(self.say, self.nonces, spread_s)
        self._run = asyncio.create_task(self.greeting.run(), name="greeting")

    async def say(self) -> None:
        self.said += 1
        self.nonces.ask()

    async def _wait(self, span_s: float) -> None:
        self.waits.append(span_s)

    async def settle(self) -> None:
        for _ in range(8):
            await self._pause(0)

    async def hear(self, state: str) -> None:
        await self.greeting.on_centre("state", state.encode())

    async def end(self) -> None:
        self._run.cancel()
        await asyncio.gather(self._run, return_exceptions=True)


@pytest_asyncio.fixture
async def hellos(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hellos]:
    made = Hellos(monkeypatch)
    yield made
    await made.end()


async def test_a_centre_that_comes_and_goes_is_greeted_once_in_a_while(hellos: Hellos) -> None:
    """A broker that has it come a thousand times, under new names and without any spread."""
    for session in range(1_000):
        await hellos.hear(f'{{"online": false, "session": {session}}}')
        await hellos.hear(f'{{"online": true, "session": {session}, "spread_s": 0}}')
        await hellos.settle()
    apart = [wait_s for wait_s in hellos.waits if wait_s > 9]
    assert hellos.said == len(hellos.waits) == len(apart) + 1
    assert max(apart) <= 10


async def test_stations_that_forget_the_time_together_do_not_greet_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first waits of 1,700 stations: shared out over the whole spread, each with one hello."""
    many = [Hellos(monkeypatch) for _ in range(1_700)]
    for one in many:
        one.greeting.request_hello()
        one.greeting.request_hello()
    await many[0].settle()
    waits = many[-1].waits  # the last one's clock is everybody's
    for one in many:
        await one.end()
    assert sum(one.said for one in many) == len(waits) == 1_700
    in_one_second = max(Counter(map(int, waits)).values())
    assert in_one_second < 3 * 1_700 / 120  # 14 on the average
    assert 0 <= min(waits) < 5
    assert 115 < max(waits) <= 120


async def test_a_centre_that_has_answered_is_not_greeted(hellos: Hellos) -> None:
    await hellos.say()
    hellos.nonces.record_answer(0.02)
    await hellos.hear('{"online":true,"session":7}')
    await hellos.hear('{"online":true,"session":7}')
    await hellos.settle()
    assert hellos.said == 1


async def test_a_centre_that_comes_after_the_box_is_greeted_within_the_spread_it_names(
    hellos: Hellos,
) -> None:
    await hellos.say()  # into the void
    await hellos.hear('{"online":true,"session":7,"spread_s":3}')
    await hellos.settle()
    assert hellos.said == 2
    assert max(hellos.waits) <= 3


@pytest.mark.parametrize("between", ['{"online":false,"session":7}', ""], ids=["will", "no will"])
async def test_a_centre_that_comes_back_is_greeted_also_under_a_new_name(
    hellos: Hellos, between: str
) -> None:
    await hellos.say()
    hellos.nonces.record_answer(0.02)
    await hellos.hear('{"online":true,"session":7}')
    await hellos.hear(between)
    await hellos.hear(f'{{"online":true,"session":{7 if between else 8}}}')
    await hellos.settle()
    assert hellos.said == 2


async def test_a_centre_that_came_back_to_the_broker_behind_the_box_is_greeted(
    hellos: Hellos,
) -> None:
    """The same process under the same name: the broker was away and has lost all."""
    await hellos.say()
    hellos.nonces.record_answer(0.02)
    await hellos.hear('{"online":true,"session":7}')
    await hellos.say()  # with the new connection, before the centre's
    await hellos.hear('{"online":true,"session":7}')
    await hellos.settle()
    assert hellos.said == 3


async def test_an_answer_on_the_way_makes_the_hello_needless(hellos: Hellos) -> None:
    await hellos.say()
    await hellos.hear('{"online":true,"session":7}')
    hellos.nonces.record_answer(0.02)
    await hellos.settle()
    assert hellos.said == 1


@pytest.mark.parametrize(
    "state",
    ["", "{", "[]", '{"online":true}', '{"online":1,"session":2}', "\xff", '{"x":' + "[" * 2000],
    ids=range(7),
)
async def test_a_presence_that_nobody_understands_changes_nothing(
    hellos: Hellos, state: str
) -> None:
    await hellos.say()
    await hellos.greeting.on_centre("state", state.encode("latin-1"))
    await hellos.settle()
    assert hellos.said == 1


async def _again(hellos: Hellos, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let the waits for an answer be over at once; how long each would have been."""
    waits: list[float] = []
    limit = asyncio.timeout

    def over(span_s: float | None) -> asyncio.Timeout:
        waits.append(span_s or 0.0)
        return limit(0.001 if len(waits) < 9 else None)

    monkeypatch.setattr(asyncio, "timeout", over)
    hellos.greeting.on_connect()
    async with limit(20):
        while len(waits) < 9:
            await hellos._pause(0.001)
    return waits


async def test_a_hello_without_an_answer_is_said_again_more_and_more_rarely(
    hellos: Hellos, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hellos.say()
    waits = await _again(hellos, monkeypatch)
    assert hellos.said == 9
    expected = [15, 30, 60, 120, 240, 480, 600, 600]
    assert all(0.8 * s <= w <= 1.2 * s for w, s in zip(waits, expected, strict=False))


async def test_a_hello_with_its_answer_is_not_said_again(
    hellos: Hellos, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hellos.say()
    hellos.nonces.record_answer(0.02)
    waits = await _again(hellos, monkeypatch)
    assert hellos.said == 1
    assert max(waits) <= 18


@pytest.mark.parametrize(
    ("round_trips_s", "said"), [([3.0] * 9, 6), ([3.0, 0.09] + [3.0] * 7, 2), ([3.0, 1.0, 0.02], 3)]
)
async def test_a_time_that_came_slowly_is_asked_for_a_few_times_more(
    hellos: Hellos, monkeypatch: pytest.MonkeyPatch, round_trips_s: list[float], said: int
) -> None:
    answers = iter(round_trips_s)

    async def answered() -> None:
        await hellos.say()
        hellos.nonces.record_answer(next(answers))

    hellos.greeting._greet = answered
    await answered()
    waits = await _again(hellos, monkeypatch)
    assert hellos.said == said
    expected = [*[15, 30, 60, 120, 240, 480][:said], 15]
    assert all(0.8 * s <= w <= 1.2 * s for w, s in zip(waits, expected, strict=False))


@pytest.mark.parametrize(("is_placed", "left"), [(True, {NAMED}), (False, {NAMED, FOREIGN})])
async def test_a_full_card_gives_up_at_once_what_no_document_names(
    tmp_path: Path, *, is_placed: bool, left: set[Digest]
) -> None:
    """Whoever replaces a playlist with new files each hour must not keep an alarm's words out."""
    store = await asyncio.to_thread(Store.open, tmp_path)
    media = await asyncio.to_thread(MediaStore, tmp_path / "media")
    for name in (NAMED, FOREIGN):
        await asyncio.to_thread((tmp_path / "media" / name).write_bytes, b"sound")

    async def nothing() -> None:
        return

    work = CardMaintenance(
        build_clock(), store, ReplayFloors(), media, lambda digest: digest == NAMED,
        lambda: is_placed, nothing, nothing,
    )  # fmt: skip
    await work.make_room()
    assert {one.name for one in await asyncio.to_thread(lambda: [*media.folder.iterdir()])} == left
    await asyncio.to_thread(store.close)
