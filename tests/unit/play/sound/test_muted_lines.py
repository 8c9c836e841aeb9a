"""What a muted line plays, what the record says of it, and that no alarm asks for a mute."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from agent.clock import mono_s
from agent.contract.report import Play
from agent.play.ipc import Ended, Fire, Load, Started, StartSlot, Stop
from agent.play.item import Description, Item
from agent.play.speaker_line import SpeakerLine
from drivers.sim.sim_amplifier import SimAmplifier
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


def two_lines() -> list[SpeakerLine]:
    switches = (SimAmplifier(name, switch_ms=0) for name in ("cho", "xa"))
    return [SpeakerLine(one.name, one, 0, 0, lambda *_: None) for one in switches]


def short_item(bench: Bench) -> Item:
    """No longer than a pipe holds: its decoder ends though no engine reads it."""
    return build_item("tin", bench.clock.now().at, limit_ms=50)


def essential(item: Item) -> Item:
    return replace(item, source=replace(item.source, description=Description(essential=True)))


async def start(bench: Bench, item: Item) -> str:
    """Play an item; the slot that sounds."""
    bench.rundown.now_wanted = [item]
    bench.output.changed()
    await until(lambda: bool(bench.engine.all(StartSlot)))
    slot: str = bench.engine.all(StartSlot)[0].id
    bench.engine.on_event(Started(slot, mono_s()))
    await until(lambda: bench.output.on_air is not None)
    return slot


async def finish(bench: Bench, slot: str, why: Any = "end") -> Play:
    bench.engine.on_event(Ended(slot, 96_000, why, mono_s()))
    await until(lambda: bool(bench.log.plays))
    return bench.log.plays[0]


async def test_a_muted_line_stays_off_and_the_others_sound(media_files: SlowMediaFiles) -> None:
    lines = two_lines()
    async with at_work(media_files, lines) as bench:
        bench.muted.add("cho")
        slot = await start(bench, short_item(bench))
        await until(lambda: lines[1].state == "on")
        assert lines[0].state == "off"
        play = await finish(bench, slot)
        assert (play.result, play.reason, play.zones, play.muted) == ("full", None, ["xa"], ["cho"])


async def test_what_must_be_heard_is_not_full_where_a_line_is_muted(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, two_lines()) as bench:
        bench.muted.add("cho")
        slot = await start(bench, essential(short_item(bench)))
        play = await finish(bench, slot)
        assert (play.result, play.reason, play.muted) == ("cut", "muted", ["cho"])
        bench.output.changed()
        assert len(bench.engine.all(Load)) == 1  # it does not come back


async def test_with_all_lines_muted_an_item_is_skipped_and_says_why(
    media_files: SlowMediaFiles,
) -> None:
    lines = two_lines()
    async with at_work(media_files, lines) as bench:
        bench.muted |= {"cho", "xa"}
        bench.rundown.now_wanted = [essential(short_item(bench))]
        bench.output.changed()
        await until(lambda: bool(bench.log.plays))
        (play,) = bench.log.plays
        assert (play.result, play.reason, play.zones) == ("skipped", "muted", [])
        assert play.muted == ["cho", "xa"]
        assert bench.engine.all(Load) == []
        assert {line.state for line in lines} == {"off"}


async def test_an_item_of_other_lines_is_not_concerned(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files, two_lines()) as bench:
        bench.muted.add("cho")
        slot = await start(bench, replace(short_item(bench), zones=("xa",)))
        play = await finish(bench, slot)
        assert (play.result, play.muted) == ("full", None)


async def test_a_mute_takes_a_line_from_what_sounds(media_files: SlowMediaFiles) -> None:
    lines = two_lines()
    async with at_work(media_files, lines) as bench:
        slot = await start(bench, short_item(bench))
        await until(lambda: [line.state for line in lines] == ["on", "on"])
        bench.muted.add("cho")
        bench.output.changed()
        await until(lambda: [line.state for line in lines] == ["off", "on"])
        assert bench.engine.all(Stop) == []
        play = await finish(bench, slot)
        assert (play.result, play.zones, play.muted) == ("full", ["cho", "xa"], ["cho"])


async def test_a_mute_of_all_its_lines_ends_what_sounds(media_files: SlowMediaFiles) -> None:
    lines = two_lines()
    async with at_work(media_files, lines) as bench:
        slot = await start(bench, short_item(bench))
        await until(lambda: [line.state for line in lines] == ["on", "on"])
        bench.muted |= {"cho", "xa"}
        bench.output.changed()
        await until(lambda: [one.id for one in bench.engine.all(Stop)] == [slot])
        play = await finish(bench, slot, "stopped")
        assert (play.result, play.reason) == ("cut", "muted")
        assert {line.state for line in lines} == {"off"}


async def test_a_mute_before_the_first_sample_is_skipped(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files, two_lines()) as bench:
        bench.rundown.next_item = build_item("tin", bench.clock.now().at + timedelta(seconds=3))
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(StartSlot)))
        bench.muted |= {"cho", "xa"}
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(Stop)))
        slot = bench.engine.all(StartSlot)[0].id
        bench.engine.on_event(Ended(slot, 0, "stopped", mono_s()))
        await until(lambda: bool(bench.log.plays))
        assert (bench.log.plays[0].result, bench.log.plays[0].reason) == ("skipped", "muted")


async def test_what_rejoins_is_back_when_the_mute_has_ended(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files, two_lines()) as bench:
        song = replace(short_item(bench), when_cut="rejoin", limit_ms=60_000, repeat=30)
        song = replace(song, end_at=song.start_at + timedelta(seconds=60))
        slot = await start(bench, song)
        bench.muted |= {"cho", "xa"}
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(Stop)))
        play = await finish(bench, slot, "stopped")
        assert (play.result, play.reason) == ("cut", "muted")
        bench.output.changed()
        bench.muted.clear()
        bench.output.changed()
        await until(lambda: len(bench.engine.all(Load)) == 2)
        assert len(bench.log.plays) == 1  # the mute is on record once


async def test_what_rejoins_and_begins_muted_is_on_record_once(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files, two_lines()) as bench:
        bench.muted |= {"cho", "xa"}
        song = replace(short_item(bench), when_cut="rejoin", limit_ms=60_000, repeat=30)
        song = replace(song, end_at=song.start_at + timedelta(seconds=60))
        bench.rundown.now_wanted = [song]
        bench.output.changed()
        await until(lambda: bool(bench.log.plays))
        bench.muted.clear()
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(Load)))
        assert [(one.result, one.muted) for one in bench.log.plays] == [("skipped", ["cho", "xa"])]


async def test_attack_132_a_mute_keeps_no_emergency_from_a_line(
    media_files: SlowMediaFiles,
) -> None:
    lines = two_lines()
    async with at_work(media_files, lines) as bench:
        bench.muted |= {"cho", "xa"}
        bench.rundown.now_wanted = [alarm(bench)]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(Fire)))
        assert [line.state for line in lines] == ["on", "on"]
        bench.engine.on_event(Started(bench.engine.all(Fire)[0].id, mono_s()))
        await until(lambda: bench.output.on_air is not None)
        bench.output.changed()
        assert [line.state for line in lines] == ["on", "on"]
        assert bench.engine.all(Stop) == []
