"""A microphone, its capture process and the engine, all real: what is said is heard, no more."""

from __future__ import annotations

import asyncio
import math
import os
from array import array
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from agent.clock import mono_s
from agent.contract.priority import Level
from agent.play.capture.capture_config import capture_argv
from agent.play.capture.voice_input import MicrophoneSource, VoiceInput
from agent.play.ipc import CaptureEvent, Ended, EngineEvent, Load, Started, StartSlot
from agent.play.sound.engine_config import EngineConfig, engine_argv
from agent.play.worker_process import WorkerProcess
from central.testbed.pulseaudio import SoundServer, read_samples
from tests.harness.audio_analysis import RATE_HZ, power

VOICE_HZ = 1200.0
PEAK = 9_000  # of 32,768: -11.2 dBFS
PATIENCE_S = 60
SPOKEN_S = 1.2
EDGE_S = 0.25  # the capture's own clock is off by some hundredths on a busy machine
STEP = RATE_HZ // 25


class Stage:
    """A sound server with a loudspeaker and a microphone that hears a tone, and an engine."""

    def __init__(self, room: SoundServer) -> None:
        self.room = room
        self.events: asyncio.Queue[EngineEvent] = asyncio.Queue()
        self.released = asyncio.Event()
        env = os.environ | room.env
        self.engine: WorkerProcess[EngineEvent] = WorkerProcess(
            engine_argv(EngineConfig("portaudio", "loa")),
            EngineEvent,
            self.events.put_nowait,
            lambda _reason: None,
            env=env,
        )
        self.device = VoiceInput(
            "ban",
            lambda on_event, on_lost: WorkerProcess(
                capture_argv("portaudio", "micro"), CaptureEvent, on_event, on_lost, env=env
            ),
            lambda *_: None,
        )

    async def wait_released(self) -> str | None:
        await self.released.wait()
        return None

    async def hear(self, kind: type[Any]) -> Any:
        async with asyncio.timeout(PATIENCE_S):
            while not isinstance(event := await self.events.get(), kind):
                pass
        return event


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    room = SoundServer(tmp_path / "room")
    await room.start(["loa"], ["micro"])
    await room.speak("micro", tone(PATIENCE_S))
    stage = Stage(room)
    await stage.engine.start()
    yield stage
    await stage.engine.stop()
    await room.stop()


def tone(seconds: int) -> bytes:
    wave = (math.sin(2 * math.pi * VOICE_HZ * n / RATE_HZ) for n in range(RATE_HZ))
    return array("h", (round(PEAK * one) for one in wave)).tobytes() * seconds  # whole periods


def is_voice(samples: array[int]) -> bool:
    energy = sum(one * one for one in samples) * len(samples) / 2
    return energy > 0 and power(samples, VOICE_HZ) > 0.5 * energy


async def test_what_is_said_while_the_key_is_held_is_heard_and_nothing_before_or_after(
    stage: Stage,
) -> None:
    capture = await stage.room.capture("loa")
    source = MicrophoneSource(stage.device, stage.wait_released)
    assert not stage.device.is_open
    feed = await source.prepare(0)
    stage.engine.send(Load("voice", Level.LOCAL_VOICE, is_live=True), feed.read_fd)
    at_mono_s = mono_s() + 0.3
    stage.engine.send(StartSlot("voice", at_mono_s))
    source.start(at_mono_s)
    started = await stage.hear(Started)
    await asyncio.sleep(SPOKEN_S)
    stage.released.set()
    end = await source.wait_end()
    ended = await stage.hear(Ended)
    await source.stop()
    await asyncio.sleep(2 * EDGE_S)
    recording = await stage.room.finish(capture)

    assert end.reason is None
    assert not stage.device.is_open
    assert -20 < (stage.device.peak_dbfs or 0) < -5
    samples = array("h", read_samples(recording.path).tobytes())
    heard_s = [
        recording.first_sample_mono_s + first / RATE_HZ
        for first in range(0, len(samples) - STEP, STEP)
        if is_voice(samples[first : first + STEP])
    ]
    assert heard_s, "nothing of the voice was heard"  # a starved machine silences some of it
    assert started.mono_s - EDGE_S <= heard_s[0]
    assert heard_s[-1] <= ended.mono_s + EDGE_S
