"""What follows an item that fails begins at once, not what follows one that an order ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from agent.clock import mono_s
from agent.contract.utc import parse_utc
from agent.play.ipc import Ended, Started, StartSlot
from agent.play.item import Item
from tests.harness.sound_output_harness import (
    Bench,
    SlowMediaFiles,
    at_work,
    build_item,
    media_files,
    until,
)

__all__ = ["media_files"]
LENGTH = timedelta(minutes=10)


def chain(bench: Bench, begun_at: datetime, **more: Any) -> tuple[Item, Item, Item]:
    """A chime, the news behind it and the weather behind that, ten minutes each by the plan."""
    items = []
    begun_at = begun_at.replace(microsecond=0)  # as records have it
    for number, name in enumerate(["chuong", "tin", "mua"]):
        at = begun_at + number * LENGTH
        usual = {"end_at": at + LENGTH, "earliest_at": begun_at, "limit_ms": 50}
        items.append(build_item(name, at, **usual | (more if number == 0 else {})))
    first, second, third = items
    bench.rundown.now_wanted = [first]
    bench.rundown.behind = {"chuong": second, "tin": third}
    bench.output.changed()
    return first, second, third


async def begin(bench: Bench, key: str) -> str:
    """The output begins an item, and the engine says so; returns its slot."""
    stack = bench.output.session_stack
    await until(lambda: stack.is_open(key) and any(
        stack.is_open(key) and one.owns(slot.id)
        for one in stack.sessions if one.item.key == key for slot in bench.engine.all(StartSlot)
    ))  # fmt: skip
    (session,) = [one for one in stack.sessions if one.item.key == key]
    slot = next(one.id for one in bench.engine.all(StartSlot) if session.owns(one.id))
    bench.engine.on_event(Started(slot, mono_s()))
    await until(lambda: bench.output.on_air is not None and bench.output.on_air.key == key)
    return str(slot)


async def test_a_chain_goes_on_at_once_when_a_link_fails_and_the_record_says_so(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        first, second, third = chain(
            bench, bench.clock.now().at, missing="E_MEDIA: chuong.wav", when_cut="resume"
        )
        slot = await begin(bench, "tin")
        bench.engine.on_event(Ended(slot, 96_000, "end", mono_s()))
        await begin(bench, "mua")
        skipped, played = bench.log.plays[:2]
        assert (skipped.entry, skipped.result) == ("chuong", "skipped")
        assert (played.entry, played.result) == ("tin", "full")
        assert played.start is not None
        assert parse_utc(played.planned_start) == second.start_at
        assert parse_utc(played.planned_end) == second.end_at
        assert parse_utc(played.start) < first.end_at
        on_air = bench.output.on_air
        assert on_air is not None
        assert on_air.planned_at == third.start_at


@pytest.mark.parametrize("why", ["withdrawn", "silenced", "muted"])
async def test_what_was_ended_by_an_order_gives_no_place(
    media_files: SlowMediaFiles, why: str
) -> None:
    async with at_work(media_files, []) as bench:
        chain(bench, bench.clock.now().at)
        slot = await begin(bench, "chuong")
        bench.output.session_stack.sessions[0].stop(why)
        bench.engine.on_event(Ended(slot, 48_000, "stopped", mono_s()))
        await until(lambda: bench.output.session_stack.is_done("chuong"))
        output: Any = bench.output
        assert output._starts.find_sooner(bench.clock.now(), None) is None


async def test_what_follows_does_not_begin_before_the_moment_of_what_it_follows(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        soon_at = bench.clock.now().at.replace(microsecond=0) + timedelta(hours=1)
        _, second, _ = chain(bench, soon_at)
        bench.rundown.now_wanted = []
        output: Any = bench.output
        output._ends.backlog.given_up["chuong"] = soon_at + LENGTH
        assert output._starts.find_sooner(bench.clock.now(), None) is None
        bench.rundown.behind["chuong"] = replace(second, earliest_at=bench.clock.now().at)
        bench.output.changed()
        await begin(bench, "tin")
