"""Somebody speaks at the box: heard, recorded, below emergencies, or above them by its own key."""

from __future__ import annotations

import asyncio
import math
import sqlite3
from array import array
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio

from agent.contract.station_policy import StationPolicy
from central.documents.media import store_medium
from central.testbed.sample_documents import emergency, station_config
from central.testbed.stations import MICROPHONE
from central.testbed.testbed import until
from drivers.sim.sim_input import set_contact
from tests.harness.audio_analysis import RATE_HZ, AudioAnalysis, power
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody
from tests.harness.station_harness import children_of, moment

VOICE_HZ = 1200.0
CHIME_S, ATTENTION_S = 1.2, 3.0
POLLED_S = 0.6
HEARD = 0.3  # of three seconds; a starved machine silences more than one
SETTINGS = """\
voice_inputs:
  - {{name: ban, device: {device}, max_min: 5}}
inputs:
  - {{name: nut-noi, kind: microphone-key, profile: sim-input, port: {folder}/noi.json}}
  - {{name: nut-bao, kind: emergency-microphone-key, profile: sim-input, port: {folder}/bao.json}}
"""


def tone(seconds: float) -> bytes:
    frames = int(seconds * RATE_HZ)
    wave = (math.sin(2 * math.pi * VOICE_HZ * n / RATE_HZ) for n in range(RATE_HZ))
    second = array("h", (round(9_000 * one) for one in wave))  # whole periods
    return (second.tobytes() * (frames // RATE_HZ + 1))[: 2 * frames]


def voice_share(sound: AudioAnalysis, start: datetime, end: datetime) -> float:
    """The part of a span's 80 ms windows that are the voice and hardly anything else."""
    first, last = (int((at - sound.at).total_seconds() * RATE_HZ) for at in (start, end))
    step = int(0.08 * RATE_HZ)
    windows = [sound.samples[i : i + step] for i in range(max(0, first), last - step, step)]
    return sum(map(is_voice, windows)) / len(windows) if windows else 0.0


def is_voice(samples: array[int]) -> bool:
    energy = sum(one * one for one in samples) * len(samples) / 2
    return energy > 0 and power(samples, VOICE_HZ) > 0.5 * energy


@dataclass
class Speaker:
    """A station on air whose virtual microphone always hears the voice; a hand at its keys."""

    programme: ContinuousPlay
    seq: int = 1

    @property
    def site(self) -> Any:
        return self.programme.site

    async def set_policy(self, *, quiet: bool = False) -> None:
        """A station-config that allows the microphone; `quiet`: the whole day is quiet."""
        self.seq += 1
        site, hours = self.site, ["00:00-24:00"] if quiet else []
        policy = StationPolicy(
            quiet_hours=hours, media_hosts=[site.testbed.media.address], mic=True
        )
        payload = station_config(
            site.name, datetime.now(UTC), site.testbed.media.address, self.seq, policy
        )
        config = site.testbed.sign(payload, "station-config", "vn.84")
        await site.testbed.publish(config, station=site.name)
        await until(lambda: self._holds(config), "the station-config")

    def _holds(self, envelope: bytes) -> bool:
        query = "SELECT envelope FROM documents WHERE kind = 'station-config'"
        database = f"file:{self.site.state_db}?mode=ro"
        with closing(sqlite3.connect(database, uri=True, timeout=10)) as connection:
            return (envelope,) in connection.execute(query).fetchall()

    async def press(self, name: str, *, pressed: bool = True) -> None:
        """Press or release a key; between the two the box must have polled it."""
        await self.programme.pass_time(POLLED_S)
        await asyncio.to_thread(set_contact, self.site.folder / f"{name}.json", active=pressed)

    def presses(self) -> list[dict[str, Any]]:
        details = [r["detail"] for r in self.site.collected() if r["kind"] == "command"]
        return [one for one in details if "microphone" in one["what"]]

    async def until_speaking(self, level: str) -> dict[str, Any]:
        def play() -> dict[str, Any] | None:
            found = self.site.open_play()
            return found if found is not None and found["level"] == level else None

        await until(lambda: play() is not None, level)
        found = play()
        assert found is not None
        return found

    async def hold(self, name: str, level: str, seconds: float) -> dict[str, Any]:
        """Hold a key until so much of its opening and the voice has sounded."""
        await self.press(name)
        play = await self.until_speaking(level)
        assert self.captures(), "no capture process while somebody speaks"
        await self.programme.pass_until(moment(play["start"]) + timedelta(seconds=seconds))
        await self.press(name, pressed=False)
        await until(lambda: not self.captures(), "the end of the capture process")
        return play

    def captures(self) -> list[int]:
        """The pids of this box's capture processes."""
        found = []
        for child in children_of(self.site.station.pid):
            try:
                if "agent.play.capture.capture_process" in child.cmdline():
                    found.append(child.pid)
            except psutil.Error:
                continue  # it has ended
        return found


def write_settings(site: Any) -> None:
    """Two keys of one microphone, neither of them pressed."""
    settings: Path = site.folder / site.name / "station.yaml"
    text = SETTINGS.format(device=MICROPHONE, folder=site.folder)
    settings.write_text(settings.read_text() + text)
    for name in ("noi", "bao"):
        (site.folder / f"{name}.json").write_text('{"active": false}')


@pytest_asyncio.fixture
async def speaker(site: Any) -> AsyncIterator[Speaker]:
    write_settings(site)
    make_melody(site.studio / "nhac.opus", 14_000)
    await site.testbed.room.speak(MICROPHONE, tone(180))
    await site.start()
    yield Speaker(await ContinuousPlay(site).begin())


@pytest.mark.long
async def test_who_holds_the_key_is_heard_and_only_where_policy_allows(speaker: Speaker) -> None:
    site, programme = speaker.site, speaker.programme
    await speaker.press("noi")  # the station-config says nothing of a microphone
    await until(lambda: len(speaker.presses()) == 1, "the refusal")
    await speaker.press("noi", pressed=False)
    refused_until = datetime.now(UTC)
    assert speaker.captures() == []

    await speaker.set_policy()
    play = await speaker.hold("noi", "local_voice", CHIME_S + 3)
    back_at = await programme.until_sounding(moment(play["start"]))
    await programme.pass_time(1.8)
    sound = await programme.hear()
    await programme.assert_truth()

    refused, begun, ended = speaker.presses()
    assert (refused["result"], refused["rule"]) == ("refused", "mic: false")
    assert (begun["by"], begun["input"], begun["result"]) == ("nut-noi", "ban", "done")
    assert (ended["state"], ended["reason"]) == ("off", None)
    assert -20 < ended["peak_dbfs"] < -5  # 9,000 of 32,768 are -11.2 dBFS
    (voice,) = [one for one in site.collected_plays() if one["level"] == "local_voice"]
    assert (voice["result"], voice["started_by"], voice["entry"]) == ("full", "nut-noi", "ban")
    assert (voice["doc_id"], voice["issuer"], voice["media"]) == ("", "", [])
    begin, end = moment(voice["start"]), moment(voice["end"])
    edge = timedelta(seconds=0.2 + site.clock_error_s())
    assert voice_share(sound, refused_until - timedelta(seconds=3), refused_until) == 0
    assert voice_share(sound, begin, begin + timedelta(seconds=CHIME_S) - edge) == 0
    assert voice_share(sound, begin + timedelta(seconds=CHIME_S) + edge, end - edge) > HEARD
    assert voice_share(sound, end + edge, back_at + timedelta(seconds=1)) == 0
    programme.assert_in_its_place(sound, back_at, 1.5)


@pytest.mark.long
async def test_an_emergency_cuts_a_voice_and_its_own_key_cuts_the_emergency(
    speaker: Speaker,
) -> None:
    site, programme = speaker.site, speaker.programme
    testbed = site.testbed
    words = store_medium(
        make_melody(site.studio / "bao.wav", 4_000), site.folder / "media", testbed.media.base_url
    )
    await speaker.set_policy()
    await speaker.press("noi")
    await speaker.until_speaking("local_voice")
    await programme.pass_time(2)
    order = emergency(datetime.now(UTC), words)
    await testbed.publish(testbed.sign(order, "emergency", "vn.84.em"))
    first = await speaker.until_speaking("emergency")
    await speaker.press("noi", pressed=False)
    await programme.pass_time(1)
    await speaker.press("noi")
    await until(lambda: any(one.get("code") == "E_BUSY" for one in speaker.presses()), "E_BUSY")
    await speaker.press("noi", pressed=False)
    await speaker.set_policy(quiet=True)  # in quiet hours, over an emergency
    chief = await speaker.hold("bao", "emergency_voice", ATTENTION_S + 3)
    again = await speaker.until_speaking("emergency")
    await until(lambda: site.open_play() is None, "the end of the emergency")
    sound = await programme.hear()
    await programme.assert_truth()

    plays = site.collected_plays()
    (voice,) = [one for one in plays if one["level"] == "local_voice"]
    (above,) = [one for one in plays if one["level"] == "emergency_voice"]
    alarms = [one for one in plays if one["level"] == "emergency"]
    assert (voice["result"], voice["reason"]) == ("cut", "preempted")
    assert (above["result"], above["class"]) == ("full", "emergency")
    assert above["started_by"] == "nut-bao"
    assert (alarms[0]["result"], alarms[0]["reason"]) == ("cut", "preempted")
    assert moment(alarms[1]["start"]) >= moment(above["end"])  # from its signal, for the time left
    assert moment(first["start"]) < moment(chief["start"]) < moment(again["start"])
    edge = timedelta(seconds=0.3 + site.clock_error_s())
    begin = moment(above["start"]) + timedelta(seconds=ATTENTION_S)
    assert voice_share(sound, begin + edge, moment(above["end"]) - edge) > HEARD
    assert voice_share(sound, moment(alarms[1]["start"]) + edge, moment(alarms[1]["end"])) == 0


@pytest.mark.long
async def test_a_capture_or_an_engine_that_is_killed_ends_the_speech_truly(
    speaker: Speaker,
) -> None:
    site, programme = speaker.site, speaker.programme
    await speaker.set_policy()
    await speaker.press("noi")
    await speaker.until_speaking("local_voice")
    await programme.pass_time(CHIME_S + 0.5)
    for pid in speaker.captures():
        psutil.Process(pid).kill()
    lost_at = datetime.now(UTC)
    await programme.until_sounding(lost_at)  # the programme, while the key is still held
    assert speaker.captures() == []
    await speaker.press("noi", pressed=False)
    await speaker.press("noi")
    await speaker.until_speaking("local_voice")
    await programme.pass_time(CHIME_S + 0.5)
    (engine,) = [
        child
        for child in children_of(site.station.pid)
        if "agent.play.sound.engine_process" in child.cmdline()
    ]
    engine.kill()
    await until(lambda: not speaker.captures(), "the end of the capture process")
    await speaker.press("noi", pressed=False)
    await programme.until_sounding(datetime.now(UTC))
    await programme.assert_truth()
    voices = [one for one in site.collected_plays() if one["level"] == "local_voice"]
    assert [one["result"] for one in voices][:2] == ["cut", "cut"]
    assert voices[0]["reason"].startswith("E_INPUT_LOST")
    assert voices[1]["reason"] == "engine_lost"
