"""Periodic work on the card goes on, whatever the card returns."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from pathlib import Path

import pytest

from agent.clock import BUILD_AT, Clock, boot_s
from agent.contract.ids import Digest
from agent.errors import StoreError
from agent.maintenance import card
from agent.maintenance.card import CardMaintenance
from agent.store.database import Store
from agent.store.media import MediaStore
from agent.store.replay_floors import ReplayFloors

NAMED, FOREIGN = Digest("ab" * 32), Digest("cd" * 32)


async def _run_once(work: CardMaintenance, sent: asyncio.Event) -> None:
    run = asyncio.create_task(work.run(), name="maintenance")
    waiting = asyncio.create_task(sent.wait(), name="sent")
    async with asyncio.timeout(60):
        await asyncio.wait([run, waiting], return_when=asyncio.FIRST_COMPLETED)
    for task in (run, waiting):
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await run  # raises the error that ended it
    assert sent.is_set()


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "ASK_S", 0.0)
    monkeypatch.setattr(card, "ASK_SOON_S", (0.0, 0.0))


def build_clock() -> Clock:
    clock = Clock()
    assert clock.fix(BUILD_AT, boot_s()).is_good
    return clock


@pytest.mark.parametrize("fails", ["documents", "media"])
async def test_a_card_that_takes_no_writes_does_not_stop_the_agent(
    tmp_path: Path, fails: str
) -> None:
    store = await asyncio.to_thread(Store.open, tmp_path)
    media = await asyncio.to_thread(MediaStore, tmp_path / "media")
    sent = asyncio.Event()

    async def restore() -> None:
        if fails == "documents":
            raise StoreError("E_DISK", "state.db", "disk I/O error")
        await asyncio.to_thread((tmp_path / "media").rmdir)  # another fault of a card

    async def send_hello() -> None:
        sent.set()

    await _run_once(
        CardMaintenance(
            build_clock(),
            store,
            ReplayFloors(),
            media,
            lambda _digest: True,
            lambda: True,
            restore,
            send_hello,
        ),
        sent,
    )
    await asyncio.to_thread(store.close)


async def test_parts_and_files_that_no_document_names_are_deleted(tmp_path: Path) -> None:
    store = await asyncio.to_thread(Store.open, tmp_path)
    media = await asyncio.to_thread(MediaStore, tmp_path / "media")
    for name in (NAMED, f"{NAMED}.part", FOREIGN, f"{FOREIGN}.part", ".trial-write"):
        await asyncio.to_thread((tmp_path / "media" / name).write_bytes, b"x")
    sent = asyncio.Event()

    async def nothing() -> None:
        pass

    async def send_hello() -> None:
        sent.set()

    await _run_once(
        CardMaintenance(
            build_clock(),
            store,
            ReplayFloors(),
            media,
            NAMED.__eq__,
            lambda: True,
            nothing,
            send_hello,
        ),
        sent,
    )
    await asyncio.to_thread(store.close)
    left = await asyncio.to_thread(lambda: {one.name for one in (tmp_path / "media").iterdir()})
    assert left == {NAMED, f"{NAMED}.part", ".trial-write"}


@pytest.mark.parametrize("rtc_days", [None, 390], ids=["no time", "a battery clock far ahead"])
async def test_attack_064_while_the_time_is_in_doubt_nothing_is_deleted(
    tmp_path: Path, rtc_days: int | None
) -> None:
    store = await asyncio.to_thread(Store.open, tmp_path)
    media = await asyncio.to_thread(MediaStore, tmp_path / "media")
    await asyncio.to_thread((tmp_path / "media" / FOREIGN).write_bytes, b"x")
    keep = "INSERT INTO events (event_id, keep_until) VALUES ('e1', '2026-11-02T00:00:00.000Z')"
    await store.run(lambda connection: connection.execute(keep).fetchone())
    sent = asyncio.Event()

    async def nothing() -> None:
        pass

    async def send_hello() -> None:
        sent.set()

    clock = Clock(rtc=None if rtc_days is None else BUILD_AT + timedelta(days=rtc_days))
    assert clock.now().quality in ("RTC", "FLOOR")
    await _run_once(
        CardMaintenance(
            clock, store, ReplayFloors(), media, NAMED.__eq__, lambda: True, nothing, send_hello
        ),
        sent,
    )
    count = "SELECT count(*) FROM events"
    assert await store.run(lambda connection: connection.execute(count).fetchone()) == (1,)
    await asyncio.to_thread(store.close)
    assert (tmp_path / "media" / FOREIGN).exists()


async def test_a_time_that_only_its_own_signer_attests_deletes_nothing(tmp_path: Path) -> None:
    store = await asyncio.to_thread(Store.open, tmp_path)
    media = await asyncio.to_thread(MediaStore, tmp_path / "media")
    keep = "INSERT INTO events (event_id, keep_until) VALUES ('e1', '2026-12-24T00:00:00.000Z')"
    await store.run(lambda connection: connection.execute(keep).fetchone())
    sent = asyncio.Event()

    async def nothing() -> None:
        pass

    async def send_hello() -> None:
        sent.set()

    clock = Clock()
    assert clock.fix(BUILD_AT + timedelta(days=390), boot_s()).is_good
    assert clock.now().quality == "SYNCED"
    await _run_once(
        CardMaintenance(
            clock, store, ReplayFloors(), media, NAMED.__eq__, lambda: True, nothing, send_hello
        ),
        sent,
    )
    count = "SELECT count(*) FROM events"
    assert await store.run(lambda connection: connection.execute(count).fetchone()) == (1,)
    await asyncio.to_thread(store.close)


@pytest.mark.parametrize(("is_placed", "left"), [(True, {NAMED}), (False, {NAMED, FOREIGN})])
async def test_a_full_card_deletes_at_once_what_no_document_names(
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
