"""An officer speaks live to two stations: both are heard, in step, and the programme comes back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pytest_asyncio

from central.testbed.pulseaudio import Recording, read_samples
from central.testbed.stations import COMMUNE_STATION, SINK
from central.testbed.testbed import until
from tests.harness.live_studio import (
    NEIGHBOUR,
    NEIGHBOUR_SINK,
    LiveStudio,
    add_neighbour,
    clicks,
    place,
    until_exact,
)

RATE = 48_000
DELAY_S = 1.0
CLOCK_ERROR_S = 0.05
PLACE_S = 0.06  # of a click in the capture of a busy machine, beside the error of the clocks


@dataclass
class Pair:
    """Two sound stations of one commune, placed and online."""

    site: Any
    captures: dict[str, Any]

    async def record(self) -> None:
        room, folder = self.site.testbed.room, self.site.folder
        for sink in (SINK, NEIGHBOUR_SINK):
            self.captures[sink] = await room.capture(sink, folder)

    async def hear(self) -> tuple[Recording, Recording]:
        room = self.site.testbed.room
        ended = [await room.finish(self.captures[sink]) for sink in (SINK, NEIGHBOUR_SINK)]
        return ended[0], ended[1]

    def plays(self, name: str) -> list[dict[str, Any]]:
        path = f"file:{self.site.folder / 'central.db'}?mode=ro"
        with closing(sqlite3.connect(path, uri=True, timeout=10)) as database:
            rows = database.execute(
                "SELECT bytes FROM records WHERE station=? ORDER BY epoch, seq", (name,)
            ).fetchall()
        records = [json.loads(row[0]) for row in rows]
        return [one["play"] for one in records if one["kind"] == "play"]

    async def until_played(self, name: str, count: int = 1) -> list[dict[str, Any]]:
        await until(lambda: len(self.plays(name)) >= count, f"a play of {name}")
        return self.plays(name)


def onsets(recording: Recording, least: float = 0.15) -> list[float]:
    """Seconds of CLOCK_MONOTONIC at which clicks begin: the first sample above a level."""
    samples = np.abs(read_samples(recording.path).astype(np.int32)) > least * 32_768
    loud = np.flatnonzero(samples)
    firsts = [int(n) for n in loud[np.flatnonzero(np.diff(loud, prepend=-RATE) > RATE // 10)]]
    return [recording.first_sample_mono_s + n / RATE for n in firsts]


@pytest_asyncio.fixture
async def pair(site: Any) -> AsyncIterator[Pair]:
    testbed = site.testbed
    await testbed.room.stop()
    await testbed.room.start([SINK, NEIGHBOUR_SINK])
    neighbour = await add_neighbour(testbed)
    try:
        await neighbour.start()
        await site.place()
        await place(testbed, NEIGHBOUR)
        await until_exact(testbed, (COMMUNE_STATION, NEIGHBOUR), CLOCK_ERROR_S)
        yield Pair(site, {})
    finally:
        await neighbour.stop()


async def test_two_stations_say_a_voice_together_and_drop_what_is_forged(pair: Pair) -> None:
    def disturb(number: int, message: bytes) -> list[bytes]:
        forged = message[:60] + bytes([message[60] ^ 1]) + message[61:]
        return [forged] if number == 5 else [message, message] if number == 7 else [message]

    studio = LiveStudio(pair.site.testbed, disturb, (COMMUNE_STATION, NEIGHBOUR))
    await pair.record()
    async with studio.on_air(title="Họp dân") as broadcast:
        await broadcast.speak(studio.speak(clicks(3)))
        await broadcast.end()
        for name in (COMMUNE_STATION, NEIGHBOUR):
            await pair.until_played(name)
    first, second = await pair.hear()
    for name in (COMMUNE_STATION, NEIGHBOUR):
        (play,) = pair.plays(name)
        assert (play["result"], play["reason"], play["level"]) == ("full", None, "relay")
        assert (play["title"], play["issuer"]) == ("Họp dân", "vn.84.29266")
        assert play["segments"]["bad"] >= 1
        assert play["segments"]["lost"] == 1
    begun_mono_s = first.first_sample_mono_s + (
        studio.begun_at - first.first_sample_at
    ) / timedelta(seconds=1)
    for recording in (first, second):
        assert_in_place(onsets(recording), begun_mono_s + DELAY_S)


def assert_in_place(heard: list[float], begun_mono_s: float) -> None:
    """At least half of the clicks, twice a second, are where stamp and delay put them."""
    off_s = [one - begun_mono_s - round((one - begun_mono_s) * 2) / 2 for one in heard]
    in_place = [one for one in off_s if abs(one) <= CLOCK_ERROR_S + PLACE_S]
    assert len(in_place) >= 3, off_s
    assert len(in_place) > len(off_s) / 2, off_s
