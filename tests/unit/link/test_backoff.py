from __future__ import annotations

import pytest

from agent.link.backoff import BackOff, TakeoverGuard


def highest(_low: float, high: float) -> float:
    return high


def lowest(low: float, _high: float) -> float:
    return low


def test_waits_grow_at_most_threefold_up_to_the_cap() -> None:
    back_off = BackOff(base_s=1, cap_s=300, uniform=highest)
    assert [back_off.next_s() for _ in range(7)] == [3, 9, 27, 81, 243, 300, 300]


def test_no_wait_is_shorter_than_the_base() -> None:
    back_off = BackOff(base_s=1, cap_s=300, uniform=lowest)
    assert [back_off.next_s() for _ in range(3)] == [1, 1, 1]


def test_stations_that_lost_an_established_session_spread_out_once() -> None:
    drawn: list[tuple[float, float]] = []

    def middle(low: float, high: float) -> float:
        drawn.append((low, high))
        return (low + high) / 2

    back_off = BackOff(base_s=1, cap_s=300, spread_s=60, uniform=middle)
    back_off.next_s()
    back_off.record_end(3600)
    assert back_off.next_s() == 30
    back_off.next_s()
    assert drawn == [(1, 3), (0, 60), (1, 3)]


def test_a_broker_that_accepts_and_drops_at_once_is_tried_less_and_less_often() -> None:
    back_off = BackOff(base_s=1, cap_s=300, spread_s=60, uniform=highest)
    waits = []
    for _ in range(3):
        back_off.record_end(0.2)
        waits.append(back_off.next_s())
    assert waits == [3, 9, 27]
    assert back_off.short_connections == 3
    back_off.record_end(3600)
    assert back_off.short_connections == 0


def test_a_broker_that_does_not_read_is_tried_again_soon_every_time() -> None:
    back_off = BackOff(base_s=1, cap_s=300, spread_s=60, uniform=highest)
    back_off.record_end(3600)
    waits = []
    for _ in range(3):
        back_off.record_stall()
        waits.append(back_off.next_s())
    assert waits == [3, 3, 3]
    assert back_off.short_connections == 0


def test_a_base_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="base 0 s"):
        BackOff(base_s=0)


def test_only_the_second_takeover_within_a_minute_points_to_a_duplicate() -> None:
    guard = TakeoverGuard()
    assert [guard.record_takeover(at) for at in (1000.0, 1061.0, 1121.0, 1122.0)] == [
        False, False, True, True,
    ]  # fmt: skip
