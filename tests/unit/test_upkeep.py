"""What is done now and then goes on, whatever the card says."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from agent import upkeep
from agent.clock import BUILD_AT, Clock, boot_s
from agent.contract.ident import Digest
from agent.errors import StoreError
from agent.store.database import Store
from agent.store.floors import Floors
from agent.store.media import MediaStore
from agent.upkeep import Greeting, Upkeep

NAMED, FOREIGN = Digest("ab" * 32), Digest("cd" * 32)


async def _greeted(work: Upkeep, greeted: asyncio.Event) -> None:
    run = asyncio.create_task(work.run(), name="upkeep")
    waiting = asyncio.create_task(greeted.wait(), name="greeted")
    async with asyncio.timeout(20):
        await asyncio.wait([run, waiting], return_when=asyncio.FIRST_COMPLETED)
    for task in (run, waiting):
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await run  # raises what ended it
    assert greeted.is_set()


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "ASK_S", 0.0)
    monkeypatch.setattr(upkeep, "ASK_SOON_S", (0.0, 0.0))


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
        Upkeep(
            build_clock(),
            store,
            Floors(),
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
        Upkeep(build_clock(), store, Floors(), media, NAMED.__eq__, lambda: True, nothing, greet),
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
        Upkeep(clock, store, Floors(), media, NAMED.__eq__, lambda: True, nothing, greet), greeted
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
        Upkeep(clock, store, Floors(), media, NAMED.__eq__, lambda: True, nothing, greet), greeted
    )
    count = "SELECT count(*) FROM events"
    assert await store.run(lambda connection: connection.execute(count).fetchone()) == (1,)
    await asyncio.to_thread(store.close)


async def test_a_centre_that_comes_and_goes_is_greeted_once_in_a_while() -> None:
    hellos: list[float] = []
    greeted = asyncio.Event()

    async def greet() -> None:
        hellos.append(asyncio.get_running_loop().time())
        greeted.set()

    greeting = Greeting(greet, 0.05)
    run = asyncio.create_task(greeting.run(), name="greeting")
    for _ in range(1_000):
        await greeting.on_centre("state", b'{"online": false}')
        await greeting.on_centre("state", b'{"online": true}')
    async with asyncio.timeout(20):
        await greeted.wait()
    await asyncio.sleep(0.1)
    run.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await run
    assert len(hellos) == 1


async def test_stations_that_forget_the_time_together_do_not_greet_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first waits of 1,700 stations: shared out over the whole spread, each with one hello."""
    waits: list[float] = []

    async def wait(span_s: float) -> None:
        waits.append(span_s)

    hellos = 0

    async def greet() -> None:
        nonlocal hellos
        hellos += 1

    pause = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", wait)
    greetings = [Greeting(greet, 120.0) for _ in range(1_700)]
    runs = [asyncio.create_task(one.run(), name="greeting") for one in greetings]
    for greeting in greetings:
        greeting.say_soon()
        greeting.say_soon()
    for _ in range(5):
        await pause(0)
    for run in runs:
        run.cancel()
    await asyncio.gather(*runs, return_exceptions=True)
    assert hellos == len(waits) == 1_700
    in_one_second = max(Counter(map(int, waits)).values())
    assert in_one_second < 3 * 1_700 / 120  # 14 on the average
    assert 0 <= min(waits) < 5
    assert 115 < max(waits) <= 120


async def test_a_centre_that_was_there_all_the_time_is_not_greeted() -> None:
    async def greet() -> None:
        raise AssertionError

    greeting = Greeting(greet, 0.0)
    run = asyncio.create_task(greeting.run(), name="greeting")
    await greeting.on_centre("state", b'{"online":true}')
    await greeting.on_centre("state", b'{"online":true}')
    await asyncio.sleep(0.05)
    run.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await run
