"""Each process of a box is killed, stopped and starved in turn; the journal says what was heard.

The sound is captured all the while. What the journal claims, in tenths of a second, is compared
with what the capture holds: melody in its place, other sound, or silence.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
import pytest_asyncio

from agent.contract.document import Emergency, EmergencyBody, TextBody
from agent.contract.station_policy import StationPolicy
from central.documents.sign import encode_document
from central.testbed.sample_documents import station_config, text_emergency
from central.testbed.stations import COMMUNE_STATION, MICROPHONE
from central.testbed.testbed import until
from drivers.sim.sim_input import set_contact
from tests.harness.audio_analysis import MELODY_HZ, NOTE_S, RATE_HZ, AudioAnalysis
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.live_studio import LiveStudio, tone
from tests.harness.melody import make_melody
from tests.harness.monitored_station import add_monitor
from tests.harness.station_harness import children_of, engine_of, moment, runs
from tests.harness.strike import Strike, kill, starve, stop

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

AFTER_S = 2.5  # of sound between two strikes
STEP = timedelta(seconds=0.1)
# A beat: so late is a hang known. And the box's own words are exact to the error of its clock.
EDGE_S = 0.7
AGREE = 0.9
UNRECORDED_S = 0.5
CAPTURE = frozenset({"agent.play.capture.capture_process"})
MONITOR = frozenset({"agent.verifier.monitor_process"})
SETTINGS = """\
voice_inputs:
  - {{name: ban, device: {device}, max_min: 5}}
inputs:
  - {{name: nut-noi, kind: microphone-key, profile: sim-input, port: {folder}/noi.json}}
