"""Engine frozen, sound server killed, decoder killed: sound again, in its place, and told."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime

import psutil

from central.testbed.stations import SINK
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.station_harness import children_of, engine_of


def _engine(air: ContinuousPlay) -> psutil.Process:
    found = engine_of(air.stage.station.pid)
    assert found is not None
    return found


async def test_a_frozen_engine_is_replaced(air: ContinuousPlay) -> None:
    frozen = _engine(air)
    at = datetime.now(UTC)
    os.kill(frozen.pid, signal.SIGSTOP)
    back = await air.until_sounding(at)
    await air.pass_time(3)
    ear = await air.hear()
    air.assert_in_its_place(ear, back)
    assert not frozen.is_running() or frozen.status() == psutil.STATUS_ZOMBIE
    await air.until_told("engine_lost", ["begins", "ends"])
    await air.assert_truth()
    cut = next(p for p in air.stage.collected_plays() if p["result"] == "cut")
    assert cut["reason"] == "engine_lost"


async def test_the_sound_server_dies_and_comes_back(air: ContinuousPlay) -> None:
    room = air.stage.scene.room
    at = datetime.now(UTC)
    os.kill(room.pid, signal.SIGKILL)
    await air.until_told("engine_lost", ["begins"])
    await air.hear()
    await room.stop()
    await air.pass_time(1)
    returned = datetime.now(UTC)
    await room.start([SINK])
    await air.record()
    back = await air.until_sounding(at)
    print(f"sound {(back - returned).total_seconds():.1f} s after the server's return")
    await air.pass_time(3)
    ear = await air.hear()
    air.assert_in_its_place(ear, back)
    await air.until_told("engine_lost", ["begins", "ends"])
    await air.assert_truth()


async def test_a_killed_decoder_is_a_cut_on_record_and_the_melody_goes_on(
    air: ContinuousPlay,
) -> None:
    decoders = [c for c in children_of(air.stage.station.pid) if c.name() == "ffmpeg"]
    at = datetime.now(UTC)
    for decoder in decoders:
        decoder.kill()
    assert len(decoders) == 1
    back = await air.until_sounding(at)  # what was decoded already is played first
    await air.pass_time(3)
    ear = await air.hear()
    (cut,) = air.stage.collected_plays()
    assert cut["result"] == "cut"
    assert "E_DECODE" in cut["reason"]
    ear.assert_heard(datetime.fromisoformat(cut["start"]), datetime.fromisoformat(cut["end"]))
    air.assert_in_its_place(ear, back)
    await air.assert_truth()
