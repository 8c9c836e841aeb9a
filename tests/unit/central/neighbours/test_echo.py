"""Distances against GeographicLib, places of echoes against calculations by hand."""

from __future__ import annotations

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from central.neighbours.echo import EchoRule, find_echo, reach_at
from central.neighbours.pole import Geodetic, Metric, Pole, distance_m

WARM = EchoRule(temperature_c=20.0)


def pole(x: float, y: float = 0.0, *horns: float, reach_m: float = 1000.0) -> Pole:
    return Pole(f"p{x:g}", Metric(x, y), "", horns, reach_m)


@settings(max_examples=200, deadline=None)
@given(
    lat=st.floats(8, 23.4), lon=st.floats(102, 110),
    north=st.floats(-0.02, 0.02), east=st.floats(-0.02, 0.02),
)  # fmt: skip
def test_a_distance_is_that_of_geographiclib(
    lat: float, lon: float, north: float, east: float
) -> None:
    line = Geodesic.WGS84.Inverse(lat, lon, lat + north, lon + east)
    found = distance_m(Geodetic(lat, lon), Geodetic(lat + north, lon + east))
    assert found == pytest.approx(line["s12"], rel=1e-5, abs=1e-3)


def test_sound_at_20_degrees_takes_what_iso_9613_says() -> None:
    assert 1000 / WARM.ms_per_m == pytest.approx(343.2, abs=0.1)


def test_between_two_equal_poles_an_echo_is_where_both_rules_hold() -> None:
    # 300 m: the other is 10 dB fainter at 300 / (1 + sqrt 10) = 72.1 m; 50 ms are 17.16 m of
    # detour, so (300 - 17.16) / 2 = 141.4 m; then the same from the other side
    echo = find_echo(pole(0), pole(300), WARM)
    expected = ((72.1, 141.4), (158.6, 227.9))
    assert echo.distance_m == pytest.approx(300)
    assert echo.air_ms == pytest.approx(874.1, abs=0.5)
    assert len(echo.between_m) == 2
    for found, ends in zip(echo.between_m, expected, strict=True):
        assert found == pytest.approx(ends, abs=0.75)  # a step between them is 300 / 400 m


@pytest.mark.parametrize(("apart_m", "is_heard"), [(17.0, False), (18.0, True)])
def test_an_echo_needs_17_metres(apart_m: float, *, is_heard: bool) -> None:
    assert find_echo(pole(0), pole(apart_m), WARM).is_heard is is_heard


def test_at_25_metres_nobody_between_hears_one_but_those_behind_do() -> None:
    # 25 / (1 + sqrt 10) = 6.0 m, but (25 - 17.16) / 2 = 3.9 m
    echo = find_echo(pole(0), pole(25), WARM)
    assert echo.between_m == ()
    assert echo.share > 0


def test_a_horn_is_understood_less_far_beside_its_axis() -> None:
    # 3 dB less are 0.708 of the way, 12 dB 0.251, 20 dB a tenth
    found = reach_at(pole(0, 0, 350, reach_m=300), np.array([350.0, 35.0, 80.0, 170.0]))
    assert found.tolist() == pytest.approx([300, 212.4, 75.4, 30], abs=0.05)


def test_horns_that_look_away_from_each_other_make_none() -> None:
    # behind a horn it is 20 dB fainter: understood up to a tenth of 300 m
    west, east = pole(0, 0, 270, reach_m=300), pole(200, 0, 90, reach_m=300)
    assert not find_echo(west, east, WARM).is_heard


def test_horns_that_look_at_each_other_are_like_poles_without_a_direction() -> None:
    facing = find_echo(pole(0, 0, 90), pole(300, 0, 270), WARM)
    assert facing.between_m == find_echo(pole(0), pole(300), WARM).between_m


def test_an_echo_does_not_depend_on_where_north_is() -> None:
    east = find_echo(pole(0, 0, 90, reach_m=300), pole(250, 0, 180, reach_m=300), WARM)
    turned = find_echo(pole(0, 0, 180, reach_m=300), pole(0, -250, 270, reach_m=300), WARM)
    assert turned.share == pytest.approx(east.share, abs=0.01)


def test_beyond_its_reach_a_pole_takes_no_part() -> None:
    # both are understood from 200 m to 300 m only, where the detour is more than 17 m up to 241.4
    echo = find_echo(pole(0, reach_m=300), pole(500, reach_m=300), WARM)
    assert echo.between_m[0] == pytest.approx((200, 241.4), abs=1.25)
