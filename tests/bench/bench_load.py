"""What the engine's priority is worth beside busy neighbours: breaks in what was heard.

`python tests/bench/bench_load.py [--only name,name]`. Two busy loops on each core, with the
priority that the unit gives to the agent, and a tone; breaks are counted in the capture. The engine
has its raised priority, or, for comparison, none: a right that its process was not granted.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.clock import mono_s
from agent.play.ipc import EngineEvent, Load, StartSlot
from agent.play.sound.engine_config import EngineConfig, engine_argv
from agent.play.worker_process import WorkerProcess
from central.testbed.pulseaudio import SoundServer, read_samples

RATE_HZ = 48_000
TONE_HZ, TONE_PEAK = 1000, 16_000
WATCH_S = 12.0
LOOPS_A_CORE = 2
LOOP_NICE = -5  # the agent's own, and so that of its decoders
BREAK_FRAMES = 24  # half a period: a tone is never silent for so long
ORDINARY = ("setpriv", "--bounding-set=-sys_nice", "--inh-caps=-sys_nice")
NAME = "busy_breaks"


@contextmanager
def busy_loops(count: int, nice: int) -> Iterator[None]:
    """So many processes that only compute."""
    argv = ["nice", "-n", str(nice), sys.executable, "-c", "while True: pass"]
    loops = [subprocess.Popen(argv) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


async def count_breaks(rights: tuple[str, ...]) -> int:
    """Breaks in a tone of `WATCH_S`, as captured."""
    with tempfile.TemporaryDirectory() as directory:
        sound = Path(directory) / "tone.s16"
        sound.write_bytes(make_tone(WATCH_S))
        room = SoundServer(Path(directory))
        await room.start(["loa"])
        worker: WorkerProcess[EngineEvent] = WorkerProcess(
            [*rights, *engine_argv(EngineConfig("portaudio", "loa"))],
            EngineEvent,
            lambda _event: None,
            print,
            env=os.environ | room.env,
        )
        await worker.start()
        capture = await room.capture("loa")
        try:
            with busy_loops(LOOPS_A_CORE * (os.cpu_count() or 1), LOOP_NICE):
                worker.send(Load("tone", 1), os.open(sound, os.O_RDONLY))
                worker.send(StartSlot("tone", mono_s() + 0.5))
                await asyncio.sleep(WATCH_S + 2)
            recording = await room.finish(capture)
        finally:
            await worker.stop()
            await room.stop()
        return find_breaks(read_samples(recording.path))


def make_tone(seconds: float) -> bytes:
    """s16, mono."""
    wave = np.cos(2 * np.pi * TONE_HZ * np.arange(int(seconds * RATE_HZ)) / RATE_HZ) * TONE_PEAK
    return wave.astype("<i2").tobytes()


def find_breaks(samples: np.ndarray) -> int:
    """How often the sound was silent between its first sample and its last."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > TONE_PEAK // 4)
    if not len(loud):
        raise RuntimeError("nothing was heard")
    return int(np.count_nonzero(np.diff(loud) > BREAK_FRAMES))


def main(argv: list[str]) -> int:
    """Run all, or those that `--only a,b` names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    only = {name for name in parser.parse_args(argv).only.split(",") if name}
    if only and NAME not in only:
        return 0
    ours, ordinary = (asyncio.run(count_breaks(rights)) for rights in ((), ORDINARY))
    print(
        f"BENCH name={NAME} value={ours} unit=count target=0"
        f" peer=ordinary-priority peer_value={ordinary}"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
