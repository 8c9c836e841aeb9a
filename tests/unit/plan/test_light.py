"""The brightness of a board by its rules: the hand calculations stand beside each case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract.calendar_terms import SunPoint
from agent.plan.light import (
    LightInputs,
    LightTarget,
    LuxFilter,
    find_target,
    next_step,
    raise_at_once,
)
from agent.settings.model import BoardLight

TRA_VINH = SunPoint(995000, 10634000)
CLOCK = BoardLight(by="clock", day_pct=80, night_pct=20, day="06:00-18:00", twilight_min=30)
FULL = (0, 100)


def at(clock: str) -> datetime:
    """A moment of 30 November 2026 by Vietnam's clock."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, 30, hour, minute, tzinfo=UTC) - timedelta(hours=7)


def pct(rules: BoardLight, **inputs: object) -> int:
    return find_target(rules, LightInputs(**inputs), FULL).pct  # type: ignore[arg-type]  # drawn values


@pytest.mark.parametrize(
    ("clock", "wanted"),
    [
        ("12:00", 80),
        ("06:00", 80),
        ("18:00", 80),
        ("18:15", 50),  # half of the twilight: 20 + 60/2
        ("18:30", 20),
        ("23:00", 20),
        ("05:30", 20),
        ("05:45", 50),
    ],
)
def test_by_clock_it_fades_in_before_the_day_and_out_behind_it(clock: str, wanted: int) -> None:
    assert pct(CLOCK, at=at(clock)) == wanted


def test_by_sun_the_evening_is_that_of_the_place() -> None:
    rules = BoardLight(by="sun", day_pct=80, night_pct=20, day="00:00-00:01", twilight_min=30)
    # Trà Vinh, end of November: sunrise about 5:47, sunset about 17:31
    assert pct(rules, at=at("17:20"), sun=TRA_VINH) == 80
    assert pct(rules, at=at("05:58"), sun=TRA_VINH) == 80
    assert 20 < pct(rules, at=at("17:45"), sun=TRA_VINH) < 80
    assert pct(rules, at=at("18:10"), sun=TRA_VINH) == 20
    assert pct(rules, at=at("17:20"), sun=None) == 20  # the clock's day is over


def test_a_day_by_clock_may_go_over_midnight() -> None:
    rules = BoardLight(by="clock", day_pct=80, night_pct=20, day="20:00-04:00", twilight_min=0)
    assert pct(rules, at=at("23:59")) == 80
    assert pct(rules, at=at("12:00")) == 20


@pytest.mark.parametrize(
    ("lux", "wanted"),
    [
        (0, 20),
        (10, 20),
        (1000, 50),  # half of the way from 10 to 100000, by tenfold steps
        (100_000, 80),
        (190_000, 80),
    ],
)
def test_by_sensor_each_tenfold_light_is_the_same_step(lux: float, wanted: int) -> None:
    rules = BoardLight(
        by="sensor", day_pct=80, night_pct=20, dark_lux=10, bright_lux=100_000, day="06:00-18:00"
    )
    assert pct(rules, at=at("23:00"), lux=lux) == wanted


def test_without_a_valid_sensor_the_sun_or_the_clock_decides() -> None:
    rules = BoardLight(by="sensor", day_pct=80, night_pct=20, day="06:00-18:00")
    assert pct(rules, at=at("12:00"), lux=None) == 80
    assert pct(rules, at=at("23:00"), lux=None) == 20


def test_without_a_time_it_is_between_night_and_day() -> None:
    found = find_target(CLOCK, LightInputs(at=None), FULL)
    assert found == LightTarget(40, "no_time")  # the root of 80 × 20


