"""The output of `tramtin check`: faults under their lines, risks, and the settings in force."""

from __future__ import annotations

import ast
import errno
import inspect
import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from agent.errors import ConfigError
from agent.settings import file_warnings, warnings
from agent.settings.check_command import describe_unreadable, run_check
from agent.settings.effective_settings import build_effective, build_plain
from agent.settings.file_warnings import LOST, find_file_risks, read_type
from agent.settings.load import SettingsReport, load_settings, validate_settings
from agent.settings.messages import PHRASES
from agent.settings.model import Speech
from agent.settings.warning_messages import RISKS
from agent.settings.warnings import find_risks
from strict_yaml.source_excerpt import build_excerpt
from strict_yaml.validation_fault import ValidationFault
from tests.harness.settings_yaml import SOUND
from texts.catalogue import Lang


@pytest.fixture
def station(tmp_path: Path) -> Path:
    for name in ("ca.pem", "dev.pem", "dev.key", "root.json"):
        (tmp_path / name).write_text("x", encoding="utf-8")
        (tmp_path / name).chmod(0o600)
    path = tmp_path / "station.yaml"
    path.write_text(SOUND.format(tmp_path), encoding="utf-8")
    path.chmod(0o640)
    return path


def validate_form(path: Path) -> SettingsReport:
    """As the loader, without a look at the box: a test machine has no GPIO library."""
    settings = load_settings(path)
    judged = validate_settings(path)
    return SettingsReport(judged.source, judged.text, settings, judged.tree, [])


def risks_of(path: Path) -> set[tuple[int, int, str]]:
    judged = validate_form(path)
    assert judged.settings is not None
    assert judged.tree is not None
    found = find_risks(judged.settings, judged.tree, path)
    # where the test machine keeps its temporary files is no matter of this test
    return {(f.mark.line, f.mark.column, f.what) for f in found if f.what not in LOST.values()}


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_careful_station_has_no_warning(station: Path) -> None:
    assert risks_of(station) == set()


RISKY = [
    # old text, new text, line, column, what; counted by hand in SOUND
    ("mqtt.tinh.gov.vn", "mqtt.example.vn", 3, 9, "example_left"),
    ("mqtt.tinh.gov.vn", "mqtt.tinh.gov.vn\n  port: 1883", 4, 9, "plain_port"),
    ("mqtt.tinh.gov.vn", "mqtt.tinh.gov.vn\n  keepalive_s: 10", 4, 16, "keepalive_short"),
    ("mqtt.tinh.gov.vn", "mqtt.tinh.gov.vn\n  keepalive_s: 1800", 4, 16, "keepalive_long"),
    ("mqtt.tinh.gov.vn", "mqtt.tinh.gov.vn\n  retry_base_s: 60", 4, 17, "retry_long"),
    ("        spl: {dba: 94, distance_m: 10}\n", "", 13, 9, "not_calibrated"),
    ("distance_m: 10", "distance_m: 2", 15, 36, "spl_distance"),
    ("dba: 94", "dba: 78", 15, 20, "spl_weak"),
    ("        switch: {profile: gpio, port: /dev/gpiochip0, coil: 17}\n", "", 13, 9, "no_switch"),
    ("profile: gpio", "profile: sim-amplifier", 14, 27, "simulated"),
    ("/dev/gpiochip0", "/dev/ttyUSB0", 14, 39, "port_unstable"),
    ("        spl:", "        settle_ms: 20\n        spl:", 15, 20, "settle_short"),
    ("        spl:", "        settle_ms: 9000\n        spl:", 15, 20, "settle_long"),
    ("        spl:", "        tail_ms: 0\n        spl:", 15, 18, "tail_none"),
    ('page:\n  listen: "192.168.10.1:8080"\n  pin: "739184"\n', "", 1, 1, "no_page"),
    ('  pin: "739184"\n', "", 17, 3, "no_pin"),
    ("739184", "123456", 18, 8, "pin_easy"),
    ("739184", "8888888", 18, 8, "pin_easy"),
    ("192.168.10.1:", "203.162.4.191:", 17, 11, "page_public"),
    ('policy: {quiet_hours: ["21:00-05:00"]}', "policy: {}", 19, 9, "no_quiet_hours"),
    ('policy: {quiet_hours: ["21:00-05:00"]}\n', "", 1, 1, "no_quiet_hours"),
    ("21:00-05:00", "05:00-21:00", 19, 23, "quiet_by_day"),
    ("policy:", "media: {allow_private: true}\npolicy:", 19, 24, "private_fetch"),
    ("policy:", "inputs:\n  - {name: k, kind: door, profile: gpio, debounce_ms: 0}\npolicy:",
     20, 55, "debounce_short"),
    ("policy:", "inputs:\n  - {name: k, kind: lockout, profile: gpio, active: low}\npolicy:",
     20, 53, "lockout_cut_wire"),
    ("policy:", "inputs:\n  - {name: k, kind: lockout, profile: gpio}\npolicy:",
     20, 5, "lockout_cut_wire"),
    ("policy:", "inputs:\n  - {name: k, kind: door, profile: gpio, starts: key}\npolicy:",
     20, 50, "starts_unused"),
    ("policy:", "sensors:\n  - {name: t, measures: power, profile: hwmon}\npolicy:",
     20, 5, "no_limits"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "column", "what"), RISKY)
