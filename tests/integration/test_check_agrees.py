"""`tramtin check` and `tramtin run` on the same file, as real processes: the same verdict."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from central.authority.demo_authority import make_demo_authority
from central.testbed.certificates import make_demo_ca

STATION = "tv-cl-0007"
GOOD = """\
station: tv-cl-0007
broker:
  host: mqtt.tinh.gov.vn
  ca: {ca}
  cert: {cert}
  key: {key}
root: {root}
state: {state}
outputs:
  - name: loa
    audio: {{driver: portaudio, device: default}}
    zones:
      - name: nga-ba
        switch: {{profile: waveshare-modbus-rtu-relay, port: /dev/serial/by-id/x, coil: 0}}
page: {{pin: "739184"}}
"""
# another protocol on the port of the relay board
SECOND = """\
coil: 0}
      - name: cho
        switch: {profile: toa-9000-series, port: /dev/serial/by-id/x}\
"""
EXIT_CONFIG = 78  # EX_CONFIG of sysexits.h


@dataclass(frozen=True)
class Place:
    """A folder with all that a station needs."""

    folder: Path
    text: str

    def write(self, *changes: tuple[str, str]) -> Path:
        text = self.text
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = self.folder / "station.yaml"
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("box")
    authority = make_demo_ca(folder / "ca")
    device = authority.issue_device(STATION)
    root = make_demo_authority(folder / "roles").root
    (folder / "state").mkdir()
    text = GOOD.format(
        ca=authority.ca,
        cert=device.cert,
        key=device.key,
        root=root,
        state=folder / "state",
    )
    return Place(folder, text)


def tramtin(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agent", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_file_itself_is_good(place: Place) -> None:
    run = tramtin("check", place.write(), "--demo", "--lang", "en")
    assert run.returncode == 0, run.stdout
    assert "settings are good" in run.stdout.splitlines()[-1]


REFUSED = [
    # what is changed, and the codes that both must say
    ([("broker:", "broker:\n\tport: 8883")], ["tab"]),
    ([("station:", "statoin:"), ('"739184"', '"1"')], ["unknown_key", "bad_value"]),
    ([("profile: waveshare", "profile: wavesahre")], ["unknown_driver"]),
    ([("coil: 0", "coil: 8")], ["bad_value"]),
    ([("coil: 0", "coil: 0, options: {baud: 9601, port: x}")], ["unknown_key"]),
    ([("coil: 0}", SECOND)], ["E_DRIVER"]),
    ([("root.json", "rot.json")], ["no_file"]),
    ([("root: ", "root: /etc/passwd  # ")], ["E_ROOT"]),
    ([("key: ", "key: /etc/passwd  # ")], ["E_KEY"]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "codes"), REFUSED, ids=lambda value: str(value)[:40])
def test_run_refuses_what_check_refuses_and_says_the_same(
    place: Place, changes: list[tuple[str, str]], codes: list[str]
) -> None:
    path = place.write(*changes)
    check = tramtin("check", path, "--demo", "--lang", "en", "--format", "json")
    run = tramtin("run", path, "--demo", "--lang", "en")
    assert (check.returncode, run.returncode) == (1, EXIT_CONFIG), run.stderr
    faults = json.loads(check.stdout)["faults"]
    assert [fault["code"] for fault in faults] == codes
    assert run.stderr.splitlines() == [fault["text"] for fault in faults]


def test_a_demonstrations_root_is_refused_by_both(place: Place) -> None:
    path = place.write()
    check = tramtin("check", path, "--format", "json")
    assert check.returncode == 1
    assert [fault["code"] for fault in json.loads(check.stdout)["faults"]] == ["E_ROOT"]
    assert tramtin("run", path).returncode == EXIT_CONFIG


def test_a_file_that_is_not_there_is_refused_by_both(place: Place) -> None:
    path = place.folder / "none.yaml"
    assert tramtin("check", path).returncode == 2
    assert tramtin("run", path).returncode == EXIT_CONFIG


def test_the_printed_settings_are_as_good_as_the_file(place: Place) -> None:
    printed = tramtin("check", place.write(), "--demo", "--print")
    assert printed.returncode == 0
    assert "739184" not in printed.stdout + printed.stderr
    path = place.folder / "station.yaml"
    path.write_text(printed.stdout.replace("******", "739184"), encoding="utf-8")
    assert tramtin("check", path, "--demo").returncode == 0
