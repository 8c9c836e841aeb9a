"""A station that plays while its broker is hostile; the outcome is judged from the capture.

Nothing that the agent says of itself counts: starts and alarms are read from the recording of the
sink, restarts from process ids, memory from the kernel.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import psutil

from agent.contract.document import (
    Body,
    Cancel,
    Emergency,
    EmergencyBody,
    Entry,
    EntryStart,
    Playlist,
    StationConfig,
    When,
)
from agent.contract.local_time import LOCAL
from agent.contract.topic import build_group_topic
from central.collector.identity import Identity
from central.documents.audio_tools import run_tool
from central.documents.media import store_medium
from central.documents.sign import build_header, encode_document, new_doc_id, read_document
from central.publication.document_outbox import keep
from central.testbed.sample_documents import station_config
from central.testbed.sound_capture import RATE_HZ, SinkCapture, find_tone, read_samples
from central.testbed.stations import COMMUNE, COMMUNE_STATION, GROUP, PROVINCE, SINK, Station
from central.testbed.testbed import Testbed, start_testbed, until
from tests.harness.broker_attacks import ATTACKS, DEAD_HOSTS, Target, install_dead_resolver
from tests.harness.memory_group import MemoryGroup, memory_group
from tests.harness.mqtt_relay import MqttRelay
from tests.harness.station_harness import ENGINE, runs

STEP_S = 3  # from start to start
TONE_MS = 600
LATE_S = 2.2  # a starved machine begins late; the next start is not before 2.8 s
TONE_LIMIT = 0.1
ATTENTION_HZ = 853.0  # 47 CFR 11.31(c): the first of the two tones
ALARM_EVERY_S = 18.0
ALARM_AT_S = 7.0
ALARM_LIMIT_S = 30.0
CALM_S = 9.0
GROWTH_MIB = 16.0  # of the agent, once it has calmed down
MIB = 1 << 20
PLAYS_OF = """\
SELECT 1 FROM open_play WHERE instr(play, ?) UNION ALL
SELECT 1 FROM journal WHERE instr(bytes, ?) AND instr(bytes, '"kind":"play"')"""
TO = [f"{PROVINCE}/{COMMUNE}/*"]


@dataclass
class Outcome:
    """The outcome of one attack.

    Args:
        errors_ms: of each start that nobody cut, by how much it began too early or late.
        missed: planned starts that were not heard.
        alarms_s: from publishing each alarm to its attention signal.
        unheard: alarms that were not heard within `ALARM_LIMIT_S`.
        rss_mib: of the agent before, at its highest, and after it had calmed down.
        restarts: processes of the box that are others than before: agent or engine.
        killed: by the kernel, for want of memory.
    """

    errors_ms: list[float] = field(default_factory=list)
    missed: list[datetime] = field(default_factory=list)
    alarms_s: list[float] = field(default_factory=list)
    unheard: int = 0
    rss_mib: tuple[float, float, float] = (0.0, 0.0, 0.0)
    restarts: list[str] = field(default_factory=list)
    killed: int = 0


@dataclass
class HostileHarness:
    """The test bed with a relay before its broker, and a row of tones on air."""

    target: Target
    station: Station
    group: MemoryGroup | None
    seq: int = 0
    starts: list[datetime] = field(default_factory=list)

    @property
    def testbed(self) -> Testbed:
        return self.target.testbed

    @property
    def agent(self) -> psutil.Process:
        return psutil.Process(self.station.pid)

    def log_tail(self) -> str:
        return self.station.log_tail()

    async def run_attack(self, attack: str, seconds: float) -> Outcome:
        """Play, be attacked, be warned meanwhile; then calm down.

        Args:
            attack: one of `ATTACKS`.
            seconds: how long it lasts.
        """
        outcome = Outcome()
        await self._play_row(seconds + CALM_S)
        before = self._children()
        rss = [self.agent.memory_info().rss / MIB]
        capture = await self.testbed.room.capture(SINK, self.testbed.folder)
        async with _running(self._watch(rss), "watch memory"):
            async with _running(ATTACKS[attack](self.target), attack) as attacking:
                spans = await self._warn(seconds, attacking)
            self.target.relay.read_again()
            await asyncio.sleep(CALM_S)
            await self._until_calm(rss[0])
        recording = await self.testbed.room.finish(capture)
        outcome.rss_mib = (rss[0], max(rss), self.agent.memory_info().rss / MIB)
        after = self._children()
        outcome.restarts = sorted(set(before) - set(after))
        outcome.killed = self.group.killed() if self.group else 0
        self._judge(outcome, capture, recording.path, spans)
        return outcome

    async def _watch(self, rss: list[float]) -> None:
        while True:
            await asyncio.sleep(0.25)
            rss.append(self.agent.memory_info().rss / MIB)

    async def _until_calm(self, before_mib: float) -> None:
        """A busy machine is longer at what came last; whoever judges sees what is left."""

        def is_calm() -> bool:
            return self.agent.memory_info().rss / MIB < before_mib + GROWTH_MIB

        with contextlib.suppress(RuntimeError):
            await until(is_calm, "calm")

    def _children(self) -> list[str]:
        """Agent and engine by name and pid; decoders come and go."""
        children = self.agent.children()
        engines = [one.pid for one in children if runs(ENGINE, one)]
        return [f"agent {self.station.pid}", *(f"engine {pid}" for pid in engines)]

    async def _warn(
        self, seconds: float, attacking: asyncio.Task[None]
    ) -> list[tuple[float, float]]:
        """Publish an alarm now and then; (published, cancelled) of each on CLOCK_MONOTONIC."""
        spans = []
        end_s = time.monotonic() + seconds
        await asyncio.sleep(ALARM_AT_S)
        while time.monotonic() < end_s - ALARM_AT_S or not spans:
            assert not attacking.done(), attacking
            envelope = self._alarm()
            published_s = time.monotonic()
            topic = build_group_topic(GROUP, "emergency", "khan-cap")
            parcel = keep(self.testbed.database, topic, envelope)
            await self.testbed.collector.send(parcel.topic, parcel.envelope, retain=parcel.retain)
            await asyncio.sleep(6.0)
            # Only when it may be taken back: that it is heard is judged from the capture.
            await self._until_known(envelope, published_s + ALARM_LIMIT_S - time.monotonic())
            await self.testbed.publish(self._all_clear(envelope))
            spans.append((published_s, time.monotonic()))
            rest_s = min(ALARM_EVERY_S - 6.0, end_s - time.monotonic())
            await asyncio.sleep(max(0.0, rest_s))
        await asyncio.sleep(max(0.0, end_s - time.monotonic()))
        return spans

    async def _until_known(self, envelope: bytes, limit_s: float) -> None:
        """Wait until the station's own database has a play of a document, or a limit."""
        path = self.testbed.folder / self.station.name / "state" / "state.db"
        doc_id = read_document(envelope).doc_id

        def is_known() -> bool:
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
                return bool(database.execute(PLAYS_OF, (doc_id, doc_id)).fetchone())

        with contextlib.suppress(RuntimeError):
            await until(is_known, "the alarm", limit_s)

    def _judge(
        self, outcome: Outcome, capture: SinkCapture, path: Path, spans: list[tuple[float, float]]
    ) -> None:
        samples = read_samples(path)
        zero_s = capture.mono_of(0.0)
        for published_s, _ in spans:
            at_s = published_s - zero_s
            heard_s = find_tone(path, ATTENTION_HZ, at_s, at_s + ALARM_LIMIT_S)
            if heard_s is None:
                outcome.unheard += 1
            else:
                outcome.alarms_s.append(heard_s - at_s)
        now_mono_s, now = time.monotonic(), datetime.now(UTC)
        # an alarm, and the item that was cut for it and comes back, may be anywhere in these
        busy = [(begin - zero_s - TONE_MS / 1e3, end - zero_s + 2.0) for begin, end in spans]
        last_s = len(samples) / RATE_HZ - 1.0
        for planned in self.starts:
            at_s = now_mono_s - (now - planned).total_seconds() - zero_s
            if not 1.0 < at_s < last_s or any(a < at_s < b for a, b in busy):
                continue
            found_s = _first_above(samples, at_s - 0.2, at_s + LATE_S)
            if found_s is None:
                outcome.missed.append(planned)
            else:
                outcome.errors_ms.append(abs(found_s - at_s) * 1e3)

    # What the officers sign meanwhile

    async def _play_row(self, seconds: float) -> None:
        """A tone every few seconds, from the next few on; the medium is in the store."""
        first = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=5)
        count = int(seconds / STEP_S) + 6
        self.starts = [first + timedelta(seconds=STEP_S * n) for n in range(count)]
        await self.testbed.publish(self._playlist("hang", self.starts))
        await asyncio.sleep(2.0)

    def _playlist(self, slot: str, starts: list[datetime]) -> bytes:
        local = [at.astimezone(LOCAL) for at in starts]
        when = When(
            [f"{at:%H:%M:%S}" for at in local], list(range(1, 8)),
            f"{local[0] - timedelta(days=1):%Y-%m-%d}", f"{local[0] + timedelta(days=1):%Y-%m-%d}",
        )  # fmt: skip
        entry = Entry(
            id="e1", title="Đo", lang="vi", zones=["*"], when=when, start=EntryStart("at"),
            body=Body(media=[self.target.medium.sha256]), when_cut="drop",
        )  # fmt: skip
        header = self._header("playlist", f"vn.{PROVINCE}.{COMMUNE}", "routine", slot, 2)
        document = Playlist(**header, media=[self.target.medium], entries=[entry])
        return self.testbed.sign(encode_document(document), "playlist", document.issuer)

    def _alarm(self) -> bytes:
        header = self._header("emergency", f"vn.{PROVINCE}.em", "emergency", "khan-cap", 1)
        medium = self.target.medium
        document = Emergency(
            **header, event_id=new_doc_id(), exercise=True, attention="two-tone", media=[medium],
            bodies=[EmergencyBody("vi", [medium.sha256])], repeat=1, gap_ms=0, max_ms=14_000,
        )  # fmt: skip
        return self.testbed.sign(encode_document(document), "emergency", document.issuer)

    def _all_clear(self, alarm: bytes) -> bytes:
        header = self._header("cancel", f"vn.{PROVINCE}.em", "emergency", "cancel", 1)
        document = Cancel(**header, cancels=read_document(alarm).event_id)  # type: ignore[union-attr] # an emergency
        return self.testbed.sign(encode_document(document), "cancel", document.issuer)

    def _header(self, kind: str, issuer: str, class_: str, slot: str, hours: int) -> dict[str, Any]:
        self.seq += 1
        return build_header(
            kind, issuer=issuer, class_=class_, to=TO, slot=slot, seq=self.seq,
            now=datetime.now(UTC) - timedelta(seconds=1), lifetime=timedelta(hours=hours),
        )  # fmt: skip


