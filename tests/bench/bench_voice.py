"""From the mouth to the horn: clicks into a virtual microphone, found again in the sink.

`python tests/bench/bench_voice.py [--only name,name]`. The microphone is the monitor of a null
sink, so both ends are captured by the same method and compared on the same clock.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.clock import mono_s
from agent.contract.priority import Level
from agent.play.capture.capture_config import capture_argv
from agent.play.capture.voice_input import MicrophoneSource, VoiceInput
from agent.play.ipc import CaptureEvent, EngineEvent, Load, StartSlot
from agent.play.sound.engine_config import EngineConfig, engine_argv
from agent.play.worker_process import WorkerProcess
from central.testbed.pulseaudio import SoundServer
from central.testbed.sound_capture import SinkCapture, find_sounds

NAME = "voice_mouth_to_horn_p95_ms"
TARGET_MS = 150
RATE = 48_000
BURSTS, EVERY_S, BURST_S = 24, 0.5, 0.05
SETTLE_S = 1.5
THRESHOLD = 0.1


def bursts() -> bytes:
    """A second of silence, then short tones, twice a second."""
    wave = np.zeros(int((1 + BURSTS * EVERY_S) * RATE))
    tone = 16_000 * np.cos(2 * np.pi * 1000 * np.arange(int(BURST_S * RATE)) / RATE)
    for number in range(BURSTS):
        at = int((1 + number * EVERY_S) * RATE)
        wave[at : at + len(tone)] = tone
    return wave.astype("<i2").tobytes()


async def measure_ms() -> list[float]:
    """The delay of each tone from the microphone's capture to the sink's."""
    with tempfile.TemporaryDirectory() as directory:
        room = SoundServer(Path(directory))
        await room.start(["loa"], ["micro"])
        env = os.environ | room.env
        engine: WorkerProcess[EngineEvent] = WorkerProcess(
            engine_argv(EngineConfig("portaudio", "loa")), EngineEvent, _ignore, print, env=env
        )
        device = VoiceInput(
            "micro",
            lambda on_event, on_lost: WorkerProcess(
                capture_argv("portaudio", "micro"), CaptureEvent, on_event, on_lost, env=env
            ),
            lambda *_: None,
        )
        source = MicrophoneSource(device, asyncio.Event().wait)  # type: ignore[arg-type] # never
        try:
            await engine.start()
            await asyncio.sleep(SETTLE_S)
            feed, at_mono_s = await source.prepare(0), mono_s() + 0.5
            engine.send(Load("voice", int(Level.LOCAL_VOICE), is_live=True), feed.read_fd)
            engine.send(StartSlot("voice", at_mono_s))
            source.start(at_mono_s)
            captures = [await room.capture(name) for name in ("micro", "loa")]
            await asyncio.sleep(SETTLE_S)
            speaker = await room.speak("micro", bursts())
            await speaker.wait()
            await asyncio.sleep(1)
            said, heard = [await _find(room, one) for one in captures]
        finally:
            await source.stop()
            await engine.stop()
            await room.stop()
    last = max(heard, default=0.0)  # nothing was heard: the figure is missing
    return [1000 * (min(b for b in heard if b > a) - a) for a in said if last > a]


def _ignore(_event: EngineEvent) -> None:
    pass


async def _find(room: SoundServer, capture: SinkCapture) -> list[float]:
    """When each tone began, as CLOCK_MONOTONIC."""
    recording = await room.finish(capture)
    return [capture.mono_of(start) for start, _ in find_sounds(recording.path, THRESHOLD)]


def main(argv: list[str]) -> int:
    """Print the figure, unless others are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    only = set(filter(None, parser.parse_args(argv).only.split(",")))
    if only and NAME not in only:
        return 0
    delays = sorted(asyncio.run(measure_ms()))
    if not delays:
        print(f"# {NAME}: nothing was heard")
        return 1
    p95 = delays[int(0.95 * (len(delays) - 1))]
    print(f"BENCH name={NAME} value={p95:.1f} unit=ms target={TARGET_MS}", flush=True)
    middle = delays[len(delays) // 2]
    print(f"# {NAME}: {len(delays)} of {BURSTS} tones, median {middle:.1f}, max {delays[-1]:.1f}")
    return 0 if len(delays) >= BURSTS else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
