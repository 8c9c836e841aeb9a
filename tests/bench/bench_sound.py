"""What the engine is worth on the private sound server; every figure comes from the capture.

`python tests/bench/bench_sound.py [--only name,name]`
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.clock import mono_s
from agent.play.ipc import Ended, EngineBeat, EngineEvent, Fire, Hold, Load, StartSlot, Stop
from agent.play.sound.engine_config import EngineConfig, engine_argv
from agent.play.worker_process import WorkerProcess
from central.testbed.pulseaudio import SoundServer, find_sounds, read_samples
from central.testbed.sound_capture import wav_header
from tests.harness.mpv_player import MpvPlayer

RATE = 48_000
RUNS = 40
MARK_S = 0.1
THRESHOLD = 0.1
SETTLE_S = 1.5


@dataclass
class EngineBench:
    """A room, an engine in it, and what the engine said."""

    room: SoundServer
    worker: WorkerProcess[EngineEvent]
    events: list[EngineEvent]


@asynccontextmanager
async def start_engine() -> AsyncIterator[EngineBench]:
    """A running room and engine."""
    with tempfile.TemporaryDirectory() as directory:
        room = SoundServer(Path(directory))
        await room.start(["loa"])
        events: list[EngineEvent] = []
        worker: WorkerProcess[EngineEvent] = WorkerProcess(
            engine_argv(EngineConfig("portaudio", "loa")),
            EngineEvent,
            events.append,
            print,
            env=os.environ | room.env,
        )
        await worker.start()
        await asyncio.sleep(SETTLE_S)
        yield EngineBench(room, worker, events)
        underruns = [event.underruns for event in events if isinstance(event, EngineBeat)]
        print(f"# under-runs: {underruns[-1]}")
        await worker.stop()
        await room.stop()


def tone(seconds: float, hz: float, peak: float) -> bytes:
    """A cosine: its first sample is its peak, so the mark is found to the sample."""
    wave = np.cos(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE) * peak
    return wave.astype("<i2").tobytes()


def pipe_of(data: bytes) -> int:
    """The read end of a pipe that gives `data`."""
    read_fd, write_fd = os.pipe()

    def write() -> None:
        with os.fdopen(write_fd, "wb", buffering=0) as pipe:
            try:
                view = memoryview(data)
                while view:
                    view = view[pipe.write(view) :]
            except BrokenPipeError:
                return

    threading.Thread(target=write, daemon=True).start()
    return read_fd


async def start_errors_ms() -> list[float]:
    """|moment in the capture - moment ordered|, of items started at moments to come."""
    async with start_engine() as on:
        capture = await on.room.capture("loa")
        due: list[float] = []
        for run in range(RUNS):
            at = mono_s() + 0.25 + random.random() * 0.01  # noqa: S311 - a phase, no secret
            on.worker.send(Load(f"r{run}", 1), pipe_of(tone(MARK_S, 1000, 16_000)))
            on.worker.send(StartSlot(f"r{run}", at))
            due.append(at)
            await asyncio.sleep(0.25 + MARK_S + 0.15)
        recording = await on.room.finish(capture)
        found = [capture.mono_of(start) for start, _ in find_sounds(recording.path, THRESHOLD)]
        _need_all(len(found))
        return [abs(a - b) * 1e3 for a, b in zip(found, due, strict=True)]


async def fire_latencies_ms() -> list[float]:
    """From `Fire` to the held clip's first sample in the capture, another item playing under it."""
    async with start_engine() as on:
        on.worker.send(Hold("mark"), pipe_of(tone(MARK_S, 4000, 16_000)))
        capture = await on.room.capture("loa")
        fired: list[float] = []
        for run in range(RUNS):
            on.worker.send(Load(f"bed{run}", 1), pipe_of(tone(5, 200, 1_600)))
            on.worker.send(StartSlot(f"bed{run}", mono_s()))
            await asyncio.sleep(0.2 + random.random() * 0.02)  # noqa: S311 - a phase, no secret
            fired.append(mono_s())
            on.worker.send(Fire("mark", f"mark{run}", 4))
            await asyncio.sleep(MARK_S + 0.2)
            on.worker.send(Stop(f"bed{run}"))
        recording = await on.room.finish(capture)
        found = [capture.mono_of(start) for start, _ in find_sounds(recording.path, THRESHOLD)]
        _need_all(len(found))
        cut = sum(isinstance(e, Ended) and e.why == "stopped" for e in on.events)
        _need_all(cut)
        return [(a - b) * 1e3 for a, b in zip(found, fired, strict=True)]


