"""A live voice over a programme, while parts die; then the programme comes back."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.contract.loudness import TARGET_LUFS
from central.documents.audio_tools import make_melody
from central.live.grant import LiveOrder
from central.live.voice_source import VoiceSource
from central.testbed.icecast import run_icecast
from central.testbed.stations import COMMUNE_STATION, GROUP
from central.testbed.testbed import until
from tests.harness.audio_analysis import AudioAnalysis, power
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.live_studio import TONE_HZ, LiveStudio, tone
from tests.harness.station_harness import engine_of, moment

pytestmark = pytest.mark.long


def speaks(sound: AudioAnalysis, at: datetime) -> bool:
    """Is the studio's tone the strongest in the 80 ms from a moment on, and loud?"""
    first = int((at - sound.at).total_seconds() * 48_000)
    samples = sound.samples[first : first + 3840]
    return power(samples, TONE_HZ) > 100 * power(samples, 523.25) and max(samples) > 3000


def live_plays(programme: ContinuousPlay) -> list[dict[str, Any]]:
    return [one for one in programme.site.collected_plays() if one["level"] != "scheduled"]


def moments(begin: datetime, end: datetime) -> Iterator[datetime]:
    while begin < end:
        yield begin
        begin += timedelta(seconds=0.1)


async def until_told(programme: ContinuousPlay, count: int) -> list[dict[str, Any]]:
    await until(lambda: len(live_plays(programme)) >= count, f"{count} plays of the voice")
    return live_plays(programme)


def studio_of(programme: ContinuousPlay) -> LiveStudio:
    return LiveStudio(programme.site.testbed, stations=(COMMUNE_STATION,))


async def test_the_programme_comes_back_where_it_then_is(programme: ContinuousPlay) -> None:
    studio = studio_of(programme)
    async with studio.on_air(class_="priority") as broadcast:
        await broadcast.speak(studio.speak(tone(3)))
        await broadcast.end()
    (voice,) = await until_told(programme, 1)
    back = await programme.until_sounding(moment(voice["start"]))
    await programme.pass_time(3)
    sound = await programme.hear()
    assert (voice["result"], voice["level"], voice["reason"]) == ("full", "priority", None)
    spoken = list(moments(moment(voice["start"]), moment(voice["end"])))
    assert sum(speaks(sound, at) for at in spoken) >= len(spoken) - 12, sound.describe_sounds()
    programme.assert_in_its_place(sound, back)
    await programme.assert_truth()


async def test_an_engine_that_dies_while_somebody_speaks(programme: ContinuousPlay) -> None:
    studio = studio_of(programme)
    async with studio.on_air(class_="priority") as broadcast:
        speaking = asyncio.create_task(broadcast.speak(studio.speak(tone(8))))
        await asyncio.sleep(3)
        engine = engine_of(programme.site.station.pid)
        assert engine is not None
        os.kill(engine.pid, signal.SIGKILL)
        await speaking
        await broadcast.end()
    await until(
        lambda: "full" in [one["result"] for one in live_plays(programme)], "the voice to its end"
    )
    plays = await until_told(programme, 2)
    assert "engine_lost" in [one["reason"] for one in plays]
    assert len({one["title"] for one in plays}) == 1
    await programme.assert_truth()


async def test_a_voice_outlives_its_grants(programme: ContinuousPlay) -> None:
    studio = studio_of(programme)
    order = LiveOrder(
        "vn.84.29266", ["84/29266/*"], "priority", life=timedelta(seconds=8), title="Họp dài"
    )
    at = datetime.now(UTC)
    async with studio.on_air(order) as broadcast:
        await broadcast.speak(studio.speak(tone(20)))
        await broadcast.end()
    (voice,) = await until_told(programme, 1)
    assert broadcast.counts.grants >= 4
    assert (voice["result"], voice["reason"]) == ("full", None)
    assert voice["segments"]["lost"] == 0
    assert moment(voice["start"]) > at
    sound = await programme.hear()
    spoken = list(moments(moment(voice["start"]), moment(voice["end"])))
    assert sum(speaks(sound, one) for one in spoken) >= 0.9 * len(spoken), sound.describe_sounds()


async def run_tool(*words: object, fed: bytes = b"") -> str:
    process = await asyncio.create_subprocess_exec(
        *map(str, words), stdin=PIPE, stdout=PIPE, stderr=STDOUT
    )
    told, _ = await process.communicate(fed)
    assert process.returncode == 0, told.decode()
    return told.decode()


