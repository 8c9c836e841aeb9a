"""The clock: its readings by hand calculation; which fixes it applies, holds and drops."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.clock import BUILD_AT, NTS, Clock, Now, boot_s

DAY_S = 86_400.0
AT = BUILD_AT + timedelta(days=30)
BOOT = "0d9c5a0b7a5f4d7c9f6f3a1e2b4c6d80"


class Crystal:
    """Seconds since boot that the test moves."""

    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def crystal() -> Crystal:
    return Crystal()


def told(clock: Clock, crystal: Crystal, at: datetime, by: str = "k1") -> str:
    """An answer without delay."""
    return clock.fix(at, crystal.s, by).verdict


def days(number: float) -> timedelta:
    return timedelta(days=number)


def test_the_fix_is_the_middle_of_the_round_trip_and_half_of_it_is_the_error(
    crystal: Crystal,
) -> None:
    clock = Clock(boot=crystal)
    asked = crystal.s
    crystal.s += 4
    assert clock.fix(AT, asked, "k1").verdict == "taken"
    assert clock.now() == Now(AT + timedelta(seconds=2), "SYNCED", pytest.approx(2.0002))


def test_the_error_grows_by_100_ppm_until_the_fix_is_dropped(crystal: Crystal) -> None:
    clock = Clock(boot=crystal)
    told(clock, crystal, AT)
    crystal.s += DAY_S
    assert clock.now() == Now(AT + days(1), "SYNCED", pytest.approx(8.64))
    crystal.s += 1
    assert clock.now().quality == "HOLDOVER"
    crystal.s = 1000.0 + 120 / 100e-6  # 13 days 21 h 20 min
    assert clock.now().quality == "HOLDOVER"
    crystal.s += 1
    assert clock.now().quality == "FLOOR"
    assert clock.now().error_s is None


def test_after_the_error_limit_a_battery_clock_is_used_unless_a_fix_disproved_it(
    crystal: Crystal,
) -> None:
    near = Clock(rtc=AT + timedelta(seconds=119), boot=crystal)
    far = Clock(rtc=AT + timedelta(seconds=121), boot=crystal)
    assert (near.now().quality, far.now().quality) == ("RTC", "RTC")
    for clock in (near, far):
        told(clock, crystal, AT)
        assert clock.now().at == AT
    crystal.s += 14 * DAY_S
    assert (near.now().quality, far.now().quality) == ("RTC", "FLOOR")


def test_a_slow_battery_clock_never_reads_below_the_floor(crystal: Crystal) -> None:
    clock = Clock(rtc=AT - timedelta(seconds=50), boot=crystal)
    told(clock, crystal, AT)
    crystal.s += 14 * DAY_S
    now = clock.now()
    assert now.quality == "RTC"
    assert now.at >= AT + days(14) - timedelta(seconds=1)  # the fix was exact


def test_a_battery_clock_below_the_floor_or_in_the_far_future_is_ignored(crystal: Crystal) -> None:
    for rtc in (AT - timedelta(seconds=1), AT + days(401)):
        clock = Clock(AT, rtc, crystal)
        assert clock.now() == Now(AT, "FLOOR", None)


def test_a_battery_clock_proves_nothing_past_but_the_floor_does(crystal: Crystal) -> None:
    now = Clock(AT, AT + days(90), crystal).now()
    assert now.at == AT + days(90)
    assert now.is_past(AT)
    assert not now.is_past(AT + timedelta(seconds=1))
    assert Now(AT, "SYNCED", 0.1).is_past(AT)


@pytest.mark.parametrize(
    ("verdict", "utc", "delay_s"),
    [
        ("taken", AT + days(400), 0),
        ("held", AT + days(400) + timedelta(seconds=1), 0),
        ("below_floor", AT - timedelta(seconds=1), 0),
        ("taken", AT + days(1), 30),
        ("slow", AT + days(1), 30.001),
        ("slow", AT + days(1), -1),
    ],
)
def test_the_verdict_on_each_reply(
    crystal: Crystal, verdict: str, utc: datetime, delay_s: float
) -> None:
    clock = Clock(AT, boot=crystal)
    asked = crystal.s
    crystal.s += delay_s
    assert clock.fix(utc, asked, "k1").verdict == verdict
    assert (clock.now().quality == "SYNCED") == (verdict == "taken")
    assert (clock.held_at is not None) == (verdict == "held")


def test_an_answer_that_came_too_late_still_proves_its_moment_past(crystal: Crystal) -> None:
    clock = Clock(AT, boot=crystal)
    clock.fix(AT + days(3), crystal.s - 60, "k1")
    assert clock.now() == Now(AT + days(3), "FLOOR", None)
    assert clock.floor_by == "k1"
    clock.fix(AT + days(1000), crystal.s - 60, "k1")
    assert clock.floor == AT + days(3)


def test_a_delayed_answer_that_agrees_does_not_make_the_box_less_exact(crystal: Crystal) -> None:
    clock = Clock(AT, boot=crystal)
    told(clock, crystal, AT + days(1))
    crystal.s += 28
    before = clock.now()
    assert (
        clock.fix(AT + days(1) + timedelta(seconds=1), crystal.s - 28, "k1").verdict == "needless"
    )
    assert clock.now() == before


def test_the_floor_follows_the_time_and_is_never_ahead_of_it(crystal: Crystal) -> None:
    clock = Clock(boot=crystal)
    clock.raise_floor()
    assert clock.floor == BUILD_AT
    told(clock, crystal, AT)
    crystal.s += 10 * DAY_S  # error 86.4 s
    clock.raise_floor()
    assert clock.floor == AT + days(10) - timedelta(seconds=86.4)


def test_without_an_authenticated_time_the_floor_stays(crystal: Crystal) -> None:
    clock = Clock(AT, AT + days(5), crystal)
    crystal.s += DAY_S
    clock.raise_floor()
    assert clock.now().quality == "RTC"
    assert clock.floor == AT


def test_the_thief_of_the_time_key_moves_a_box_once(crystal: Crystal) -> None:
    clock = Clock(AT, boot=crystal)
    assert told(clock, crystal, AT + days(399)) == "taken"
    assert told(clock, crystal, AT + days(2 * 399)) == "held"
    assert told(clock, crystal, AT + days(401)) == "held"
    clock.attest(AT + days(20))
    assert told(clock, crystal, AT + days(419)) == "taken"


def test_the_attested_time_advances_by_the_crystal_and_by_no_signed_time(
    crystal: Crystal,
) -> None:
    clock = Clock(AT, boot=crystal)
    clock.attest(AT + days(3))
    crystal.s += 3600
    assert told(clock, crystal, AT + days(300)) == "taken"
    assert clock.attested == clock.now().attested == AT + days(3) + timedelta(hours=1)
    clock.attest(AT + days(2))  # an older document
    assert clock.attested == AT + days(3) + timedelta(hours=1)


def test_a_held_time_advances_and_is_applied_when_confirmed(crystal: Crystal) -> None:
    clock = Clock(AT, boot=crystal)
    told(clock, crystal, AT + days(500))
    crystal.s += 60
    assert clock.held_at == AT + days(500) + timedelta(seconds=60)
    assert clock.now() == Now(AT + timedelta(seconds=60), "FLOOR", None)
    assert clock.confirm().verdict == "taken"
    assert clock.now().at == AT + days(500) + timedelta(seconds=60)
    assert clock.held_at is None
    assert told(clock, crystal, AT + days(800)) == "taken"  # counted from what was confirmed
    with pytest.raises(ValueError, match="held"):
        clock.confirm()


def test_a_held_time_is_dropped_when_its_source_gives_another_time(crystal: Crystal) -> None:
    clock = Clock(AT, boot=crystal)
    told(clock, crystal, AT + days(500))
    told(clock, crystal, AT + days(1))
    assert clock.held_at is None


def test_chrony_counts_where_the_centre_gives_no_time(crystal: Crystal) -> None:
    clock = Clock(AT, boot=crystal)
    assert clock.follow(AT + days(1), crystal.s, 0.05).verdict == "taken"
    assert clock.now() == Now(AT + days(1), "SYNCED", 0.05)
    assert (clock.by, clock.floor_by) == (NTS, NTS)
    assert clock.follow(AT + days(900), crystal.s, 0.05).verdict == "held"
    assert clock.follow(AT - days(1), crystal.s, 0.05).verdict == "below_floor"
    assert clock.follow(AT + days(1), crystal.s, 16).verdict == "slow"


def test_the_centres_time_of_the_last_day_precedes_chronys(crystal: Crystal) -> None:
    clock = Clock(AT, boot=crystal)
    asked = crystal.s
    crystal.s += 2
    clock.fix(AT + days(1), asked, "k1")  # the middle: a second later, error 1 s
    true = AT + days(1) + timedelta(seconds=1)
    assert clock.follow(true + timedelta(hours=1), crystal.s, 0.1).verdict == "apart"
    assert clock.apart_s == pytest.approx(3600 - 1 - 0.1, abs=0.001)
    assert clock.now().at == true
    assert clock.follow(true, crystal.s, 0.1).verdict == "taken"  # it agrees and is finer
    assert clock.apart_s == 0
    told(clock, crystal, AT + days(1))
    crystal.s += DAY_S + 1
    assert clock.follow(AT + days(2) + timedelta(hours=1), crystal.s, 0.1).verdict == "taken"


def test_a_dropped_fix_serves_ten_more_minutes_and_raises_no_floor(crystal: Crystal) -> None:
    clock = Clock(AT, boot=crystal)
    told(clock, crystal, AT + days(300))
    clock.reset_floor()
    assert (clock.floor, clock.floor_by) == (BUILD_AT, "")
    assert clock.now().at == AT + days(300)
    assert clock.now().quality == "HOLDOVER"
    clock.raise_floor()
    assert clock.floor == BUILD_AT
    crystal.s += 599
    assert clock.now().quality == "HOLDOVER"
    crystal.s += 2
    assert clock.now().quality == "FLOOR"
    assert clock.now().at < BUILD_AT + timedelta(hours=1)
    assert told(clock, crystal, AT + days(1)) == "taken"


def test_a_clock_with_a_lowered_floor_takes_the_true_time_at_once(crystal: Crystal) -> None:
    clock = Clock(AT, boot=crystal)
    told(clock, crystal, AT + days(300))
    assert told(clock, crystal, AT + days(1)) == "below_floor"
    clock.reset_floor()
    assert clock.fix(AT + days(1), crystal.s, "k2").step_s == pytest.approx(-299 * DAY_S)


@pytest.mark.parametrize(("days_on", "verdict"), [(800, "taken"), (1190, "taken"), (1191, "held")])
def test_after_a_key_change_the_attested_time_and_not_the_build_limits_the_time(
    crystal: Crystal, days_on: int, verdict: str
) -> None:
    """A box in its third year; the newest document was signed ten days ago."""
    clock = Clock(BUILD_AT + days(800), boot=crystal, by="k1", attested=BUILD_AT + days(790))
    clock.reset_floor()
    assert told(clock, crystal, BUILD_AT + days(days_on)) == verdict


def test_a_box_from_the_warehouse_needs_only_an_attested_time(
    crystal: Crystal,
) -> None:
    clock = Clock(boot=crystal)
    assert told(clock, crystal, BUILD_AT + days(730)) == "held"
    clock.attest(BUILD_AT + days(365))  # its station-config, a year old
    assert told(clock, crystal, BUILD_AT + days(730)) == "taken"
    assert told(clock, crystal, BUILD_AT + days(766)) == "held"  # 400 days above that, no more


def again(clock: Clock, crystal: Crystal, **changes: Any) -> Clock:
    saved: dict[str, Any] = {**(clock.dump(BOOT) or {}), **changes}
    other = Clock(clock.floor, boot=crystal, by=clock.floor_by)
    other.restore(saved, BOOT)
    return other


def test_a_fix_survives_a_restart_within_the_boot(crystal: Crystal) -> None:
    clock = Clock(AT, boot=crystal)
    told(clock, crystal, AT + days(1))
    crystal.s += 100
    assert again(clock, crystal).now() == clock.now()
    assert again(clock, crystal).by == "k1"
    clock.reset_floor()
    back = again(clock, crystal)
    back.raise_floor()
    assert back.floor == BUILD_AT


@pytest.mark.parametrize(
    "changes", [{"boot_id": "another"}, {"raw_s": 1e9}], ids=["another boot", "from the future"]
)
def test_a_fix_of_another_boot_is_ignored(crystal: Crystal, changes: dict[str, Any]) -> None:
    clock = Clock(AT, boot=crystal)
    told(clock, crystal, AT + days(1))
    assert again(clock, crystal, **changes).now().quality == "FLOOR"


def test_a_fix_that_an_older_release_counted_by_boottime_is_ignored(crystal: Crystal) -> None:
    clock = Clock(AT, boot=crystal)
    saved = {"boot_id": BOOT, "boot_s": 10.0, "utc": AT.isoformat(), "error_s": 0.1}
    clock.restore(saved, BOOT)
    assert clock.now().quality == "FLOOR"


def test_the_seconds_are_those_of_the_crystal_and_of_the_suspend(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A steered MONOTONIC and BOOTTIME are 8 % fast; the box slept an hour."""
    raw_s = 5000.0
    clocks = {time.CLOCK_MONOTONIC_RAW: raw_s, time.CLOCK_BOOTTIME: raw_s * 1.08 + 3600}
    monkeypatch.setattr("agent.system_clock.time.clock_gettime", clocks.__getitem__)
    monkeypatch.setattr("agent.system_clock.time.monotonic", lambda: raw_s * 1.08)
    assert boot_s() == pytest.approx(8600)


