"""Two engines in real time, the card of one 104 parts in a million fast; one capture hears both.

48,005 frames a second instead of 48,000 are 6.25 ms a minute, by hand. So much is what they are
apart after a minute when nothing is corrected, which proves the measure.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import numpy as np
import pytest

from agent.clock import mono_s
from agent.play.ipc import RATE_HZ, Ended, EngineEvent, Load, StartSlot, Stop
from agent.play.sound.engine_config import EngineConfig
from agent.play.sound.sound_output import CARD_LIMIT_PPM
from agent.play.worker_process import WorkerProcess
from tests.harness.sound_bus import BusCapture, SoundBus
from tests.harness.two_poles import skews_ms

ROOT = Path(__file__).parents[2]
SINKS = ("loa", "loa2")
TRUE_HZ, FAST_HZ = 48_000, 48_005
SETTLE_S = 12.0


def clicks(seconds: float) -> bytes:
    place = np.arange(round(seconds * RATE_HZ))
    wave = np.where(place % (RATE_HZ // 2) < 192, 16_000 * np.sin(place * 2 * np.pi / 48), 0)
    return bytes(wave.astype("<i2").tobytes())


async def play(seconds: float, steered: str) -> tuple[list[float], list[Ended]]:
    """Milliseconds between the two at each click, and what the engines said of the sound."""
    with tempfile.TemporaryDirectory(prefix="dr", dir="/tmp") as name:  # a socket's path is short
        return await play_in(Path(name), seconds, steered)


async def play_in(folder: Path, seconds: float, steered: str) -> tuple[list[float], list[Ended]]:
    sound = folder / "clicks.raw"
    sound.write_bytes(clicks(seconds + 2))
    events: list[EngineEvent] = []
    async with AsyncExitStack() as stack:
        room = SoundBus(folder)
        stack.push_async_callback(room.stop)
        await room.start(SINKS)
        workers = []
        for sink, rate_hz in zip(SINKS, (TRUE_HZ, FAST_HZ), strict=True):
            worker: WorkerProcess[EngineEvent] = WorkerProcess(
                _argv(sink, rate_hz, steered),
                EngineEvent,
                events.append,
                print,
                env=os.environ | room.env | {"PYTHONPATH": str(ROOT)},
            )
            await worker.start()
            stack.push_async_callback(worker.stop)
            workers.append(worker)
        await asyncio.sleep(SETTLE_S)
        capture = BusCapture(room, folder / "bus.raw")
        at_s = mono_s() + 1.0
        for worker in workers:
            worker.send(Load("a", 1), await asyncio.to_thread(os.open, sound, os.O_RDONLY))
            worker.send(StartSlot("a", at_s))
        await asyncio.sleep(1.0 + seconds)
        for worker in workers:
            worker.send(Stop("a"))
        await asyncio.sleep(1.0)
        apart = skews_ms(*await capture.finish())
    return apart, [event for event in events if isinstance(event, Ended)]


def _argv(sink: str, rate_hz: int, steered: str) -> Sequence[str]:
    config = msgspec.json.encode(EngineConfig("portaudio", sink)).decode()
    module = "tests.harness.fast_engine"
    return [sys.executable, "-m", module, config, str(rate_hz), steered]


@pytest.mark.long
async def test_without_corrections_two_cards_are_apart_by_what_their_crystals_are() -> None:
    apart, _ = await play(60.5, "unsteered")
    assert apart[119] - apart[0] == pytest.approx(-6.2, abs=0.7)


@pytest.mark.long
async def test_two_poles_of_different_cards_stay_in_step() -> None:
    apart, ends = await play(180.5, "steered")
    assert len(apart) >= 360
    # not the worst: on a busy machine a card runs dry now and then, and is back after some seconds
    assert np.median(np.abs(apart)) < 1.0
    found = [end.steered.card_ppm for end in ends if end.steered is not None]
    # PulseAudio's own readings drift by some tens of ppm after a gap: no false `audio_clock`
    assert all(abs(ppm) < CARD_LIMIT_PPM for ppm in found if ppm is not None), found
