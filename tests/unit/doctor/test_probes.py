"""Probes on outputs of real tools and on folders laid out as the kernel and udev lay them."""

from __future__ import annotations

import asyncio
import grp
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from agent.clock import Clock
from agent.doctor.context import DoctorContext, find_agent
from agent.doctor.probes import (
    agent,
    clock,
    level,
    microphone,
    serial,
    settings,
    sound,
    systemd_unit,
)
from agent.doctor.run_program import ProgramOutput, run_program
from agent.settings.load import SettingsReport
from agent.settings.model import (
    Audio,
    FallbackCard,
    LocalCap,
    Output,
    Policy,
    Settings,
    SoundLevel,
    Zone,
)

# `chronyc -c tracking` of chrony 4.3 on Debian 12, following a server, and just started
TRACKING = (
    "C0A80001,192.168.0.1,3,1700000000.123456789,-0.000012345,0.000001234,0.000023456,"
    "-12.345,0.001,0.012,0.000123456,0.000234567,64.2,Normal"
)
LOST = "7F7F0101,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,1.0,1.0,0.0,Not synchronised"  # noqa: E501 - as chronyc prints it


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (TRACKING, "ntp_chrony"),
        (TRACKING.replace("-0.000012345", "-3.5"), "ntp_far"),
        (LOST, "ntp_not_synced"),
        ("506 Cannot talk to daemon", "ntp_unseen"),
    ],
)
def test_chrony_is_understood(line: str, code: str) -> None:
    assert clock.examine_chrony(ProgramOutput(0, line + "\n", "")).code == code


def test_a_battery_clock_that_the_service_may_not_open_is_found(tmp_path: Path) -> None:
    device = tmp_path / "rtc0"
    device.touch(mode=0o600)
    at = datetime(2026, 11, 24, tzinfo=UTC)
    os.chmod(device, 0o644)  # noqa: PTH101 - past the umask
    assert clock.examine_rtc(at, at, device).code == "rtc_reads"
    assert clock.examine_rtc(datetime(2026, 11, 23, tzinfo=UTC), at, device).code == "rtc_apart"
    assert clock.examine_rtc(None, at, device).code == "rtc_unread"


async def test_a_battery_clock_that_the_agent_found_in_local_time_is_found() -> None:
    rtc = datetime(2026, 11, 24, 7, tzinfo=UTC)
    own = Clock(rtc=rtc, rtc_apart_s=25_200.0)
    looks = clock.check(
        DoctorContext(Path("f"), SettingsReport("f", "", None, None, []), None, own)
    )
    found = [await anext(looks) for _ in range(2)]
    await looks.aclose()
    assert [(one.code, one.args) for one in found] == [
        ("time_unknown", ()),
        ("rtc_wrong", ("+7.0 h",)),
    ]


# `systemctl show` of systemd 252, properties of doctor.probes.unit
def unit_properties(**changes: str) -> dict[str, str]:
    return {
        "LoadState": "loaded", "ActiveState": "active", "SubState": "running",
        "UnitFileState": "enabled", "NRestarts": "0", "ExecMainStatus": "0", "Result": "success",
    } | changes  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, ["unit_active"]),
        ({"NRestarts": "17"}, ["unit_active", "unit_restarts"]),
        ({"UnitFileState": "disabled"}, ["unit_active", "unit_not_enabled"]),
        ({"LoadState": "not-found"}, ["unit_missing"]),
        ({"ActiveState": "inactive", "SubState": "dead"}, ["unit_stopped"]),
        ({"ActiveState": "failed", "ExecMainStatus": "78"}, ["unit_refused_settings"]),
        ({"ActiveState": "activating", "SubState": "auto-restart"}, ["unit_failed"]),
    ],
)
def test_properties_of_systemd_are_understood(changes: dict[str, str], codes: list[str]) -> None:
    found = systemd_unit.examine_unit(unit_properties(**changes), is_running=False)
    assert [finding.code for finding in found] == codes


def test_an_agent_that_runs_beside_systemd_is_found() -> None:
    found = systemd_unit.examine_unit(unit_properties(ActiveState="inactive"), is_running=True)
    assert [finding.code for finding in found] == ["unit_bypassed"]


def test_a_missing_group_of_the_services_user_is_found() -> None:
    user = pwd.struct_passwd(("tramtin", "x", 998, 998, "", "/", "/usr/sbin/nologin"))
    groups = {"audio": ["tramtin"], "dialout": []}

    def find_group(name: str) -> grp.struct_group:
        return grp.struct_group((name, "x", 29, groups[name]))

    found = systemd_unit.find_missing_groups("tramtin", lambda _name: user, find_group)
    assert [(one.code, one.args) for one in found] == [
        ("user_groups", ("tramtin", "dialout, gpio"))
    ]


