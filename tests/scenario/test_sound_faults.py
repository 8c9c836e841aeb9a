"""Engine frozen, sound server killed, decoder killed: sound again, in its place, and told."""

from __future__ import annotations

import contextlib
import os
import signal
from datetime import UTC, datetime

import psutil

from central.testbed.stations import SINK
from central.testbed.testbed import until
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.station_harness import (
    ENGINE,
    children_of,
    engine_of,
    runs,
)


def _list_beside_engine(pid: int) -> list[str]:
    """The names of the station's processes besides its engine."""
    found = []
    for child in children_of(pid):
        if not runs(ENGINE, child):
            with contextlib.suppress(psutil.NoSuchProcess):  # it has ended meanwhile
                found.append(child.name())
    return found


def _engine(programme: ContinuousPlay) -> psutil.Process:
    found = engine_of(programme.site.station.pid)
    assert found is not None
    return found


async def test_a_frozen_engine_is_replaced(programme: ContinuousPlay) -> None:
    frozen = _engine(programme)
    at = datetime.now(UTC)
    os.kill(frozen.pid, signal.SIGSTOP)
    back = await programme.until_sounding(at)
    await programme.pass_time(3)
    sound = await programme.hear()
    programme.assert_in_its_place(sound, back)
    assert not frozen.is_running() or frozen.status() == psutil.STATUS_ZOMBIE
    await programme.until_reported("engine_lost", ["begins", "ends"])
    await programme.assert_truth()
    cut = next(p for p in programme.site.collected_plays() if p["result"] == "cut")
    assert cut["reason"] == "engine_lost"


async def test_the_sound_server_dies_and_comes_back(programme: ContinuousPlay) -> None:
    room = programme.site.testbed.room
    at = datetime.now(UTC)
    os.kill(room.pid, signal.SIGKILL)
    await programme.until_reported("engine_lost", ["begins"])
    await programme.hear()
    await room.stop()
    await programme.pass_time(1)
    returned = datetime.now(UTC)
    await room.start([SINK])
    await programme.record()
    back = await programme.until_sounding(at)
    print(f"sound {(back - returned).total_seconds():.1f} s after the server's return")
    await programme.pass_time(3)
    sound = await programme.hear()
    programme.assert_in_its_place(sound, back)
    await programme.until_reported("engine_lost", ["begins", "ends"])
    await programme.assert_truth()


async def test_a_killed_decoder_is_a_cut_on_record_and_the_melody_goes_on(
    programme: ContinuousPlay,
) -> None:
    pid = programme.site.station.pid
    # no microphone, monitor, live voice or text is on: what is off has no process; the measuring
    # of a medium that began before the sound may last a little
    await until(lambda: _list_beside_engine(pid) == ["ffmpeg"], "a decoder and nothing else")
    decoders = [child for child in children_of(pid) if not runs(ENGINE, child)]
    at = datetime.now(UTC)
    for decoder in decoders:
        decoder.kill()
    assert len(decoders) == 1
    back = await programme.until_sounding(at)  # what was decoded already is played first
    await programme.pass_time(3)
    sound = await programme.hear()
    (cut,) = programme.site.collected_plays()
    assert cut["result"] == "cut"
    assert "E_DECODE" in cut["reason"]
    sound.assert_heard(datetime.fromisoformat(cut["start"]), datetime.fromisoformat(cut["end"]))
    programme.assert_in_its_place(sound, back)
    await programme.assert_truth()