"""
SQUARE_WAVE = (b"\x00\x20" * 24 + b"\x00\xe0" * 24) * 1_000  # a second of 1 kHz
WARNING = "Lũ về lúc 17h30, bà con ở xã di chuyển ngay"


@dataclass
class Ordeal:
    """A box with everything on, and a way to strike each of its processes.

    Attributes:
        struck: what was struck, and when, for the message of an assertion.
    """

    programme: ContinuousPlay
    strike: Strike
    struck: list[tuple[str, datetime]] = field(default_factory=list)

    @property
    def site(self) -> Any:
        return self.programme.site

    @property
    def pid(self) -> int:
        return int(self.site.station.pid)

    def workers(self, modules: frozenset[str]) -> list[psutil.Process]:
        return [one for one in children_of(self.pid) if runs(modules, one)]

    def helpers(self) -> list[psutil.Process]:
        """Decoders and voices."""
        found = []
        for child in children_of(self.pid):
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.name() in ("ffmpeg", "espeak-ng"):
                    found.append(child)
        return found

    async def hit(self, name: str, find: Callable[[], list[psutil.Process]]) -> None:
        """Strike what is found, as soon as something is."""
        await until(lambda: bool(find()), name)
        self.struck.append((name, datetime.now(UTC)))
        await self.strike(find())
        await asyncio.sleep(AFTER_S)

    async def until_on_air(self, level: str) -> None:
        def is_on() -> bool:
            play = self.site.open_play()
            return play is not None and play["level"] == level

        await until(is_on, f"{level} on air: {self.site.station.log_tail()}", 90)

    @asynccontextmanager
    async def at_the_microphone(self) -> AsyncIterator[None]:
        await asyncio.to_thread(set_contact, self.site.folder / "noi.json", active=True)
        await self.until_on_air("local_voice")
        yield
        await asyncio.to_thread(set_contact, self.site.folder / "noi.json", active=False)
        await self.until_on_air("scheduled")

    @asynccontextmanager
    async def speaking_live(self) -> AsyncIterator[set[int]]:
        """An officer speaks; gives the helpers that were there before."""
        before = {one.pid for one in self.helpers()}
        studio = LiveStudio(self.site.testbed, stations=(COMMUNE_STATION,))
        async with studio.on_air(class_="priority") as broadcast:
            speaking = asyncio.create_task(broadcast.speak(studio.speak(tone(9))))
            await self.until_on_air("priority")
            yield before
            await speaking
            await broadcast.end()
        await self.until_on_air("scheduled")

    @asynccontextmanager
    async def reading_aloud(self) -> AsyncIterator[set[int]]:
        """An emergency of text alone; gives the helpers that were there before."""
        before = {one.pid for one in self.helpers()}
        testbed = self.site.testbed
        usual = msgspec.json.decode(text_emergency(datetime.now(UTC)), type=Emergency)
        bodies = [EmergencyBody("vi", None, TextBody(say=WARNING))]
        order = encode_document(msgspec.structs.replace(usual, bodies=bodies))
        await testbed.publish(testbed.sign(order, "emergency", "vn.84.em"))
        await self.until_on_air("emergency")
        yield before
        await self.until_on_air("scheduled")

    async def hit_agent(self) -> None:
        """What systemd does after a kill, the test does."""
        victim = psutil.Process(self.pid)
        await self.hit("agent", lambda: [victim])
        if self.strike is kill:
            await self.site.station.stop(signal.SIGKILL)
            await self.site.station.start()

    async def run(self) -> None:
        await self.hit("engine", lambda: list(filter(None, [engine_of(self.pid)])))
        await self.until_on_air("scheduled")
        await self.hit("decoder", self.helpers)
        await self.until_on_air("scheduled")
        await self.hit("monitor", lambda: self.workers(MONITOR))
        async with self.at_the_microphone():
            await self.hit("capture", lambda: self.workers(CAPTURE))
        async with self.speaking_live() as before:
            await self.hit("live decoder", lambda: self._new_helpers(before))
        async with self.reading_aloud() as before:
            await self.hit("voice", lambda: self._new_helpers(before))
        at = datetime.now(UTC)
        await self.hit_agent()
        if self.strike is kill:
            await self.programme.until_sounding(at + timedelta(seconds=EDGE_S))
        await self.programme.pass_time(AFTER_S)

    def _new_helpers(self, before: set[int]) -> list[psutil.Process]:
        return [one for one in self.helpers() if one.pid not in before]


def add_microphone(site: Any) -> None:
    """A microphone with its key, which is not pressed."""
    settings: Path = site.folder / site.name / "station.yaml"
    text = SETTINGS.format(device=MICROPHONE, folder=site.folder)
    settings.write_text(settings.read_text() + text)
    (site.folder / "noi.json").write_text('{"active": false}')


@pytest_asyncio.fixture
async def programme(site: Any) -> ContinuousPlay:
    """Melody on air, a line that comes back, a microphone that hears somebody, its key."""
    add_monitor(site)
    add_microphone(site)
    make_melody(site.studio / "nhac.opus", 14_000)
    await site.testbed.room.speak(MICROPHONE, SQUARE_WAVE * 300)
    await site.start()
    policy = StationPolicy(quiet_hours=[], media_hosts=[site.testbed.media.address], mic=True)
    host = site.testbed.media.address
    ordered = station_config(site.name, datetime.now(UTC), host, 2, policy)
    await site.testbed.publish(
        site.testbed.sign(ordered, "station-config", "vn.84"), station=site.name
    )
    return await ContinuousPlay(site).begin()


@pytest.mark.parametrize("strike", [kill, stop, starve], ids=lambda one: one.__name__)
async def test_whatever_becomes_of_a_process_the_journal_says_what_was_heard(
    programme: ContinuousPlay, strike: Strike
) -> None:
    ordeal = Ordeal(programme, strike)
    await ordeal.run()
    sound = await programme.hear()
    await programme.site.station.stop()
    await programme.site.station.start()  # what was written while it stopped is sent
    await programme.assert_truth()
    plays = programme.site.collected_plays()
    print(*ordeal.struck, *map(describe, plays), *sound.describe_sounds(), sep="\n")
    assert all(play["end"] is not None for play in plays if play["start"] is not None)
    judge(sound, plays, programme.planned, programme.site.clock_error_s())


def describe(play: dict[str, Any]) -> str:
    names = ("level", "start", "end", "duration_ms", "result", "reason")
    return " ".join(str(play[name]) for name in names)


def judge(
    sound: AudioAnalysis, plays: list[dict[str, Any]], planned: datetime, error_s: float
) -> None:
    """Compare journal and capture from step to step.

    A play that a starved decoder left without samples says so itself: it lasted longer than it was
    heard (`duration_ms`). So many of its steps may be silent.
    """
    heard_plays = [
        (moment(one["start"]), moment(one["end"]), one["level"], one["duration_ms"])
        for one in plays
        if one["start"]
    ]
    edge = timedelta(seconds=EDGE_S + error_s)
    edges = [at for begin, end, *_ in heard_plays for at in (begin, end)]
    length = timedelta(seconds=len(sound.samples) / RATE_HZ)
    agreed, judged, unrecorded, silent = 0, 0, [], Counter[datetime]()
    at = min(edges) - 2 * edge
    while at < sound.at + length - 2 * edge:
        at += STEP
        if at < sound.at or any(abs(at - one) < edge for one in edges):
            continue
        on = [(begin, level) for begin, end, level, _ in heard_plays if begin <= at < end]
        levels = [level for _, level in on]
        if levels == ["emergency"]:
            continue  # it has pauses: see `judge_lengths`
        judged += 1
        if agrees(sound, at, levels, planned):
            agreed += 1
        elif sound.pitch(at) is None:
            silent.update(begin for begin, _ in on)
        elif not levels:
            unrecorded.append(at)
    for begin, end, _, heard_ms in heard_plays:
        admitted = (end - begin - timedelta(milliseconds=heard_ms)) / STEP
        agreed += min(silent[begin], max(0, round(admitted)))
    print(f"{agreed} of {judged} tenths agree; unrecorded: {unrecorded}")
    assert agreed >= AGREE * judged
    assert len(unrecorded) * STEP.total_seconds() <= UNRECORDED_S
    judge_lengths(sound, plays, edge)


def judge_lengths(sound: AudioAnalysis, plays: list[dict[str, Any]], edge: timedelta) -> None:
    """No emergency claims more sound than was heard between its begin and its end."""
    for play in plays:
        if play["level"] == "emergency":
            begin, end = moment(play["start"]) - edge, moment(play["end"]) + edge
            heard_s = sound.loud_share(begin, end) * (end - begin).total_seconds()
            assert heard_s >= 0.8 * play["duration_ms"] / 1000 - EDGE_S  # words have gaps


def agrees(sound: AudioAnalysis, at: datetime, levels: list[str], planned: datetime) -> bool:
    """Does the capture hold what the records claim for a moment?"""
    heard = sound.pitch(at)
    if not levels:
        return heard is None
    if levels != ["scheduled"]:
        return heard is not None
    note = int((at - planned).total_seconds() / NOTE_S)
    near = {MELODY_HZ[(note + off) % len(MELODY_HZ)] for off in (-1, 0, 1)}
    return heard in near
