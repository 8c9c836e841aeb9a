"""A refusal is on record at once, and again on each day on which its item would have played."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from agent.plan.occurrence import Refusal
from agent.playout.new_refusals import NewRefusals
from agent.playout.schedule import NEAR, Schedule
from tests.harness.schedule_documents import night_playlist, now

NOON = datetime(2026, 12, 1, 5, tzinfo=UTC)  # 12:00 in Viet Nam
HOUR = timedelta(hours=1)
DAILY = [NOON + day * timedelta(days=1) + 9 * HOUR for day in (-1, 0, 1, 2)]  # 21:00


def refuse(at: datetime, entry: str = "e1", rule: str = "quiet_hours 20:00-05:00") -> Refusal:
    return Refusal(entry, "ab" * 16, at, "E_HOURS", rule)


def test_each_day_of_a_refusal_is_recorded_once_however_often_it_is_planned() -> None:
    refusals = NewRefusals(NEAR)
    plan = [refuse(at) for at in DAILY]
    assert [one.at for one in refusals.take(plan, NOON)] == [DAILY[1]]
    assert refusals.take(plan, NOON + HOUR) == []
    taken = [refusals.take(plan, NOON + timedelta(hours=hours)) for hours in (12, 24, 36)]
    assert [[one.at for one in ones] for ones in taken] == [[], [DAILY[2]], []]


def test_two_times_of_a_day_are_one_record_and_two_rules_two() -> None:
    plan = [refuse(NOON + HOUR), refuse(NOON + 2 * HOUR), refuse(NOON + 3 * HOUR, rule="weekdays")]
    taken = NewRefusals(NEAR).take(plan, NOON)
    assert [(one.at - NOON, one.rule) for one in taken] == [
        (HOUR, "quiet_hours 20:00-05:00"),
        (3 * HOUR, "weekdays"),
    ]


def test_what_is_refused_for_the_first_time_is_known_days_ahead_and_past_ones_only_then() -> None:
    refusals = NewRefusals(NEAR)
    assert [one.at for one in refusals.take([refuse(DAILY[3])], NOON)] == [DAILY[3]]
    assert refusals.take([refuse(DAILY[3])], DAILY[3] - HOUR) == []
    late = refuse(NOON - HOUR, entry="e2")
    assert refusals.take([late], NOON) == [late]
    assert refusals.take([late], NOON + HOUR) == []


def test_a_plan_that_is_built_because_time_has_passed_is_looked_at_too() -> None:
    schedule, planned = Schedule(None, lambda _digest: None), [0]
    schedule.planned.connect(lambda: planned.__setitem__(0, planned[0] + 1))
    schedule.update([night_playlist()], now(0))
    day = 24 * 3_600
    found = []
    for half_days in range(1, 6):
        schedule.refresh(now(half_days * day // 2 + half_days))
        found += [one.at for one in schedule.take_new_refusals()]
    assert planned == [5]
    assert len(found) == len({at.date() for at in found}) >= 2
