"""When an emergency began, by the present clock, is known through steps and restarts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from agent.state.emergency_starts import REMEMBERED, EmergencyStarts
from tests.harness.virtual_station import StationClock

AT = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NEAR = timedelta(seconds=60)  # the test may stand still for a while


def test_a_step_moves_the_beginning_of_what_this_run_accepted() -> None:
    clock = StationClock(AT)
    starts, noted_at = EmergencyStarts(clock), clock.now().at
    assert starts.find("a", noted_at, clock.now()) == noted_at
    clock.set(AT + 20 * DAY)
    assert abs(starts.find("a", noted_at, clock.now()) - (AT + 20 * DAY)) < NEAR
    clock.set(AT - DAY)
    assert starts.find("a", noted_at, clock.now()) <= clock.now().at


def test_a_moment_of_a_former_run_stays_until_the_time_is_known_and_moves_then() -> None:
    clock = StationClock(AT)
    clock.quality = "FLOOR"
    starts, noted_at = EmergencyStarts(clock), AT - timedelta(minutes=10)
    assert starts.find("a", noted_at, clock.now()) == noted_at
    clock.quality = "SYNCED"
    clock.set(AT + timedelta(minutes=30))  # the box was off for half an hour
    assert starts.find("a", noted_at, clock.now()) == noted_at
    clock.set(AT + timedelta(minutes=90))
    moved = starts.find("a", noted_at, clock.now()) - noted_at
    assert abs(moved - timedelta(minutes=60)) < NEAR


def test_what_was_noted_by_a_clock_that_was_ahead_begins_now() -> None:
    clock = StationClock(AT)
    found = EmergencyStarts(clock).find("a", AT + DAY, clock.now())
    assert abs(found - AT) < NEAR


def test_the_oldest_of_many_gives_way() -> None:
    clock = StationClock(AT)
    starts, noted_at = EmergencyStarts(clock), clock.now().at
    for number in range(REMEMBERED + 1):
        starts.find(str(number), noted_at, clock.now())
    clock.quality = "FLOOR"
    clock.set(AT + DAY)
    assert starts.find("0", noted_at, clock.now()) == noted_at
    assert starts.find("1", noted_at, clock.now()) > noted_at