def settings_with(ports: dict[str, str]) -> Settings:
    sensors = [
        {"name": name, "measures": "current", "profile": "sim-sensor", "port": port}
        for name, port in ports.items()
    ]
    output = {
        "name": "loa",
        "audio": {"driver": "portaudio", "device": "default"},
        "zones": [{"name": "nga-ba"}],
    }
    plain = {
        "station": "tv-cl-0007", "root": "/r", "state": "/s", "outputs": [output],
        "broker": {"host": "h", "ca": "/c", "cert": "/c", "key": "/k"}, "sensors": sensors,
    }  # fmt: skip
    return msgspec.convert(plain, Settings)


@pytest.fixture
def dev(tmp_path: Path) -> Path:
    """One USB adapter with both its stable names, as udev's 60-serial.rules makes them."""
    for folder in ("serial/by-path", "serial/by-id"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "ttyUSB0").touch()
    for name in ("by-path/platform-fd500000.pcie-usb-0:1.2:1.0-port0", "by-id/usb-FTDI_A1-if00"):
        (tmp_path / "serial" / name).symlink_to("../../ttyUSB0")
    return tmp_path


def test_a_serial_port_is_named_by_the_socket_it_is_plugged_into(dev: Path) -> None:
    found = serial.examine_ports(None, dev)
    path = str(dev / "serial/by-path/platform-fd500000.pcie-usb-0:1.2:1.0-port0")
    assert [(one.code, one.args[0]) for one in found] == [("serial_free", path)]


def test_a_port_that_may_change_its_number_comes_with_the_name_that_stays(dev: Path) -> None:
    found = serial.examine_ports(settings_with({"dong": str(dev / "ttyUSB0")}), dev)
    assert [one.code for one in found] == ["serial_used", "serial_unstable"]
    assert "by-path" in found[1].args[2]


def test_a_port_of_the_settings_that_is_not_there(dev: Path) -> None:
    found = serial.examine_ports(settings_with({"dong": str(dev / "serial/by-id/usb-gone")}), dev)
    assert [one.code for one in found] == ["serial_free", "serial_missing"]


def test_a_line_is_listed_with_every_device_on_it(dev: Path) -> None:
    port = str(dev / "serial/by-id/usb-gone")
    found = serial.examine_ports(settings_with({"dong": port, "nhiet": port}), dev)
    assert found[-1].args == (port, "dong, nhiet")


DEFAULT = {"device": "default", "name": "default"}
# a USB card as PortAudio 19.6 names it
USB = {"device": "USB Audio Device", "name": "USB Audio Device: - (hw:1,0)"}


def examine_sound(
    found: list[dict[str, str]], device: str, *, is_running: bool = False
) -> list[tuple[str, str]]:
    wanted = [("loa", Audio(driver="portaudio", device=device))]
    findings = sound.examine_devices(found, wanted, is_running=is_running)
    return [(one.state, one.code) for one in findings]


def test_sound_outputs_are_listed_by_their_stable_name() -> None:
    assert examine_sound([DEFAULT, USB], "USB Audio Device") == [
        ("good", "sound_free"),
        ("good", "sound_used"),
    ]


def test_two_cards_of_one_name_are_found() -> None:
    assert ("warning", "sound_twins") in examine_sound([USB, USB], "USB Audio Device")


def test_a_card_that_is_not_there_is_a_fault_unless_the_agent_holds_it() -> None:
    assert examine_sound([DEFAULT], "USB Audio Device")[-1] == ("fault", "sound_gone")
    held = examine_sound([DEFAULT], "USB Audio Device", is_running=True)
    assert held[-1] == ("not_checked", "sound_held")


def test_the_order_of_an_output_s_cards_is_told_and_an_absent_fallback_is_a_warning() -> None:
    fallbacks = [FallbackCard(device="default"), FallbackCard(device="Gone", gain_db=-6)]
    audio = Audio(driver="portaudio", device="USB Audio Device", fallbacks=fallbacks)
    (order,) = sound.describe_orders([("loa", audio)])
    told = "USB Audio Device → default (-20 dB) → Gone (-6 dB)"
    assert (order.code, order.args) == ("sound_order", ("loa", told))
    found = sound.examine_devices([DEFAULT, USB], [("loa", audio)], is_running=False)
    assert [(one.state, one.code) for one in found] == [
        ("good", "sound_used"),
        ("good", "sound_used"),
        ("warning", "sound_gone"),
    ]


