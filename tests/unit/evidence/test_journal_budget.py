"""Refusals and faults have their share of the journal; records left out are counted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agent.contract.report import Issue
from agent.evidence import journal as journal_module
from agent.evidence.fault_log import FREE, FaultLog
from agent.evidence.journal_budget import OWN_RECORDS, SHARES, JournalBudget
from agent.evidence.journal_rows import drop_oldest
from agent.store.database import Store
from tests.harness.journal_box import Box, play

DAY_S = 86_400.0


class Hand:
    """Monotonic seconds, moved by hand."""

    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def hand() -> Hand:
    return Hand()


def flood(budget: JournalBudget, kind: Any, sort: str, count: int = 5000) -> int:
    return sum(budget.admits(kind, sort, 500) for _ in range(count))


def test_a_flood_gets_a_day_s_share_and_then_its_even_part(hand: Hand) -> None:
    budget = JournalBudget(hand)
    records = SHARES["refusal"].records
    assert flood(budget, "refusal", "E_KEY") == records + OWN_RECORDS
    hand.s += DAY_S / 2
    assert flood(budget, "refusal", "E_KEY") == (records + OWN_RECORDS) / 2


def test_bytes_count_as_well_as_records(hand: Hand) -> None:
    budget = JournalBudget(hand)
    large = SHARES["fault"].size_bytes // 10
    assert sum(budget.admits("fault", "link_down", large) for _ in range(99)) == 10


def test_a_flood_hides_neither_another_sort_nor_another_kind(hand: Hand) -> None:
    budget = JournalBudget(hand)
    flood(budget, "refusal", "E_KEY")
    assert flood(budget, "refusal", "E_FORK", 99) == OWN_RECORDS
    assert flood(budget, "fault", "engine_lost", 99) == 99


@pytest.mark.parametrize("kind", ["play", "silence", "command", "boot", "clock_fix", "gap"])
def test_what_people_ask_for_has_no_limit(hand: Hand, kind: Any) -> None:
    assert flood(JournalBudget(hand), kind, "", 20_000) == 20_000


def test_records_left_out_are_counted_within_a_minute_and_then_hourly(hand: Hand) -> None:
    budget = JournalBudget(hand)
    reported = flood(budget, "refusal", "E_KEY", 2000)
    assert not budget.is_gap_due
    hand.s += 60
    assert budget.is_gap_due
    left_out = 2000 - reported
    assert budget.take_left_out() == (left_out, [f"refusal/E_KEY {left_out}"])
    flood(budget, "refusal", "E_KEY", 10)
    hand.s += 60
    assert not budget.is_gap_due
    hand.s += 3600
    assert budget.is_gap_due


def test_a_restart_gives_no_new_share(hand: Hand) -> None:
    budget = JournalBudget(hand)
    budget.spend("refusal", SHARES["refusal"].records, 0)
    assert flood(budget, "refusal", "E_KEY") == OWN_RECORDS


def flap(faults: FaultLog, hand: Hand, times: int, every_s: float) -> list[Any]:
    issue = Issue("link_down", "broker", "", "gone")
    reported = []
    for _ in range(times):
        reported += [faults.detail_of(issue, True), faults.detail_of(issue, False)]  # noqa: FBT003 - begins, ends
        hand.s += every_s
    return reported


def test_an_intermittent_fault_is_recorded_less_and_less_often(hand: Hand) -> None:
    faults = FaultLog(hand)
    reported = flap(faults, hand, 8640, 10.0)  # a day
    records = [one for one in reported if one is not None]
    assert 2 * FREE < len(records) < 100
    begun = [one for one in records if one["state"] == "begins"]
    ended = [one for one in records if one["state"] == "ends"]
    assert len(begun) == len(ended)  # no beginning without its end
    last = max(i for i, one in enumerate(reported) if one and one["state"] == "begins") // 2
    assert sum(one.get("left_out", 0) for one in begun) == last + 1 - len(begun)


def test_a_rare_fault_is_always_recorded(hand: Hand) -> None:
    assert None not in flap(FaultLog(hand), hand, 50, 7201.0)


@pytest.fixture
async def box(tmp_path: Path, hand: Hand, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Box]:
    monkeypatch.setattr(journal_module, "mono_s", hand)
    one = await Box.start(tmp_path)
    yield one
    await one.stop()


async def test_refusals_in_a_row_are_written_together_and_a_play_takes_them_along(
    box: Box, hand: Hand
) -> None:
    writes = []
    box.journal.changed.connect(lambda: writes.append(box.journal.last_seq))
    for number in range(100):
        await box.journal.append("refusal", detail={"code": f"E_{number}"})
    assert writes == [2]  # the first at once
    await box.journal.close_play(0, play())
    assert writes == [2, 102]
    hand.s += 5
    await box.journal.append("refusal", detail={"code": "E_KEY"})
    assert writes == [2, 102, 103]


async def test_a_heartbeat_writes_waiting_records_and_close_counts_those_left_out(box: Box) -> None:
    for _ in range(1200):
        await box.journal.append("refusal", detail={"code": "E_KEY"})
    await box.journal.beat()
    written = SHARES["refusal"].records + OWN_RECORDS
    assert box.journal.last_seq == 1 + written
    await box.journal.close()
    gap = json.loads((await box.journal.pending(1 + written, 9))[0])
    assert gap["kind"] == "gap"
    assert gap["detail"] == {
        "reason": "budget", "count": 1200 - written, "counts": [f"refusal/E_KEY {1200 - written}"],
    }  # fmt: skip


async def test_a_second_run_continues_with_the_budget_of_the_first(
    box: Box, tmp_path: Path
) -> None:
    for _ in range(1100):
        await box.journal.append("refusal", detail={"code": "E_KEY"})
    await box.journal.beat()
    again = Box(box.store, "b" * 32)
    await again.journal.open()
    assert sum([bool(await again.journal.append("refusal", detail={"code": "E_X"}))]) == 1
    before = again.journal.last_seq
    for _ in range(1100):
        await again.journal.append("refusal", detail={"code": "E_KEY"})
    await again.journal.beat()
    assert again.journal.last_seq - before <= OWN_RECORDS


@pytest.mark.parametrize(
    ("age_s", "due_s"), [(None, 60.0), (0.0, 10.0), (100.0, 10.0), (600.0, 30.0), (9000.0, 60.0)]
)
async def test_a_heartbeat_is_as_rare_as_the_play_is_old(
    box: Box, hand: Hand, age_s: float | None, due_s: float
) -> None:
    if age_s is not None:
        await box.journal.open_play(play())
        hand.s += age_s
    await box.journal.beat()
    assert box.journal._due_mono_s() - hand.s == pytest.approx(due_s)


async def test_the_oldest_goes_in_one_run_when_more_waits_than_there_is_room_for(
    box: Box,
) -> None:
    for number in range(20):
        await box.journal.close_play(0, play(f"e{number}"))
    size = len((await box.journal.pending(1, 1))[0])
    await _keep_only(box.store, 10 * size)
    assert [json.loads(raw)["seq"] for raw in await box.journal.pending(0, 99)] == list(
        range(13, 22)
    )


async def _keep_only(store: Store, size_bytes: int) -> None:
    dropped = await store.run(drop_oldest, size_bytes)
    assert dropped is not None
    assert (dropped.first, dropped.last, dropped.count) == (1, 12, 12)
    assert await store.run(drop_oldest, size_bytes) is None


async def test_a_late_acknowledgement_of_dropped_records_is_no_fork(box: Box) -> None:
    for number in range(20):
        await box.journal.close_play(0, play(f"e{number}"))
    size = len((await box.journal.pending(1, 1))[0])
    await _keep_only(box.store, 10 * size)
    assert await box.journal.acknowledge(5, "ab" * 32)  # its hash is not known any more
    assert await box.journal.acknowledge(12, "ab" * 32)
    assert not await box.journal.acknowledge(13, "ab" * 32)  # still here, and of another hash
    assert not await box.journal.acknowledge(22, "ab" * 32)  # never written
    assert len(await box.journal.pending(0, 99)) == 9


async def test_a_beat_that_waits_is_woken_by_a_play(box: Box, hand: Hand) -> None:
    task = asyncio.create_task(box.journal.keep_beating(), name="beats")
    await asyncio.sleep(0)
    await box.journal.open_play(play())
    assert box.journal._due_mono_s() - hand.s <= 10.0
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
