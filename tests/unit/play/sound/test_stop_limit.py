"""An engine that beats on and never ends what it was told to stop is replaced."""

from __future__ import annotations

from agent.clock import mono_s
from agent.play.ipc import Ended, EngineBeat, Fire, Load, Started, Stop
from tests.harness.sound_output_harness import (
    Bench,
    SlowMediaFiles,
    alarm,
    at_work,
    build_item,
    media_files,
    until,
)

__all__ = ["media_files"]


async def stop_song(bench: Bench) -> str:
    """Let a song begin, withdraw it, and wait for the Stop; returns its slot."""
    bench.rundown.now_wanted = [build_item("ca nhac", bench.clock.now().at)]
    bench.output.changed()
    await until(lambda: bool(bench.engine.all(Load)))
    (load,) = bench.engine.all(Load)
    bench.engine.on_event(Started(load.id, mono_s()))
    await until(lambda: bench.output.on_air is not None)
    for _ in range(20):  # while it sounds as it should, beats mean nothing
        bench.engine.on_event(EngineBeat(0, 0.0, 0))
    bench.rundown.now_wanted, bench.rundown.taken_back = [], {"ca nhac"}
    bench.output.changed()
    await until(lambda: bool(bench.engine.all(Stop)))
    return str(load.id)


async def test_an_engine_that_never_ends_a_slot_does_not_hold_the_output(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        await stop_song(bench)
        for _ in range(11):
            bench.engine.on_event(EngineBeat(0, 0.0, 0))
        await until(lambda: bool(bench.log.plays))
        assert [(play.result, play.reason) for play in bench.log.plays] == [("cut", "engine_lost")]
        await until(lambda: bench.output.is_ready and not bench.output.session_stack.sessions)


async def test_an_end_that_comes_late_is_an_end(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files, []) as bench:
        slot = await stop_song(bench)
        for _ in range(10):
            bench.engine.on_event(EngineBeat(0, 0.0, 0))
        bench.engine.on_event(Ended(slot, 960, "stopped", mono_s()))
        bench.engine.on_event(EngineBeat(0, 0.0, 0))
        await until(lambda: bool(bench.log.plays))
        assert [(play.result, play.reason) for play in bench.log.plays] == [("cut", "withdrawn")]


async def test_nor_does_one_that_never_ends_an_alarm(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files, []) as bench:
        bench.rundown.now_wanted = [alarm(bench)]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(Fire)))
        bench.engine.on_event(Started(bench.engine.all(Fire)[0].id, mono_s()))
        await until(lambda: bench.output.on_air is not None)
        bench.rundown.now_wanted, bench.rundown.taken_back = [], {"bao/sound"}
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(Stop)))
        for _ in range(11):
            bench.engine.on_event(EngineBeat(0, 0.0, 0))
        await until(lambda: bool(bench.log.plays))
        assert [(play.result, play.reason) for play in bench.log.plays] == [("cut", "withdrawn")]
        await until(lambda: bench.output.is_ready and not bench.output.session_stack.sessions)