@contextlib.asynccontextmanager
async def start_hostile_testbed(
    folder: Path, python: str = sys.executable
) -> AsyncIterator[HostileHarness]:
    """A sound station that is placed, synced and has its medium, behind a relay.

    Args:
        folder: for all that is written; a short path, it holds a socket.
        python: the station's interpreter.
    """
    with memory_group("tramtin-hostile") as group:
        wrapped = group.wrap(python, folder / "python-in-group") if group else python
        async with start_testbed(folder, wrapped) as testbed:
            relay = await _start_relay(testbed)
            station = testbed.stations[COMMUNE_STATION]
            station.env |= install_dead_resolver(folder / "resolver")
            station.env["PYTHONPATH"] += os.pathsep + str(Path.cwd())
            try:
                on = HostileHarness(Target(testbed, relay, _make_tone(testbed)), station, group)
                await _begin(on)
                yield on
            finally:
                await station.stop()
                await relay.stop()


async def _start_relay(testbed: Testbed) -> MqttRelay:
    """Between the station and its broker; the station's settings name it."""
    settings = testbed.folder / COMMUNE_STATION / "station.yaml"
    text = settings.read_text()
    cert, key = (Path(re.findall(rf"\b{name}: ([^,}}]+)", text)[0]) for name in ("cert", "key"))
    server = testbed.ca.issue_server("localhost")
    relay = MqttRelay(testbed.ca.ca, server, Identity(cert, key), testbed.broker.port)
    await relay.start()
    text = text.replace(f"port: {testbed.broker.port}", f"port: {relay.port}")
    head, _, _ = text.partition("outputs:\n")
    settings.write_text(
        f"{head}outputs:\n"
        "  - name: loa\n"
        f'    audio: {{driver: portaudio, device: "{SINK}", channels: 1, fade_in_ms: 0}}\n'
        "    zones:\n"
        "      - {name: nga-ba, kind: ordinary}\n"
    )
    return relay


