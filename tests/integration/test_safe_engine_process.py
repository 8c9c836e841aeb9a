"""The engine of safe mode on a private sound server; what counts is the capture.

How late a sound is on a starved machine is no matter of a test: what is judged is what was heard,
in which order, how long, at which level, and that the events say the same.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from agent.clock import mono_s
from agent.errors import PlayError
from agent.play.ipc import (
    Ended,
    EngineEvent,
    Fire,
    Hold,
    Load,
    Started,
    StartSlot,
    Stop,
    WorkerFault,
)
from agent.play.sound.attention_tone import open_two_tone, two_tone
from agent.play.sound.engine_config import EngineConfig, safe_engine_argv
from agent.play.worker_process import WorkerProcess
from central.testbed.pulseaudio import SoundServer, find_sounds, read_samples

RATE = 48_000
PATIENCE_S = 60
PEAK = 12_000


class SafePlayer:
    """A worker and what it said."""

    def __init__(self, env: dict[str, str], device: str = "loa", gain_db: float = 0.0) -> None:
        self.said: list[EngineEvent] = []
        self.lost: asyncio.Queue[str] = asyncio.Queue()
        self.worker: WorkerProcess[EngineEvent] = WorkerProcess(
            safe_engine_argv(EngineConfig("portaudio", device, gain_db=gain_db)),
            EngineEvent,
            self.said.append,
            self.lost.put_nowait,
            name="safe engine",
            env=os.environ | env,
        )

    def play(self, name: str, level: int, data: bytes, at_mono_s: float, **more: Any) -> None:
        self.worker.send(Load(name, level), pipe_of(data))
        self.worker.send(StartSlot(name, at_mono_s, **more))

    async def heard(self, kind: type[Any], slot_id: str) -> Any:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for event in self.said:
                    if isinstance(event, kind) and event.id == slot_id:
                        return event
                await asyncio.sleep(0.01)

    def children(self) -> list[str]:
        return [child.name() for child in psutil.Process(self.worker.pid).children()]


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[SoundServer]:
    room = SoundServer(tmp_path / "room")
    await room.start(["loa"])
    yield room
    await room.stop()


@pytest.fixture
async def player(room: SoundServer) -> AsyncIterator[SafePlayer]:
    player = SafePlayer(room.env)
    await player.worker.start()
    yield player
    await player.worker.stop()


def tone(seconds: float, hz: float = 1000.0, peak: float = PEAK) -> bytes:
    wave = np.cos(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE) * peak
    return wave.astype("<i2").tobytes()


def pipe_of(data: bytes) -> int:
    read_fd, write_fd = os.pipe()

    def write() -> None:
        with os.fdopen(write_fd, "wb") as pipe:
            try:
                pipe.write(data)
                pipe.flush()
            except BrokenPipeError:
                return

    threading.Thread(target=write, daemon=True).start()
    return read_fd


def strongest_hz(samples: Any) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), RATE))
    return float(np.argmax(spectrum))


def count_loud(samples: Any) -> int:
    """How many samples of a tone are in a capture; a starved server puts silence between them."""
    return int(np.count_nonzero(np.abs(samples.astype(int)) > PEAK // 2))


async def test_sounds_are_heard_whole_and_no_player_runs_between_them(
    room: SoundServer, player: SafePlayer
) -> None:
    assert player.children() == []
    capture = await room.capture("loa")
    starts = []
    for name in "abc":
        at = mono_s() + 0.4
        player.play(name, 1, tone(0.4), at)
        started = await player.heard(Started, name)
        ended = await player.heard(Ended, name)
        assert (ended.frames, ended.why) == (19_200, "end")
        assert ended.mono_s >= started.mono_s
        starts.append(started.mono_s)
    assert player.children() == []
    await asyncio.sleep(0.2)
    recording = await room.finish(capture)
    assert count_loud(read_samples(recording.path)) == 3 * count_loud(
        np.frombuffer(tone(0.4), "<i2")
    )
    sounds = find_sounds(recording.path, 0.1, gap_s=0.2)
    apart = [capture.mono_of(at) - told for (at, _), told in zip(sounds, starts, strict=False)]
    print("heard start after the reported one, s:", apart)


async def test_a_clip_cuts_into_what_plays_and_the_lower_sound_is_on_record_as_cut(
    room: SoundServer, player: SafePlayer
) -> None:
    capture = await room.capture("loa")
    player.worker.send(Hold("siren"), await asyncio.to_thread(open_two_tone))
    player.play("song", 1, tone(20, hz=300), mono_s())
    begun = await player.heard(Started, "song")
    await asyncio.sleep(0.5)
    player.worker.send(Fire("siren", "alarm", 4))
    cut = await player.heard(Ended, "song")
    await player.heard(Started, "alarm")
    player.play("late", 1, tone(0.2), mono_s())  # below what sounds: dropped unheard
    assert (await player.heard(Ended, "late")).frames == 0
    whole = await player.heard(Ended, "alarm")
    assert (whole.frames, whole.why) == (len(two_tone()) // 2, "end")
    await asyncio.sleep(0.2)
    samples = read_samples((await room.finish(capture)).path)
    assert cut.why == "stopped"
    assert 0 < cut.frames / RATE <= cut.mono_s - begun.mono_s + 0.01
    loud = np.flatnonzero(np.abs(samples.astype(int)) > PEAK // 10)
    first, last = samples[loud[0] : loud[0] + 9_600], samples[loud[-1] - 14_400 : loud[-1]]
    assert strongest_hz(first) == pytest.approx(300, abs=15)
    assert strongest_hz(last) == pytest.approx(960, abs=15)  # the last of the signal's two tones


async def test_what_follows_an_end_is_written_behind_it_to_the_sample(
    room: SoundServer, player: SafePlayer
) -> None:
    apart = []
    for name in "abc":
        capture = await room.capture("loa")
        player.worker.send(Load(f"{name}1", 4), pipe_of(tone(0.3)))
        player.worker.send(StartSlot(f"{name}1", mono_s()))
        player.play(f"{name}2", 4, tone(0.3), mono_s(), after=f"{name}1")
        assert (await player.heard(Ended, f"{name}1")).frames == 14_400
        second = await player.heard(Ended, f"{name}2")
        assert (second.frames, second.why) == (14_400, "end")
        await asyncio.sleep(0.2)
        heard = read_samples((await room.finish(capture)).path).astype(int)
        loud = np.flatnonzero(heard)
        apart.append(int(loud[-1] - loud[0] + 1))
    assert 28_800 in apart, apart  # a starved sound server makes holes in some


async def test_the_level_of_the_card_and_of_the_sound_is_obeyed(room: SoundServer) -> None:
    player = SafePlayer(room.env, gain_db=-20.0)
    await player.worker.start()
    try:
        capture = await room.capture("loa")
        player.worker.send(Load("a", 1, gain_db=-6.0), pipe_of(tone(0.3)))
        player.worker.send(StartSlot("a", mono_s()))
        await player.heard(Ended, "a")
        await asyncio.sleep(0.2)
        heard = read_samples((await room.finish(capture)).path).astype(int)
    finally:
        await player.worker.stop()
    # 20 + 6 dB below the peak: 10 ** (-26 / 20) = 0.0501
    assert np.max(np.abs(heard)) == pytest.approx(PEAK * 0.0501, rel=0.01)


async def test_a_stop_and_the_death_of_the_engine_are_silence(
    room: SoundServer, player: SafePlayer
) -> None:
    player.play("a", 1, tone(20), mono_s())
    await player.heard(Started, "a")
    player.worker.send(Stop("a"))
    stopped = await player.heard(Ended, "a")
    assert stopped.why == "stopped"
    assert player.children() == []
    player.play("b", 1, tone(20), mono_s())
    await player.heard(Started, "b")
    (child,) = psutil.Process(player.worker.pid).children()
    os.kill(player.worker.pid or 0, signal.SIGKILL)
    async with asyncio.timeout(PATIENCE_S):
        assert (await player.lost.get()).startswith("E_WORKER")
        while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:  # noqa: ASYNC110 - the kernel tells no event
            await asyncio.sleep(0.01)


async def test_a_dead_sound_server_and_an_unknown_device_are_the_device_s_fault(
    room: SoundServer, player: SafePlayer
) -> None:
    unknown = SafePlayer(room.env, device="nowhere")
    with pytest.raises(PlayError, match="E_DEVICE: "):
        await unknown.worker.start()
    await unknown.worker.stop()
    player.play("a", 1, tone(20), mono_s())
    await player.heard(Started, "a")
    os.kill(room.pid, signal.SIGKILL)
    async with asyncio.timeout(PATIENCE_S):
        reason = await player.lost.get()
    assert reason.startswith("E_DEVICE_"), reason
    assert any(isinstance(event, WorkerFault) and event.id is None for event in player.said)
