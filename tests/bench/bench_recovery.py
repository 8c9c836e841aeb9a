"""How soon there is sound again, by the capture: the engine killed, the sound server killed.

`python tests/bench/bench_recovery.py [--only name,name]`, about a minute.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.clock import mono_s
from central.testbed.sound_capture import find_sounds
from central.testbed.stations import SINK
from tests.harness.measured_box import BED_LEVEL, Box, box
from tests.harness.station_harness import engine_of

KILLS = 2  # a third within a minute would be safe mode
WATCH_S = 8.0
GONE_S = 2.0
HEARD = BED_LEVEL / 3
NAMES = {"engine_back_s", "sound_server_back_s"}


async def engine_back_s(on: Box) -> float:
    """From `kill -9` of the engine to the first sample of the next one; the worse of two."""
    capture = await on.testbed.room.capture(SINK, on.testbed.folder)
    killed = []
    for _ in range(KILLS):
        await asyncio.sleep(WATCH_S)
        engine = engine_of(on.agent.pid)
        if engine is None:
            raise RuntimeError("no engine")
        killed.append(mono_s())
        engine.kill()
    await asyncio.sleep(WATCH_S)
    recording = await on.testbed.room.finish(capture)
    starts = [capture.mono_of(first) for first, _ in find_sounds(recording.path, HEARD)]
    return max(next(start for start in starts if start > at) - at for at in killed)


async def sound_server_back_s(on: Box) -> float:
    """From the moment at which a sound server takes clients again to the first sample on it."""
    os.kill(on.testbed.room.pid, signal.SIGKILL)
    await on.testbed.room.stop()
    await asyncio.sleep(GONE_S)
    await on.testbed.room.start([SINK])
    back = mono_s()
    capture = await on.testbed.room.capture(SINK, on.testbed.folder)
    await asyncio.sleep(WATCH_S)
    recording = await on.testbed.room.finish(capture)
    first, _ = find_sounds(recording.path, HEARD)[0]
    return capture.mono_of(first) - back


def report(name: str, value: float, target: str) -> None:
    """One line of the bench's common form."""
    print(f"BENCH name={name} value={value:.2f} unit=s target={target}", flush=True)


async def run() -> None:
    """Both on one box."""
    async with box() as on:
        await on.play_bed()
        report("engine_back_s", await engine_back_s(on), "2")
        report("sound_server_back_s", await sound_server_back_s(on), "3")


def main(argv: list[str]) -> int:
    """Run both, unless `--only a,b` names others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    only = {name for name in parser.parse_args(argv).only.split(",") if name}
    if not only or NAMES & only:
        asyncio.run(run())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
