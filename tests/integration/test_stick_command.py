"""`tramtin stick` against an agent in a process of its own, with a broker that is not there."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from central.testbed.stations import Station
from central.testbed.testbed import until
from tests.harness.stick_story import BEGIN, STATION, StickCentre, move_centre

SETTINGS = """\
station: {station}
broker: {{host: 127.0.0.1, port: 9, ca: {ca}, cert: {cert}, key: {key}}}
root: {root}
state: {folder}/state
outputs:
  - name: bang-tin
    board: {{profile: png, path: "{folder}/board"}}
    faces: [{{name: mat-truoc, width_px: 64, height_px: 32}}]
"""


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StickCentre]:
    move_centre(monkeypatch)
    one = StickCentre(tmp_path)
    one.at = BEGIN
    yield one
    one.database.close()


@pytest.fixture
def station(centre: StickCentre, tmp_path: Path) -> Station:
    folder = tmp_path / "station"
    (folder / "state").mkdir(parents=True)
    settings = folder / "station.yaml"
    settings.write_text(
        SETTINGS.format(
            station=STATION, ca=tmp_path / "ca" / "ca.pem", cert=centre.device.cert,
            key=centre.device.key, root=centre.authority.root, folder=folder,
        )
    )  # fmt: skip
    return Station(STATION, settings, {"RUNTIME_DIRECTORY": str(folder)})


@pytest.fixture
def usb(centre: StickCentre, tmp_path: Path) -> Path:
    stick = tmp_path / "usb"
    stick.mkdir()
    centre.place()
    centre.playlist(b"sound")
    centre.export(stick)
    return stick


async def run_stick(usb: Path, folder: Path) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agent", "stick", str(usb), str(folder / "station.yaml"),
        "--lang", "en", env={"RUNTIME_DIRECTORY": str(folder), "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


def read_results(usb: Path) -> str:
    return (usb / "tramtin" / "results" / f"{STATION}.txt").read_text()


def list_up(usb: Path) -> list[str]:
    return sorted(one.name for one in (usb / "tramtin" / "up" / STATION).iterdir())


async def test_a_stick_places_a_running_box_and_takes_its_journal_home(
    centre: StickCentre, station: Station, usb: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "station"
    await station.start()
    try:
        await until((folder / "stick.sock").exists, "the agent's socket")
        code, said = await run_stick(usb, folder)
        results = await asyncio.to_thread(read_results, usb)
        # a machine without a battery clock waits with schedules; one with it takes this one
        assert code in (0, 1), said
        assert "document station-config: accepted" in said
        assert "Đã nhận" in results
        assert "The stick can be pulled now" in results
        names = await asyncio.to_thread(list_up, usb)
        assert names[-1] == "hello.json"
        assert any(name.endswith(".log.json") for name in names)
    finally:
        await station.stop()
    assert [one.refused for one in centre.bring_home(usb)] == [[]]
    kinds = [json.dumps(row) for row in centre.rows() if row["kind"] == "command"]
    assert len(kinds) == 1
    assert '"do": "stick"' in kinds[0]


async def test_without_an_agent_the_command_says_so(
    station: Station, usb: Path, tmp_path: Path
) -> None:
    assert station.name == STATION
    code, said = await run_stick(usb, tmp_path / "station")
    assert code == 1
    assert "E_NO_AGENT" in said