@pytest.mark.parametrize(
    ("rules", "inputs", "wanted"),
    [
        ({"advert_pct": 60}, {"is_advert": True}, LightTarget(60, "advert")),
        ({"advert_pct": 60}, {"is_advert": False}, LightTarget(80, "clock")),
        ({"reserve_pct": 30}, {"is_reserve": True}, LightTarget(30, "reserve")),
        # 24 kW all white: 9 kW are 37.5 %; at a picture level of 0.5 they are 75 %
        ({"full_w": 24_000, "cap_w": 9_000}, {}, LightTarget(37, "watts")),
        ({"full_w": 24_000, "cap_w": 9_000}, {"picture_level": 0.5}, LightTarget(75, "watts")),
        ({}, {"dark_s": 86_400.0, "lit_s": 599.0}, LightTarget(10, "wet")),
        ({}, {"dark_s": 86_400.0, "lit_s": 600.0}, LightTarget(80, "clock")),
        ({}, {"dark_s": 86_399.0, "lit_s": 1.0}, LightTarget(80, "clock")),
    ],
)
def test_caps_lower_it_and_the_lowest_is_named(
    rules: dict[str, int], inputs: dict[str, float], wanted: LightTarget
) -> None:
    light = BoardLight(by="clock", day_pct=80, night_pct=20, day="06:00-18:00", **rules)  # type: ignore[arg-type]  # drawn values
    assert find_target(light, LightInputs(at=at("12:00"), **inputs), FULL) == wanted  # type: ignore[arg-type]  # drawn values


def test_the_cards_profile_clamps_last() -> None:
    assert find_target(CLOCK, LightInputs(at=at("12:00")), (5, 60)).pct == 60
    dark = BoardLight(by="clock", night_pct=0)
    assert find_target(dark, LightInputs(at=at("23:00")), (5, 60)).pct == 5


def test_a_change_is_a_percent_a_second_and_a_reserve_supply_is_obeyed_at_once() -> None:
    assert next_step(20.0, LightTarget(80, "sun"), 2.0) == 22.0
    assert next_step(80.0, LightTarget(20, "sun"), 2.0) == 78.0
    assert next_step(79.5, LightTarget(80, "sun"), 2.0) == 80.0
    assert next_step(80.0, LightTarget(30, "reserve"), 2.0) == 30.0


def test_for_an_emergency_it_is_raised_at_once_and_lowered_as_ever() -> None:
    assert raise_at_once(5.0, LightTarget(80, "sun"), 0.25) == 80.0
    assert raise_at_once(90.0, LightTarget(80, "sun"), 2.0) == 88.0
    assert raise_at_once(90.0, LightTarget(30, "reserve"), 2.0) == 30.0


def test_the_cap_in_watts_is_reached_at_five_percent_a_second_whatever_else_lowers_it() -> None:
    assert next_step(80.0, LightTarget(37, "watts"), 2.0, 37) == 70.0
    assert next_step(42.0, LightTarget(37, "watts"), 2.0, 37) == 37.0  # and no further
    assert next_step(80.0, LightTarget(20, "advert"), 2.0, 37) == 70.0
    assert next_step(30.0, LightTarget(20, "advert"), 2.0, 37) == 28.0
    assert next_step(20.0, LightTarget(80, "sun"), 2.0, 75) == 22.0  # up again it goes slowly


def test_headlights_and_small_changes_of_light_do_not_count() -> None:
    light = LuxFilter()
    assert light.add_sample(100.0, 0.0) == 100.0
    assert light.add_sample(900.0, 10.0) == 100.0  # a car comes
    assert light.add_sample(100.0, 20.0) == 100.0  # and goes
    assert light.add_sample(110.0, 30.0) == 100.0
    assert light.add_sample(900.0, 40.0) == 100.0  # the sun comes out
    assert light.add_sample(950.0, 69.0) == 100.0
    assert light.add_sample(950.0, 70.0) == 950.0
    assert light.add_sample(None, 71.0) is None
    assert light.add_sample(5.0, 72.0) == 5.0


@given(
    clock=st.integers(0, 1439),
    lux=st.none() | st.floats(0, 200_000),
    night=st.integers(0, 40),
    day=st.integers(40, 100),
    by=st.sampled_from(["clock", "sun", "sensor"]),
    has_sun=st.booleans(),
    is_reserve=st.booleans(),
)
def test_it_is_never_above_the_day_nor_outside_of_the_card(
    clock: int,
    lux: float | None,
    night: int,
    day: int,
    by: str,
    *,
    has_sun: bool,
    is_reserve: bool,
) -> None:
    rules = BoardLight(by=by, day_pct=day, night_pct=night, reserve_pct=25)  # type: ignore[arg-type]  # drawn values
    inputs = LightInputs(
        at=at(f"{clock // 60}:{clock % 60}"),
        sun=TRA_VINH if has_sun else None,
        lux=lux,
        is_reserve=is_reserve,
    )
    found = find_target(rules, inputs, (5, 90)).pct
    assert 5 <= found <= max(min(day, 90), 5)
    assert not is_reserve or found <= 25
