"""A hand on the emergency key: heard over the programme, beaten by the silence key, not resumed."""

from __future__ import annotations

import asyncio
import math
import signal
import wave
from array import array
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio

from central.documents.alarm_compiler import compile_alarm
from central.documents.compiler import SigningParams
from central.testbed.testbed import until
from drivers.sim.sim_input import set_contact
from tests.harness.audio_analysis import RATE_HZ, STARVED_S, AudioAnalysis, power
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody
from tests.harness.station_harness import moment

MESSAGE_HZ, MESSAGE_S = 1200.0, 3
ALARM_HZ = (853.0, 960.0, MESSAGE_HZ)  # the attention signal's two, and the message
ALARM = """\
class: emergency
trigger: key
slot: key-lu
to: ["84/29266/*"]
until: {until}
repeat: 1
messages: [{{play: bao.wav, show: "LŨ VỀ"}}]
"""


def make_tone(path: Path) -> None:
    wave_ = (math.sin(2 * math.pi * MESSAGE_HZ * n / RATE_HZ) for n in range(RATE_HZ * MESSAGE_S))
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE_HZ)
        wav.writeframes(array("h", (round(9_000 * one) for one in wave_)).tobytes())


def alarm_share(sound: AudioAnalysis, start: datetime, end: datetime) -> float:
    """The part of a span's 80 ms windows that are one of the alarm's tones and nothing else."""
    first, last = (int((at - sound.at).total_seconds() * RATE_HZ) for at in (start, end))
    step = int(0.08 * RATE_HZ)
    windows = [sound.samples[i : i + step] for i in range(max(0, first), last - step, step)]
    return sum(map(is_alarm, windows)) / len(windows) if windows else 0.0


def assert_alarm_alone(sound: AudioAnalysis, start: datetime, end: datetime) -> None:
    """The alarm fills a span, but for the silence that a starved machine explains."""
    length_s = (end - start).total_seconds()
    share = alarm_share(sound, start, end)
    assert share * length_s > max(0.8 * length_s - STARVED_S, 0.0), (share, start, end)


def is_alarm(samples: array[int]) -> bool:
    energy = sum(one * one for one in samples) * len(samples) / 2
    return energy > 0 and max(power(samples, hz) for hz in ALARM_HZ) > 0.5 * energy


@dataclass
class Keys:
    """The two keys of the box: a hand turns them."""

    programme: ContinuousPlay
    emergency: Path
    silence: Path

    async def press(self) -> dict[str, Any]:
        """Press the emergency key, let it go; the play that the station says has begun."""
        await asyncio.to_thread(set_contact, self.emergency, active=True)
        await until(lambda: self.alarm() is not None, "the alarm")
        await asyncio.to_thread(set_contact, self.emergency, active=False)
        play = self.alarm()
        assert play is not None
        return play

    def alarm(self) -> dict[str, Any] | None:
        play = self.programme.site.open_play()
        return play if play is not None and play["level"] == "local_key" else None


@pytest_asyncio.fixture
async def keys(site: Any) -> AsyncIterator[Keys]:
    """A station with both keys, which holds an alarm and is on air."""
    emergency, silence = site.folder / "nut.json", site.folder / "khoa.json"
    inputs = "\n".join(
        f"  - {{name: {name}, kind: {kind}, profile: sim-input, port: {port}{more}}}"
        for name, kind, port, more in (
            ("nut-lu", "emergency-key", emergency, ", starts: key-lu"),
            ("khoa", "silence-key", silence, ""),
        )
    )
    for file in (emergency, silence):
        file.write_text('{"active": false}')
    settings = site.folder / site.name / "station.yaml"
    settings.write_text(settings.read_text() + f"inputs:\n{inputs}\n")
    make_melody(site.studio / "nhac.opus", 14_000)
    make_tone(site.studio / "bao.wav")
    await site.start()
    await publish_alarm(site)
    yield Keys(await ContinuousPlay(site).begin(), emergency, silence)


async def publish_alarm(site: Any) -> None:
    now = datetime.now(UTC)
    issue = SigningParams(
        "vn.84.em", 1, 1, now, site.folder / "media", site.testbed.media.base_url,
        "Lê Văn Tám (thử)", "Phạm Thị Mai (thử)",
    )  # fmt: skip
    text = ALARM.format(until=(now + timedelta(days=300)).date())
    payload = compile_alarm(text, issue, site.studio)
    await site.testbed.publish(site.testbed.sign(payload, "emergency", "vn.84.em"))
    accepted = site.testbed.database.has_accepted
    await until(lambda: accepted(site.name, "emergency"), "the prepared alarm")


async def test_a_press_is_heard_over_the_programme_and_nothing_brings_it_back(keys: Keys) -> None:
    programme = keys.programme
    site = programme.site
    calm_at = datetime.now(UTC)
    await programme.pass_time(1.5)

    alarm = await keys.press()
    # by itself: the schedule for now
    resumed = await programme.until_sounding(moment(alarm["start"]))
    await programme.pass_time(3)

    await keys.press()
    await programme.pass_time(2 + 2 * site.clock_error_s())
    await asyncio.to_thread(set_contact, keys.silence, active=True)
    await until(lambda: site.open_play() is None, "silence")
    await programme.pass_time(1.5)
    freed_at = datetime.now(UTC)
    await asyncio.to_thread(set_contact, keys.silence, active=False)
    await programme.until_sounding(freed_at)

    await keys.press()
    await programme.pass_time(1)
    killed_at = datetime.now(UTC)
    await site.station.stop(signal.SIGKILL)
    await site.station.start()
    again = await programme.until_sounding(killed_at)
    await programme.pass_time(3)
    sound = await programme.hear()
    await programme.assert_truth()

    alarms = [p for p in site.collected_plays() if p["level"] == "local_key"]
    endings = [(p["result"], p["reason"]) for p in alarms]
    assert endings == [("full", None), ("cut", "silence_key"), ("cut", "restart")]
    for play in alarms:
        assert (play["class"], play["started_by"]) == ("emergency", "nut-lu")
        assert (play["issuer"], play["editor"]) == ("vn.84.em", "Lê Văn Tám (thử)")
        assert play["approver"] == "Phạm Thị Mai (thử)"
    presses = [r["detail"] for r in site.collected() if r["kind"] == "command"]
    assert [(p["by"], p["result"]) for p in presses] == [("nut-lu", "done")] * 3
    assert {p["doc_id"] for p in presses} == {p["doc_id"] for p in alarms}

    first, second, third = ((moment(p["start"]), moment(p["end"])) for p in alarms)
    ms = timedelta(milliseconds=1)
    # what the device had taken when the record was closed still sounds
    edge = timedelta(seconds=0.3 + site.clock_error_s())
    assert alarm_share(sound, calm_at, first[0] - edge) == 0
    assert_alarm_alone(sound, first[0] + edge, first[1] - edge)
    assert (first[1] - first[0]).total_seconds() > 3 + MESSAGE_S - 0.5  # signal and message
    assert_alarm_alone(sound, second[0] + edge, second[1] - edge)
    assert sound.loud_share(second[1] + edge, freed_at) == 0
    for begin, end in ((first[1], second[0]), (freed_at, third[0]), (again, again + 2000 * ms)):
        assert alarm_share(sound, begin + edge, end - edge) == 0
    for since in (resumed, again):
        programme.assert_in_its_place(sound, since)