def _make_tone(testbed: Testbed) -> Any:
    path = testbed.folder / "tone.mp3"
    source = f"aevalsrc=0.5*cos(2*PI*1000*t):s={RATE_HZ}:d={TONE_MS / 1000}"
    run_tool(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-b:a", "96k", f"file:{path}"])
    return store_medium(path, testbed.folder / "media", testbed.media.base_url)


async def _begin(on: HostileHarness) -> None:
    testbed, name = on.testbed, COMMUNE_STATION
    await on.station.start()
    raw = station_config(name, datetime.now(UTC), testbed.media.address)
    config = msgspec.json.decode(raw, type=StationConfig)
    policy = msgspec.structs.replace(
        config.policy, media_hosts=[*config.policy.media_hosts, *DEAD_HOSTS]
    )
    payload = encode_document(msgspec.structs.replace(config, policy=policy))
    await testbed.publish(testbed.sign(payload, "station-config", f"vn.{PROVINCE}"), station=name)
    await until(lambda: _is_synced(testbed), f"a synced clock: {on.log_tail()}", 120)
    later = datetime.now(UTC) + timedelta(hours=2)
    await testbed.publish(on._playlist("kho", [later]))
    store = testbed.folder / name / "state" / "media"
    medium = on.target.medium.sha256
    await until(lambda: any(store.rglob(medium)), "the medium in the store")


def _is_synced(testbed: Testbed) -> bool:
    health = testbed.database.health().get(COMMUNE_STATION)
    has_place = testbed.database.has_accepted(COMMUNE_STATION, "station-config")
    return has_place and health is not None and health["clock"]["quality"] == "SYNCED"


@contextlib.asynccontextmanager
async def _running(coroutine: Any, name: str) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(coroutine, name=name)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _first_above(samples: Any, from_s: float, until_s: float) -> float | None:
    """Where in a stretch of the capture (seconds) a sample first exceeds the tone's limit."""
    first = max(0, int(from_s * RATE_HZ))
    part = np.abs(samples[first : int(until_s * RATE_HZ)].astype(np.int32))
    loud = np.flatnonzero(part > TONE_LIMIT * 32_768)
    return (first + int(loud[0])) / RATE_HZ if len(loud) else None
