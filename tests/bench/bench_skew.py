"""How far apart two poles are heard that play the same item, and what ten minutes do to that.

`python tests/bench/bench_skew.py [--only name,name]`, about three minutes. Both poles are whole
stations on one sound card of two channels, so one capture hears both; Snapcast plays on the same
card. The drift of ten minutes is that of the engine's mixer on two simulated cards, 100 parts in a
million apart, against an exact clock; `tests/integration/test_drift.py` does it in real time.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.fakes.fake_card import RATE, EndlessSource, FakeCard, clicks
from tests.fakes.fake_card import find_clicks as find_card_clicks
from tests.harness.measured_box import Box
from tests.harness.snapcast_pair import feed, snapcast_pair
from tests.harness.sound_bus import BusCapture
from tests.harness.two_poles import (
    SINKS,
    TwoPoles,
    first_whole_second,
    p95,
    skews_ms,
    two_poles,
    wait_until,
)

ITEMS, ITEM_S, STEP_S = 6, 4.0, 5
AHEAD_S = 12.0
PEER_S = 30.0
TEN_MINUTES_S = 601
JITTER_S = 0.0005
PPM = 100


def report(name: str, value: float, unit: str, target: str, peer: str = "") -> None:
    """One line of the bench's common form."""
    line = f"BENCH name={name} value={value:.2f} unit={unit} target={target}"
    print(f"{line} {peer}".rstrip(), flush=True)


async def hear_items(poles: TwoPoles, box: Box) -> list[float]:
    """Milliseconds between the poles, of every click of the items."""
    first = first_whole_second(AHEAD_S)
    await poles.testbed.publish(box.row(first, ITEMS, STEP_S))
    await wait_until(first - timedelta(seconds=1))
    capture = BusCapture(poles.room, poles.testbed.folder / "bus.raw")
    await wait_until(first + timedelta(seconds=ITEMS * STEP_S))
    apart = skews_ms(*await capture.finish())
    print(f"# {len(apart)} clicks, median {np.median(apart):.2f} ms", flush=True)
    if len(apart) < ITEMS * ITEM_S:
        raise RuntimeError(f"{len(apart)} clicks of both poles in the capture")
    return apart


async def hear_snapcast(poles: TwoPoles) -> list[float]:
    """The same of two clients of Snapcast, once they have settled."""
    place = np.arange(round(PEER_S * RATE))
    wave = np.where(place % (RATE // 2) < 192, 16_000 * np.sin(place * 2 * np.pi / 48), 0)
    async with snapcast_pair(poles.testbed.folder, poles.room.env, SINKS) as fifo:
        feeding = asyncio.create_task(feed(fifo, wave.astype("<i2").tobytes()), name="feed")
        await asyncio.sleep(PEER_S / 2)
        capture = BusCapture(poles.room, poles.testbed.folder / "peer.raw")
        await feeding
        apart = skews_ms(*await capture.finish())
    print(f"# Snapcast: {len(apart)} clicks", flush=True)
    return apart


@contextlib.contextmanager
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


async def measure_poles() -> None:
    async with two_poles() as poles:
        medium = poles.make_clicks(ITEM_S)
        box = Box(poles.testbed, medium, medium)
        idle = await hear_items(poles, box)
        with both_cores_busy():
            busy = await hear_items(poles, box)
        for station in poles.testbed.stations.values():
            await station.stop()
        peer = p95(await hear_snapcast(poles))
    told = f"peer=snapcast peer_value={peer:.2f}ms"
    report("skew_two_stations_p95_ms", p95(idle), "ms", "1", told)
    report("skew_two_stations_busy_p95_ms", p95(busy), "ms", "1", told)


def late_ms(ppm: float, *, is_steered: bool) -> list[float]:
    """How late each click of ten minutes is on a simulated card."""
    card = FakeCard(ppm, JITTER_S)
    at_s = card.play(EndlessSource(clicks(), is_live=not is_steered))
    first = card.mixer.frames
    frames = find_card_clicks(card.run_s(TEN_MINUTES_S)) + first
    return [(card.moment_of(one) - at_s - second) * 1000 for second, one in enumerate(frames)]


def measure_drift() -> None:
    """Two cards, one of them fast; first without corrections, which proves the measure."""
    for is_steered in (False, True):
        exact, fast = (late_ms(ppm, is_steered=is_steered) for ppm in (0, PPM))
        apart = [abs(b - a) for a, b in zip(exact, fast, strict=False)]
        if not is_steered:
            print(f"# without corrections: {apart[600]:.2f} ms after ten minutes", flush=True)
    report("skew_100ppm_10min_ms", max(apart), "ms", "1")


NAMES = {"skew_two_stations_p95_ms", "skew_two_stations_busy_p95_ms", "skew_100ppm_10min_ms"}


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names of figures, separated by commas")
    only = set(filter(None, parser.parse_args(argv).only.split(","))) or NAMES
    if "skew_100ppm_10min_ms" in only:
        measure_drift()
    if only & (NAMES - {"skew_100ppm_10min_ms"}):
        asyncio.run(measure_poles())


if __name__ == "__main__":
    main(sys.argv[1:])
