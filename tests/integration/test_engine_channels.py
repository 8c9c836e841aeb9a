"""One engine on a device of two channels: each slot is heard on its own, by the capture of each."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent.clock import mono_s
from agent.play.ipc import Channels, Ended, EngineEvent, Load, StartSlot
from agent.play.sound.engine_config import EngineConfig, engine_argv
from agent.play.worker_process import WorkerProcess
from central.testbed.pulseaudio import SoundServer, read_samples

RATE = 48_000
PATIENCE_S = 60
LEFT_HZ, RIGHT_HZ, BOTH_HZ = 1_000, 3_000, 500
PEAK = 12_000


def tone(hz: int) -> int:
    """A descriptor of 0.4 s of a tone."""
    wave = np.cos(2 * np.pi * hz * np.arange(RATE * 2 // 5) / RATE) * PEAK
    fd = os.memfd_create("tone")
    os.write(fd, wave.astype("<i2").tobytes())
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def peak_at(samples: Any, hz: int) -> float:
    """The amplitude of a tone of 0.4 s, of a recording in which it sounds once."""
    turn = np.exp(-2j * np.pi * hz * np.arange(len(samples)) / RATE)
    return float(2 * abs(np.dot(samples, turn)) / (RATE * 2 // 5))


async def test_each_slot_is_heard_on_its_channels_alone(tmp_path: Path) -> None:
    room = SoundServer(tmp_path / "room", channels=2)
    await room.start(["loa"])
    ended = asyncio.Event()
    left: set[str] = {"left", "right", "both"}

    def on_event(event: EngineEvent) -> None:
        if isinstance(event, Ended):
            left.discard(event.id)
            if not left:
                ended.set()

    argv = engine_argv(EngineConfig("portaudio", "loa", channels=2))
    worker: WorkerProcess[EngineEvent] = WorkerProcess(
        argv, EngineEvent, on_event, print, env=os.environ | room.env
    )
    await worker.start()
    captures = [
        await room.capture("loa", channel=channel) for channel in ("front-left", "front-right")
    ]
    slots: list[tuple[str, int, Channels]] = [
        ("left", LEFT_HZ, {0: 0.0}),
        ("right", RIGHT_HZ, {1: -6.0}),
        ("both", BOTH_HZ, {}),
    ]
    for name, hz, channels in slots:
        worker.send(Load(name, 1, channels=channels), tone(hz))
        worker.send(StartSlot(name, mono_s()))
    async with asyncio.timeout(PATIENCE_S):
        await ended.wait()
    await asyncio.sleep(0.3)  # the device's buffer and the capture's
    recordings = [await room.finish(capture) for capture in captures]
    await worker.stop()
    await room.stop()
    on_left, on_right = (read_samples(one.path).astype(float) for one in recordings)
    assert peak_at(on_left, LEFT_HZ) == pytest.approx(PEAK, rel=0.1)
    assert peak_at(on_left, RIGHT_HZ) < PEAK * 0.01
    assert peak_at(on_right, RIGHT_HZ) == pytest.approx(PEAK / 2, rel=0.1)
    assert peak_at(on_right, LEFT_HZ) < PEAK * 0.01
    for heard in (on_left, on_right):
        assert peak_at(heard, BOTH_HZ) == pytest.approx(PEAK, rel=0.1)
