"""An hour of programme on one box: does it grow, and does it break?

`make soak`, `make soak SECONDS=300`. A tone of three minutes again and again, each round cut once
by an emergency; memory is read each ten seconds. Growth is that of the medians of the first and
the last fifth of the readings, after a first minute in which caches fill. Beside it a bare
real-time loop tells when this machine itself woke late.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from central.testbed.stations import COMMUNE_STATION
from tests.harness.measured_box import Box, box

MIB = 1 << 20
READING_S = 10.0
WARM_S = 60.0
ROUND_S = 180
ALARM_EVERY_S = 150.0
ALARM_S = 1.0
LEAST_READINGS = 10
BROKEN = re.compile(r"the sound broke, seen at ([0-9.]+) s: [^\"]*")
WITNESS = Path(__file__).parents[1] / "harness" / "wake_witness.py"


def rss_mib(on: Box) -> float:
    """What agent and engine hold; decoders come and go."""
    processes = [on.agent, *on.agent.children()]
    lasting = [one for one in processes if "python" in one.name()]
    return sum(one.memory_info().rss for one in lasting) / MIB


def list_plays(on: Box) -> list[dict[str, Any]]:
    """What the station's journal says of its plays so far."""
    path = on.testbed.folder / COMMUNE_STATION / "state" / "state.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
        rows = connection.execute("SELECT bytes FROM journal ORDER BY seq").fetchall()
    records = [json.loads(row[0]) for row in rows]
    return [record["play"] for record in records if record["kind"] == "play"]


async def soak(on: Box, seconds: float) -> list[float]:
    """Readings of the memory over so many seconds."""
    await on.fetch()
    first = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=6)
    rounds = int(seconds // ROUND_S) + 1
    await on.testbed.publish(on.row(first, rounds, ROUND_S, on.bed))
    readings = []
    end_s = time.monotonic() + seconds
    alarm_at_s = time.monotonic() + ALARM_EVERY_S
    await asyncio.sleep(min(WARM_S, seconds / 5))
    while time.monotonic() < end_s:
        readings.append(rss_mib(on))
        await asyncio.sleep(READING_S)
        if time.monotonic() >= alarm_at_s:
            alarm_at_s += ALARM_EVERY_S
            await _cut_in(on)
    return readings


async def _cut_in(on: Box) -> None:
    alarm = on.alarm()
    await on.testbed.publish(alarm)
    await asyncio.sleep(ALARM_S)
    await on.testbed.publish(on.all_clear(alarm))


@asynccontextmanager
async def wakes() -> AsyncIterator[list[str]]:
    """Late wakes of a bare real-time loop, as lines; they come at the end."""
    lines: list[str] = []
    loop = await asyncio.create_subprocess_exec(
        sys.executable, str(WITNESS), stdout=asyncio.subprocess.PIPE
    )
    try:
        yield lines
    finally:
        loop.terminate()
        told, _ = await loop.communicate()
        lines += told.decode().splitlines()


async def run(seconds: float) -> None:
    """One box, its figures."""
    async with box() as on:
        zero_s = time.time() - time.monotonic()
        async with wakes() as late:
            readings = await soak(on, seconds)
        if len(readings) < LEAST_READINGS:
            raise RuntimeError(f"{len(readings)} readings are too few to compare")
        fifth = max(1, len(readings) // 5)
        growth = median(readings[-fifth:]) - median(readings[:fifth])
        print(f"BENCH name=soak_rss_growth_mib value={growth:.2f} unit=MiB target=5")
        plays = list_plays(on)
        underruns = sum(play["underruns"] for play in plays)
        print(f"BENCH name=soak_underruns value={underruns} unit=count target=0")
        for play in plays:
            print(f"# {play['start']} {play['title']}: {play['result']}, {play['duration_ms']} ms,"
                  f" {play['underruns']} under-runs")  # fmt: skip
        _print_breaks(on, late, zero_s)
        print(f"# {seconds:.0f} s, {len(readings)} readings, {min(readings):.1f} to"
              f" {max(readings):.1f} MiB")  # fmt: skip


def _print_breaks(on: Box, late: list[str], zero_s: float) -> None:
    """When the sound broke by the agent's log, and when the bare loop woke late."""
    log = on.testbed.folder / COMMUNE_STATION / "agent.log"
    for line in log.read_text().splitlines():
        if (found := BROKEN.search(line)) is not None:
            at = datetime.fromtimestamp(zero_s + float(found[1]), UTC)
            print(f"# {at:%H:%M:%S} {found[0]}")
    for line in late:
        at_s, late_ms = map(float, line.split())
        at = datetime.fromtimestamp(zero_s + at_s, UTC)
        print(f"# {at:%H:%M:%S.%f} this machine woke a bare real-time loop {late_ms:.0f} ms late")


def main(argv: list[str]) -> int:
    """Run for an hour, or for `--seconds`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3600.0)
    asyncio.run(run(parser.parse_args(argv).seconds))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
