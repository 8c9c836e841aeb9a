"""The handbook's flood warning, typed as printed on the tree of the ceremony's page, is heard.

Every step is a command of docs/authority.md or docs/so-tay-can-bo.md. The station has loudspeakers
only, and there is no recording anywhere. What counts is the capture.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from central.store.backup import back_up
from central.store.database import Database
from central.testbed.broker import MosquittoBroker
from central.testbed.certificates import make_demo_ca
from central.testbed.pulseaudio import SoundServer
from central.testbed.sound_capture import RATE_HZ, find_tone, read_samples
from central.testbed.stations import COMMUNE_STATION, SINK, Station, write_settings
from central.testbed.testbed import until
from tests.harness.authority_page import PASSPHRASE, hold_ceremony
from tests.harness.officer_page import PAGE, Command, read_commands, set_up_machines

SECTION = PAGE[PAGE.index("## 3. Tin khẩn cấp") : PAGE.index("**Dừng một tin khẩn cấp**")]
TONES_HZ = (853.0, 960.0)  # 47 CFR 11.31(c)
LISTEN_S = 8.0  # the signal, and a while of what is behind it


@pytest.fixture
def folder() -> Iterator[Path]:
    """A socket needs a short path."""
    path = Path(tempfile.mkdtemp(prefix="tf-", dir="/tmp"))
    yield path
    shutil.rmtree(path)


class Field:
    """A centre on the ceremony's tree, and a station in the field."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ceremony = folder / "ceremony"
        self.ceremony.mkdir()
        with contextlib.chdir(self.ceremony):
            hold_ceremony("## 6. What is in force")
        set_up_machines(folder, self.ceremony)
        self.db = folder / "trung-tam" / "central.db"
        back_up(self.ceremony / "centre.db", self.db)
        self.database = Database.open(self.db)
        ca = make_demo_ca(folder / "ca")
        self.broker = MosquittoBroker(folder / "broker", ca.ca, ca.issue_server("localhost"))
        self.centre, self.ca = ca.issue_centre(), ca.ca
        device = ca.issue_device(COMMUNE_STATION)
        (folder / "devices").mkdir()
        shutil.copy(device.cert, folder / "devices" / f"{COMMUNE_STATION}.pem")
        self.room = SoundServer(folder / "sound")
        self.settings = write_settings(
            folder / COMMUNE_STATION, COMMUNE_STATION, port=self.broker.port, ca=ca.ca,
            cert=device.cert, key=device.key, root=self.ceremony / "authority/metadata/1.root.json",
        )  # fmt: skip

    def collect(self) -> list[str]:
        """The collector's command, with the ceremony's online keys."""
        online = ("time", "receipt", "head", "timestamp")
        files = {
            "--db": self.db, "--ca": self.ca, "--cert": self.centre.cert, "--key": self.centre.key,
            "--devices": self.folder / "devices",
            **{f"--{name}-key": self.ceremony / f"{name}.pem" for name in online},
        }  # fmt: skip
        words = [str(word) for pair in files.items() for word in pair]
        return ["collect", "--broker", f"127.0.0.1:{self.broker.port}", *words]

    def is_ready(self) -> bool:
        health = self.database.health_of(COMMUNE_STATION)
        has_place = self.database.has_accepted(COMMUNE_STATION, "station-config")
        return has_place and health is not None and health["clock"]["quality"] == "SYNCED"

    def open_alarm(self) -> dict[str, Any] | None:
        """The emergency that the station has durably said to be sounding; read past its code."""
        path = self.folder / COMMUNE_STATION / "state" / "state.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT play FROM open_play ORDER BY key DESC").fetchall()
        plays = [json.loads(raw)["play"] for (raw,) in rows]
        return next((play for play in plays if play["class"] == "emergency"), None)


def argv(*words: str) -> list[str]:
    return [sys.executable, "-m", "central", *words]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path.cwd()), "TRAMTIN_PASS": PASSPHRASE}


@pytest_asyncio.fixture
async def field(folder: Path) -> AsyncIterator[Field]:
    one = await asyncio.to_thread(Field, folder)
    station = Station(COMMUNE_STATION, one.settings, one.room.env)
    await one.broker.start()
    await one.room.start([SINK])
    with (folder / "collect.log").open("wb") as log:
        collector = await asyncio.create_subprocess_exec(
            *argv(*one.collect()), env=environment(), stdout=log, stderr=log
        )
    try:
        await station.start()
        try:
            await until(one.is_ready, "a placed and synced station", 60)
            yield one
        finally:
            await station.stop()
    finally:
        collector.terminate()
        await collector.wait()
        await one.room.stop()
        await one.broker.stop()
        one.database.close()


def type_in(folder: Path, command: Command) -> str:
    """As a person at that machine, who reads, says yes and knows the passphrase; what it prints."""
    name, *words = shlex.split(command.text)
    assert name == "tramtin-central"
    done = subprocess.run(
        argv(*words), cwd=folder / command.machine, env=environment(), check=False, input="y\n",
        capture_output=True, text=True,
    )  # fmt: skip
    is_refused = any(line.startswith("E_") for line in command.printed)
    assert (done.returncode != 0) == is_refused, done.stdout + done.stderr
    return done.stdout


def type_all_but_the_last(folder: Path) -> Command:
    """The section's commands in their order; the last one is left to type."""
    total = SECTION.count("\n$ ")
    for number, command in enumerate(read_commands(folder, SECTION), 1):
        if number == total:
            return command
        type_in(folder, command)
    raise AssertionError("the section has no command")


async def test_the_handbooks_flood_warning_is_heard_without_any_recording(field: Field) -> None:
    last = await asyncio.to_thread(type_all_but_the_last, field.folder)
    assert last.text.startswith("tramtin-central publish khan-cap.signed")
    capture = await field.room.capture(SINK, field.folder)
    published_s = time.monotonic() - capture.mono_of(0.0)
    output = await asyncio.to_thread(type_in, field.folder, last)
    assert "đã nhận; loa ĐANG KÊU" in output, output
    await until(lambda: field.open_alarm() is not None, "the play on record")
    await asyncio.sleep(LISTEN_S)
    heard_s = time.monotonic() - capture.mono_of(0.0)
    path = (await field.room.finish(capture)).path
    at_s = find_tone(path, TONES_HZ[0], published_s, heard_s)
    assert at_s is not None, "no attention signal"
    assert find_tone(path, TONES_HZ[1], at_s, heard_s) is not None
    # two-tone is 3 s long, and a hole of a starved machine; what follows is the box's own line
    assert loud_share(path, at_s + 4.5, heard_s) > 0.3, "no words behind the signal"
    assert field.open_alarm()["words_missing"]  # type: ignore[index] # it is there


def loud_share(path: Path, begin_s: float, end_s: float) -> float:
    """Of the 10 ms blocks of a stretch, those louder than -26 dBFS."""
    samples = read_samples(path)[int(begin_s * RATE_HZ) : int(end_s * RATE_HZ)].astype(int)
    blocks = abs(samples[: len(samples) // 480 * 480]).reshape(-1, 480)
    return float((blocks.max(axis=1) > 0.05 * 32_768).mean())
