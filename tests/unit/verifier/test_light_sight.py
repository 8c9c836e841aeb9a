"""A light sensor before a face: a wall of 400 lx, and everything else that shines into it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.verifier.light_sight import LightSight, Sighting

WHITE_LUX = 400.0
Light = Callable[[float], float]


def watch(
    sent: Light,
    wall: Light | None = None,
    ambient: Light = lambda _s: 5.0,
    *,
    seconds: int = 60,
    saturated_lux: float | None = None,
    every_s: int = 2,
) -> list[Sighting]:
    """A face is sent something, shows it or something else, and a sensor is read.

    Args:
        sent: light by second.
        wall: what the face shows in truth; what it was sent.
        ambient: lux of everything else.
        seconds: how long.
        saturated_lux: of the sensor.
        every_s: between two readings.
    """
    sight, found = LightSight(WHITE_LUX, saturated_lux), []
    shown = sent if wall is None else wall
    for half_s in range(2 * seconds):
        at_s = half_s / 2
        sight.add_sent(sent(at_s), at_s)
        if half_s % (2 * every_s) == 2 * every_s - 1:
            # the sensor lags by a second, and its noise is half a percent
            lux = WHITE_LUX * shown(max(0.0, at_s - 1.0)) + ambient(at_s)
            lux *= 1.005 if half_s // (2 * every_s) % 2 else 0.995
            capped = lux if saturated_lux is None else min(lux, saturated_lux)
            sighting = sight.add_reading(capped, at_s)
            found += [] if sighting is None else [sighting]
    return found


def step(at_s: float, before: float = 0.0, after: float = 0.6) -> Light:
    return lambda s: after if s >= at_s else before


def verdicts(found: list[Sighting]) -> set[bool | None]:
    return {one.is_seen for one in found}


def test_a_face_that_follows_its_picture_is_seen() -> None:
    found = watch(step(20))
    assert [one.is_seen for one in found if one.is_seen is not None]
    assert verdicts(found) == {None, True}  # before the change nobody knows
    assert next(one for one in found if one.is_seen).share == pytest.approx(1.0, abs=0.05)
    assert found[0].doubt == "no_change"


@pytest.mark.parametrize("frozen", [0.0, 0.4, 1.0])
def test_a_face_that_stays_as_it_was_is_not_seen(frozen: float) -> None:
    found = watch(step(20), lambda _s: frozen)
    assert verdicts(found) == {None, False}
    assert sum(one.is_seen is False for one in found) >= 3  # within half a minute an issue


def test_a_card_that_is_asked_every_ten_seconds_says_it_within_a_minute_of_the_change() -> None:
    dark = watch(step(30), lambda _s: 0.0, every_s=10, seconds=30 + 50)
    assert sum(one.is_seen is False for one in dark) >= 3
    assert True in verdicts(watch(step(30), every_s=10, seconds=30 + 50))


def test_a_face_that_freezes_while_its_picture_gets_darker_is_not_seen() -> None:
    assert verdicts(watch(step(20, 0.8, 0.3), lambda _s: 0.8)) == {None, False}


def test_a_face_that_dies_while_its_picture_gets_darker_is_never_said_to_be_seen() -> None:
    for darker in (0.6, 0.3, 0.1):
        found = watch(step(20, 0.8, darker), step(20, 0.8, 0.0))
        assert True not in verdicts(found)


def test_a_picture_that_does_not_change_proves_nothing() -> None:
    found = watch(lambda _s: 0.5)
    assert verdicts(found) == {None}
    assert {one.doubt for one in found} == {"no_change"}


def test_the_sun_drowns_the_face() -> None:
    for wall in (None, lambda _s: 0.0):
        found = watch(step(20), wall, ambient=lambda _s: 30_000.0)
        assert verdicts(found) == {None}
        assert found[-1].doubt == "drowned"


def test_a_saturated_sensor_says_nothing() -> None:
    found = watch(step(20), ambient=lambda _s: 3000.0, saturated_lux=2000.0)
    assert verdicts(found) == {None}
    assert {one.doubt for one in found} == {"drowned"}


def test_headlights_are_no_picture() -> None:
    """A car each five seconds, on a wall that is dead: noise, neither seen nor calm."""
    cars: Light = lambda s: 300.0 if s % 5 < 2 else 5.0  # noqa: E731 - as the others
    assert True not in verdicts(watch(step(20), lambda _s: 0.0, cars))


def test_a_cloud_in_the_very_second_of_a_change_is_too_much_or_too_little() -> None:
    """Of a dead wall; only a lamp as bright as the picture, at its second, could deceive it."""
    for lux in (60.0, 90.0, 450.0, 900.0):
        dead = watch(step(20), lambda _s: 0.0, step(20, 5.0, 5.0 + lux))
        assert True not in verdicts(dead)


def test_dusk_does_not_hide_a_face_that_works() -> None:
    found = watch(step(20), ambient=lambda s: 50.0 - s / 3)
    assert verdicts(found) == {None, True}


def test_a_slideshow_is_seen_again_and_again_and_a_moving_film_waits() -> None:
    slides: Light = lambda s: 0.7 if s % 40 < 20 else 0.1  # noqa: E731 - as the others
    assert True in verdicts(watch(slides, seconds=200))
    assert False not in verdicts(watch(slides, seconds=200))
    film: Light = lambda s: 0.5 + 0.4 * ((s % 4) - 2) / 2  # noqa: E731 - as the others
    assert watch(film) == []


def test_a_dim_wall_at_night_is_seen_by_what_is_left_of_it() -> None:
    """15 % brightness: white gives 60 lx over a street lamp's 8."""
    found = watch(step(20, 0.0, 0.6 * 0.15), ambient=lambda _s: 8.0)
    assert verdicts(found) == {None, True}


def test_what_is_not_known_begins_anew() -> None:
    sight = LightSight(WHITE_LUX)
    for second in range(10):
        sight.add_sent(0.0, second)
        sight.add_reading(5.0, second)
    sight.add_sent(None, 10.0)  # the board process is gone
    sight.add_sent(0.6, 10.5)
    assert sight.add_reading(250.0, 11.0) is None