async def mpv_latencies_ms() -> list[float]:
    """The same of mpv: from the order to the mark's first sample, another file playing before."""
    with tempfile.TemporaryDirectory() as directory:
        room = SoundServer(Path(directory))
        await room.start(["loa"])
        mark, bed = Path(directory, "mark.wav"), Path(directory, "bed.wav")
        _write_wav(mark, tone(MARK_S, 4000, 16_000))
        _write_wav(bed, tone(5, 200, 1_600))
        mpv = MpvPlayer(room.env, "loa", Path(directory))
        await mpv.start()
        capture = await room.capture("loa")
        ordered: list[float] = []
        for run in range(RUNS + 1):
            mpv.play(bed)
            await asyncio.sleep(0.5 + random.random() * 0.02)  # noqa: S311 - a phase, no secret
            ordered.append(mono_s())
            mpv.play(mark)
            await asyncio.sleep(MARK_S + 0.4)
            if run == 0:
                await asyncio.sleep(1.0)  # it has opened its output by now
        recording = await room.finish(capture)
        found = [capture.mono_of(start) for start, _ in find_sounds(recording.path, THRESHOLD)]
        await mpv.stop()
        await room.stop()
        _need_all(len(found) - 1)
        return [(a - b) * 1e3 for a, b in zip(found[1:], ordered[1:], strict=True)]


def _write_wav(path: Path, samples: bytes) -> None:
    path.write_bytes(wav_header(len(samples)) + samples)


async def gap_samples() -> int:
    """Silent samples where one item starts at the very end of another (whole periods, 1 kHz)."""
    async with start_engine() as on:
        capture = await on.room.capture("loa")
        at = mono_s() + 0.4
        for run in range(5):
            on.worker.send(Load(f"g{run}", 1), pipe_of(tone(0.5, 1000, 16_000)))
            on.worker.send(StartSlot(f"g{run}", at + run * 0.5))
        await asyncio.sleep(3.4)
        recording = await on.room.finish(capture)
        samples = np.abs(read_samples(recording.path).astype(int))
        loud = np.flatnonzero(samples > THRESHOLD * 32_768)
        alone = np.abs(np.frombuffer(tone(0.5, 1000, 16_000), "<i2").astype(int))
        natural = int(np.max(np.diff(np.flatnonzero(alone > THRESHOLD * 32_768))))
        return max(0, int(np.max(np.diff(loud))) - natural)


def _need_all(found: int) -> None:
    if found != RUNS:
        raise RuntimeError(f"{found} of {RUNS} marks found in the capture")


@contextmanager
def both_cores_busy() -> Iterator[None]:
    """One spinning process for each core."""
    spin = [sys.executable, "-c", "while True: pass"]
    crowd = [subprocess.Popen(spin) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for one in crowd:
            one.kill()
            one.wait()


def report(name: str, value: float, unit: str, target: str, peer: str = "") -> None:
    """One line of the bench's common form."""
    line = f"BENCH name={name} value={value:.2f} unit={unit} target={target}"
    print(f"{line} {peer}".rstrip(), flush=True)


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return float(np.percentile(values, 95))


async def bench_start_error() -> None:
    """DESIGN target 2 ms."""
    report("start_error_p95_ms", p95(await start_errors_ms()), "ms", "2")


async def bench_start_error_busy() -> None:
    """With both cores busy: 8 ms."""
    with both_cores_busy():
        report("start_error_busy_p95_ms", p95(await start_errors_ms()), "ms", "8")


async def bench_fire() -> None:
    """The engine's own pre-emption: 20 ms, and no slower than mpv."""
    ours = p95(await fire_latencies_ms())
    report("engine_fire_p95_ms", ours, "ms", "20")
    peer = p95(await mpv_latencies_ms())
    report("preempt_ratio", ours / peer, "x", "1.0", f"peer=mpv peer_value={peer:.1f}ms")


async def bench_gap() -> None:
    """Back-to-back items: 0 samples."""
    report("engine_gap_samples", await gap_samples(), "samples", "0")


BENCHES: list[tuple[set[str], Callable[[], Coroutine[Any, Any, None]]]] = [
    ({"start_error_p95_ms"}, bench_start_error),
    ({"start_error_busy_p95_ms"}, bench_start_error_busy),
    ({"engine_fire_p95_ms", "preempt_ratio"}, bench_fire),
    ({"engine_gap_samples"}, bench_gap),
]


def main(argv: list[str]) -> int:
    """Run all, or those named by `--only a,b`; names of other files' benches are ignored."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    only = {name for name in parser.parse_args(argv).only.split(",") if name}
    for names, bench in BENCHES:
        if not only or names & only:
            asyncio.run(bench())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