def test_a_risky_value_gets_a_warning_at_its_place(
    station: Path, old: str, new: str, line: int, column: int, what: str
) -> None:
    change(station, old, new)
    assert risks_of(station) == {(line, column, what)}


BOARD = """\
  - name: bang
    board: {profile: png, path: /b}
    faces: [{name: f, width_px: 8, height_px: 8}]
"""
SECOND = """\
  - name: loa-2
    audio: {driver: portaudio, device: "22:00"}
    zones:
      - name: cho
        switch: {profile: nad-c-356bee, port: /dev/gpiochip0, unit: 3}
        spl: {dba: 94, distance_m: 10}
"""


def test_a_board_that_only_writes_files_is_warned_about(station: Path) -> None:
    change(station, "page:", BOARD + "page:")
    assert risks_of(station) == {(17, 22, "no_true_board")}


def test_one_device_for_two_outputs_and_one_address_for_two_kinds(station: Path) -> None:
    change(station, "coil: 17", "coil: 17, unit: 3")
    change(station, "page:", SECOND + "page:")
    assert risks_of(station) == {(17, 40, "device_twice"), (20, 69, "unit_twice")}


def test_files_that_others_may_read_or_change_are_warned_about(station: Path) -> None:
    folder = station.parent
    station.chmod(0o646)
    (folder / "dev.key").chmod(0o640)
    (folder / "root.json").chmod(0o664)
    assert risks_of(station) == {
        (1, 1, "file_writable"),
        (6, 8, "key_readable"),
        (7, 7, "file_writable"),
        (18, 8, "pin_readable"),
    }


def test_what_root_can_read_and_the_service_cannot_is_warned_about(station: Path) -> None:
    (station.parent / "ca.pem").chmod(0o604)
    (station.parent / "dev.pem").chmod(0o640)
    own = station.stat()
    nobody = (own.st_uid + 1, frozenset({own.st_gid}))
    risks = find_file_risks(load_settings(station), station, lambda _path: "ext4", nobody)
    # root.json and ca.pem keep the group out; the key is handed over by systemd
    assert [(key, code) for key, code, _, _ in risks if key != ("state",)] == [
        (("broker", "ca"), "service_unreadable"),
        (("root",), "service_unreadable"),
    ]


@pytest.mark.parametrize(
    ("type_", "what"),
    [("tmpfs", "state_lost"), ("overlay", "state_overlay"), ("vfat", "state_on_boot"),
     ("nfs4", "state_remote")],
)  # fmt: skip
def test_a_state_folder_that_loses_data_gets_a_warning(
    station: Path, type_: str, what: str
) -> None:
    risks = find_file_risks(load_settings(station), station, lambda _path: type_)
    assert [(key, code) for key, code, _, _ in risks] == [(("state",), what)]


