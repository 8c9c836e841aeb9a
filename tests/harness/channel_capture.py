"""Many sounds through one sound server at once: each on a channel of its own, captured together."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from central.testbed.pulseaudio import SoundServer

Samples: TypeAlias = npt.NDArray[np.float64]
RATE_HZ = 48_000
CHANNELS = 32  # PulseAudio takes no more
LEAD = RATE_HZ // 2  # frames before the sounds, with the mark in their middle
MARK = 20_000
SINKS = ("loa-1", "loa-2", "loa-3", "loa-4")
FORMAT = (f"--rate={RATE_HZ}", f"--channels={CHANNELS}", "--format=s16le", "--raw")
PATIENCE_S = 10.0


def capture_sounds(sounds: Sequence[Samples]) -> list[Samples]:
    """Play sounds in real time and return what was captured of each, from its first sample on."""
    return asyncio.run(_capture_all(sounds))


async def _capture_all(sounds: Sequence[Samples]) -> list[Samples]:
    size = CHANNELS - 1  # the first channel has the mark
    batches = [sounds[first : first + size] for first in range(0, len(sounds), size)]
    captured: list[Samples] = []
    with tempfile.TemporaryDirectory() as folder:
        room = SoundServer(Path(folder), CHANNELS)
        await room.start(SINKS)
        try:
            for first in range(0, len(batches), len(SINKS)):
                pairs = zip(SINKS, batches[first : first + len(SINKS)], strict=False)
                for found in await asyncio.gather(*(_capture(room, *pair) for pair in pairs)):
                    captured += found
        finally:
            await room.stop()
    return captured


async def _capture(room: SoundServer, sink: str, sounds: Sequence[Samples]) -> list[Samples]:
    played, heard = room.directory / f"{sink}.raw", room.directory / f"{sink}.captured.raw"
    await asyncio.to_thread(_write, played, sounds)
    env = {**room.env, "HOME": str(room.directory), "PATH": "/usr/bin:/bin"}
    heard.unlink(missing_ok=True)
    argv = ["parec", "-d", f"{sink}.monitor", *FORMAT, "--latency-msec=100", str(heard)]
    capture = await asyncio.create_subprocess_exec(*argv, env=env)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not heard.exists() or not heard.stat().st_size:  # noqa: ASYNC110 - a file tells nobody
                await asyncio.sleep(0.05)
        player = await asyncio.create_subprocess_exec(
            "pacat", "-d", sink, *FORMAT, str(played), env=env
        )
        await player.wait()
        await asyncio.sleep(1.0)  # what is on its way
    finally:
        capture.terminate()
        await capture.wait()
    return await asyncio.to_thread(_read, heard, len(sounds), max(map(len, sounds)))


def _write(path: Path, sounds: Sequence[Samples]) -> None:
    frames = np.zeros((LEAD + max(map(len, sounds)) + RATE_HZ, CHANNELS), dtype="<i2")
    frames[LEAD // 2, 0] = MARK
    for channel, sound in enumerate(sounds, 1):
        frames[LEAD : LEAD + len(sound), channel] = np.clip(sound, -32_768, 32_767)
    frames.tofile(path)


def _read(path: Path, count: int, length: int) -> list[Samples]:
    raw = np.fromfile(path, dtype="<i2")
    frames = raw[: len(raw) // CHANNELS * CHANNELS].reshape(-1, CHANNELS)
    first = int(np.argmax(frames[:, 0] > MARK // 2)) + LEAD - LEAD // 2
    return [
        frames[first : first + length, channel].astype(float) for channel in range(1, count + 1)
    ]
