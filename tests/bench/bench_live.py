"""What a live voice is worth: two stations, real broker, real sound; figures from the capture.

`python tests/bench/bench_live.py [--only name,name]`
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.contract.document import StreamGrant
from agent.trust.live_stream import LiveStreamVerifier
from central.testbed.pulseaudio import Recording, read_samples
from central.testbed.stations import COMMUNE_STATION
from central.testbed.testbed import Testbed
from tests.harness.live_documents import Studio
from tests.harness.live_studio import NEIGHBOUR, LiveStudio, clicks, route, tone
from tests.harness.slow_line import SlowLine
from tests.harness.sound_bus import BusCapture, Heard
from tests.harness.two_poles import SINKS, TwoPoles, skews_ms, two_poles

RATE = 48_000
SPOKEN_S = 20.0
SEGMENTS_PER_S = 5
STALL_S, STALL_DELAY_MS = 1.5, 3_000
STALLS_AT_S = (3.0, 9.0)  # of what is spoken
# a mobile line at the edge of its cell: TCP hides each loss behind a wait
LINE = {"delay_s": 0.08, "loss": 0.02, "bytes_per_s": 8_000}


def bench(name: str, value: float, unit: str, target: float) -> None:
    print(f"BENCH name={name} value={value:.2f} unit={unit} target={target:g}", flush=True)


@dataclass
class Pair:
    """Two stations that hear one studio; the line to the first one may be made slow.

    Attributes:
        heard: what the last capture of both has, by station.
    """

    poles: TwoPoles
    line: SlowLine
    heard: list[Heard] = field(default_factory=list)

    @property
    def testbed(self) -> Testbed:
        return self.poles.testbed

    async def hear(self, studio: LiveStudio, source: object, delay_ms: int) -> list[Recording]:
        room = self.poles.room
        captures = [await room.capture(sink, self.testbed.folder) for sink in SINKS]
        both = BusCapture(room, self.testbed.folder / "bus.raw")
        async with studio.on_air(title="Đo", delay_ms=delay_ms) as broadcast:
            await broadcast.speak(studio.speak(source))  # type: ignore[arg-type] # a source
            await broadcast.end()
            await asyncio.sleep(delay_ms / 1000 + 1)
        self.heard = await both.finish()
        return [await room.finish(capture) for capture in captures]


@contextlib.asynccontextmanager
async def two_stations() -> AsyncIterator[Pair]:
    lines: list[SlowLine] = []

    async def lay_line(testbed: Testbed) -> None:
        line = SlowLine(testbed.broker.port)
        await line.start()
        lines.append(line)
        route(testbed, COMMUNE_STATION, line.port)

    try:
        async with two_poles(lay_line) as poles:
            yield Pair(poles, lines[0])
    finally:
        for line in lines:
            await line.stop()


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


def heard_s(recording: Recording) -> float:
    """From the first sound to the last, in seconds."""
    loud = np.flatnonzero(np.abs(read_samples(recording.path).astype(np.int32)) > 0.02 * 32_768)
    return float((loud[-1] - loud[0]) / RATE) if len(loud) else 0.0


def p95(values: Sequence[float]) -> float:
    return float(np.percentile(np.abs(values), 95)) if len(values) else float("nan")


async def measure_pair(pair: Pair) -> None:
    studio = LiveStudio(pair.testbed, stations=(COMMUNE_STATION, NEIGHBOUR))
    first, _ = await pair.hear(studio, clicks(SPOKEN_S), 1_000)
    begun_s = first.first_sample_mono_s + (studio.begun_at - first.first_sample_at).total_seconds()
    here = onsets(first)
    # the click of a place is spoken at a multiple of half a second
    late = [one - begun_s - round((one - begun_s - 1.0) * 2) / 2 for one in here]
    bench("live_glass_to_ear_p95_ms", p95(late) * 1000, "ms", 1500)
    skews = skews_ms(*pair.heard)
    print(f"# skew: {len(skews)} of {len(here)} clicks, median {np.median(skews):.2f} ms")
    bench("live_skew_two_stations_p95_ms", p95(skews), "ms", 5)


async def measure_stall(pair: Pair) -> None:
    """The line to one station stalls twice, within the delay; meanwhile it is slow and loses."""
    studio = LiveStudio(pair.testbed, stations=(COMMUNE_STATION, NEIGHBOUR))
    line = pair.line
    line.delay_s, line.loss = LINE["delay_s"], LINE["loss"]
    line.bytes_per_s = LINE["bytes_per_s"]

    async def stall() -> None:
        await studio.is_speaking.wait()
        past_s = 0.0
        for at_s in STALLS_AT_S:
            await asyncio.sleep(at_s - past_s)
            line.stall()
            await asyncio.sleep(STALL_S)
            line.flow()
            past_s = at_s + STALL_S

    stalling = asyncio.create_task(stall())
    recordings = await pair.hear(studio, tone(15), STALL_DELAY_MS)
    await stalling
    spoken = [f"{silent_s(one):.2f} s of silence in {heard_s(one):.1f} s" for one in recordings]
    print(f"# stalled twice for {STALL_S} s, and the neighbour that did not: {spoken}")
    bench("live_stalls_gap_s", silent_s(recordings[0]), "s", 0)


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