async def measure_lufs(sound: AudioAnalysis, begin: datetime, end: datetime) -> float:
    """Integrated loudness of a span of the capture, by EBU R 128."""
    first, last = (round((at - sound.at).total_seconds() * 48_000) for at in (begin, end))
    told = await run_tool(
        "ffmpeg", "-hide_banner", "-nostats",
        "-f", "s16le", "-ar", 48_000, "-ac", 1, "-i", "pipe:0",
        "-af", "ebur128=framelog=verbose", "-f", "null", "-",
        fed=sound.samples[first:last].tobytes(),
    )  # fmt: skip
    return float(re.findall(r"I:\s+(\S+) LUFS", told)[-1])


@pytest.mark.parametrize("gain_db", [-20, 0])
async def test_a_voice_is_as_loud_as_prepared_sound_whoever_speaks(
    programme: ContinuousPlay, gain_db: int
) -> None:
    folder, studio = programme.site.folder, studio_of(programme)
    words = "Mời bà con sáng mai đến hội trường để họp. Khi đi nhớ mang theo giấy tờ. Xin cảm ơn."
    await run_tool("espeak-ng", "-v", "vi", "-w", folder / "to.wav", words)
    quiet = ("-i", folder / "to.wav", "-af", f"volume={gain_db}dB", folder / "noi.wav")
    await run_tool("ffmpeg", "-v", "error", *quiet)
    async with studio.on_air(class_="priority") as broadcast:
        await broadcast.speak(studio.speak(VoiceSource("file", str(folder / "noi.wav"))))
        await broadcast.end()
    (voice,) = await until_told(programme, 1)
    await programme.pass_time(1)
    sound = await programme.hear()
    lufs = await measure_lufs(sound, moment(voice["start"]), moment(voice["end"]))
    print(f"spoken at {gain_db} dB, heard at {lufs:.1f} LUFS, gain {voice['gain_db']} dB")
    assert lufs - voice["gain_db"] == pytest.approx(TARGET_LUFS, abs=3)


class OneGrant(LiveStudio):
    """A studio whose renewals reach nobody."""

    async def _publish(self, envelope: bytes) -> None:
        if not self.broadcast.counts.grants:
            await super()._publish(envelope)


async def test_a_grant_that_nobody_renews_ends_the_voice(programme: ContinuousPlay) -> None:
    studio = OneGrant(programme.site.testbed, stations=(COMMUNE_STATION,))
    order = LiveOrder("vn.84.29266", ["84/29266/*"], "priority", life=timedelta(seconds=8))
    async with studio.on_air(order) as broadcast:
        await broadcast.speak(studio.speak(tone(14)))
        await broadcast.end()
    (voice,) = await until_told(programme, 1)
    assert (voice["result"], voice["reason"]) == ("cut", "E_EXPIRED")
    await assert_programme_after(programme, voice)


async def test_somebody_elses_cancel_ends_the_voice(programme: ContinuousPlay) -> None:
    """By the command, which knows the end of the archive's name and no key of the stream."""
    testbed, folder = programme.site.testbed, programme.site.folder
    studio = studio_of(programme)
    async with studio.on_air(class_="priority") as broadcast:
        speaking = asyncio.create_task(broadcast.speak(studio.speak(tone(14))))
        await asyncio.sleep(5)
        words = [
            "live", "stop", broadcast.stream_id, "--db", folder / "central.db",
            "--key", testbed.authority.keys["vn.84.29266"][0], "--passphrase", "",
            "--issuer", "vn.84.29266", "--to", "84/29266/*", "--group", GROUP,
            "--class", "priority", "--lang", "en",
        ]  # fmt: skip
        await run_central(words)
        await speaking
        await broadcast.end()
    (voice,) = await until_told(programme, 1)
    assert (voice["result"], voice["reason"]) == ("cut", "withdrawn")
    await assert_programme_after(programme, voice)


async def assert_programme_after(programme: ContinuousPlay, voice: dict[str, Any]) -> None:
    """Behind the end of the voice the capture has the programme."""
    end = moment(voice["end"])
    await programme.until_sounding(end - timedelta(seconds=1))
    await programme.pass_time(3)
    sound = await programme.hear()
    spoken = list(moments(moment(voice["start"]), end - timedelta(seconds=0.1)))
    assert sum(speaks(sound, at) for at in spoken) >= len(spoken) - 12, sound.describe_sounds()
    behind = list(moments(end + timedelta(seconds=0.5), end + timedelta(seconds=3)))
    assert not any(speaks(sound, at) for at in behind)
    assert any(sound.pitch(at) is not None for at in behind), sound.describe_sounds()
    await programme.assert_truth()


