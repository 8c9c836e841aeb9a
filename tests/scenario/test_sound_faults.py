"""Engine frozen, sound server killed, decoder killed: sound again, in its place, and told."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from central.testbed.sound_capture import RATE_HZ, read_samples
from central.testbed.stations import SINK
from central.testbed.testbed import until
from central.testbed.voice_station import write_tone
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.station_harness import (
    ENGINE,
    StationTestbed,
    children_of,
    engine_of,
    runs,
    soon,
)

LOUD = 100  # of 32,768; the tone has 3,277


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
    children = children_of(programme.site.station.pid)
    decoders = [child for child in children if child.name() == "ffmpeg"]
    others = [child for child in children if child not in decoders]
    # no microphone, monitor, live voice or text is on: what is off has no process
    assert [child.cmdline() for child in others if not runs(ENGINE, child)] == []
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


def _silent_s(samples: Any) -> float:
    """Seconds of silence between the first and the last sound."""
    loud = np.flatnonzero(np.abs(samples) > LOUD)
    runs = np.diff(loud)
    return float(runs[runs > RATE_HZ // 50].sum()) / RATE_HZ


async def _until_silent(part: Path) -> None:
    """Until half a second of what is captured now is silence."""

    def is_silent() -> bool:
        tail = np.frombuffer(part.read_bytes()[-RATE_HZ:], dtype="<i2")
        return not (np.abs(tail) > LOUD).any()

    while not await asyncio.to_thread(is_silent):  # noqa: ASYNC110 - the capture tells nobody
        await asyncio.sleep(0.05)


@pytest.mark.long
async def test_a_play_of_which_more_than_a_hundredth_was_silent_is_not_full(
    site: StationTestbed,
) -> None:
    write_tone(site.studio / "chuan.wav", 997, 25, -20)
    await site.start()
    line = "title: Tiếng chuẩn, play: [chuan.wav]"
    await site.stock(line)
    capture = await site.testbed.room.capture(SINK, site.folder)
    await site.publish(site.compile([(soon(5), line)]))
    await until(lambda: site.open_play() is not None, "the play")
    decoders = [one for one in children_of(site.station.pid) if one.name() == "ffmpeg"]
    for decoder in decoders:
        decoder.suspend()
    await _until_silent(site.folder / f"capture-{SINK}.part.wav")
    for decoder in decoders:
        decoder.resume()
    await until(lambda: bool(site.collected_plays()), "the record", 60)
    recording = await site.testbed.room.finish(capture)
    (play,) = site.collected_plays()
    silent_s = _silent_s(read_samples(recording.path))
    assert 0.25 < silent_s < 3.5  # 1 % of the play is 0.25 s
    assert (play["result"], play["reason"]) == ("cut", "underruns")
