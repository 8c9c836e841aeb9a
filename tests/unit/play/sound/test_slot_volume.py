"""An output obeys the volume that is decided for its items, also when it changes midway."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pytest

from agent.clock import Now, mono_s
from agent.contract.priority import Level
from agent.contract.volume import Volume
from agent.play.ipc import Ended, Fire, Gain, Load, Started
from agent.play.item import Item
from agent.play.sound import slot_volume
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
DAY = Volume(-6.0, 70.0, "ordinary 06:00-21:00 70 dBA at 20 m")
NIGHT = Volume(-9.5, 55.0, "ordinary 21:00-06:00 55 dBA at 20 m")


@dataclass
class FakeVolumes:
    """Decides what the test sets; notes on which zones the items sound."""

    volume: Volume = DAY
    zones: tuple[str, ...] = ()

    def volume_of(self, item: Item, zones: Collection[str], now: Now) -> Volume:
        self.zones = tuple(zones)
        return Volume(est_dba=88.0) if item.level >= Level.EMERGENCY else self.volume


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The glide's steps follow each other without a pause."""
    monkeypatch.setattr(slot_volume, "GLIDE_STEP_S", 0.0)


async def sound(bench: Bench, name: str = "tin") -> str:
    """Play an item; its slot."""
    bench.rundown.now_wanted = [build_item(name, bench.clock.now().at)]
    bench.output.changed()
    count = len(bench.engine.all(Load))
    await until(lambda: len(bench.engine.all(Load)) > count)
    slot = str(bench.engine.all(Load)[-1].id)
    bench.engine.on_event(Started(slot, mono_s()))
    await until(lambda: bench.output.on_air is not None)
    return slot


async def test_an_item_sounds_at_the_volume_of_its_zones_and_rises_out_of_silence(
    media_files: SlowMediaFiles,
) -> None:
    line = SpeakerLine("cho", SimAmplifier("cho", switch_ms=0), 0, 0, lambda *_: None)
    volumes = FakeVolumes()
    async with at_work(media_files, [line], volumes=volumes, fade_in_ms=200) as bench:
        await sound(bench)
        load = bench.engine.all(Load)[0]
        assert (load.gain_db, load.fade_in_ms) == (-6.0, 200)
        assert volumes.zones == ("cho",)


async def test_what_follows_another_item_does_not_rise(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files, [], volumes=FakeVolumes(), fade_in_ms=200) as bench:
        await sound(bench)
        bench.rundown.now_wanted.append(build_item("nhac", bench.clock.now().at, Level.PRIORITY))
        bench.rundown.now_wanted.reverse()
        bench.output.changed()
        await until(lambda: len(bench.engine.all(Load)) == 2)
        assert bench.engine.all(Load)[1].fade_in_ms == 0


async def test_a_cap_that_begins_midway_is_glided_to_and_recorded(
    media_files: SlowMediaFiles,
) -> None:
    volumes = FakeVolumes()
    async with at_work(media_files, [], volumes=volumes) as bench:
        slot = await sound(bench)
        volumes.volume = NIGHT
        bench.output.changed()
        await until(lambda: Gain(slot, -9.5) in bench.engine.sent)
        steps = [one.gain_db for one in bench.engine.all(Gain)]
        assert steps == [-7.0, -8.0, -9.0, -9.5]
        bench.engine.on_event(Ended(slot, 48_000, "starved", mono_s()))
        await until(lambda: bool(bench.log.plays))
        (play,) = bench.log.plays
        assert (play.gain_db, play.gain_end_db, play.est_dba) == (-6.0, -9.5, 70.0)
        assert play.cap == NIGHT.cap


async def test_an_item_that_waits_takes_its_new_volume_at_once(
    media_files: SlowMediaFiles,
) -> None:
    volumes = FakeVolumes()
    async with at_work(media_files, [], volumes=volumes) as bench:
        bench.rundown.now_wanted = [build_item("tin", bench.clock.now().at)]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(Load)))
        volumes.volume = NIGHT
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(Gain)))
        assert [one.gain_db for one in bench.engine.all(Gain)] == [-9.5]


async def test_an_emergency_is_at_full_volume_and_its_level_is_recorded(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, [], volumes=FakeVolumes(), fade_in_ms=200) as bench:
        bench.rundown.now_wanted = [alarm(bench)]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(Fire)))
        bench.engine.on_event(Started(bench.engine.all(Fire)[0].id, mono_s()))
        await until(lambda: bench.output.on_air is not None)
        await until(lambda: bool(bench.engine.all(Load)))
        loads = [(one.gain_db, one.fade_in_ms) for one in bench.engine.all(Load)]
        assert (bench.engine.all(Fire)[0].gain_db, loads) == (0.0, [(0.0, 0)])
    (play,) = bench.log.plays
    assert (play.gain_db, play.est_dba, play.cap) == (0.0, 88.0, None)


class SchoolVolumes(FakeVolumes):
    """A school must be quieter than the market; on both the stricter counts."""

    def volume_of(self, item: Item, zones: Collection[str], now: Now) -> Volume:
        self.zones = tuple(zones)
        return Volume(-18.0 if "truong" in zones else -6.0)


def two_lines(*channels: tuple[int, ...]) -> list[SpeakerLine]:
    of = channels or ((), ())
    names = ("cho", "truong")
    return [
        SpeakerLine(name, SimAmplifier(name, switch_ms=0), 0, 0, lambda *_: None, channels=each)
        for name, each in zip(names, of, strict=True)
    ]


async def test_what_loses_a_muted_zone_has_the_volume_of_the_others(
    media_files: SlowMediaFiles,
) -> None:
    volumes = SchoolVolumes()
    async with at_work(media_files, two_lines(), volumes=volumes) as bench:
        slot = await sound(bench)
        assert bench.engine.all(Load)[0].gain_db == -18.0
        bench.muted.add("truong")
        bench.output.changed()
        await until(lambda: Gain(slot, -6.0) in bench.engine.sent)
        assert volumes.zones == ("cho",)


async def test_a_zone_that_is_muted_from_the_start_has_no_say(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files, two_lines(), volumes=SchoolVolumes()) as bench:
        bench.muted.add("truong")
        await sound(bench)
        assert bench.engine.all(Load)[0].gain_db == -6.0


async def test_a_channel_whose_zone_is_muted_leaves_the_others_as_they_are(
    media_files: SlowMediaFiles,
) -> None:
    lines = two_lines((0,), (1,))
    async with at_work(media_files, lines, volumes=SchoolVolumes()) as bench:
        slot = await sound(bench)
        load = bench.engine.all(Load)[0]
        assert (load.gain_db, load.channels) == (-6.0, {0: 0.0, 1: -12.0})
        bench.muted.add("truong")
        bench.output.changed()
        await until(lambda: lines[1].state == "off")
        assert Gain(slot, -18.0) not in bench.engine.sent
