"""Engine frozen, sound server killed, decoder killed: sound again, in its place, and told."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from central.store.records import list_plays
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
WAV_HEADER = 44
HELD_S = 5.5  # longer than what ring and pipe hold; a busy sound server has holes of its own


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


def _sounded_s(samples: Any) -> float:
    """Seconds of sound, in steps of 10 ms."""
    step = RATE_HZ // 100
    steps = np.abs(samples[: len(samples) // step * step]).reshape(-1, step).max(axis=1)
    return float((steps > LOUD).sum()) / 100


async def _until_captured(part: Path, *, loud: bool) -> None:
    """Until the last half of a second of what is captured has sound, or is silence."""

    def is_so() -> bool:
        raw = part.read_bytes()[WAV_HEADER:] if part.exists() else b""
        samples = np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<i2")
        return bool((np.abs(samples[-RATE_HZ // 2 :]) > LOUD).any()) == loud

    while not await asyncio.to_thread(is_so):  # noqa: ASYNC110 - the capture tells nobody
        await asyncio.sleep(0.05)


def _decoders(pid: int) -> list[psutil.Process]:
    """Of what plays; what measures a medium writes nowhere."""
    found = []
    for child in children_of(pid):
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended meanwhile
            if child.name() == "ffmpeg" and "null" not in child.cmdline():
                found.append(child)
    return found


@pytest.mark.long
async def test_a_play_of_which_more_than_a_hundredth_was_silent_is_not_full(
    site: StationTestbed,
) -> None:
    length_s = 25
    write_tone(site.studio / "chuan.wav", 997, length_s, -20)
    await site.start()
    line = "title: Tiếng chuẩn, play: [chuan.wav]"
    await site.stock(line)
    capture = await site.testbed.room.capture(SINK, site.folder)
    await site.publish(site.compile([(soon(5), line)]))
    part = site.folder / f"capture-{SINK}.part.wav"
    await _until_captured(part, loud=True)
    (decoder,) = _decoders(site.station.pid)
    decoder.suspend()
    await asyncio.sleep(HELD_S)
    await _until_captured(part, loud=False)
    decoder.resume()
    # not `collected_plays`, which forgives what a busy machine does
    await until(lambda: bool(list_plays(site.testbed.database)), "the record", 60)
    recording = await site.testbed.room.finish(capture)
    (play,) = list_plays(site.testbed.database)
    assert 1 < _sounded_s(read_samples(recording.path)) < 0.99 * length_s
    assert play["result"] == "cut"
    assert play["reason"] in ("underruns", "starved")  # the latter after 3 s, on a busy machine