async def test_the_command_speaks_and_archives(programme: ContinuousPlay) -> None:
    """As an officer types it: a file, the chime before it, then the list of what was spoken."""
    testbed, folder = programme.site.testbed, programme.site.folder
    voices, line = folder / "giong-noi", testbed.ca.issue_live()
    voices.mkdir()
    make_melody(folder / "loi.wav", 2000)
    key = testbed.authority.keys["vn.84.29266"][0]
    words = [
        "live", "speak", folder / "loi.wav", "--db", folder / "central.db",
        "--broker", f"localhost:{testbed.broker.port}", "--ca", testbed.ca.ca,
        "--cert", line.cert, "--cert-key", line.key, "--key", key, "--passphrase", "",
        "--issuer", "vn.84.29266", "--to", "84/29266/*", "--group", GROUP, "--yes",
        "--class", "priority", "--title", "Loa phường", "--archive", voices, "--lang", "en",
    ]  # fmt: skip
    told = await run_central(words)
    assert "1 of 1 station(s) took it" in told
    (voice,) = await until_told(programme, 1)
    assert (voice["title"], voice["result"]) == ("Loa phường", "full")
    assert voice["segments"]["lost"] == 0
    listed = await run_central(["live", "list", "--archive", voices, "--lang", "en"])
    assert "Loa phường" in listed
    assert "ended in order" in listed


async def test_who_speaks_by_the_command_is_told_that_another_has_ended_it(
    programme: ContinuousPlay,
) -> None:
    """Both as officers type them; the folder of the archive is not there before."""
    site = programme.site
    testbed, folder, line = site.testbed, site.folder, site.testbed.ca.issue_live()
    voices = folder / "giong-noi"
    make_melody(folder / "loi.wav", 60_000)
    signing = [
        "--db", folder / "central.db", "--key", testbed.authority.keys["vn.84.29266"][0],
        "--passphrase", "", "--issuer", "vn.84.29266", "--to", "84/29266/*", "--group", GROUP,
        "--class", "priority", "--lang", "en",
    ]  # fmt: skip
    words = [
        "live", "speak", folder / "loi.wav", *signing, "--yes", "--archive", voices,
        "--broker", f"localhost:{testbed.broker.port}", "--ca", testbed.ca.ca,
        "--cert", line.cert, "--cert-key", line.key,
    ]  # fmt: skip
    speaking = asyncio.create_task(run_central(words))

    def is_on_air() -> bool:
        play = site.open_play()
        return play is not None and play["level"] == "priority"

    await until(is_on_air, "the voice on air")
    await programme.pass_time(2)
    (kept,) = voices.iterdir()
    await run_central(["live", "stop", kept.name.rpartition("-")[2], *signing])
    assert "STOPPED: vn.84.29266" in await speaking
    (voice,) = await until_told(programme, 1)
    assert voice["result"] == "cut"


async def run_central(words: list[object]) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "central", *map(str, words), stdout=PIPE, stderr=STDOUT,
        stdin=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()
    return told.decode()


async def test_the_command_relays_a_radio_to_a_station_and_ends_by_plan(
    programme: ContinuousPlay,
) -> None:
    """A real Icecast behind TLS; the station plays it as a live voice of the routine class."""
    testbed, folder = programme.site.testbed, programme.site.folder
    voices, line = folder / "giong-noi", testbed.ca.issue_live()
    voices.mkdir()
    async with run_icecast(testbed.ca) as icecast:
        await icecast.send_tone(1000)
        words = [
            "relay", icecast.url, "--minutes", "0.2", "--source-ca", testbed.ca.ca,
            "--db", folder / "central.db", "--broker", f"localhost:{testbed.broker.port}",
            "--ca", testbed.ca.ca, "--cert", line.cert, "--cert-key", line.key,
            "--key", testbed.authority.keys["vn.84.29266"][0], "--passphrase", "",
            "--issuer", "vn.84.29266", "--to", "84/29266/*", "--group", GROUP, "--yes",
            "--archive", voices, "--lang", "en",
        ]  # fmt: skip
        told = await run_central(words)
    assert "1 of 1 station(s) took it" in told
    (voice,) = await until_told(programme, 1)
    assert (voice["title"], voice["result"]) == ("Tiếp âm", "full")
    listed = await run_central(["live", "list", "--archive", voices, "--lang", "en"])
    assert "ended in order" in listed
