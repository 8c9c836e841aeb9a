"""Slots of 20 ms on a clock of the test's own."""

from __future__ import annotations

import pytest

from drivers.frame_sink import Presented
from drivers.led.slot_clock import SlotClock

PERIOD_S = 0.02


class Now:
    """Time that passes only when somebody waits, or the test says so."""

    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s

    def sleep(self, wait_s: float) -> None:
        self.s += wait_s


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def clock(now: Now) -> SlotClock:
    return SlotClock(PERIOD_S, now, now.sleep)


def show(clock: SlotClock, asked: int | None = None) -> Presented:
    slot = clock.choose(asked)
    clock.wait(slot)
    return clock.mark(slot, asked)


def test_the_first_frame_is_shown_at_once(clock: SlotClock, now: Now) -> None:
    assert show(clock) == Presented(1, pytest.approx(100.0))
    assert now.s == pytest.approx(100.0)


def test_frames_asked_for_slot_by_slot_keep_an_even_pace(clock: SlotClock, now: Now) -> None:
    first = show(clock).slot
    for n in range(1, 101):
        now.s += 0.013  # drawing
        assert show(clock, first + n) == Presented(first + n, pytest.approx(100.0 + n * PERIOD_S))


def test_small_delays_do_not_add_up(clock: SlotClock, now: Now) -> None:
    first = show(clock).slot
    for n in range(1, 101):
        now.s += 0.023 if n % 2 else 0.01
        shown = show(clock, first + n)
        assert (shown.slot, shown.late) == (first + n, 0)
    assert now.s == pytest.approx(100.0 + 100 * PERIOD_S)


def test_a_frame_that_missed_its_slot_is_shown_in_the_next_and_counted(
    clock: SlotClock, now: Now
) -> None:
    first = show(clock).slot
    now.s += 3.4 * PERIOD_S  # in the slot that begins at 3 periods
    shown = show(clock, first + 1)
    assert (shown.slot, shown.late) == (first + 3, 2)
    assert show(clock, first + 4).shown_mono_s == pytest.approx(100.0 + 4 * PERIOD_S)


def test_a_still_after_an_hour_is_neither_late_nor_delayed(clock: SlotClock, now: Now) -> None:
    show(clock)
    now.s += 3600.007
    shown = show(clock)
    assert (shown.late, shown.shown_mono_s) == (0, pytest.approx(3700.007))


def test_two_stills_in_a_row_are_a_slot_apart(clock: SlotClock) -> None:
    shown = [show(clock).shown_mono_s for _ in range(2)]
    assert shown[1] - shown[0] == pytest.approx(PERIOD_S)


def test_a_screen_with_another_crystal_stays_in_step(clock: SlotClock, now: Now) -> None:
    true_period_s = PERIOD_S * 1.0005  # 500 parts in a million off
    vblank_s, slot = now.s, clock.mark_vblank(now.s, None).slot
    for n in range(1, 3001):  # a minute: off by one and a half slots of ours
        clock.wait(slot + n, PERIOD_S - 0.001)
        assert now.s < vblank_s + true_period_s
        vblank_s += true_period_s
        now.s = vblank_s
        shown = clock.mark_vblank(vblank_s, slot + n)
        assert (shown.slot, shown.late) == (slot + n, 0)


def test_a_missed_vertical_blanking_is_counted(clock: SlotClock, now: Now) -> None:
    slot = clock.mark_vblank(now.s, None).slot
    shown = clock.mark_vblank(now.s + 2 * PERIOD_S, slot + 1)
    assert (shown.slot, shown.late) == (slot + 2, 1)
