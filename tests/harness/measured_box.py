"""A measured box: the demonstration's station with a zone that is always on, and two media."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from agent.contract.document import (
    Body,
    Cancel,
    Emergency,
    EmergencyBody,
    Entry,
    EntryStart,
    Medium,
    Playlist,
    When,
)
from agent.contract.local_time import LOCAL
from central.documents.audio_tools import run_tool
from central.documents.media import store_medium
from central.documents.sign import build_header, encode_document, new_doc_id, read_document
from central.testbed.sample_documents import station_config
from central.testbed.sound_capture import RATE_HZ, SinkCapture, read_samples
from central.testbed.stations import COMMUNE, COMMUNE_STATION, PROVINCE, SINK
from central.testbed.testbed import Testbed, start_testbed, until

WATCH_S = 60.0
HEALTH_S = 300.0  # as installed
TONE_MS = 1_500
CPUCLOCK_SCHED = 2  # as of clock_getcpuclockid(3)
BED_MS = 170_000
BED_LEVEL = 0.003  # once it is measured, it is levelled by the most that is: ten times as much
TONE_LEVEL = 0.5
BOX_PYTHON = os.environ.get("BOX_PYTHON", sys.executable)
TO = [f"{PROVINCE}/{COMMUNE}/*"]


@dataclass
class Box:
    """A synced station on its testbed, with two media at the centre."""

    testbed: Testbed
    tone: Medium
    bed: Medium
    seq: int = 0

    @property
    def agent(self) -> psutil.Process:
        """The agent's process."""
        return psutil.Process(self.testbed.stations[COMMUNE_STATION].pid)

    def header(self, kind: str, **differences: Any) -> dict[str, Any]:
        """A header with the next sequence number."""
        self.seq += 1
        plain: dict[str, Any] = {
            "issuer": f"vn.{PROVINCE}.{COMMUNE}",
            "class_": "routine",
            "slot": "bench",
            "lifetime": timedelta(days=2),
        }
        fields = plain | differences
        return build_header(
            kind, to=TO, seq=self.seq, now=datetime.now(UTC) - timedelta(seconds=1), **fields
        )

    def playlist(self, medium: Medium, slot: str) -> bytes:
        """One entry that began at the last whole second."""
        return self._playlist([medium], slot, datetime.now(UTC).astimezone(LOCAL))

    def row(self, first: datetime, count: int, step_s: int, medium: Medium | None = None) -> bytes:
        """A medium (the tone) again and again, from a whole second on."""
        starts = [first + timedelta(seconds=step_s * n) for n in range(count)]
        media = [medium or self.tone]
        return self._playlist(media, "day", *(at.astimezone(LOCAL) for at in starts))

    def _playlist(self, media: list[Medium], slot: str, began: datetime, *more: datetime) -> bytes:
        when = When(
            [f"{at:%H:%M:%S}" for at in (began, *more)],
            list(range(1, 8)),
            f"{began - timedelta(days=1):%Y-%m-%d}",
            f"{began + timedelta(days=1):%Y-%m-%d}",
        )
        entry = Entry(
            id="e1",
            title="Đo",
            lang="vi",
            zones=["*"],
            when=when,
            start=EntryStart("at"),
            body=Body(media=[medium.sha256 for medium in media]),
            when_cut="rejoin",
        )
        document = Playlist(**self.header("playlist", slot=slot), media=media, entries=[entry])
        payload = encode_document(document)
        return self.testbed.sign(payload, "playlist", document.issuer)

    def alarm(self) -> bytes:
        """An exercise: attention signal, then the tone."""
        return self.alarm_of(EmergencyBody("vi", [self.tone.sha256]), [self.tone])

    def alarm_of(self, body: EmergencyBody, media: Sequence[Medium] = ()) -> bytes:
        """An exercise: attention signal, then a message."""
        document = Emergency(
            **self.header("emergency", **self._urgent()),
            event_id=new_doc_id(),
            exercise=True,
            attention="two-tone",
            media=list(media),
            bodies=[body],
            repeat=1,
            gap_ms=0,
            max_ms=14_000,
        )
        return self.testbed.sign(encode_document(document), "emergency", f"vn.{PROVINCE}.em")

    def all_clear(self, alarm: bytes) -> bytes:
        """The cancel of an alarm."""
        event_id: str = read_document(alarm).event_id  # type: ignore[union-attr] # an emergency, signed above
        document = Cancel(**self.header("cancel", **self._urgent()), cancels=event_id)
        return self.testbed.sign(encode_document(document), "cancel", f"vn.{PROVINCE}.em")

    def _urgent(self) -> dict[str, Any]:
        return {
            "issuer": f"vn.{PROVINCE}.em",
            "class_": "emergency",
            "slot": "khan-cap",
            "lifetime": timedelta(minutes=10),
        }

    async def fetch(self) -> None:
        """Have both media in the box's store, by an item that is due in an hour."""
        later = datetime.now(UTC).astimezone(LOCAL) + timedelta(hours=1)
        media = [self.tone, self.bed]
        await self.testbed.publish(self._playlist(media, "kho", later))
        store = self.testbed.folder / COMMUNE_STATION / "state" / "media"
        await until(
            lambda: all(any(store.rglob(medium.sha256)) for medium in media), "media in the store"
        )

    async def play_bed(self) -> None:
        """Have the long quiet item on air."""
        await self.fetch()
        await self.testbed.publish(self.playlist(self.bed, "nen"))
        await until(self._is_decoding, "the bed's decoder")
        await asyncio.sleep(1.5)

    def _is_decoding(self) -> bool:
        return any(child.name() == "ffmpeg" for child in self.agent.children())


