"""The unit, its drop-in and what is installed beside it, judged by systemd's own tools."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from agent.play import realtime
from drivers.bus.packet_sockets import OPENER

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "systemd"
UNIT = (FOLDER / "tramtin.service").read_text(encoding="utf-8")
PROGRAM = re.compile(r"(?m)^(ExecStart=)(\S+)")


def run(*argv: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)


def installed(folder: Path, *drop_ins: str) -> Path:
    """The unit as it would lie on a box, with a program for its ExecStart."""
    program = folder / "tramtin"
    program.symlink_to("/bin/true")
    unit = folder / "tramtin.service"
    unit.write_text(PROGRAM.sub(rf"\g<1>{program}", UNIT), encoding="utf-8")
    for name in drop_ins:
        beside = folder / "tramtin.service.d" / name
        beside.parent.mkdir(exist_ok=True)
        shutil.copy(FOLDER / name, beside)
    return unit


DROP_INS = pytest.mark.parametrize(
    "drop_ins", [(), ("hdmi.conf",), ("capture.conf",), ("chrony-ask.conf",)], ids=str
)


@DROP_INS
def test_systemd_reads_the_unit_without_a_remark(tmp_path: Path, drop_ins: tuple[str, ...]) -> None:
    # verify exits 0 on unknown keys: any word is a finding.
    result = run("systemd-analyze", "verify", "--man=no", installed(tmp_path, *drop_ins))
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


def opener(folder: Path) -> Path:
    """The service that opens raw Ethernet, with its socket, as they would lie on a box."""
    program = folder / "python"
    program.symlink_to("/bin/true")
    text = (FOLDER / "tramtin-raw-ethernet.service").read_text(encoding="utf-8")
    unit = folder / "tramtin-raw-ethernet.service"
    unit.write_text(PROGRAM.sub(rf"\g<1>{program}", text), encoding="utf-8")
    shutil.copy(FOLDER / "tramtin-raw-ethernet.socket", folder)
    return unit


def test_what_opens_raw_ethernet_is_read_without_a_remark_and_is_exposed_at_most_one_of_ten(
    tmp_path: Path,
) -> None:
    unit = opener(tmp_path)
    both = [unit, unit.with_suffix(".socket")]
    result = run("systemd-analyze", "verify", "--man=no", *both)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")
    result = run("systemd-analyze", "security", "--offline=true", "--threshold=15", unit)
    assert result.returncode == 0, result.stdout[-400:] + result.stderr


def test_what_mounts_a_stick_is_read_without_a_remark_and_is_exposed_at_most_three_of_ten(
    tmp_path: Path,
) -> None:
    unit = tmp_path / "tramtin-stick@sda1.service"
    shutil.copy(FOLDER / "tramtin-stick@.service", unit)
    result = run("systemd-analyze", "verify", "--man=no", unit)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")
    result = run("systemd-analyze", "security", "--offline=true", "--threshold=35", unit)
    assert result.returncode == 0, result.stdout[-400:] + result.stderr
    text = unit.read_text(encoding="utf-8")
    assert "-o nosuid,nodev,noexec," in text
    assert "--no-new-privs" in text


def test_no_unit_or_drop_in_of_the_agent_gives_it_a_capability_or_raw_ethernet() -> None:
    assert "CapabilityBoundingSet=" in UNIT.splitlines()  # empty: none
    assert "AmbientCapabilities=" in UNIT.splitlines()
    drop_ins = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.conf")]
    for text in (UNIT, *drop_ins):
        assert not re.search(r"(?m)^[A-Za-z]*Capabilit[A-Za-z]*=.*CAP_", text)
        assert not re.search(r"(?m)^RestrictAddressFamilies=.*AF_PACKET", text)


def test_only_the_agents_user_may_ask_for_raw_ethernet() -> None:
    lines = (FOLDER / "tramtin-raw-ethernet.socket").read_text(encoding="utf-8").splitlines()
    assert {"SocketUser=tramtin", "SocketMode=0600", f"ListenSequentialPacket={OPENER}"} <= {*lines}
    service = (FOLDER / "tramtin-raw-ethernet.service").read_text(encoding="utf-8")
    asked = re.search(r"packet_opener ([0-9a-f]+)$", service, re.MULTILINE)
    assert asked is not None
    assert int(asked[1], 16) == 0x0805  # the frames that receiving cards answer with


def test_a_misspelt_key_would_be_noticed(tmp_path: Path) -> None:
    unit = installed(tmp_path)
    unit.write_text(unit.read_text().replace("WatchdogSec=", "WatchdogSecs="), encoding="utf-8")
    assert "WatchdogSecs" in run("systemd-analyze", "verify", "--man=no", unit).stderr


@DROP_INS
def test_the_unit_is_exposed_at_most_two_of_ten(tmp_path: Path, drop_ins: tuple[str, ...]) -> None:
    unit = installed(tmp_path, *drop_ins)
    result = run("systemd-analyze", "security", "--offline=true", "--threshold=20", unit)
    assert result.returncode == 0, result.stdout[-400:] + result.stderr


def test_the_unit_tells_systemd_what_the_agent_does() -> None:
    lines = UNIT.splitlines()
    for line in ("Type=notify", "Restart=always", "RestartPreventExitStatus=78"):
        assert line in lines
    assert re.search(r"^WatchdogSec=\d+", UNIT, re.MULTILINE)
    assert "StartLimitIntervalSec=0" in lines  # a box never gives up starting


def test_sound_serial_lines_gpio_and_the_battery_clock_stay_within_reach() -> None:
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys keep their case
    unit.read_string(UNIT)
    assert unit["Service"].get("PrivateDevices", "no") == "no"
    allowed = set(re.findall(r"^DeviceAllow=char-(\w+) rw$", UNIT, re.MULTILINE))
    assert allowed >= {"alsa", "ttyUSB", "ttyACM", "ttyS", "ttyAMA", "gpiochip"}
    # systemd.exec(5): ProtectClock allows char-rtc for reading
    assert "ProtectClock=yes" in UNIT.splitlines()


def test_what_gives_samples_may_go_as_far_ahead_as_it_wants() -> None:
    lines = UNIT.splitlines()
    assert f"LimitRTPRIO={realtime.PRIORITY}" in lines
    assert f"LimitNICE={realtime.NICE}" in lines
    assert any(line.startswith("LimitRTTIME=") for line in lines)  # a fault takes no core for good
    allowed = re.findall(r"^SystemCallFilter=([a-z_0-9 ]+)$", UNIT, re.MULTILINE)
    needed = {"sched_setscheduler", "sched_setaffinity", "setpriority", "prlimit64"}
    assert needed <= set(" ".join(allowed).split())
    assert not re.search(r"^RestrictRealtime=(yes|true|on|1)$", UNIT, re.MULTILINE)


def test_the_services_groups_exist_once_sysusers_ran(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    # Debian's own groups, base-passwd
    (tmp_path / "etc/group").write_text("root:x:0:\ndialout:x:20:\naudio:x:29:\n")
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    result = run("systemd-sysusers", f"--root={tmp_path}", FOLDER / "tramtin-sysusers.conf")
    assert result.returncode == 0, result.stderr
    rows = [line.split(":") for line in (tmp_path / "etc/group").read_text().splitlines()]
    members = {row[0]: row[3].split(",") for row in rows}
    match = re.search(r"^SupplementaryGroups=(.*)$", UNIT, re.MULTILINE)
    assert match is not None
    assert all("tramtin" in members[group] for group in match[1].split())


def test_tmpfiles_takes_the_key_from_everyone_but_root(tmp_path: Path) -> None:
    key = tmp_path / "etc/tramtin/device.key"
    key.parent.mkdir(parents=True)
    key.touch(mode=0o644)
    rules = tmp_path / "rules.conf"
    # The owners are those of a real box; here the files stay whose they are.
    rules.write_text(
        re.sub(
            r" (root root|tramtin tramtin)\b",
            " - -",
            (FOLDER / "tramtin-tmpfiles.conf").read_text(),
        )
    )
    result = run("systemd-tmpfiles", "--create", f"--root={tmp_path}", rules)
    assert result.returncode == 0, result.stderr
    assert key.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "var/lib/tramtin").stat().st_mode & 0o777 == 0o750


def test_the_key_that_the_unit_hands_over_is_the_one_of_the_example() -> None:
    match = re.search(r"^LoadCredential=([^:]+):(.+)$", UNIT, re.MULTILINE)
    assert match is not None
    example = (ROOT / "config/station.example.yaml").read_text(encoding="utf-8")
    assert f"key: {match[2]} " in example
    # agent.settings.credential finds the copy by the file's name
    assert Path(match[2]).name == match[1]