def test_a_station_that_is_to_read_aloud_without_a_voice_gets_a_warning(
    station: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    settings = load_settings(station)
    spoken = msgspec.structs.replace(settings, speech=Speech(dialect="south"))
    before, after = (
        {(key, code) for key, code, _, _ in find_file_risks(one, station, lambda _path: "ext4")}
        for one in (settings, spoken)
    )
    assert after - before == {(("speech",), "voice_missing")}


def test_the_type_of_a_file_system_is_that_of_the_nearest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw\n"
        "23 22 179:1 / /boot/firmware rw shared:2 - vfat /dev/mmcblk0p1 rw\n"
        "24 22 0:21 / /mnt/my\\040disk rw - nfs4 server:/x rw\n",
        encoding="utf-8",
    )
    assert read_type(Path("/var/lib/tramtin"), mounts) == "ext4"
    assert read_type(Path("/boot/firmware/tramtin"), mounts) == "vfat"
    assert read_type(Path("/boot"), mounts) == "ext4"
    assert read_type(Path("/mnt/my disk/state"), mounts) == "nfs4"


def test_warnings_leave_the_exit_code_0(station: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(station, "mqtt.tinh.gov.vn", "mqtt.example.vn")
    assert run_check(station, validate_form, "en") == 0
    output = capsys.readouterr().out
    assert f"{station}:3:9: warning: broker.host: " in output
    assert output.splitlines()[-1].startswith(f"{station}: settings are good, ")


def test_programs_get_warnings_apart_from_faults(
    station: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(station, "mqtt.tinh.gov.vn", "mqtt.example.vn")
    assert run_check(station, validate_form, as_json=True) == 0
    output = json.loads(capsys.readouterr().out)
    assert output["good"] is True
    assert output["faults"] == []
    assert "example_left" in {row["code"] for row in output["warnings"]}


def test_no_risk_has_the_code_of_a_fault() -> None:
    assert not RISKS.keys() & PHRASES.keys()


def codes_of(module: ModuleType) -> set[str]:
    """The second member of every tuple that the module yields: the code of a risk."""
    tree = ast.parse(inspect.getsource(module))
    output = [node.value for node in ast.walk(tree) if isinstance(node, ast.Yield)]
    pairs = [one.elts for one in output if isinstance(one, ast.Tuple) and len(one.elts) == 4]
    return {str(elts[1].value) for elts in pairs if isinstance(elts[1], ast.Constant)}


def test_every_risk_has_a_message_and_every_message_has_a_risk() -> None:
    by_name = {"private_fetch"}  # appended, not yielded
    assert codes_of(warnings) | codes_of(file_warnings) | set(LOST.values()) | by_name == set(RISKS)


def excerpt(text: str, line: int, column: int, got: str, what: str = "bad_value") -> list[str]:
    return build_excerpt(text, ValidationFault("f", line, column, "", what, got))


def test_the_caret_is_below_the_fault() -> None:
    assert excerpt("a: 1\n  kind: specal\n", 2, 9, "specal") == [
        "    2 |   kind: specal",
        "      |         ^^^^^^",
    ]


def test_the_caret_counts_marks_and_wide_letters_as_a_terminal_does() -> None:
    # o, two combining marks, then a wide letter: one column and two columns
    assert excerpt("o\u0302\u0301漢: x\n", 1, 7, "x")[1] == "      |      ^"


def test_a_tab_is_shown() -> None:
    assert excerpt("\tport: 1\n", 1, 1, "Tab", "tab") == [
        "    1 | →port: 1",
        "      | ^",
    ]


def test_a_long_line_is_cut_around_the_fault() -> None:
    line = "a" * 200 + " wrong " + "b" * 200
    shown, caret = excerpt(line + "\n", 1, 202, "wrong")
    assert len(shown) < 120
    assert shown[caret.index("^") : caret.rindex("^") + 1] == "wrong"


@pytest.mark.parametrize(
    "line",
    ['pin: "739184"', "page: {pin: 739184, lisen: x}", "pinn: 739184", "  'pin' : '739184'"],
)
def test_the_line_of_a_fault_does_not_show_the_pin(line: str) -> None:
    shown = "\n".join(excerpt(line + "\n", 1, 1, "x"))
    assert "*" in shown
    assert "739184" not in shown


def test_the_settings_in_force_hide_the_pin_and_mark_defaults(station: Path) -> None:
    judged = validate_form(station)
    assert judged.settings is not None
    text = build_effective(judged.settings, judged.tree, "en")
    assert "739184" not in text
    assert '  pin: "******"\n' in text
    assert "  port: 8883  # default\n" in text
    assert "  host: mqtt.tinh.gov.vn\n" in text
    assert '      device: "22:00"\n' in text
    assert build_plain(judged.settings)["page"]["pin"] == "******"


def test_the_settings_in_force_load_as_the_same_settings(station: Path) -> None:
    change(station, "page:", BOARD + SECOND + "page:")
    change(station, "coil: 17", 'coil: 17, options: {line_name: "no", a: 0.00001, b: true, c: ""}')
    judged = validate_form(station)
    assert judged.settings is not None
    text = build_effective(judged.settings, judged.tree, "vi")
    again = station.with_name("again.yaml")
    again.write_text(text.replace("******", "739184"), encoding="utf-8")
    assert load_settings(again) == judged.settings


def test_print_gives_only_the_settings_on_stdout(
    station: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_check(station, validate_form, effective=True) == 0
    output = capsys.readouterr()
    assert output.out.startswith("station: tv-cl-0007\n")
    assert "cài đặt đúng" in output.err
    assert run_check(station, validate_form, effective=True, as_json=True) == 0
    given: dict[str, Any] = json.loads(capsys.readouterr().out)["effective"]
    assert given["broker"]["keepalive_s"] == 120
    assert given["page"]["pin"] == "******"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOENT, "sudo cp /usr/share/doc/tramtin/station.example.yaml /etc/t/station.yaml"),
        (errno.EACCES, "sudo"),
        (errno.EIO, "Input/output error"),  # errno(3)
    ],
)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_an_unreadable_file_is_reported_with_the_next_step(
    number: int, words: str, lang: Any
) -> None:
    error = ConfigError("E_UNREADABLE", "/etc/t/station.yaml", os.strerror(number))
    assert words in describe_unreadable(error, lang)


