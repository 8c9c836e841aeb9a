"""One sound station with broker, centre, sound server and agent, all real processes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest_asyncio

from central.documents.schedule_compiler import compile_schedule
from central.documents.sign import read_document
from central.testbed.sample_documents import station_config
from central.testbed.stations import COMMUNE_STATION, Station
from central.testbed.testbed import Testbed, start_testbed, until
from tests.harness.play_records import forgive_underruns

LOCAL = timedelta(hours=7)
CLOCK_ERROR_S = 0.06  # half of a round trip that the box does not call slow, and a minute's drift
CLOCK_LIMIT_S = 55.0  # three questions
GENESIS = "0" * 64
COLLECTED_S = 180.0
SAFE_ENGINE = frozenset({"agent.play.sound.safe_engine_process"})
ENGINE = frozenset({"agent.play.sound.engine_process"}) | SAFE_ENGINE
BOARD = frozenset({"agent.play.board.board_process"})


@dataclass
class StationTestbed:
    """The test bed, its sound station, and the databases of both, read without product code."""

    testbed: Testbed
    station: Station

    @property
    def name(self) -> str:
        return self.station.name

    @property
    def folder(self) -> Path:
        return self.testbed.folder

    @property
    def studio(self) -> Path:
        studio = self.folder / "studio"
        studio.mkdir(exist_ok=True)
        return studio

    async def start(self) -> None:
        """Start the station, have it placed, and its clock exact."""
        await self.place()
        # What is judged later knows the error of its clock; it is better small.
        with contextlib.suppress(RuntimeError):
            await until(self._has_exact_clock, "an exact clock", CLOCK_LIMIT_S)

    async def place(self) -> None:
        """Start the station and have it placed; its clock may never be right."""
        await self.station.start()
        config = self.testbed.sign(
            station_config(self.name, datetime.now(UTC), self.testbed.media.address),
            "station-config",
            "vn.84",
        )
        await self.testbed.publish(config, station=self.name)
        await until(
            lambda: self.testbed.database.has_accepted(self.name, "station-config"), "placed"
        )

    def _has_exact_clock(self) -> bool:
        """Its times are compared with the capture's; after a slow answer it asks once more."""
        health = self.testbed.database.health().get(self.name)
        error_s = health["clock"]["error_s"] if health else None
        return error_s is not None and error_s <= CLOCK_ERROR_S

    async def stock(self, line: str, slot: str = "kho") -> None:
        """Have the media of a line in the station's store: a busy machine takes its time to fetch.

        The line itself is planned for an hour later.
        """
        envelope = self.compile([(datetime.now(UTC) + timedelta(hours=1), line)], slot=slot)
        await self.publish(envelope)
        media = [medium.sha256 for medium in read_document(envelope).media]
        store = self.folder / self.name / "state" / "media"
        await until(lambda: all((store / name).exists() for name in media), "media in the store")

    def compile(self, items: Sequence[tuple[datetime | None, str]], slot: str = "tuan") -> bytes:
        """A signed playlist of (start, the rest of the YAML line); None: it states no start."""
        day = (next(at for at, _ in items if at is not None) + LOCAL).date()
        lines = [
            f'slot: {slot}\nto: ["84/29266/*"]\n',
            f"from: {day - timedelta(days=1)}\nuntil: {day + timedelta(days=2)}\nitems:\n",
            *(f"  - {{{_at(at)}{rest}}}\n" for at, rest in items),
        ]
        schedule = self.studio / "schedule.yaml"
        schedule.write_text("".join(lines))
        payload = compile_schedule(
            schedule,
            issuer="vn.84.29266",
            seq=1,
            epoch=1,
            now=datetime.now(UTC),
            media_dir=self.folder / "media",
            media_base_url=self.testbed.media.base_url,
            editor="Nguyễn Thị Lan (thử)",
            approver="Trần Văn Bình (thử)",
        )
        return self.testbed.sign(payload, "playlist", "vn.84.29266")

    async def publish(self, envelope: bytes) -> None:
        """Publish and wait until the station reports that it holds the playlist."""
        await self.testbed.publish(envelope)
        await until(lambda: self.testbed.database.has_accepted(self.name, "playlist"), "playlist")

    # What the station keeps, and what the centre has

    @property
    def state_db(self) -> Path:
        return self.folder / self.name / "state" / "state.db"

    def own_rows(self) -> list[tuple[int, bytes]]:
        """The station's journal as it lies in its own database."""
        return _read(self.state_db, "SELECT seq, bytes FROM journal ORDER BY seq")

    def open_play(self) -> dict[str, Any] | None:
        """What the station has durably said to be sounding."""
        rows = _read(self.state_db, "SELECT play FROM open_play ORDER BY key DESC LIMIT 1")
        return json.loads(rows[0][0])["play"] if rows else None

    def collected_rows(self) -> list[tuple[int, bytes]]:
        """The station's journal as the centre has it."""
        return _read(
            self.folder / "central.db",
            "SELECT seq, bytes FROM records WHERE station=? ORDER BY epoch, seq",
            self.name,
        )

    def collected(self) -> list[dict[str, Any]]:
        return [json.loads(raw) for _, raw in self.collected_rows()]

    def clock_error_s(self) -> float:
        """The most that the station states of its time in any record of its journal."""
        clocks = [record["clock"] for record in self.collected()]
        return max((c["error_s"] for c in clocks if c["quality"] == "SYNCED"), default=0.0)

    def collected_plays(self) -> list[dict[str, Any]]:
        plays = (record["play"] for record in self.collected() if record["kind"] == "play")
        return [forgive_underruns(play) for play in plays]

    async def until_collected(self) -> None:
        """Until the centre has every record that the station has written.

        After an outage both sides wait up to 30 s before they connect, and a lost batch is sent
        again after 30 s.
        """
        await until(self._is_collected, "the journal at the centre", COLLECTED_S)

    def _is_collected(self) -> bool:
        own = self.own_rows()
        return bool(own) and own == self.collected_rows()


def _at(at: datetime | None) -> str:
    return "" if at is None else f'at: "{at + LOCAL:%H:%M:%S}", '


def _read(path: Path, query: str, *values: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(query, values).fetchall()


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[StationTestbed]:
    async with start_testbed(tmp_path) as testbed:
        station = testbed.stations[COMMUNE_STATION]
        try:
            yield StationTestbed(testbed, station)
        finally:
            await station.stop()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def soon(seconds: float) -> datetime:
    """The next whole second but so many."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1 + seconds)


def assert_chain_whole(rows: list[tuple[int, bytes]]) -> None:
    """Every seq there once, every record naming the hash before it; by hashlib alone."""
    digest = GENESIS
    for expected, (seq, raw) in enumerate(rows, 1):
        assert seq == expected
        assert json.loads(raw)["prev"] == digest
        digest = hashlib.sha256(bytes.fromhex(digest) + raw).hexdigest()


def children_of(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def engine_of(pid: int) -> psutil.Process | None:
    return next((child for child in children_of(pid) if runs(ENGINE, child)), None)


def runs(modules: frozenset[str], process: psutil.Process) -> bool:
    """Is it a Python process of one of these modules?"""
    try:
        return not modules.isdisjoint(process.cmdline())
    except psutil.NoSuchProcess:  # one that has ended meanwhile; ZombieProcess is one
        return False