def test_boot_s_matches_the_kernel() -> None:
    """Within what a kernel that is being steered may differ since it was started."""
    real_s = time.clock_gettime(time.CLOCK_BOOTTIME)
    assert boot_s() == pytest.approx(real_s, rel=0.1)
    assert datetime.fromtimestamp(time.time(), UTC) > BUILD_AT


def test_a_delay_between_the_two_clock_reads_moves_no_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world_s, lost_s = [5000.0], [0.0]

    def boot() -> float:
        read = world_s[0]
        world_s[0] += lost_s.pop() if lost_s else 0.0
        return read

    monkeypatch.setattr("agent.clock.mono_s", lambda: world_s[0])
    clock = Clock(boot=boot)
    at = BUILD_AT + timedelta(days=1)
    clock.fix(at, boot())
    due = at + timedelta(seconds=10)
    lost_s[:] = [0.0, 0.05, 0.2]
    assert clock.mono_of(due) == pytest.approx(5010.0, abs=1e-6)
    lost_s[:] = [0.05, 0.0, 0.2]
    assert clock.at_of(5010.0) == due


class Pace(Crystal):
    """The clock whose rate chrony steers."""


@pytest.mark.parametrize("crystal_ppm", [50, -80])
def test_between_two_answers_of_chrony_its_pace_counts_and_not_the_crystals(
    crystal: Crystal, crystal_ppm: int
) -> None:
    pace = Pace()
    clock = Clock(AT, boot=crystal, paced=pace)
    assert clock.follow(AT + days(1), crystal.s, 0.002).is_good
    pace.s += 600
    crystal.s += 600 * (1 + crystal_ppm * 1e-6)
    assert clock.now().at == AT + days(1) + timedelta(seconds=600)
    assert clock.now().error_s == pytest.approx(0.002 + 0.06, abs=1e-4)


