"""A plan at the box's budgets: it is built beside everything else."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

import msgspec

from agent.contract.document import Playlist, When
from agent.playout.schedule import Schedule
from tests.harness.schedule_documents import FakeHeld, now, playlist

EVERY_MINUTE = [f"{n // 60:02d}:{n % 60:02d}:00" for n in range(1440)]
DAYS = [1, 2, 3, 4, 5, 6, 7]


def make_large(number: int) -> FakeHeld:
    small = playlist()
    assert isinstance(small.document, Playlist)
    when = When(EVERY_MINUTE, DAYS, "2026-11-01", "2026-12-31", [])
    entries = [msgspec.structs.replace(small.document.entries[0], when=when)]
    large = msgspec.structs.replace(small.document, doc_id=f"{number:032x}", entries=entries)
    return FakeHeld(large, f"{number:064x}", small.accepted_at)


async def test_a_large_plan_lets_others_run_and_the_former_one_holds_until_it_is_done() -> None:
    former = playlist()
    schedule = Schedule(None, lambda _digest: None)
    schedule.update([former], now(0))
    before, turns = schedule.timeline, 0

    async def check() -> None:
        nonlocal turns
        while True:
            turns += 1
            assert schedule.is_held(former.document.doc_id) == (schedule.timeline is before)
            await asyncio.sleep(0)

    others = asyncio.create_task(check(), name="others")
    await asyncio.sleep(0)
    schedule.documents.put([make_large(number) for number in range(4)])
    await schedule.replan(now(0))
    others.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await others
    assert turns >= 4  # one after each of these entries
    assert schedule.timeline is not before
    assert not schedule.is_held(former.document.doc_id)


async def test_of_two_plans_at_a_time_the_later_begun_one_stays() -> None:
    schedule = Schedule(None, lambda _digest: None)
    schedule.documents.put([make_large(number) for number in range(4)])
    slow = asyncio.create_task(schedule.replan(now(0)), name="slow")
    await asyncio.sleep(0)
    assert schedule.timeline is None
    later = now(timedelta(hours=1).total_seconds())
    schedule.plan(later)
    stays = schedule.timeline
    await slow
    assert schedule.timeline is stays
    assert schedule.built_at == later.at
