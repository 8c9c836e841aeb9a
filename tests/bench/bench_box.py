"""What the whole box is worth: real broker, centre, agent, engine, decoder and sound server.

`python tests/bench/bench_box.py [--only name,name]`, about four minutes. The station is the
demonstration's, with a zone that is always on, so that no amplifier's settling time is counted.

Figures of sound end at the capture of the sink, never at what the agent says of itself:
- publish_to_sound: from before the centre's own commit and send to the first sample; the medium is
  in the store, the entry began within the last second (late join).
- flood_jitter: what 10,000 invalid documents a minute do to the starts of a row of tones.
- emergency_to_sample: from handing the message with two signatures to the broker's client, so with
  both ways of the network and both verifications: more than the "verified in hand" of the target.
  Another item plays, quietly; the first sample is where the capture first leaves that item's level,
  and there the 853 Hz of the attention signal must follow. That signal has a soft edge of 15 ms,
  so the sample found lies about 2 ms behind the true first one.
The stations run with the interpreter of BOX_PYTHON, which `make bench` gives an environment with
what a box gets and no more; without it with this one, where the agent finds the tests' packages and
loads some of them. The agent sends its health every 2 s here (demonstration), not every 300 s: CPU
figures have that in them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.contract.document import (
    Body,
    Cancel,
    Emergency,
    EmergencyBody,
    Entry,
    Medium,
    Playlist,
    Start,
    When,
)
from agent.contract.local_time import LOCAL
from agent.contract.topic import build_group_topic, build_station_topic
from central.documents.audio_tools import run_tool
from central.documents.media import store_medium
from central.documents.sign import build_header, encode_document, new_doc_id, read_document
from central.publication.document_outbox import keep
from central.testbed.sample_documents import station_config
from central.testbed.sound_capture import RATE_HZ, Capture, find_tone, read_samples
from central.testbed.stations import COMMUNE, COMMUNE_STATION, GROUP, PROVINCE, SINK
from central.testbed.testbed import Testbed, start_testbed, until

PUBLISH_RUNS = 15
FLOOD_RUNS = 15
FLOOD_PER_S = 10_000 / 60
FLOOD_STEP_S = 3
EMERGENCY_RUNS = 12
WATCH_S = 15.0
TONE_MS = 1_500
BED_MS = 170_000
BED_LEVEL = 0.01
BED_LIMIT = 0.02
TONE_LEVEL = 0.5
TONE_LIMIT = 0.1
ATTENTION_HZ = 853.0
MIB = 1 << 20
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

    def row(self, first: datetime, count: int, step_s: int) -> bytes:
        """The tone again and again, from a whole second on."""
        starts = [first + timedelta(seconds=step_s * n) for n in range(count)]
        return self._playlist([self.tone], "day", *(at.astimezone(LOCAL) for at in starts))

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
            start=Start("at"),
            body=Body(media=[medium.sha256 for medium in media]),
            when_cut="rejoin",
        )
        document = Playlist(**self.header("playlist", slot=slot), media=media, entries=[entry])
        payload = encode_document(document)
        return self.testbed.sign(payload, "playlist", document.issuer)

    def alarm(self) -> bytes:
        """An exercise: attention signal, then the tone."""
        document = Emergency(
            **self.header("emergency", **self._urgent()),
            event_id=new_doc_id(),
            exercise=True,
            attention="two-tone",
            media=[self.tone],
            bodies=[EmergencyBody("vi", [self.tone.sha256])],
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
async def box() -> AsyncIterator[Box]:
    """A station that is synced and has its place."""
    folder = Path(tempfile.mkdtemp(prefix="tb-", dir="/tmp"))  # a socket needs a short path
    try:
        async with start_testbed(folder, BOX_PYTHON) as testbed:
            tone = _make_medium(testbed, "tone", 1000, TONE_LEVEL, TONE_MS)
            bed = _make_medium(testbed, "bed", 200, BED_LEVEL, BED_MS)
            _always_on(folder / COMMUNE_STATION / "station.yaml")
            station = testbed.stations[COMMUNE_STATION]
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


def _always_on(settings: Path) -> None:
    """Keep the head of a station.yaml, but give its sound one zone without a switch."""
    head, _, _ = settings.read_text().partition("outputs:\n")
    settings.write_text(
        f"{head}outputs:\n"
        "  - name: loa\n"
        f'    audio: {{driver: portaudio, device: "{SINK}", channels: 1, fade_in_ms: 0}}\n'
        "    zones:\n"
        "      - {name: nga-ba, kind: ordinary}\n"
    )


def _is_synced(testbed: Testbed) -> bool:
    state = testbed.database.health().get(COMMUNE_STATION)
    has_place = testbed.database.has_accepted(COMMUNE_STATION, "station-config")
    return has_place and state is not None and state["clock"]["quality"] == "SYNCED"


# Sound


def first_above(samples: Any, limit: float, from_s: float, until_s: float) -> float | None:
    """Where in a stretch of the capture (seconds) a sample first exceeds a level."""
    first = max(0, int(from_s * RATE_HZ))
    part = np.abs(samples[first : int(until_s * RATE_HZ)].astype(np.int32))
    loud = np.flatnonzero(part > limit * 32_768)
    return (first + int(loud[0])) / RATE_HZ if len(loud) else None


def delays_ms(
    capture: Capture, path: Path, moments: list[float], limit: float, span_s: float
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


async def publish_to_sound(on: Box) -> list[float]:
    """One playlist a run, at any phase of the second; the first only warms up."""
    await on.fetch()
    capture = await on.testbed.room.capture(SINK, on.testbed.folder)
    moments = []
    for _ in range(PUBLISH_RUNS + 1):
        await asyncio.sleep(TONE_MS / 1000 + 0.6 + random.random())  # noqa: S311 - a phase, no secret
        envelope = on.playlist(on.tone, "do")
        moments.append(time.monotonic())
        await on.testbed.publish(envelope)
    await asyncio.sleep(TONE_MS / 1000 + 0.5)
    recording = await on.testbed.room.finish(capture)
    return delays_ms(capture, recording.path, moments[1:], TONE_LIMIT, 1.5)


async def flood_jitter(on: Box) -> list[float]:
    """How far from their planned moments tones begin while invalid documents pour in, ms.

    Two kinds: rubbish, and a good playlist under a stranger's signature, which goes the whole way
    to the threshold. Both clocks are this machine's, so their offset is the centre's answer alone.
    """
    await on.fetch()
    capture = await on.testbed.room.capture(SINK, on.testbed.folder)
    first = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=6)
    envelope = on.row(first, FLOOD_RUNS, FLOOD_STEP_S)
    forged = envelope.replace(b'"sig":"', b'"sig":"AAAA')
    await on.testbed.publish(envelope)
    end = first + timedelta(seconds=FLOOD_STEP_S * FLOOD_RUNS)
    sent = 0
    began_s = time.monotonic()
    while datetime.now(UTC) < end:
        due = int((time.monotonic() - began_s) * FLOOD_PER_S)
        for number in range(sent, due):
            topic = build_station_topic(COMMUNE_STATION, "playlist", f"lu{number % 50}")
            await on.testbed.collector.send(topic, (forged, b"[" * 500)[number % 2], retain=False)
        sent = max(sent, due)
        await asyncio.sleep(0.05)
    print(f"# flood: {sent} messages in {time.monotonic() - began_s:.0f} s", flush=True)
    recording = await on.testbed.room.finish(capture)
    now_mono_s, now = time.monotonic(), datetime.now(UTC)
    moments = [
        now_mono_s - (now - first).total_seconds() + FLOOD_STEP_S * n for n in range(FLOOD_RUNS)
    ]
    # a tenth of a second earlier, so that one that came too early is found as well
    delays = delays_ms(capture, recording.path, [m - 0.1 for m in moments], TONE_LIMIT, 1.0)
    return [abs(delay - 100) for delay in delays]


async def emergency_to_sample(on: Box) -> list[float]:
    """One emergency a run over the bed; each is cancelled, and the bed back, before the next."""
    await on.play_bed()
    capture = await on.testbed.room.capture(SINK, on.testbed.folder)
    moments = []
    for _ in range(EMERGENCY_RUNS + 1):
        await asyncio.sleep(1.5 + random.random() * 0.1)  # noqa: S311 - a phase, no secret
        moments.append(await _raise_alarm(on))
    await asyncio.sleep(0.3)
    recording = await on.testbed.room.finish(capture)
    zero_s = capture.mono_of(0.0)
    delays = delays_ms(capture, recording.path, moments[1:], BED_LIMIT, 1.0)
    for moment, delay_ms in zip(moments[1:], delays, strict=True):
        _check_alarm(recording.path, moment - zero_s, delay_ms / 1e3)
    return delays


async def _raise_alarm(on: Box) -> float:
    alarm = on.alarm()
    parcel = keep(on.testbed.database, build_group_topic(GROUP, "emergency", "khan-cap"), alarm)
    moment = time.monotonic()
    await on.testbed.collector.send(parcel.topic, parcel.envelope, retain=parcel.retain)
    await asyncio.sleep(0.7)
    await on.testbed.publish(on.all_clear(alarm))
    return moment


def _check_alarm(path: Path, at_s: float, delay_s: float) -> None:
    """The bed sounded until then, and what was found is the attention signal."""
    before = read_samples(path)[int((at_s - 0.1) * RATE_HZ) : int(at_s * RATE_HZ)]
    if np.abs(before.astype(np.int32)).max() < BED_LEVEL / 2 * 32_768:
        raise RuntimeError(f"nothing played before the emergency at {at_s:.1f} s")
    tone_s = find_tone(path, ATTENTION_HZ, at_s, at_s + delay_s + 0.1)
    if tone_s is None or abs(tone_s - at_s - delay_s) > 0.025:
        raise RuntimeError(f"no attention signal at {at_s + delay_s:.3f} s of the capture")


# Memory and CPU


def cpu_s(processes: list[psutil.Process]) -> float:
    """CPU seconds so far, ended children of theirs included."""
    return sum(sum(process.cpu_times()[:4]) for process in processes)


async def watch_cpu_pct(processes: list[psutil.Process]) -> float:
    """Percent of one core over the next 15 s."""
    began_s, spent_s = time.monotonic(), cpu_s(processes)
    await asyncio.sleep(WATCH_S)
    return 100 * (cpu_s(processes) - spent_s) / (time.monotonic() - began_s)


def pss_mib(process: psutil.Process) -> float:
    """Proportional share of memory."""
    text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    line = next(line for line in text.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) / 1024


async def bench_idle(on: Box) -> None:
    """The agent alone, before anything was fetched or played."""
    pct = await watch_cpu_pct([on.agent])
    report("agent_idle_cpu_pct", pct, "%", "1")
    report("agent_idle_rss_mib", on.agent.memory_info().rss / MIB, "MiB", "56")


async def bench_playing(on: Box) -> None:
    """Agent, engine and decoder while an MP3 plays."""
    await on.play_bed()
    family = [on.agent, *on.agent.children(recursive=True)]
    shares = [pss_mib(one) for one in family]
    each = await asyncio.gather(*(watch_cpu_pct([one]) for one in family))
    report("box_playing_pss_mib", sum(shares), "MiB", "120")
    report("box_playing_cpu_pct", sum(each), "%", "3")
    for one, share, pct in zip(family, shares, each, strict=True):
        print(f"# {' '.join(one.cmdline()[:3])}: {share:.1f} MiB, {pct:.2f} %", flush=True)


async def bench_publish(on: Box) -> None:
    """DESIGN target 300 ms."""
    report_p95("publish_to_sound_p95_ms", await publish_to_sound(on), "300")


async def bench_flood(on: Box) -> None:
    """At most 50 ms by the catalogue of attacks."""
    report_p95("flood_jitter_p95_ms", await flood_jitter(on), "50")


async def bench_emergency(on: Box) -> None:
    """DESIGN target 40 ms."""
    report_p95("emergency_to_sample_p95_ms", await emergency_to_sample(on), "40")


def report(name: str, value: float, unit: str, target: str) -> None:
    """One line of the bench's common form."""
    print(f"BENCH name={name} value={value:.2f} unit={unit} target={target}", flush=True)