def test_a_pace_that_is_false_by_eight_percent_is_followed_within_the_stated_error(
    crystal: Crystal,
) -> None:
    pace = Pace()
    clock = Clock(AT, boot=crystal, paced=pace)
    clock.follow(AT + days(1), crystal.s, 0.002)
    crystal.s += 600
    pace.s += 648
    assert clock.now().at == AT + days(1) + timedelta(seconds=600.06)


def test_what_the_centre_says_goes_on_by_the_crystal_alone(crystal: Crystal) -> None:
    pace = Pace()
    clock = Clock(AT, boot=crystal, paced=pace)
    told(clock, crystal, AT + days(1))
    crystal.s += 600
    pace.s += 600.03
    assert clock.now().at == AT + days(1) + timedelta(seconds=600)


def test_a_time_that_answers_no_question_raises_the_floor_and_nothing_else(
    crystal: Crystal,
) -> None:
    clock = Clock(rtc=AT, boot=crystal)
    before = clock.now()
    clock.prove_past(AT - days(1), "k1")
    assert (clock.floor, clock.floor_by) == (AT - days(1), "k1")
    assert (clock.now().at, clock.now().quality) == (before.at, "RTC")
    assert clock.now().is_past(AT - days(1))
    clock.prove_past(AT - days(2), "k1")
    assert clock.floor == AT - days(1)
    clock.prove_past(AT + days(1_000), "k1")  # above the ceiling
    assert clock.floor == AT - days(1)