@asynccontextmanager
async def box(outputs: str = "", switch: str = "") -> AsyncIterator[Box]:
    """A station that is synced and has its place.

    Args:
        outputs: further ones of its settings, in YAML.
        switch: of its zone, in YAML.
    """
    folder = Path(tempfile.mkdtemp(prefix="tb-", dir="/tmp"))  # a socket needs a short path
    try:
        async with start_testbed(folder, BOX_PYTHON) as testbed:
            tone = _make_medium(testbed, "tone", 1000, TONE_LEVEL, TONE_MS)
            bed = _make_medium(testbed, "bed", 200, BED_LEVEL, BED_MS)
            _write_outputs(folder / COMMUNE_STATION / "station.yaml", outputs, switch)
            station = testbed.stations[COMMUNE_STATION]
            station.health_s = HEALTH_S
            await station.start()
            config = station_config(COMMUNE_STATION, datetime.now(UTC), testbed.media.address)
            await testbed.publish(
                testbed.sign(config, "station-config", f"vn.{PROVINCE}"), station=COMMUNE_STATION
            )
            try:
                await until(lambda: _is_synced(testbed), "a synced clock")
                await asyncio.sleep(2.0)
                yield Box(testbed, tone, bed)
            finally:
                await station.stop()
    finally:
        shutil.rmtree(folder)


def _make_medium(testbed: Testbed, name: str, hz: int, level: float, ms: int) -> Medium:
    path = testbed.folder / f"{name}.mp3"
    source = f"aevalsrc={level}*cos(2*PI*{hz}*t):s={RATE_HZ}:d={ms / 1000}"
    run_tool(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-b:a", "96k", f"file:{path}"])
    return store_medium(path, testbed.folder / "media", testbed.media.base_url)


def _write_outputs(settings: Path, outputs: str, switch: str) -> None:
    """Keep the head of a station.yaml, but give its sound one zone, always on without a switch."""
    head, _, _ = settings.read_text().partition("outputs:\n")
    settings.write_text(
        f"{head}outputs:\n"
        "  - name: loa\n"
        f'    audio: {{driver: portaudio, device: "{SINK}", channels: 1, fade_in_ms: 0}}\n'
        "    zones:\n"
        "      - name: nga-ba\n        kind: ordinary\n"
        + "\n".join([switch.strip("\n"), outputs]).format(folder=settings.parent)
    )


def _is_synced(testbed: Testbed) -> bool:
    state = testbed.database.health().get(COMMUNE_STATION)
    has_place = testbed.database.has_accepted(COMMUNE_STATION, "station-config")
    return has_place and state is not None and state["clock"]["quality"] == "SYNCED"


def first_above(samples: Any, limit: float, from_s: float, until_s: float) -> float | None:
    """Where in a stretch of the capture (seconds) a sample first exceeds a level."""
    first = max(0, int(from_s * RATE_HZ))
    part = np.abs(samples[first : int(until_s * RATE_HZ)].astype(np.int32))
    loud = np.flatnonzero(part > limit * 32_768)
    return (first + int(loud[0])) / RATE_HZ if len(loud) else None


def delays_ms(
    capture: SinkCapture, path: Path, moments: list[float], limit: float, span_s: float
) -> list[float]:
    """From each moment (CLOCK_MONOTONIC) to the next sample above a level in the capture."""
    samples = read_samples(path)
    delays = []
    for moment in moments:
        position_s = moment - capture.mono_of(0.0)
        if first_above(samples, limit, position_s - 0.3, position_s) is not None:
            raise RuntimeError(f"no quiet before {position_s:.1f} s of the capture")
        found_s = first_above(samples, limit, position_s, position_s + span_s)
        if found_s is None:
            raise RuntimeError(f"no sound after {position_s:.1f} s of the capture")
        delays.append((capture.mono_of(found_s) - moment) * 1e3)
    return delays


def cpu_s(processes: list[psutil.Process]) -> float:
    """CPU seconds so far, ended children of theirs included."""
    return sum(map(_own_cpu_s, processes)) + sum(
        one.cpu_times().children_user + one.cpu_times().children_system for one in processes
    )


def _own_cpu_s(process: psutil.Process) -> float:
    """To the nanosecond; the kernel's statistics of a process count in ticks of 10 ms."""
    return time.clock_gettime(~process.pid << 3 | CPUCLOCK_SCHED)


async def watch_cpu_pct(processes: list[psutil.Process], seconds: float = WATCH_S) -> float:
    """Percent of one core over the next seconds."""
    began_s, spent_s = time.monotonic(), cpu_s(processes)
    await asyncio.sleep(seconds)
    return 100 * (cpu_s(processes) - spent_s) / (time.monotonic() - began_s)


def pss_mib(process: psutil.Process) -> float:
    """Proportional share of memory."""
    text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    line = next(line for line in text.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) / 1024
