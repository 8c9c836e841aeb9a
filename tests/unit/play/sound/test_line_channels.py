"""Each line has its channels of the device; each item, alarm and tone uses those of its lines."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import pytest

from agent.clock import Now, mono_s
from agent.contract.volume import Volume
from agent.play.ipc import Fire, Gain, Load, Started
from agent.play.item import Item
from agent.play.sound import slot_volume
from agent.play.speaker_line import SpeakerLine, build_line
from agent.settings.model import Zone
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


def lines(channels: int = 2) -> list[SpeakerLine]:
    """The market on the left channel, the school on the right one, the hall on all."""
    zones = [Zone(name="cho", channels=[1]), Zone(name="truong", channels=[2]), Zone(name="hoi")]
    return [build_line(zone, lambda *_: None, channels) for zone in zones]


@dataclass
class VolumeOfZones:
    """The quietest of the zones' volumes."""

    gain_db: dict[str, float] = field(default_factory=dict)

    def volume_of(self, item: Item, zones: Collection[str], now: Now) -> Volume:
        return Volume(min(self.gain_db.get(zone, 0.0) for zone in zones))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The glide's steps follow each other without a pause."""
    monkeypatch.setattr(slot_volume, "GLIDE_STEP_S", 0.0)


async def load_of(bench: Bench, zones: list[str]) -> Load:
    """Play an item on zones; what loads it."""
    bench.rundown.now_wanted = [
        replace(build_item("tin", bench.clock.now().at), zones=tuple(zones))
    ]
    bench.output.changed()
    await until(lambda: bool(bench.engine.all(Load)))
    load: Load = bench.engine.all(Load)[0]
    return load


@pytest.mark.parametrize(
    ("zones", "channels"),
    [
        (["cho"], {0: 0.0}),
        (["truong"], {1: 0.0}),
        (["cho", "truong"], {0: 0.0, 1: 0.0}),
        (["hoi"], {0: 0.0, 1: 0.0}),
    ],
)
async def test_an_item_sounds_on_the_channels_of_its_zones(
    media_files: SlowMediaFiles, zones: list[str], channels: dict[int, float]
) -> None:
    async with at_work(media_files, lines()) as bench:
        assert (await load_of(bench, zones)).channels == channels


async def test_a_device_of_one_channel_is_not_split(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files, lines(channels=1)) as bench:
        assert (await load_of(bench, ["cho"])).channels == {}


async def test_each_channel_has_the_volume_of_its_own_zones(media_files: SlowMediaFiles) -> None:
    volumes = VolumeOfZones({"cho": -6.0, "truong": -20.0})
    async with at_work(media_files, lines(), volumes=volumes) as bench:
        load = await load_of(bench, ["cho", "truong"])
        assert (load.gain_db, load.channels) == (-6.0, {0: 0.0, 1: -14.0})


async def test_a_cap_of_one_zone_lowers_its_channel_alone_step_by_step(
    media_files: SlowMediaFiles,
) -> None:
    volumes = VolumeOfZones({"cho": 0.0, "truong": -20.0})
    async with at_work(media_files, lines(), volumes=volumes) as bench:
        load = await load_of(bench, ["cho", "truong"])
        bench.engine.on_event(Started(load.id, mono_s()))
        await until(lambda: bench.output.on_air is not None)
        volumes.gain_db["cho"] = -2.5
        bench.output.changed()
        await until(lambda: Gain(load.id, -2.5, {0: 0.0, 1: -17.5}) in bench.engine.sent)
        steps = [(one.gain_db, one.channels) for one in bench.engine.all(Gain)]
        assert steps == [
            (-1.0, {0: 0.0, 1: -19.0}),
            (-2.0, {0: 0.0, 1: -18.0}),
            (-2.5, {0: 0.0, 1: -17.5}),
        ]


async def test_an_alarm_sounds_on_the_channels_of_its_zones(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files, lines()) as bench:
        bench.rundown.now_wanted = [alarm(bench)]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(Fire)))
        assert bench.engine.all(Fire)[0].channels == {0: 0.0, 1: 0.0}


async def test_a_technician_s_tone_sounds_on_the_channel_of_its_line(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, lines()) as bench:
        bench.output.start_tone_test("truong")
        await until(lambda: bool(bench.engine.all(Fire)))
        assert bench.engine.all(Fire)[0].channels == {1: 0.0}