def test_a_device_that_the_system_chooses_is_a_warning_where_there_are_cards() -> None:
    wanted = [("loa", Audio(driver="portaudio", device="default"))]
    found = list(sound.find_unnamed(wanted, ["USB-Audio - USB Audio Device"]))
    assert [(one.code, one.args) for one in found] == [("sound_unnamed", ("default", "loa"))]
    assert list(sound.find_unnamed(wanted, [])) == []


def test_a_card_that_plays_is_told_with_its_process(tmp_path: Path) -> None:
    for number, name, text in (
        # Documentation/sound/designs/procfile.rst; sound/core/pcm.c prints these lines
        (0, "Headphones", "closed\n"),
        (1, "Device", "state: RUNNING\nowner_pid   : 1234\ntrigger_time: 33.1\n"),
    ):
        folder = tmp_path / f"card{number}" / "pcm0p" / "sub0"
        folder.mkdir(parents=True)
        (folder / "status").write_text(text)
        (tmp_path / f"card{number}" / "id").write_text(f"{name}\n")
    assert sound.list_playing(tmp_path) == [("Device", "1234")]


def test_an_engine_without_raised_priority_is_a_warning(tmp_path: Path) -> None:
    # proc(5): `task/TID/children` has the children's pids, `cmdline` the words, each with a NUL
    (tmp_path / "9/task/9").mkdir(parents=True)
    (tmp_path / "9/task/9/children").write_text("10 11 12 ")
    for pid, words in {
        "10": "python\0-m\0agent.play.sound.engine_process\0{}\0",
        "11": "python\0-m\0agent.play.sound.safe_engine_process\0{}\0",
        "12": "ffmpeg\0-i\0pipe:0\0",
    }.items():
        (tmp_path / pid).mkdir()
        (tmp_path / pid / "cmdline").write_text(words)
    ahead = {10: True, 11: False}
    found = sound.examine_engines(9, tmp_path, ahead.__getitem__)
    assert [(one.state, one.code, one.args) for one in found] == [
        ("good", "engine_raised", ("10",)),
        ("warning", "engine_ordinary", ("11",)),
    ]
    assert sound.examine_engines(None, tmp_path, ahead.__getitem__) == []
    assert sound.examine_engines(8, tmp_path, ahead.__getitem__) == []  # it has ended


def test_the_kernels_cards_are_read(tmp_path: Path) -> None:
    cards = tmp_path / "cards"
    # Documentation/sound/designs/procfile.rst
    cards.write_text(
        " 0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones\n"
        "                      bcm2835 Headphones\n"
        " 1 [Device         ]: USB-Audio - USB Audio Device\n"
        "                      C-Media Electronics Inc. USB Audio Device at usb-0000:01:00.0-1.3\n"
    )
    assert sound.list_cards(cards) == [
        "bcm2835_headpho - bcm2835 Headphones",
        "USB-Audio - USB Audio Device",
    ]


async def test_a_program_that_is_not_installed_is_a_fact() -> None:
    assert await run_program("no-such-program-of-ours", limit_s=5) is None


async def test_a_program_that_takes_too_long_is_ended() -> None:
    with pytest.raises(TimeoutError):
        await run_program("sleep", "60", limit_s=0.05)


@pytest.fixture
def readable() -> Iterator[DoctorContext]:
    """Settings whose files all may read; pytest's own folders are closed to other users."""
    base = Path(tempfile.mkdtemp(dir="/tmp"))
    base.chmod(0o755)
    for name in ("root.json", "ca.pem", "device.pem", "f.yaml"):
        (base / name).touch()
        (base / name).chmod(0o644)
    plain = settings_with({})
    broker = msgspec.structs.replace(plain.broker, ca=f"{base}/ca.pem", cert=f"{base}/device.pem")
    want = msgspec.structs.replace(
        plain, broker=broker, root=f"{base}/root.json", state=f"{base}/none"
    )
    yield DoctorContext(base / "f.yaml", SettingsReport("f", "", want, None, []), want, Clock())
    shutil.rmtree(base)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root asks in another's name")


@needs_root
async def test_files_that_the_services_user_may_read_are_good(readable: DoctorContext) -> None:
    assert [one.code async for one in settings.try_rights(readable, "nobody")] == ["rights_good"]


