"""A relay over a programme while its parts are killed: what the journal says is what was heard.

The radio is a tone of 1,000 Hz from a real Icecast behind TLS, later one of 2,000 Hz; the filler is
one of 1,500 Hz; the melody of the programme stays below 700 Hz.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from central.documents.audio_tools import run_tool
from central.issues.issue_list import lasting_issues
from central.testbed.icecast import Icecast, run_icecast
from central.testbed.stations import GROUP
from central.testbed.testbed import until
from tests.harness.audio_analysis import AudioAnalysis
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.station_harness import moment

pytestmark = pytest.mark.long

RADIO_HZ, FILLER_HZ, LATER_HZ = 1000, 1500, 2000
STEP_S = 0.1
FRAYED_S = 0.5  # fade and lead at both ends of a play
STARVED = 0.75  # of a play that must be heard on a machine that was starved meanwhile


@dataclass
class OnAir:
    """A gateway, as an officer starts it."""

    programme: ContinuousPlay
    process: Process

    def find_ffmpeg(self, word: str) -> psutil.Process:
        """The one ffmpeg of the gateway whose command line has a word."""
        (found,) = [
            one for one in psutil.Process(self.process.pid).children() if word in one.cmdline()
        ]
        return found

    def issues(self) -> list[str]:
        """What the centre finds wrong with it."""
        rows = lasting_issues(self.programme.site.testbed.database)
        return [row["kind"] for row in rows if row["kind"].startswith("relay_")]

    async def until_issue(self, *kinds: str) -> None:
        """Wait until the centre shows one of these issues; none of them: no issue."""
        wanted = set(kinds)
        await until(
            lambda: set(self.issues()) <= wanted and bool(self.issues()) == bool(wanted),
            f"issues {kinds}",
        )

    async def end(self) -> None:
        """End it in order."""
        self.process.terminate()
        await self.process.wait()
        assert self.process.returncode == 0

    def plays(self) -> list[dict[str, Any]]:
        """Of the relay, as the centre has them."""
        plays = self.programme.site.collected_plays()
        return [play for play in plays if play["title"] == "Tiếp âm"]


@contextlib.asynccontextmanager
async def relay_on_air(programme: ContinuousPlay, icecast: Icecast) -> AsyncIterator[OnAir]:
    """A relay that a station plays."""
    testbed, folder = programme.site.testbed, programme.site.folder
    voices, filler, line = folder / "giong-noi", folder / "dem.wav", testbed.ca.issue_live()
    voices.mkdir()
    await asyncio.to_thread(make_filler, filler)
    words = [
        "relay", icecast.url, "--minutes", "20", "--source-ca", testbed.ca.ca, "--filler", filler,
        "--db", folder / "central.db", "--broker", f"localhost:{testbed.broker.port}",
        "--ca", testbed.ca.ca, "--cert", line.cert, "--cert-key", line.key,
        "--key", testbed.authority.keys["vn.84.29266"][0], "--passphrase", "",
        "--issuer", "vn.84.29266", "--to", "84/29266/*", "--group", GROUP, "--yes",
        "--archive", voices, "--lang", "en",
    ]  # fmt: skip
    with (folder / "gateway.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "central", *map(str, words), stdin=DEVNULL, stdout=log,
            stderr=STDOUT,
        )  # fmt: skip
    try:
        await until(lambda: sounds_open(programme), f"the relay: {folder / 'gateway.log'}")
        yield OnAir(programme, process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def sounds_open(programme: ContinuousPlay) -> bool:
    play = programme.site.open_play()
    return play is not None and play["title"] == "Tiếp âm"


def make_filler(path: Path) -> None:
    source = f"sine=frequency={FILLER_HZ}:sample_rate=48000:duration=2"
    run_tool(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, f"file:{path}"])


def strongest_hz(sound: AudioAnalysis, at: datetime) -> int:
    """The strongest frequency of a tenth of a second, to 10 Hz; 0: silence."""
    first = max(0, round((at - sound.at).total_seconds() * 48_000))
    samples = np.asarray(sound.samples[first : first + 4800], dtype=float)
    if len(samples) < 4800 or np.abs(samples).max() < 300:
        return 0
    return int(np.argmax(np.abs(np.fft.rfft(samples * np.hanning(4800))))) * 10


def heard(sound: AudioAnalysis, begin: datetime, end: datetime) -> list[int]:
    count = round((end - begin).total_seconds() / STEP_S)
    return [strongest_hz(sound, begin + timedelta(seconds=n * STEP_S)) for n in range(count)]


def assert_agrees(sound: AudioAnalysis, plays: list[dict[str, Any]]) -> None:
    """What the relay sent is heard within its plays, and nowhere else."""
    tones = {RADIO_HZ, FILLER_HZ, LATER_HZ}
    frayed = timedelta(seconds=FRAYED_S)
    for play in plays:
        inside = heard(sound, moment(play["start"]) + frayed, moment(play["end"]) - frayed)
        share = sum(hz in tones for hz in inside) / max(1, len(inside))
        lost_s = play["segments"]["lost"] * 0.2
        allowed = lost_s / max(0.1, len(inside) * STEP_S)
        assert share >= STARVED - allowed, (play["start"], play["end"], share, allowed)
    stray = [
        at
        for n in range(int(len(sound.samples) / 4800))
        if strongest_hz(sound, at := sound.at + timedelta(seconds=n * STEP_S)) in tones
        and not any(
            moment(play["start"]) - frayed <= at <= moment(play["end"]) + frayed for play in plays
        )
    ]
    assert stray == []


async def test_parts_are_stopped_and_killed_and_the_radio_comes_back(
    programme: ContinuousPlay,
) -> None:
    testbed = programme.site.testbed
    async with contextlib.AsyncExitStack() as stack:
        first = await stack.enter_async_context(run_icecast(testbed.ca))
        await first.send_tone(RADIO_HZ)
        relay = await stack.enter_async_context(relay_on_air(programme, first))
        await programme.pass_time(2)
        for word in ("mp3", "libopus"):  # the decoder, then the encoder
            relay.find_ffmpeg(word).kill()
            await programme.pass_time(4)
        await relay.until_issue()
        assert first.radio is not None
        first.radio.send_signal(signal.SIGSTOP)  # connected, and no sound comes
        await relay.until_issue("relay_stalled")
        first.radio.send_signal(signal.SIGCONT)
        await relay.until_issue()
        await programme.pass_time(2)
        first.server.kill()
        await relay.until_issue("relay_lost", "relay_stalled")
        await first.end_radio()
        await programme.pass_time(6)
        again = await stack.enter_async_context(run_icecast(testbed.ca, first.plain, first.tls))
        await again.send_tone(LATER_HZ)
        await relay.until_issue()
        await programme.pass_time(4)
        await relay.end()
        assert relay.issues() == []
        await until(lambda: bool(relay.plays()), "the relay in the journal")
    await programme.pass_time(2)
    sound = await programme.hear()
    plays = relay.plays()
    assert [play["result"] for play in plays] == ["full"] * len(plays)
    spans = [(moment(play["start"]), moment(play["end"])) for play in plays]
    order = [hz for begin, end in spans for hz in heard(sound, begin, end)]
    assert set(order) >= {RADIO_HZ, FILLER_HZ, LATER_HZ}
    assert order.index(RADIO_HZ) < order.index(FILLER_HZ) < order.index(LATER_HZ)
    assert_agrees(sound, plays)
    await programme.assert_truth()


async def test_a_gateway_that_is_killed_leaves_the_programme_and_an_issue(
    programme: ContinuousPlay,
) -> None:
    async with (
        run_icecast(programme.site.testbed.ca) as icecast,
        contextlib.AsyncExitStack() as stack,
    ):
        await icecast.send_tone(RADIO_HZ)
        relay = await stack.enter_async_context(relay_on_air(programme, icecast))
        await programme.pass_time(3)
        os.kill(relay.process.pid, signal.SIGKILL)
        await relay.process.wait()
        await until(lambda: bool(relay.plays()), "the relay in the journal")
        await relay.until_issue("relay_gone")
    (play,) = relay.plays()
    back = await programme.until_sounding(moment(play["start"]))
    await programme.pass_time(2.5)
    sound = await programme.hear()
    assert play["result"] == "cut", play
    assert RADIO_HZ in heard(sound, moment(play["start"]), moment(play["end"]))
    programme.assert_in_its_place(sound, back, 2)
    assert RADIO_HZ not in heard(sound, back, back + timedelta(seconds=2))
    await programme.assert_truth()


async def test_a_broker_that_is_cut_off_meanwhile(programme: ContinuousPlay) -> None:
    broker = programme.site.testbed.broker
    async with (
        run_icecast(programme.site.testbed.ca) as icecast,
        contextlib.AsyncExitStack() as stack,
    ):
        await icecast.send_tone(RADIO_HZ)
        relay = await stack.enter_async_context(relay_on_air(programme, icecast))
        await programme.pass_time(3)
        await broker.kill()
        await asyncio.sleep(3)
        await broker.start()
        await until(lambda: sounds_open(programme), "the relay again")
        await programme.pass_time(10)
        await relay.end()
        await until(lambda: bool(relay.plays()), "the relay in the journal")
        await until(lambda: relay.plays()[-1]["result"] == "full", "a relay that ended")
    await programme.pass_time(2)
    sound = await programme.hear()
    assert_agrees(sound, relay.plays())
    await programme.assert_truth()
