"""The engine as a process on a private sound server; what counts is the capture."""

import asyncio
import itertools
import math
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest

from agent.clock import mono_s
from agent.errors import PlayError
from agent.play.decode.clip_sequence import Track
from agent.play.decode.decoder import start_decoder
from agent.play.ipc import Ended, EngineEvent, Fire, Hold, Load, Started, StartSlot, WorkerFault
from agent.play.sound.attention_tone import two_tone
from agent.play.sound.engine_config import EngineConfig, engine_argv
from agent.play.worker_process import WorkerProcess
from central.testbed.pulseaudio import SoundServer, find_sounds, read_samples

RATE = 48_000
PATIENCE_S = 60
SONGS_REST = 13_440  # 280 ms; the alarm's first tone lasts 500
LEAST_HOLE = 8  # samples; a tone of 1 kHz is never silent for so long
EARLY_S = 0.0001
# On a busy machine the capture's own clock is off by some milliseconds; the bench has the figure.
HEARD_ERROR_S = 0.02
APART_S = 0.25  # half of the silence before each tone


class Player:
    """A worker, what it said, and a way to await the next word."""

    def __init__(self, env: dict[str, str], device: str = "loa") -> None:
        self.events: list[EngineEvent] = []
        self.lost: asyncio.Queue[str] = asyncio.Queue()
        self._news = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self.worker: WorkerProcess[EngineEvent] = WorkerProcess(
            engine_argv(EngineConfig("portaudio", device)),
            EngineEvent,
            self._hear,
            self.lost.put_nowait,
            name="engine",
            env=os.environ | env,
        )

    def _hear(self, event: EngineEvent) -> None:
        self.events.append(event)
        task = asyncio.get_running_loop().create_task(self._tell(), name="tell")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def heard(self, kind: type[Any], slot_id: str) -> Any:
        def find() -> Any:
            found = (e for e in self.events if isinstance(e, kind) and e.id == slot_id)
            return next(found, None)

        async with asyncio.timeout(PATIENCE_S), self._news:
            return await self._news.wait_for(find)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[SoundServer]:
    room = SoundServer(tmp_path / "room")
    await room.start(["loa"])
    yield room
    await room.stop()


@pytest.fixture
async def player(room: SoundServer) -> AsyncIterator[Player]:
    player = Player(room.env)
    await player.worker.start()
    yield player
    await player.worker.stop()


def tone(seconds: float, hz: float = 1000.0, peak: float = 12_000) -> bytes:
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


async def test_a_tone_sounds_at_the_ordered_moment_and_as_long_as_it_is(
    room: SoundServer, player: Player
) -> None:
    """Judged by the middle one of five: a starved sound server makes holes in some."""
    capture = await room.capture("loa")
    starts_s, errors_s, lengths_s, frames = [], [], [], []
    for name in "abcde":
        at = mono_s() + 0.5
        player.worker.send(Load(name, 1), pipe_of(tone(0.4)))
        player.worker.send(StartSlot(name, at))
        started = await player.heard(Started, name)
        ended = await player.heard(Ended, name)
        # never early; that it is not late either needs a machine with time to spare: see the bench
        assert started.mono_s >= at - EARLY_S
        assert ended.why == "end"
        frames.append(ended.frames)
        starts_s.append(started.mono_s)
    await asyncio.sleep(0.3)  # the device's buffer and the capture's
    recording = await room.finish(capture)
    sounds = [
        (capture.mono_of(start_s), end_s - start_s)
        for start_s, end_s in find_sounds(recording.path, 0.1, gap_s=0.01)
    ]
    for start_s, next_s in itertools.pairwise([*starts_s, math.inf]):
        parts = [one for one in sounds if start_s - APART_S < one[0] < next_s - APART_S]
        assert parts, (start_s, sounds)
        errors_s.append(parts[0][0] - start_s)
        lengths_s.append(sum(length_s for _, length_s in parts))
    assert median(frames) == 19_200, frames  # a device that fell behind skips some
    assert median(errors_s) == pytest.approx(0.0, abs=HEARD_ERROR_S), errors_s
    assert median(lengths_s) == pytest.approx(0.4, abs=HEARD_ERROR_S), lengths_s


async def test_a_fired_clip_cuts_into_what_plays(room: SoundServer, player: Player) -> None:
    capture = await room.capture("loa")
    player.worker.send(Hold("siren"), pipe_of(two_tone()))
    player.worker.send(Load("song", 1), pipe_of(tone(20, hz=300)))
    player.worker.send(StartSlot("song", mono_s()))
    await player.heard(Started, "song")
    await asyncio.sleep(0.3)
    player.worker.send(Fire("siren", "alarm", 4))
    cut = await player.heard(Ended, "song")
    started = await player.heard(Started, "alarm")
    assert (await player.heard(Ended, "alarm")).why == "end"
    await asyncio.sleep(0.3)
    recording = await room.finish(capture)
    assert cut.why == "stopped"
    samples = read_samples(recording.path)
    alarm_at = round((started.mono_s - capture.mono_of(0)) * RATE)
    # With the capture's own error on either side, and without the holes of a busy machine. What the
    # device's buffer holds of the song (four blocks) sounds on under the alarm.
    before = strongest_hz(take_out_holes(samples[: alarm_at - 1_920])[0][-4_800:])
    after = strongest_hz(take_out_holes(samples[alarm_at + SONGS_REST :])[0][:4_800])
    assert before == pytest.approx(300, abs=15)
    assert after == pytest.approx(853, abs=15)


