"""What a live voice is worth: two stations, real broker, real sound; figures from the capture.

`python tests/bench/bench_live.py [--only name,name]`
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.contract.document import StreamGrant
from agent.trust.live_stream import LiveStreamVerifier
from central.testbed.pulseaudio import Recording, read_samples
from central.testbed.stations import COMMUNE_STATION, SINK
from central.testbed.testbed import Testbed, start_testbed
from tests.harness.live_documents import Studio
from tests.harness.live_studio import (
    NEIGHBOUR,
    NEIGHBOUR_SINK,
    LiveStudio,
    add_neighbour,
    clicks,
    place,
    tone,
    until_exact,
)

RATE = 48_000
SPOKEN_S = 20.0
EXACT_S = 0.02
SEGMENTS_PER_S = 5
STALL_S, STALL_DELAY_MS = 1.5, 3_000


def bench(name: str, value: float, unit: str, target: float) -> None:
    print(f"BENCH name={name} value={value:.2f} unit={unit} target={target:g}", flush=True)


@dataclass
class Pair:
    testbed: Testbed

    async def hear(self, studio: LiveStudio, source: object, delay_ms: int) -> list[Recording]:
        room = self.testbed.room
        captures = [
            await room.capture(sink, self.testbed.folder) for sink in (SINK, NEIGHBOUR_SINK)
        ]
        async with studio.on_air(title="Đo", delay_ms=delay_ms) as broadcast:
            await broadcast.speak(studio.speak(source))  # type: ignore[arg-type] # a source
            await broadcast.end()
            await asyncio.sleep(delay_ms / 1000 + 1)
        return [await room.finish(capture) for capture in captures]


@contextlib.asynccontextmanager
async def two_stations() -> AsyncIterator[Pair]:
    with tempfile.TemporaryDirectory(prefix="lv") as folder:
        async with start_testbed(Path(folder)) as testbed:
            await testbed.room.stop()
            await testbed.room.start([SINK, NEIGHBOUR_SINK])
            stations = [testbed.stations[COMMUNE_STATION], await add_neighbour(testbed)]
            try:
                for station in stations:
                    await station.start()
                for name in (COMMUNE_STATION, NEIGHBOUR):
                    await place(testbed, name)
                await until_exact(testbed, (COMMUNE_STATION, NEIGHBOUR), EXACT_S)
                yield Pair(testbed)
            finally:
                for station in stations:
                    await station.stop()


def onsets(recording: Recording, least: float = 0.15) -> list[float]:
    """Seconds of CLOCK_MONOTONIC at which clicks begin."""
    samples = np.abs(read_samples(recording.path).astype(np.int32)) > least * 32_768
    loud = np.flatnonzero(samples)
    firsts = loud[np.flatnonzero(np.diff(loud, prepend=-RATE) > RATE // 10)]
    return [recording.first_sample_mono_s + int(n) / RATE for n in firsts]


def silent_s(recording: Recording) -> float:
    """Silence of more than 10 ms within what is heard, in seconds."""
    samples = np.abs(read_samples(recording.path).astype(np.int32)) > 0.02 * 32_768
    loud = np.flatnonzero(samples)
    gaps = np.diff(loud)
    return float(gaps[gaps > RATE // 100].sum() / RATE)


def p95(values: Sequence[float]) -> float:
    return float(np.percentile(np.abs(values), 95)) if len(values) else float("nan")


async def measure_pair(pair: Pair) -> None:
    studio = LiveStudio(pair.testbed, stations=(COMMUNE_STATION, NEIGHBOUR))
    first, second = await pair.hear(studio, clicks(SPOKEN_S), 1_000)
    begun_s = first.first_sample_mono_s + (studio.begun_at - first.first_sample_at).total_seconds()
    here, there = onsets(first), onsets(second)
    # the click of a place is spoken at a multiple of half a second
    late = [one - begun_s - round((one - begun_s - 1.0) * 2) / 2 for one in here]
    bench("live_glass_to_ear_p95_ms", p95(late) * 1000, "ms", 1500)
    skews = [min((b - a for b in there), key=abs) for a in here if there]
    skews = [one for one in skews if abs(one) < 0.25]
    print(f"# skew: {len(skews)} of {len(here)} clicks, median {np.median(skews) * 1000:.2f} ms")
    bench("live_skew_two_stations_p95_ms", p95(skews) * 1000, "ms", 5)


async def measure_stall(pair: Pair) -> None:
    """The line to the stations stalls: what was spoken meanwhile comes at once behind it."""
    held: list[tuple[str, bytes]] = []
    until_s = 0.0

    studio = LiveStudio(pair.testbed, stations=(COMMUNE_STATION, NEIGHBOUR))

    def stall(number: int, message: bytes) -> list[bytes]:
        nonlocal until_s
        if number in (15, 45):
            until_s = time.monotonic() + STALL_S
        if time.monotonic() < until_s:
            held.append(("", message))
            return []
        out = [one for _, one in held] + [message]
        held.clear()
        return out

    studio.change = stall
    recordings = await pair.hear(studio, tone(15), STALL_DELAY_MS)
    bench("live_stalls_gap_s", max(map(silent_s, recordings)), "s", 0)


def measure_verify() -> None:
    """Of one processor, at five segments a second of 24 kbit/s."""
    studio = Studio()
    grant = msgspec.convert(studio.grant(), StreamGrant)
    packet = bytes.fromhex("f8fffe") + bytes(57)
    messages = [studio.segment(packets=[packet] * 10) for _ in range(500)]
    verifier = LiveStreamVerifier(grant)
    began_s = time.process_time()
    for message in messages:
        verifier.verify(message, None)
    each_s = (time.process_time() - began_s) / len(messages)
    print(f"# a segment of {len(messages[0])} bytes: {each_s * 1000:.3f} ms")
    bench("live_verify_cpu_pct", each_s * SEGMENTS_PER_S * 100, "%", 1)


async def measure_sound() -> None:
    async with two_stations() as pair:
        await measure_pair(pair)
        await measure_stall(pair)


NAMES = {
    "live_verify_cpu_pct", "live_glass_to_ear_p95_ms", "live_skew_two_stations_p95_ms",
    "live_stalls_gap_s",
}  # fmt: skip


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names of figures, separated by commas")
    only = set(filter(None, parser.parse_args(argv).only.split(","))) or NAMES
    if "live_verify_cpu_pct" in only:
        measure_verify()
    if only & (NAMES - {"live_verify_cpu_pct"}):
        asyncio.run(measure_sound())


if __name__ == "__main__":
    main(sys.argv[1:])
