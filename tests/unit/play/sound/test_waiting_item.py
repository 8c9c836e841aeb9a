"""An item that waits for what sounds at its level begins behind it, or when its wait is over."""

from __future__ import annotations

from datetime import timedelta

from agent.clock import mono_s
from agent.play.ipc import Started, StartSlot, Stop
from agent.play.item import Item, OutputContext
from agent.play.sound.backlog import Backlog
from agent.play.sound.sound_session import SoundSession
from tests.harness.sound_output_harness import (
    Bench,
    FakeLog,
    FakeRundown,
    SlowMediaFiles,
    at_work,
    build_clock,
    build_item,
    media_files,
    until,
)

__all__ = ["media_files"]
WAIT = timedelta(minutes=10)


def next_item(bench: Bench, in_s: float, wait: timedelta = WAIT) -> Item:
    at = bench.clock.now().at + timedelta(seconds=in_s)
    return build_item("tin", at, waits_until=at + wait, when_cut="resume")


async def sound(bench: Bench, item: Item) -> StartSlot:
    """The output begins an item, and the engine says so."""
    bench.rundown.now_wanted = [item]
    bench.output.changed()
    known = bench.engine.all(StartSlot)
    await until(lambda: len(bench.engine.all(StartSlot)) > len(known))
    start: StartSlot = bench.engine.all(StartSlot)[-1]
    bench.engine.on_event(Started(start.id, mono_s()))
    await until(lambda: bench.output.on_air is not None and bench.output.on_air.key == item.key)
    return start


async def test_it_begins_behind_the_last_sample_of_what_sounds_and_cuts_nothing(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        song = await sound(bench, build_item("ca nhac", bench.clock.now().at))
        bench.rundown.next_item = next_item(bench, 2)
        bench.output.changed()
        await until(lambda: len(bench.engine.all(StartSlot)) > 1)
        behind = bench.engine.all(StartSlot)[-1]
        assert behind.after == song.id
        bench.engine.on_event(Started(behind.id, mono_s()))
        await until(lambda: bench.output.on_air is not None and bench.output.on_air.key == "tin")
        assert bench.engine.all(Stop) == []


async def test_it_begins_at_its_beginning_when_it_is_due_and_something_still_sounds(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        song = await sound(bench, build_item("ca nhac", bench.clock.now().at))
        bench.rundown.now_wanted = [next_item(bench, 0)]
        bench.output.changed()
        await until(lambda: len(bench.engine.all(StartSlot)) > 1)
        assert bench.engine.all(StartSlot)[-1].after == song.id
        sessions = bench.output.session_stack.sessions
        offsets = [one.offset_ms for one in sessions if isinstance(one, SoundSession)]
        assert offsets == [0, 0]


async def test_it_takes_the_place_of_what_sounds_when_its_wait_is_over(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        song = await sound(bench, build_item("ca nhac", bench.clock.now().at))
        bench.rundown.now_wanted = [next_item(bench, 0, timedelta(seconds=0.6))]
        bench.output.changed()
        await until(lambda: bench.engine.all(StartSlot)[-1].after == song.id)
        await until(lambda: bench.engine.all(StartSlot)[-1].after is None)
        bench.engine.on_event(Started(bench.engine.all(StartSlot)[-1].id, mono_s()))
        await until(lambda: bool(bench.engine.all(Stop)))
        assert [one.id for one in bench.engine.all(Stop)] == [song.id]


async def test_what_an_emergency_cut_goes_on_before_what_waits_for_it(
    media_files: SlowMediaFiles,
) -> None:
    clock, rundown = build_clock(), FakeRundown()
    context = OutputContext(rundown, clock, media_files, FakeLog(), lambda *_: None)
    backlog = Backlog("loa", context)
    at = clock.now().at
    cut = build_item("ca nhac", at - timedelta(seconds=60), when_cut="resume")
    waiting = build_item("tin", at, waits_until=at + WAIT, when_cut="resume")
    rundown.now_wanted = [waiting]  # its moment is now by the plan
    await backlog.add_due(waiting)
    backlog.add_cut(cut, 500)
    order = []
    while (first := backlog.next(clock.now())) is not None:
        order.append(first.item.key)
        backlog.begun(first.item.key)
    assert order == ["ca nhac", "tin"]
