"""Attacks 175 to 179: what a USB stick that somebody has written by hand can do to a box."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.contract.stick import StickReader
from agent.errors import StoreError
from agent.sandbox.profile import find_missing
from agent.stick.stick_folder import StickFolder
from central.stick.online_answers import OnlineAnswers
from tests.harness.stick_story import BEGIN, DAY, STATION, StickBox, StickCentre, move_centre

needs_sandbox = pytest.mark.skipif(bool(find_missing()), reason="no Landlock or no seccomp")


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    root = tmp_path / "usb" / "tramtin"
    (root / "stations").mkdir(parents=True)
    return root


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StickCentre]:
    move_centre(monkeypatch)
    one = StickCentre(tmp_path)
    one.at = BEGIN
    yield one
    one.database.close()


@pytest.fixture
def box(centre: StickCentre, tmp_path: Path) -> StickBox:
    folder = tmp_path / "box"
    folder.mkdir()
    return StickBox(folder, centre.authority.root.read_bytes(), centre.device.key, BEGIN + DAY)


def make_link(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_folder(path: Path) -> None:
    path.mkdir()


def make_socket(path: Path) -> None:
    here = os.getcwd()  # noqa: PTH109 - the path of a socket is short
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(here)


def make_long(path: Path) -> None:
    """225 MiB that take no room."""
    with path.open("wb") as file:
        file.truncate(225 << 20)


# 175: a stick whose files are links, pipes, devices, folders, or without end


@pytest.mark.parametrize("make", [make_link, make_pipe, make_folder, make_socket, make_long])
def test_175_what_is_no_plain_file_is_refused_unread(
    stick: Path, make: Callable[[Path], None]
) -> None:
    make(stick / "stations" / "tv-cl-0007.jsonl")
    with (
        StickFolder.open(stick.parent) as folder,
        pytest.raises(StoreError, match="E_STICK"),
        folder.reading("stations", "tv-cl-0007.jsonl", most_bytes=128 << 20),
    ):
        pass


def test_175_a_folder_that_is_a_link_leads_nowhere(stick: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x").write_bytes(b"secret")
    (stick / "media").symlink_to(elsewhere)
    (stick / "up").symlink_to(elsewhere)
    with StickFolder.open(stick.parent) as folder:
        with pytest.raises(StoreError), folder.reading("media", "x", most_bytes=100):
            pass
        with pytest.raises(StoreError):
            folder.write("up", "tv-cl-0007", "hello.json", content=b"{}")
    assert [one.name for one in elsewhere.iterdir()] == ["x"]


def test_175_the_stick_s_own_folder_may_be_no_link(tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    (tmp_path / "usb" / "tramtin").symlink_to("/etc")
    with pytest.raises(StoreError, match="E_STICK"):
        StickFolder.open(tmp_path / "usb")


def test_175_a_pipe_under_the_name_of_what_is_written_makes_nobody_wait(stick: Path) -> None:
    (stick / "results").mkdir()
    os.mkfifo(stick / "results" / "tv-cl-0007.txt.part")
    with StickFolder.open(stick.parent) as folder:
        folder.write("results", "tv-cl-0007.txt", content=b"done")
    assert (stick / "results" / "tv-cl-0007.txt").read_bytes() == b"done"


# 176: a station's file that is no such file, without end or cut


HEADER = b'{"format":1,"station":"tv-cl-0007","made_at":"","documents":0}\n'


@pytest.mark.parametrize(
    "lines",
    [
        [b"\xff\xfe\n"],
        [b"[" * 100_000 + b"\n"],
        [HEADER.replace(b"1", b"2", 1)],
        [HEADER.replace(b"tv-cl-0007", b"../../etc")],
        [HEADER.replace(b"}", b',"media":[{"sha256":"../../etc/passwd","bytes":1}]}')],
        [HEADER, b"x" * 800_000],
        [HEADER, b'{"end":1,"sha256":"00"}\n'],
        [HEADER, *[b"{}\n"] * 5_001],
    ],
)
def test_176_a_file_that_no_centre_writes_ends_where_it_is_wrong(lines: list[bytes]) -> None:
    reader = StickReader()
    with pytest.raises(ValueError, match=r"."):
        read_all(reader, lines)
    assert not reader.is_whole


def read_all(reader: StickReader, lines: list[bytes]) -> None:
    for line in lines:
        reader.read(line)


async def test_176_documents_of_nobody_are_refused_one_by_one_and_the_journal_goes_home(
    centre: StickCentre, box: StickBox, tmp_path: Path
) -> None:
    usb = tmp_path / "usb"
    centre.place()
    async with box.running():
        await fill(centre, usb)
        await box.visit(usb)
        before = box.holds, dict(box.in_force.versions), box.clock.floor
        envelopes = [
            json.dumps({
                "payloadType": f"application/vnd.tramtin.{kind}.v1+json", "payload": "e30=",
                "signatures": [{"keyid": "0" * 64, "sig": "AAAA"}],
            })
            for kind in ("playlist", "emergency", "station-config", "time", "ack", "nonsense")
        ]  # fmt: skip
        await rewrite(usb, [*envelopes, "{}", "", "x" * 400_000])
        report = await box.visit(usb)
        assert len(report.refusals) == 9
        assert report.faults == []
        assert (box.holds, dict(box.in_force.versions), box.clock.floor) == before
        assert report.records > 0


# 177: a stick of former days, to bring a schedule back that was replaced


async def test_177_an_old_stick_is_refused_by_the_floors_also_after_the_mains_and_by_a_new_card(
    centre: StickCentre, box: StickBox, tmp_path: Path
) -> None:
    older, newer = tmp_path / "older", tmp_path / "newer"
    centre.place()
    centre.playlist(b"old")
    await fill(centre, older)
    centre.at += 20 * DAY
    centre.playlist(b"new")
    await fill(centre, newer)
    box.rtc = BEGIN + 21 * DAY
    async with box.running():
        await box.visit(newer)
    async with box.running():
        report = await box.visit(older)
        assert ("playlist", "E_REPLAY") in report.refusals
        assert not box.has(b"old")
    box.folder = tmp_path / "new-card"
    await make(box.folder)
    async with box.running():
        report = await box.visit(older)
        assert ("playlist", "waits") in report.refusals
        assert box.holds == ["head head", "station-config chinh"]


# 178: a time on a stick, to move the clock of a box


async def test_178_a_time_on_a_stick_proves_what_is_past_and_moves_no_clock(
    centre: StickCentre, box: StickBox, tmp_path: Path
) -> None:
    usb = tmp_path / "usb"
    centre.place()
    await fill(centre, usb)
    async with box.running():
        before = box.at
        await box.visit(usb)
        assert (box.at, box.clock.now().quality) == (before, "RTC")
        centre.at = BEGIN + 500 * DAY  # the thief of the time key, 500 days ahead
        await rewrite(usb, [time_of(centre)])
        await box.visit(usb)
        assert (box.at, box.clock.now().quality, box.clock.floor) == (before, "RTC", BEGIN)


# 179: code in the process that reads a stick


@needs_sandbox
@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/passwd')",
        "open('/tmp/elsewhere-179', 'w')",
        "__import__('subprocess').run(['/bin/true'])",
        "__import__('os').fork()",
        "__import__('socket').socket(2, 1)",
        "__import__('socket').socket(1, 1)",
        "__import__('os').kill(1, 0)",
        "__import__('os').symlink('/etc/passwd', FOLDER + '/link') or open(FOLDER + '/link')",
    ],
)
def test_179_it_has_the_stick_and_nothing_else(stick: Path, attempt: str) -> None:
    code = (
        "import sys; FOLDER = sys.argv[1]; import subprocess, socket, os\n"
        "from agent.sandbox.profile import confine_stick_reader\n"
        "confine_stick_reader(FOLDER)\n"
        "open(FOLDER + '/mine', 'w').write('x'); os.rename(FOLDER + '/mine', FOLDER + '/yours')\n"
        "assert open(FOLDER + '/yours').read() == 'x'\n"
        f"try:\n    {attempt}\nexcept OSError:\n    sys.exit(7)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(stick)], capture_output=True, timeout=60, check=False
    )
    assert ended.returncode == 7, ended.stderr.decode()


async def fill(centre: StickCentre, usb: Path) -> None:
    await make(usb)
    centre.export(usb)


async def make(folder: Path) -> None:
    await asyncio.to_thread(folder.mkdir, exist_ok=True)


async def rewrite(usb: Path, documents: list[str]) -> None:
    """The station's file with these documents instead of its own, whole as it should be."""
    file = usb / "tramtin" / "stations" / "tv-cl-0007.jsonl"

    def run() -> None:
        kept = [
            line
            for line in file.read_bytes().splitlines(keepends=True)
            if b'{"document"' not in line and b'{"end"' not in line
        ]
        kept += [json.dumps({"document": one}).encode() + b"\n" for one in documents]
        body = b"".join(kept)
        end = {"end": len(kept), "sha256": hashlib.sha256(body).hexdigest()}
        file.write_bytes(body + json.dumps(end).encode() + b"\n")

    await asyncio.to_thread(run)


def time_of(centre: StickCentre) -> str:
    answers = OnlineAnswers(centre.database, centre.signers("time", "receipt"))
    return answers.for_station(STATION)[0].envelope.decode()