def test_a_missing_file_of_the_centre_names_its_origin(tmp_path: Path) -> None:
    path = tmp_path / "station.yaml"
    path.write_text(SOUND.format(tmp_path), encoding="utf-8")
    texts = {fault.key: fault.text("vi") for fault in validate_settings(path).faults}
    for key in ("broker.ca", "broker.cert", "broker.key", "root"):
        assert "tệp do trung tâm cấp" in texts[key]
    (tmp_path / "device.pem").touch()
    path.write_text(SOUND.format(tmp_path).replace("dev.pem", "devic.pem"), encoding="utf-8")
    texts = {fault.key: fault.text("vi") for fault in validate_settings(path).faults}
    assert "device.pem" in texts["broker.cert"]  # the likelier reason is reported instead
    assert "tệp do trung tâm cấp" not in texts["broker.cert"]


FALLBACKS = 'device: "22:00", fallbacks: [{device: Headphones}, {device: HAT, gain_db: -6}]'
CAPS = """caps: [
  {zone_kind: ordinary, window: "06:00-21:00", dba: 70},
  {zone_kind: special, window: "06:00-21:00", dba: 55},
], quiet_hours"""


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (
            "vi",
            [
                "đầu ra loa, card theo thứ tự: 22:00 (0 dB) → Headphones (-20 dB) → HAT (-6 dB)",
                "cụm nga-ba: 94 dBA, 10 m; mức trần tại chỗ: 06:00-21:00 70 dBA",
            ],
        ),
        (
            "en",
            [
                "output loa, its cards in order: 22:00 (0 dB) → Headphones (-20 dB) → HAT (-6 dB)",
                "cluster nga-ba: 94 dBA, 10 m; local caps: 06:00-21:00 70 dBA",
            ],
        ),
    ],
)
def test_the_order_of_the_cards_and_the_caps_of_each_cluster_are_told(
    station: Path, capsys: pytest.CaptureFixture[str], lang: Lang, told: list[str]
) -> None:
    set_cards_and_caps(station)
    assert run_check(station, validate_form, lang) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line in told] == told


def test_programs_get_cards_and_caps_as_values(
    station: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_cards_and_caps(station)
    assert run_check(station, validate_form, as_json=True) == 0
    (sound,) = json.loads(capsys.readouterr().out)["sound"]
    assert [one["gain_db"] for one in sound["cards"]] == [0, -20, -6]
    assert sound["zones"] == [
        {"zone": "nga-ba", "spl_dba": 94, "caps": [{"window": "06:00-21:00", "dba": 70}]}
    ]


def set_cards_and_caps(station: Path) -> None:
    change(station, 'device: "22:00"', FALLBACKS)
    change(station, "quiet_hours", CAPS)
