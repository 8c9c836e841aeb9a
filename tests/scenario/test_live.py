"""An officer speaks live to two stations: both are heard, in step, and the programme comes back."""

from __future__ import annotations

import asyncio
import contextlib
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
DELAY_S = 2.0  # a busy machine may take a second to hand a segment over
CLOCK_ERROR_S, CLOCK_LIMIT_S = 0.15, 2.0
STATIONS = (COMMUNE_STATION, NEIGHBOUR)
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

    def records(self, name: str) -> list[dict[str, Any]]:
        """The journal of a station as it has it: a record may wait for the centre a minute."""
        path = f"file:{self.site.folder / name / 'state' / 'state.db'}?mode=ro"
        with closing(sqlite3.connect(path, uri=True, timeout=10)) as database:
            rows = database.execute("SELECT bytes FROM journal ORDER BY seq").fetchall()
        return [json.loads(row[0]) for row in rows]

    def plays(self, name: str) -> list[dict[str, Any]]:
        return [one["play"] for one in self.records(name) if one["kind"] == "play"]

    async def until_played(self, name: str) -> None:
        await until(lambda: bool(self.plays(name)), f"a play of {name}")

    def clock_error_s(self) -> float:
        """The most that either station states of its time when it plays."""
        records = [one for name in STATIONS for one in self.records(name)]
        clocks = [one["clock"] for one in records if one["kind"] == "play"]
        return max(one["error_s"] for one in clocks)


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
        await site.station.start()
        await neighbour.start()
        await asyncio.gather(*(place(testbed, name) for name in STATIONS))
        await until_exact(testbed, STATIONS, 0.8)  # above a second nothing would sound
        with contextlib.suppress(RuntimeError):  # the error that remains is allowed for
            await until_exact(testbed, STATIONS, CLOCK_ERROR_S, CLOCK_LIMIT_S)
        yield Pair(site, {})
    finally:
        await neighbour.stop()


async def test_two_stations_say_a_voice_together_and_drop_what_is_forged(pair: Pair) -> None:
    def disturb(number: int, message: bytes) -> list[bytes]:
        forged = message[:120] + bytes([message[120] ^ 1]) + message[121:]
        return [forged] if number == 7 else [message, message] if number == 9 else [message]

    studio = LiveStudio(pair.site.testbed, disturb, STATIONS)
    await pair.record()
    async with studio.on_air(title="Họp dân", delay_ms=round(DELAY_S * 1000)) as broadcast:
        await broadcast.speak(studio.speak(clicks(3)))
        await broadcast.end()
        for name in STATIONS:
            await pair.until_played(name)
    await asyncio.sleep(0.5)  # what ended off its moment is joined again
    recordings = await pair.hear()
    begun_mono_s = recordings[0].first_sample_mono_s + (
        studio.begun_at - recordings[0].first_sample_at
    ) / timedelta(seconds=1)
    for name, recording in zip(STATIONS, recordings, strict=True):
        for play in pair.plays(name):
            assert (play["level"], play["title"]) == ("relay", "Họp dân")
            assert play["issuer"] == "vn.84.29266"
        assert any(play["segments"]["heard"] for play in pair.plays(name))
        refused = [one["detail"] for one in pair.records(name) if one["kind"] == "refusal"]
        codes = {one["code"] for one in refused if one["kind"] == "live"}
        assert {"E_THRESHOLD", "E_REPLAY"} <= codes
        assert_in_place(onsets(recording), begun_mono_s + DELAY_S, pair.clock_error_s() + PLACE_S)


def assert_in_place(heard: list[float], begun_mono_s: float, error_s: float) -> None:
    """Most of the clicks, twice a second, are where stamp and delay put them."""
    off_s = [one - begun_mono_s - round((one - begun_mono_s) * 2) / 2 for one in heard]
    in_place = [one for one in off_s if abs(one) <= error_s]
    assert len(in_place) >= 2, off_s
    assert len(in_place) > len(off_s) / 2, off_s