def strongest_hz(samples: Any) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 48_000))
    return float(np.argmax(spectrum))


async def test_two_files_of_one_item_follow_without_a_gap(
    room: SoundServer, player: Player, tmp_path: Path
) -> None:
    """A 1 kHz tone in two files (WAV, then FLAC) of whole periods is one unbroken tone.

    A starved sound server makes holes of silence anywhere: without them it is the tone to the
    sample, and a gap of ours would be a hole between the two files each time. One clean run counts.
    """
    names = [tmp_path / "one.wav", tmp_path / "two.flac"]
    for name in names:
        make = ["ffmpeg", "-v", "error", "-f", "s16le", "-ar", "48000", "-ac", "1", "-i", "-"]
        await asyncio.to_thread(subprocess.run, [*make, str(name)], input=tone(0.5), check=True)
    mimes = ["audio/wav", "audio/flac"]
    expected = np.frombuffer(tone(1.0), "<i2").astype(int)
    apart, holes = [], []
    for name in "abcdefgh":
        files = [os.open(name, os.O_RDONLY) for name in names]
        decoder = await start_decoder([Track(*one, 500) for one in zip(files, mimes, strict=True)])
        capture = await room.capture("loa")
        player.worker.send(Load(name, 1), decoder.read_fd)
        player.worker.send(StartSlot(name, mono_s() + 0.2))
        ended = await player.heard(Ended, name)
        await decoder.wait()
        assert ended.why == "end"
        await asyncio.sleep(0.3)
        recording = await room.finish(capture)
        heard, holes_of_it = take_out_holes(read_samples(recording.path).astype(int))
        holes.append(holes_of_it)
        is_whole = len(heard) == RATE
        apart.append(int(np.max(np.abs(heard - expected))) if is_whole else RATE)
        is_between = any(abs(at - RATE // 2) < RATE // 1000 for at in holes_of_it)
        if apart[-1] <= 2 and not is_between:
            return
    raise AssertionError((apart, holes))


def take_out_holes(samples: Any) -> tuple[Any, list[int]]:
    """A tone without the silence in it, and after how many of its samples each silence was."""
    loud = np.flatnonzero(samples)
    tone = samples[loud[0] : loud[-1] + 1]
    is_silent = np.zeros(len(tone), bool)
    places = []
    for first, last in itertools.pairwise(np.flatnonzero(tone)):
        if last - first > LEAST_HOLE:
            is_silent[first + 1 : last] = True
            places.append(int(first + 1 - is_silent[:first].sum()))
    return tone[~is_silent], places


async def test_a_killed_engine_is_reported_lost_and_can_be_started_again(player: Player) -> None:
    pid = player.worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(PATIENCE_S):
        await player.lost.get()
    assert not player.worker.is_alive
    with pytest.raises(PlayError):
        player.worker.send(StartSlot("a", 0.0))
    await player.worker.start()
    assert player.worker.pid not in (None, pid)


async def test_a_frozen_engine_is_found_by_its_missing_beat_and_killed(player: Player) -> None:
    pid = player.worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    async with asyncio.timeout(PATIENCE_S):
        assert "no beat" in await player.lost.get()
    await player.worker.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_when_the_sound_server_dies_the_engine_says_so_and_leaves(
    room: SoundServer, player: Player
) -> None:
    os.kill(room.pid, signal.SIGKILL)
    async with asyncio.timeout(PATIENCE_S):
        reason = await player.lost.get()
    assert reason.startswith("E_DEVICE")
    assert any(isinstance(event, WorkerFault) and event.id is None for event in player.events)


async def test_an_unknown_device_is_an_error_at_the_start(room: SoundServer) -> None:
    player = Player(room.env, device="nowhere")
    with pytest.raises(PlayError, match="E_DEVICE"):
        await player.worker.start()
    await player.worker.stop()
    assert player.lost.empty()


AGENT = """
import asyncio, sys
from agent.play.sound.engine_config import EngineConfig, engine_argv
from agent.play.ipc import EngineEvent
from agent.play.worker_process import WorkerProcess

async def main():
    argv = engine_argv(EngineConfig("portaudio", "loa"))
    worker = WorkerProcess(argv, EngineEvent, lambda event: None, lambda reason: None)
    await worker.start()
    print(worker.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_an_engine_whose_agent_was_killed_leaves(room: SoundServer) -> None:
    agent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", AGENT), stdout=asyncio.subprocess.PIPE, env=os.environ | room.env
    )
    assert agent.stdout is not None
    engine = os.pidfd_open(int(await agent.stdout.readline()))
    gone = asyncio.Event()
    asyncio.get_running_loop().add_reader(engine, gone.set)
    assert not gone.is_set()
    agent.kill()
    await agent.wait()
    async with asyncio.timeout(PATIENCE_S):
        await gone.wait()
    asyncio.get_running_loop().remove_reader(engine)
    os.close(engine)
