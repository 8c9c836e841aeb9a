"""What a session tells the engine when the box's clock is set while it sounds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from agent.clock import Clock, boot_s, mono_s
from agent.contract.report import Play
from agent.play.ipc import Ended, Load, Started, StartSlot, Steer, Steered
from agent.play.item import Item
from agent.play.sound.clock_follower import ClockFollower
from tests.harness.sound_output_harness import (
    Bench,
    SlowMediaFiles,
    at_work,
    build_item,
    media_files,
    until,
)

__all__ = ["media_files"]
NEAR_S = 0.045  # two readings of one clock on a busy machine
AT = datetime(2026, 12, 15, 5, 0, tzinfo=UTC)


class FakeClock(Clock):
    """CLOCK_MONOTONIC 0 is a moment that a test moves."""

    def __init__(self) -> None:
        super().__init__()
        self.zero_at = AT

    def mono_of(self, at: datetime) -> float:
        return (at - self.zero_at).total_seconds()

    def at_of(self, mono: float) -> datetime:
        return self.zero_at + timedelta(seconds=mono)

    def set_ahead(self, by_s: float) -> None:
        self.zero_at += timedelta(seconds=by_s)


def test_a_clock_that_was_behind_makes_the_sound_due_earlier() -> None:
    steered: list[float] = []
    clock = FakeClock()
    follower = ClockFollower(clock, steered.append)
    follower.begin(100.0, 100.0)
    assert (follower.follow(), steered) == (0.0, [])
    clock.set_ahead(0.03)
    assert follower.follow() == pytest.approx(-0.03)
    assert follower.follow() == 0.0
    clock.set_ahead(-0.05)
    follower.follow()
    assert steered == pytest.approx([-0.03, 0.05])


def test_what_began_late_is_made_up() -> None:
    steered: list[float] = []
    ClockFollower(FakeClock(), steered.append).begin(100.4, 100.0)
    assert steered == pytest.approx([-0.4])


def test_what_is_joined_late_in_its_midst_tells_by_how_much() -> None:
    steered: list[float] = []
    follower = ClockFollower(FakeClock(), steered.append)
    follower.join(100.0)
    assert follower.begin(101.5, 100.0) == pytest.approx(1.5)
    assert steered == pytest.approx([-1.5])


def test_a_clock_that_was_minutes_wrong_leaves_the_sound_where_it_is() -> None:
    steered: list[float] = []
    clock = FakeClock()
    follower = ClockFollower(clock, steered.append)
    follower.begin(100.0, 100.0)
    clock.set_ahead(180)
    assert (follower.follow(), steered) == (0.0, [])
    clock.set_ahead(0.02)  # and from there on it follows
    follower.follow()
    assert steered == pytest.approx([-0.02])


def test_before_it_sounds_nothing_is_followed() -> None:
    steered: list[float] = []
    assert ClockFollower(FakeClock(), steered.append).follow() == 0.0
    assert steered == []


@asynccontextmanager
async def sounding(files: SlowMediaFiles, late_s: float = 0.0) -> AsyncIterator[tuple[Bench, Item]]:
    """A planned item whose first sample sounded so much late."""
    async with at_work(files, []) as bench:
        item = build_item("tin", bench.clock.now().at + timedelta(minutes=1))
        bench.rundown.now_wanted = [item]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(StartSlot)))
        start = bench.engine.all(StartSlot)[0]
        bench.engine.on_event(Started(start.id, start.at_mono_s + late_s))
        await until(lambda: bench.output.on_air is not None)
        yield bench, item


async def end(bench: Bench, steered: Steered | None) -> Play:
    slot = bench.engine.all(Load)[0].id
    bench.engine.on_event(Ended(slot, 48_000, "stopped", mono_s(), steered=steered))
    await until(lambda: bool(bench.log.plays))
    return bench.log.plays[0]


async def test_a_planned_item_that_was_late_is_brought_to_its_moment(
    media_files: SlowMediaFiles,
) -> None:
    async with sounding(media_files, late_s=0.4) as (bench, _):
        await until(lambda: bool(bench.engine.all(Steer)))
        assert bench.engine.all(Steer)[0].by_s == pytest.approx(-0.4, abs=NEAR_S)


async def test_an_item_follows_a_better_time(media_files: SlowMediaFiles) -> None:
    async with sounding(media_files) as (bench, _):
        ahead_at = bench.clock.now().at + timedelta(seconds=0.5)
        assert bench.clock.fix(ahead_at, boot_s()).is_good
        bench.output.changed()
        await until(lambda: any(abs(one.by_s) > 0.2 for one in bench.engine.all(Steer)))
        moved_s = sum(one.by_s for one in bench.engine.all(Steer))
        assert moved_s == pytest.approx(-0.5, abs=NEAR_S)


async def test_the_record_says_how_it_was_kept_in_step(media_files: SlowMediaFiles) -> None:
    async with sounding(media_files) as (bench, _):
        play = await end(bench, Steered(7, 2, 1, 0.0123, 41.5))
        found = (play.corrected_samples, play.resyncs, play.worst_off_ms, play.card_ppm)
        assert found == (9, 1, 12.3, 41.5)


async def test_a_play_that_needed_no_correction_says_nothing_of_it(
    media_files: SlowMediaFiles,
) -> None:
    async with sounding(media_files) as (bench, _):
        play = await end(bench, Steered(worst_s=0.00005))
        found = (play.corrected_samples, play.resyncs, play.worst_off_ms, play.card_ppm)
        assert found == (None, None, None, None)


@pytest.mark.parametrize(("ppm", "expected"), [(1_000.0, "+1000 ppm"), (-90.0, None)])
async def test_a_card_beyond_the_servo_is_an_issue_until_a_play_finds_it_right(
    media_files: SlowMediaFiles, ppm: float, expected: str | None
) -> None:
    async with sounding(media_files) as (bench, _):
        await end(bench, Steered(jumps=4, card_ppm=ppm))
        assert bench.faults["audio_clock", "loa"] == expected
