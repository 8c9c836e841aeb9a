"""The quality of the clock with which a play begins, by hand: 100 ppm of 1,000 s are 100 ms."""

from __future__ import annotations

from datetime import UTC, datetime

from agent.clock import Clock
from agent.play.play_record import UNKNOWN, PlayResult, StartClock, build_play, read_start_clock
from tests.harness.sound_output_harness import build_item

AT = datetime(2026, 12, 15, 5, 0, tzinfo=UTC)


class FakeBoot:
    def __init__(self) -> None:
        self.boot_s = 5_000.0

    def __call__(self) -> float:
        return self.boot_s


def test_the_error_grows_with_the_age_of_a_time_from_the_centre() -> None:
    boot = FakeBoot()
    clock = Clock(boot=boot)
    asked_s = boot.boot_s
    boot.boot_s += 0.04  # there and back; half of it is the error
    assert clock.fix(AT, asked_s, "a" * 64).is_good
    assert read_start_clock(clock) == StartClock(20.0, "centre")
    boot.boot_s += 1_000
    assert read_start_clock(clock) == StartClock(120.0, "centre")


def test_time_under_nts_is_named() -> None:
    clock = Clock(boot=FakeBoot())
    assert clock.follow(AT, 5_000.0, 0.0031).is_good
    assert read_start_clock(clock) == StartClock(3.1, "nts")


def test_a_clock_that_nobody_trusted_has_set_says_nothing() -> None:
    assert read_start_clock(Clock(boot=FakeBoot())) == UNKNOWN


def test_a_record_has_the_quality_at_the_start_and_none_where_nothing_began() -> None:
    item = build_item("tin", AT)
    play = build_play("loa", item, PlayResult("full", start_clock=StartClock(3.1, "nts")))
    assert (play.clock_error_ms, play.clock_source) == (3.1, "nts")
    skipped = build_play("loa", item, PlayResult("skipped"))
    assert (skipped.clock_error_ms, skipped.clock_source) == (None, None)