@needs_root
async def test_a_root_file_that_only_root_may_read_is_found(readable: DoctorContext) -> None:
    assert readable.settings is not None
    await asyncio.to_thread(Path(readable.settings.root).chmod, 0o600)
    (closed,) = [one async for one in settings.try_rights(readable, "nobody")]
    assert (closed.code, closed.args[1]) == ("rights_closed", readable.settings.root)


async def test_without_the_services_user_its_rights_are_not_checked() -> None:
    want = settings_with({})
    case = DoctorContext(Path("f"), SettingsReport("f", "", want, None, []), want, Clock())
    assert [one.state async for one in settings.try_rights(case, "no-such-user")] == ["not_checked"]


@pytest.mark.parametrize(
    ("words", "is_ours"),
    [
        (["/opt/tramtin/bin/python3", "/opt/tramtin/bin/tramtin", "run", "{file}"], True),
        (["python3", "-m", "agent", "run", "{file}", "--demo"], True),
        (["python3", "-m", "agent", "run", "station.yaml"], True),
        (["python3", "-m", "agent", "doctor", "{file}"], False),
        (["vim", "tramtin", "run", "{file}.bak"], False),
        (["python3", "-m", "agent", "run", "/etc/tramtin/other.yaml"], False),
    ],
)
def test_an_agent_is_known_by_its_command_line(
    tmp_path: Path,
    words: list[str],
    is_ours: bool,  # noqa: FBT001 - a table's column
) -> None:
    file = tmp_path / "station.yaml"
    file.touch()
    folder = tmp_path / "proc" / "4711"
    folder.mkdir(parents=True)
    (folder / "cwd").symlink_to(tmp_path)
    line = "\0".join(word.replace("{file}", str(file)) for word in words) + "\0"
    (folder / "cmdline").write_bytes(line.encode())
    assert find_agent(file, tmp_path / "proc") == (4711 if is_ours else None)


def fault_record(what: str, state: str, subject: str = "loa") -> dict[str, object]:
    return {
        "kind": "fault",
        "detail": {"what": what, "subject": subject, "state": state, "hint": "why"},
    }


def test_the_agents_own_issues_are_listed_while_they_last() -> None:
    records = [
        {"kind": "boot", "detail": {}},
        fault_record("engine_lost", "begins"),
        fault_record("link_down", "begins", "h:8883"),
        {"kind": "play", "play": {}},
        fault_record("engine_lost", "ends"),
        fault_record("no-such-kind", "begins"),
    ]
    found = agent.find_lasting(records)
    assert [(one.code, one.args, one.detail) for one in found] == [
        ("link_down", ("h:8883",), "why")
    ]
    assert found[0].step("vi")


def test_the_level_at_the_nearest_home_is_told_for_each_cluster() -> None:
    """94 dBA at 10 m is 86.04 at 25 m: 20 lg 2.5 = 7.96."""
    zones = [
        Zone(name="cho", spl=SoundLevel(dba=94, distance_m=10), home_m=25),
        Zone(name="moi"),
    ]
    cap = LocalCap(zone_kind="ordinary", window="21:00-06:00", dba=55)
    found = list(
        level.estimate_levels(
            msgspec.structs.replace(
                settings_with({}),
                outputs=[Output(name="loa", zones=zones)],
                policy=Policy(caps=[cap]),
            )
        )
    )
    assert [(one.code, one.args) for one in found] == [
        ("level_home", ("cho", "86", "25")),
        ("level_cap", ("cho", "21:00-06:00", "55", "31")),
        ("level_unknown", ("moi",)),
    ]


def test_a_voice_input_is_there_and_heard_dead_overdriven_or_gone() -> None:
    device = {"device": "USB PnP", "name": "USB PnP: Audio (hw:1,0)"}
    wanted = [
        microphone.HearingInput(name, "portaudio", name) for name in ("ban", "tu", "mixer", "cu")
    ]
    # a line that comes back is silent while nothing plays
    wanted.append(microphone.HearingInput("hoi", "portaudio", "hoi", may_be_silent=True))
    levels = {"ban": -18.2, "tu": -96.0, "mixer": 0.0, "cu": None, "hoi": -96.0}
    found = microphone.examine_inputs({"found": [device], "levels": levels}, wanted)
    assert [(one.state, one.code) for one in found] == [
        ("good", "microphone_good"),
        ("warning", "microphone_dead"),
        ("warning", "microphone_clipped"),
        ("fault", "microphone_gone"),
        ("good", "microphone_good"),
    ]
    assert found[3].args == ("cu", "cu", "USB PnP")
