"""`tramtin doctor` as a technician runs it: real processes, real broker, real agent beside it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sqlite3
import sys
import tarfile
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agent.doctor.context import find_agent
from central.authority.demo_authority import make_demo_authority
from central.testbed.broker import MosquittoBroker
from central.testbed.certificates import make_demo_ca
from central.testbed.pulseaudio import SoundServer
from central.testbed.testbed import until
from tests.harness.page_client import free_port

STATION = "tv-cl-0021"
PIN = "271828"


@dataclass
class Box:
    """A board station with a broker, whose agent may run."""

    folder: Path
    settings: Path
    key: Path
    broker: MosquittoBroker

    async def doctor(self, *options: str, **environment: str) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "agent", "doctor", str(self.settings), "--demo", *options,
            env=os.environ | environment, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    async def codes(self, **environment: str) -> dict[str, list[str]]:
        code, out, err = await self.doctor("--format", "json", **environment)
        assert code in (0, 1), err
        report = json.loads(out)
        assert (code == 0) == report["good"]
        return {
            probe["name"]: [finding["code"] for finding in probe["findings"]]
            for probe in report["probes"]
        }

    @contextlib.asynccontextmanager
    async def agent(self) -> AsyncIterator[int]:
        """Its agent, from its first record to its orderly end."""
        with (self.folder / "agent.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "agent", "run", str(self.settings), "--demo",
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            await until(lambda: self.log.count("connected to") == 1, "the agent's connection")
            await until(self._has_records, "the first record")
            yield process.pid
        finally:
            process.terminate()
            await process.wait()

    @property
    def log(self) -> str:
        return (self.folder / "agent.log").read_text(errors="replace")

    def _has_records(self) -> bool:
        path = f"file:{self.folder}/state/state.db?mode=ro"
        with closing(sqlite3.connect(path, uri=True, timeout=10)) as connection:
            return bool(connection.execute("SELECT 1 FROM journal").fetchone())


@pytest_asyncio.fixture
async def box(tmp_path: Path) -> AsyncIterator[Box]:
    authority = make_demo_authority(tmp_path / "authority")
    ca = make_demo_ca(tmp_path / "ca")
    broker = MosquittoBroker(tmp_path / "broker", ca.ca, ca.issue_server("localhost"))
    await broker.start()
    device = ca.issue_device(STATION)
    # Some centres deliver certificate and key in one file.
    together = tmp_path / "device.pem"
    together.write_bytes(device.cert.read_bytes() + device.key.read_bytes())
    settings = tmp_path / "station.yaml"
    settings.write_text(
        f"station: {STATION}\n"
        f"broker: {{host: 127.0.0.1, port: {broker.port}, ca: {ca.ca}, cert: {together},"
        f" key: {device.key}}}\n"
        f"root: {authority.root}\nstate: {tmp_path}/state\n"
        f'page: {{listen: "127.0.0.1:{free_port()}", pin: "{PIN}"}}\n'
        "outputs:\n"
        "  - name: bang-tin\n"
        f"    board: {{profile: png, path: {tmp_path}/board}}\n"
        "    faces: [{name: mat-truoc, width_px: 64, height_px: 32}]\n"
        "inputs:\n"
        f"  - {{name: cua-tu, kind: door, profile: sim-input, port: {tmp_path}/door.json}}\n"
    )
    yield Box(tmp_path, settings, device.key, broker)
    await broker.stop()


async def test_a_box_before_its_first_start_is_examined_to_the_end(box: Box) -> None:
    codes = await box.codes()
    assert codes["settings"][0] == "settings_good"
    assert codes["broker"][-1] == "mqtt_good"
    assert codes["certificate"][-1] == "identity_good"
    assert codes["device"] == ["input_off"]
    assert codes["agent"] == ["agent_stopped"]
    assert codes["shaping"] == ["shaping_good"]
    assert codes["decoder"] == ["ffmpeg_good"]
    assert not (box.folder / "state").exists()


async def test_a_running_agent_is_found_and_left_in_peace(box: Box) -> None:
    async with box.agent() as pid:
        assert await asyncio.to_thread(find_agent, box.settings) == pid
        codes = await box.codes()
        assert codes["broker"][-1] == "mqtt_busy"
        assert codes["device"] == ["devices_busy"]
        # this machine has no battery clock, and the agent says so itself
        assert ("rtc_missing" in codes["agent"]) == ("rtc_missing" in codes["clock"])
        assert "disk_good" in codes["machine"]
        assert box.log.count("connected to") == 1
    assert await asyncio.to_thread(find_agent, box.settings) is None


async def test_another_boxs_agent_is_not_taken_for_ours(box: Box) -> None:
    other = box.folder / "other.yaml"
    other.write_text(box.settings.read_text())
    async with box.agent():
        assert await asyncio.to_thread(find_agent, other) is None


async def test_both_languages_are_told_and_no_traceback(box: Box) -> None:
    _, vietnamese, err = await box.doctor()
    assert "Máy chủ" in vietnamese
    _, english, _ = await box.doctor("--lang", "en")
    assert "Broker" in english
    assert "Traceback" not in vietnamese + english + err


async def test_faulty_settings_are_told_and_the_machine_is_examined_all_the_same(box: Box) -> None:
    box.settings.write_text(box.settings.read_text().replace("station:", "staton:"))
    codes = await box.codes()
    assert codes["settings"][0] == "settings_faults"
    assert codes["broker"] == ["needs_settings"]
    assert codes["decoder"] == ["ffmpeg_good"]


async def test_a_missing_file_leaves_the_rest_to_be_examined(box: Box) -> None:
    box.key.rename(box.key.with_name("gone"))
    codes = await box.codes()
    assert codes["settings"][0] == "settings_faults"
    assert codes["certificate"][-1] == "key_unreadable"
    assert codes["broker"][-1] == "tls_files"


async def test_settings_that_cannot_be_read_end_with_2(box: Box) -> None:
    box.settings.unlink()
    code, out, err = await box.doctor("--lang", "en")
    assert code == 2
    assert "`sudo cp /usr/share/doc/tramtin/station.example.yaml" in out
    assert "Traceback" not in err


async def test_khmer_that_would_break_in_silence_is_told(box: Box) -> None:
    # The loader meets a file that is no library first: as if libfribidi0 were not installed.
    broken = box.folder / "lib"
    broken.mkdir()
    (broken / "libfribidi.so.0").touch()
    codes = await box.codes(LD_LIBRARY_PATH=str(broken))
    assert codes["shaping"] == ["shaping_missing"]


async def test_a_machine_without_ffmpeg_is_told(box: Box) -> None:
    codes = await box.codes(PATH=str(box.folder))
    assert codes["decoder"] == ["ffmpeg_missing"]


def contents(bundle: Path) -> dict[str, bytes]:
    with tarfile.open(bundle) as tar:
        files = {member.name: tar.extractfile(member) for member in tar.getmembers()}
        return {Path(name).name: file.read() for name, file in files.items() if file is not None}


def parts_of_the_key(pem: bytes) -> list[bytes]:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(pem, None)
    assert isinstance(key, EllipticCurvePrivateKey)
    number = key.private_numbers().private_value
    lines = [line for line in pem.splitlines() if b"-----" not in line]
    return [*lines, f"{number:064x}".encode(), str(number).encode(), number.to_bytes(32, "big")]


async def test_the_support_bundle_helps_and_tells_no_secret(box: Box) -> None:
    key = box.key.read_bytes()
    bundle = box.folder / "out.tar.gz"
    async with box.agent():
        code, _, err = await box.doctor("--bundle", str(bundle))
    assert code in (0, 1), err
    assert bundle.stat().st_mode & 0o777 == 0o600
    files = contents(bundle)
    everything = b"\n".join(files.values())
    for secret in (*parts_of_the_key(key), PIN.encode(), b"PRIVATE KEY"):
        assert secret not in everything
    report: dict[str, Any] = json.loads(files["doctor.json"])
    assert report["station"] == STATION
    assert b"pin:" in files["settings.yaml"]
    assert b"BEGIN CERTIFICATE" in files["certificates.pem"]
    assert b'"kind":"boot"' in files["journal.jsonl"].replace(b" ", b"")
    assert b"boot" in files["faults.txt"]
    assert b"tramtin" in files["versions.txt"]
    assert b"state.db" in files["disk.txt"]
    assert {"documents.jsonl", "playlists.jsonl", "log.txt", "kernel.txt"} <= files.keys()
    assert "Máy chủ".encode() in files["doctor.vi.txt"]


async def test_a_pin_in_faulty_settings_stays_secret_too(box: Box) -> None:
    box.settings.write_text(box.settings.read_text() + "unknown: 1\n")
    bundle = box.folder / "out.tar.gz"
    await box.doctor("--bundle", str(bundle))
    assert PIN.encode() not in b"\n".join(contents(bundle).values())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
async def test_the_bundle_belongs_to_whoever_called_sudo(box: Box) -> None:
    bundle = box.folder / "out.tar.gz"
    await box.doctor("--bundle", str(bundle), SUDO_UID="4711", SUDO_GID="4712")
    report = bundle.stat()
    assert (report.st_uid, report.st_gid, report.st_mode & 0o777) == (4711, 4712, 0o600)


async def test_a_bundle_that_cannot_be_written_is_said(box: Box) -> None:
    code, _, err = await box.doctor("--bundle", str(box.folder / "no/such/folder/out.tar.gz"))
    assert code == 2
    assert "Traceback" not in err


async def test_sound_outputs_are_listed_by_the_names_of_the_settings(box: Box) -> None:
    text = box.settings.read_text()
    audio = 'audio: {driver: portaudio, device: "loa"}'
    sound = f"  - name: loa\n    {audio}\n    zones: [{{name: nga-ba}}]\n"
    box.settings.write_text(text.replace("inputs:\n", sound + "inputs:\n"))
    room = SoundServer(box.folder / "s")
    await room.start(["loa", "bus"])
    try:
        _, out, _ = await box.doctor("--format", "json", **room.env)
    finally:
        await room.stop()
    probe = next(one for one in json.loads(out)["probes"] if one["name"] == "sound")
    found = {
        finding["args"][0]: finding["code"] for finding in probe["findings"] if finding["args"]
    }
    assert (found["loa"], found["bus"]) == ("sound_used", "sound_free")
