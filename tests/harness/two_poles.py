"""Two stations on one sound card of two channels, with exact clocks: how far apart are they heard?

A time from the centre is right within half of its round trip, some milliseconds on a busy machine,
and a station's sound is off by as much. What is measured here is all the rest, so both stations get
the same exact time, as chrony under NTS had given it before a restart.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from agent.clock import boot_s, read_boot_id
from agent.contract.document import Medium
from central.documents.audio_tools import run_tool
from central.documents.media import store_medium
from central.testbed.pulseaudio import RATE_HZ
from central.testbed.stations import COMMUNE_STATION, SINK
from central.testbed.testbed import Testbed, start_testbed
from tests.harness.live_studio import (
    NEIGHBOUR,
    NEIGHBOUR_SINK,
    add_neighbour,
    place,
    until_exact,
)
from tests.harness.sound_bus import Heard, SoundBus

NAMES = (COMMUNE_STATION, NEIGHBOUR)
SINKS = (SINK, NEIGHBOUR_SINK)
EXACT_S = 0.001
NEAR_S = 0.25


@dataclass
class TwoPoles:
    """Two stations that have their places, and what hears both."""

    testbed: Testbed
    room: SoundBus

    def make_clicks(self, seconds: float) -> Medium:
        """A click of 4 ms twice a second, as a medium of the centre."""
        path = self.testbed.folder / "clicks.wav"
        source = f"aevalsrc='lt(mod(t,0.5),0.004)*0.7*sin(2*PI*1000*t)':s={RATE_HZ}:d={seconds}"
        run_tool(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, f"file:{path}"])
        return store_medium(path, self.testbed.folder / "media", self.testbed.media.base_url)


async def _as_it_is(_testbed: Testbed) -> None:
    pass


@contextlib.asynccontextmanager
async def two_poles(
    prepare: Callable[[Testbed], Awaitable[None]] = _as_it_is,
) -> AsyncIterator[TwoPoles]:
    """Two started stations; `prepare` may change what they are given before."""
    with tempfile.TemporaryDirectory(prefix="tp", dir="/tmp") as name:  # a socket's path is short
        folder = Path(name)
        async with start_testbed(folder) as testbed, contextlib.AsyncExitStack() as stack:
            await testbed.room.stop()
            room = testbed.room = SoundBus(folder / "sound")
            stack.push_async_callback(room.stop)
            await room.start(SINKS)
            stations = [testbed.stations[COMMUNE_STATION], await add_neighbour(testbed)]
            await prepare(testbed)
            for station in stations:
                stack.push_async_callback(station.stop)
                await station.start()
            for station_id in NAMES:
                await place(testbed, station_id)
            for station in stations:
                await station.stop()
            give_exact_time(folder)
            for station in stations:
                await station.start()
            await until_exact(testbed, NAMES, EXACT_S)
            yield TwoPoles(testbed, room)


def give_exact_time(folder: Path) -> None:
    """Both stopped stations find this machine's time in their state, as chrony's of this boot."""
    crystal_s, at = boot_s(), datetime.now(UTC)
    fix = {
        "boot_id": read_boot_id(),
        "raw_s": crystal_s,
        "utc": at.isoformat(),
        "error_s": EXACT_S / 10,
        "by": "nts",
        "is_on_notice": False,
    }
    for name in NAMES:
        path = folder / name / "state" / "state.db"
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute(
                "INSERT OR REPLACE INTO meta (key, value) VALUES ('clock_fix', ?)",
                (json.dumps(fix),),
            )
            database.commit()


def find_clicks(heard: Heard) -> list[float]:
    """Seconds of the capture at which clicks begin."""
    level = np.abs(heard.astype(np.int32))
    loud = np.flatnonzero(level > 0.3 * max(1, int(level.max())))
    firsts = loud[np.flatnonzero(np.diff(loud, prepend=-RATE_HZ) > RATE_HZ // 10)]
    return [int(first) / RATE_HZ for first in firsts]


def skews_ms(one: Heard, other: Heard) -> list[float]:
    """How much later each click is heard from the other pole."""
    here, there = find_clicks(one), find_clicks(other)
    apart = [min((b - a for b in there), key=abs) for a in here if there]
    return [late_s * 1000 for late_s in apart if abs(late_s) < NEAR_S]


def first_whole_second(in_s: float) -> datetime:
    return (datetime.now(UTC) + timedelta(seconds=in_s)).replace(microsecond=0)


async def wait_until(at: datetime) -> None:
    await asyncio.sleep(max(0.0, at.timestamp() - time.time()))


def p95(values: Sequence[float]) -> float:
    return float(np.percentile(np.abs(values), 95)) if values else float("nan")