def report_p95(name: str, values: list[float], target: str) -> None:
    """The 95th percentile, and the noise in a comment."""
    report(name, float(np.percentile(values, 95)), "ms", target)
    print(
        f"# {name}: {len(values)} runs, min {min(values):.1f},"
        f" median {np.median(values):.1f}, max {max(values):.1f}",
        flush=True,
    )


# In this order: idle means that nothing was fetched yet.
BENCHES: list[tuple[set[str], Callable[[Box], Coroutine[Any, Any, None]]]] = [
    ({"agent_idle_rss_mib", "agent_idle_cpu_pct"}, bench_idle),
    ({"publish_to_sound_p95_ms"}, bench_publish),
    ({"box_playing_pss_mib", "box_playing_cpu_pct"}, bench_playing),
    ({"emergency_to_sample_p95_ms"}, bench_emergency),
    ({"flood_jitter_p95_ms"}, bench_flood),
]


async def run(benches: list[Callable[[Box], Coroutine[Any, Any, None]]]) -> None:
    """All on one box, one after the other."""
    async with box() as on:
        for bench in benches:
            await bench(on)


def main(argv: list[str]) -> int:
    """Run all, or those named by `--only a,b`; names of other files' benches are ignored."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    only = {name for name in parser.parse_args(argv).only.split(",") if name}
    benches = [bench for names, bench in BENCHES if not only or names & only]
    if benches:
        asyncio.run(run(benches))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
