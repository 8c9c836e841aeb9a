"""Each seeded mistake is found at its line and column, which are counted by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.errors import ConfigError, YamlFaults
from agent.settings.check_command import run_check
from agent.settings.load import check_files, load_settings, validate_settings
from agent.settings.model import Settings
from strict_yaml.loader import load_yaml

CONFIG = Path(__file__).resolve().parents[3] / "config"
GOOD = """\
station: tv-cl-0007
broker:
  host: mqtt.example.vn
  ca: /etc/ca.pem
  cert: /etc/dev.pem
  key: /etc/dev.key
root: /etc/root.json
state: /var/lib/tramtin
outputs:
  - name: loa
    audio: {driver: portaudio, device: "usb:1-1.2"}
    zones:
      - name: nga-ba
        switch: {profile: relay, port: /dev/ttyUSB0, unit: 1, coil: 0}
        settle_ms: 400
      - name: cho
  - name: bang
    board: {profile: png, path: /var/lib/board}
    faces: [{name: truoc, width_px: 512, height_px: 256}]
page: {listen: "192.168.10.1:8080", pin: "428315"}
policy: {quiet_hours: ["21:00-05:00"]}
inputs:
  - {name: cua-tu, kind: door, profile: gpio, port: /dev/gpiochip0, line: 17, active: low}
  - {name: dien-luoi, kind: mains, profile: relay, port: /dev/ttyUSB0, unit: 1, line: 0}
sensors:
  - {name: dong-tai, measures: current, profile: ina219, port: /dev/i2c-1, zone: nga-ba, high: 9.5}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "station.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(path: Path) -> list[tuple[int, int, str, str]]:
    with pytest.raises(YamlFaults) as caught:
        load_settings(path)
    return [(fault.line, fault.column, fault.key, fault.what) for fault in caught.value.faults]


def test_the_valid_file_has_no_fault(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, GOOD))
    assert settings.station == "tv-cl-0007"
    assert settings.broker.port == 8883
    assert settings.outputs[0].zones[0].switch is not None
    assert settings.outputs[0].zones[1].switch is None
    assert settings.outputs[1].faces[0].width_px == 512
    assert settings.media.allow_private is False


ZONE = "outputs[0].zones[0]"
SEEDED = [
    # old text, new text, line, column, key, what
    ("station:", "statoin:", 1, 1, "statoin", "unknown_key"),
    ("station: tv-cl-0007\n", "", 1, 1, "station", "missing_key"),
    ("tv-cl-0007", "TV_7", 1, 10, "station", "bad_value"),
    ("  host: mqtt.example.vn\n", "  port: 8883\n", 3, 3, "broker.host", "missing_key"),
    ("  host:", "  port: 0883\n  host:", 3, 9, "broker.port", "wrong_type"),
    ("  host:", '  port: "8883"\n  host:', 3, 9, "broker.port", "wrong_type"),
    ("  host:", "  port: 70000\n  host:", 3, 9, "broker.port", "bad_value"),
    ("  host:", "  port: 8_883\n  host:", 3, 9, "broker.port", "wrong_type"),
    ("  host:", "  keepalive_s: 1e2\n  host:", 3, 16, "broker.keepalive_s", "wrong_type"),
    ("  host:", "  retry_base_s: .5\n  host:", 3, 17, "broker.retry_base_s", "wrong_type"),
    ("/etc/ca.pem", "ca.pem", 4, 7, "broker.ca", "bad_value"),
    ("/etc/dev.pem", "", 5, 8, "broker.cert", "no_value"),
    ("root: /etc/root.json", "root: [/etc/root.json]", 7, 7, "root", "wrong_type"),
    ("root: /etc/root.json", "root: /a\nroot: /b", 8, 1, "root", "duplicate_key"),
    ("root: /etc/root.json", "root: &r /etc/root.json", 7, 7, "root", "anchor"),
    ("root: /etc/root.json", "root: *r", 7, 7, "root", "alias"),
    ("root: /etc/root.json", "root: !!str /etc/root.json", 7, 7, "root", "tag"),
    ("page: {", "page: {<<: {a: b}, ", 20, 8, "page", "merge_key"),
    ("  - name: bang\n", "  - name: loa\n", 17, 11, "outputs[1].name", "not_unique"),
    ("- name: cho", "- name: nga-ba", 16, 15, "outputs[0].zones[1].name", "not_unique"),
    ("name: truoc", "name: cho", 19, 20, "outputs[1].faces[0].name", "not_unique"),
    ("settle_ms: 400", "settle_ms: 400ms", 15, 20, f"{ZONE}.settle_ms", "wrong_type"),
    ("settle_ms: 400", "settle_ms: -1", 15, 20, f"{ZONE}.settle_ms", "bad_value"),
    ("settle_ms: 400", "settel_ms: 400", 15, 9, f"{ZONE}.settel_ms", "unknown_key"),
    ("settle_ms: 400", "kind: specal", 15, 15, f"{ZONE}.kind", "bad_value"),
    ("unit: 1, coil: 0", "unit: 300, coil: 0", 14, 60, f"{ZONE}.switch.unit", "bad_value"),
    ("name: cho", "{name: cho", 16, 9, "", "unclosed"),
    ("    board: {", "    audio: {driver: a, device: b}\n    board: {", 17, 5, "outputs[1]",
     "audio_or_board"),
    ("    board: {profile: png, path: /var/lib/board}\n", "", 17, 5, "outputs[1]",
     "audio_or_board"),
    ("    faces: [{name: truoc, width_px: 512, height_px: 256}]\n", "", 17, 5, "outputs[1]",
     "nothing_to_select"),
    ("path: /var/lib/board}", "path: /b}\n    zones: [{name: z}]", 19, 12, "outputs[1].zones",
     "zone_needs_audio"),
    ("- name: cho", ("- name: cho\n        switch: {profile: relay, port: /dev/ttyUSB0,"
     " unit: 1, coil: 0}"), 17, 17, "outputs[0].zones[1].switch", "switch_used_twice"),
    ("- name: cho", "- {name: cho, channels: [2]}", 16, 32, "outputs[0].zones[1].channels[0]",
     "no_channel"),
    ("- name: cho", "- {name: cho, channels: [1, 1]}", 16, 35, "outputs[0].zones[1].channels[1]",
     "channel_twice"),
    ("192.168.10.1:8080", "0.0.0.0:8080", 20, 16, "page.listen", "uplink_listen"),
    ("192.168.10.1:8080", "192.168.10.1", 20, 16, "page.listen", "bad_value"),
    ("192.168.10.1:8080", "192.168.10.256:8080", 20, 16, "page.listen", "bad_value"),
    ("192.168.10.1:8080", "192.168.10.1:80800", 20, 16, "page.listen", "bad_value"),
    ("21:00-05:00", "21h-5h", 21, 24, "policy.quiet_hours[0]", "bad_value"),
    ("21:00-05:00", "05:00-05:00", 21, 24, "policy.quiet_hours[0]", "empty_window"),
    ("policy: {", "media: {allow_private: yes}\npolicy: {", 21, 24, "media.allow_private",
     "wrong_type"),
    ("policy: {", "---\npolicy: {", 21, 1, "", "many_documents"),
    ("policy: {", "? [a]\n: b\npolicy: {", 21, 3, "", "key_not_text"),
    ("policy: {", "\tpolicy: {", 21, 1, "", "tab"),
    ('"428315"', '"12345"', 20, 42, "page.pin", "bad_value"),
    ("name: dien-luoi", "name: cua-tu", 24, 12, "inputs[1].name", "not_unique"),
    ("kind: door", "kind: dor", 23, 26, "inputs[0].kind", "bad_value"),
    ("relay, port: /dev/ttyUSB0, unit: 1, line: 0", "gpio, port: /dev/gpiochip0, line: 17", 24, 5,
     "inputs[1]", "input_used_twice"),
    ("zone: nga-ba", "zone: nga-tu", 26, 82, "sensors[0].zone", "no_zone"),
    ("kind: door", "zone: nga-tu, kind: door", 23, 26, "inputs[0].zone", "no_zone"),
    ("kind: door", "kind: amplifier-fault", 23, 5, "inputs[0].zone", "fault_needs_zone"),
    ("path: /var/lib/board}", "path: /b}\n    monitor: {driver: portaudio, device: x}", 19, 14,
     "outputs[1].monitor", "monitor_needs_audio"),
    ("high: 9.5", "low: 10, high: 9.5", 26, 105, "sensors[0].high", "low_not_below_high"),
    ("high: 9.5", "high: 9.5, baseline: 0", 26, 111, "sensors[0].baseline", "bad_value"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "column", "key", "what"), SEEDED)
def test_a_seeded_mistake_is_found_at_its_place(
    tmp_path: Path, old: str, new: str, line: int, column: int, key: str, what: str
) -> None:
    assert old in GOOD
    found = faults_of(write(tmp_path, GOOD.replace(old, new, 1)))
    assert (line, column, key, what) in found


def test_a_zone_on_a_channel_that_a_fallback_card_lacks_is_a_fault(tmp_path: Path) -> None:
    card = "{driver: portaudio, device: a, channels: 2, fallbacks: [{device: b, channels: %d}]}"
    (line,) = [one for one in GOOD.splitlines() if "audio:" in one]
    text = GOOD.replace("- name: cho", "- {name: cho, channels: [2]}", 1)
    few, enough = (text.replace(line, f"    audio: {card % count}") for count in (1, 2))
    assert [fault[-1] for fault in faults_of(write(tmp_path, few))] == ["no_channel"]
    load_settings(write(tmp_path, enough))


def test_all_faults_are_found_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = GOOD.replace("station:", "statoin:").replace("/etc/ca.pem", "ca.pem")
    text = text.replace("name: cho", "name: nga-ba").replace("21:00", "25:00")
    assert faults_of(write(tmp_path, text)) == [
        (1, 1, "statoin", "unknown_key"),
        (4, 7, "broker.ca", "bad_value"),
        (16, 15, "outputs[0].zones[1].name", "not_unique"),
        (21, 24, "policy.quiet_hours[0]", "bad_value"),
    ]


def test_a_fault_has_a_text_in_both_languages(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("settle_ms", "settel_ms"))
    with pytest.raises(YamlFaults) as caught:
        load_settings(path)
    (fault,) = caught.value.faults
    where = f"{path}:15:9: outputs[0].zones[0].settel_ms: "
    assert fault.text("en") == where + "unknown key; got settel_ms; did you mean settle_ms?"
    assert fault.text("vi") == (
        where + "không có khoá này; đang là settel_ms; có phải ý bạn là settle_ms?"
    )
    assert str(caught.value) == fault.text("en")


def test_a_pin_is_never_shown(tmp_path: Path) -> None:
    with pytest.raises(YamlFaults) as caught:
        load_settings(write(tmp_path, GOOD.replace('"428315"', '"9x31x7"')))
    assert "******" in str(caught.value)
    assert "9x31" not in str(caught.value)


def test_printed_settings_do_not_hold_the_pin(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, GOOD))
    assert settings.page is not None
    assert settings.page.pin == "428315"
    assert "428315" not in repr(settings)


def test_values_below_a_faulty_place_are_validated_too(tmp_path: Path) -> None:
    head = GOOD.replace("broker:", "brocker:").replace("/etc/ca.pem", "ca.pem")
    before, _, _ = head.partition("  - {name: dong-tai")
    text = before + "  name: dong-tai\n  profile: INA219\n  measures: current\n"
    assert faults_of(write(tmp_path, text)) == [
        (2, 1, "brocker", "unknown_key"),
        (4, 7, "brocker.ca", "bad_value"),
        (26, 3, "sensors", "wrong_type"),
        (27, 12, "sensors[0].profile", "bad_value"),
    ]


def test_a_file_over_256_kib_is_refused_unread(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + "#" * 256 * 1024)
    assert faults_of(path) == [(1, 1, "", "too_big")]


def test_bytes_that_are_not_utf8_are_reported_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "station.yaml"
    path.write_bytes(b"station: tv\nr\xc3\xb4ot: \xff\n")  # two bytes, one character
    assert faults_of(path) == [(2, 7, "", "not_utf8")]


def test_a_byte_order_mark_does_not_count_as_a_column(tmp_path: Path) -> None:
    path = tmp_path / "station.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("tv-cl-0007", "TV_7").encode())
    assert faults_of(path) == [(1, 10, "station", "bad_value")]


def test_deep_nesting_is_refused_without_recursion_errors(tmp_path: Path) -> None:
    # the mapping is level 0, so the 25th bracket is the first past level 24
    path = write(tmp_path, "station: " + "[" * 50_000)
    ((line, column, _, what),) = faults_of(path)
    assert (line, column, what) == (1, 34, "too_deep")


def test_an_empty_file_is_reported(tmp_path: Path) -> None:
    assert faults_of(write(tmp_path, "# nothing\n")) == [(1, 1, "", "empty")]


def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path / "none.yaml")
    assert caught.value.code == "E_UNREADABLE"


@pytest.mark.parametrize("name", ["station.example.yaml", "board.example.yaml"])
def test_the_examples_load(name: str) -> None:
    settings = load_settings(CONFIG / name)
    assert isinstance(settings, Settings)
    drivers = [f for f in check_files(settings) if f.what == "unknown_driver"]
    assert drivers == []


def files_there(folder: Path) -> str:
    for name in ("ca.pem", "dev.pem", "dev.key", "root.json"):
        (folder / name).write_text("x")
    text = GOOD.replace("/etc/", f"{folder}/").replace("/var/lib/tramtin", str(folder))
    for profile, there in (("relay", "sim-amplifier"), ("ina219", "sim-sensor")):
        text = text.replace(f"profile: {profile}, port", f"profile: {there}, port")
    return text.replace("kind: mains, profile: sim-amplifier", "kind: mains, profile: sim-input")


def test_check_exits_0_on_valid_settings_whose_files_exist(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, files_there(tmp_path))
    assert run_check(path, validate_settings) == 0
    assert f"{path}: cài đặt đúng" in capsys.readouterr().out


def test_check_exits_1_and_prints_the_place_for_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, files_there(tmp_path).replace("settle_ms", "settel_ms"))
    assert run_check(path, validate_settings, "en", as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["good"] is False
    (fault,) = told["faults"]
    assert (fault["line"], fault["column"], fault["code"]) == (15, 9, "unknown_key")


def test_check_exits_2_when_the_file_cannot_be_read(tmp_path: Path) -> None:
    assert run_check(tmp_path / "none.yaml", validate_settings) == 2
    assert run_check(tmp_path, validate_settings, as_json=True) == 2


def test_missing_files_and_unknown_drivers_are_reported_with_their_place(tmp_path: Path) -> None:
    text = files_there(tmp_path).replace("sim-amplifier", "sim-amplifer")
    path = write(tmp_path, text)
    (tmp_path / "dev.key").unlink()
    found = validate_settings(path).faults
    assert [(f.line, f.column, f.key, f.what, f.hint) for f in found] == [
        (6, 8, "broker.key", "no_file", ""),
        (14, 27, "outputs[0].zones[0].switch.profile", "unknown_driver", "sim-amplifier"),
    ]


def test_text_stays_text(tmp_path: Path) -> None:
    text = GOOD.replace('"usb:1-1.2"', "22:00").replace("name: cho", "name: no")
    outputs = load_settings(write(tmp_path, text.replace("name: bang", "name: 010"))).outputs
    assert outputs[0].audio is not None
    assert outputs[0].audio.device == "22:00"
    assert outputs[0].zones[1].name == "no"
    assert outputs[1].name == "010"


def test_a_switchs_own_options_keep_their_kinds(tmp_path: Path) -> None:
    options = "coil: 0, options: {a: 1, b: 1.5, c: true, d: yes, e: 010, f: '1'}"
    settings = load_settings(write(tmp_path, GOOD.replace("coil: 0", options)))
    switch = settings.outputs[0].zones[0].switch
    assert switch is not None
    assert switch.options == {"a": 1, "b": 1.5, "c": True, "d": "yes", "e": "010", "f": "1"}


def test_the_loader_names_the_source_it_was_given() -> None:
    _, _, faults = load_yaml("a: 1", Settings, "lich.yaml")
    assert {fault.file for fault in faults} == {"lich.yaml"}


def test_a_microphones_key_needs_an_input_and_an_input_zones_that_are_there(
    tmp_path: Path,
) -> None:
    key = "  - {name: nut, kind: microphone-key, profile: gpio, port: c, line: 4, speaks: bam}\n"
    text = GOOD.replace("sensors:\n", key + "sensors:\n")
    assert faults_of(write(tmp_path, text)) == [(25, 23, "inputs[2].kind", "no_voice_input")]
    voice = "voice_inputs:\n  - {name: ban, device: USB, zones: [cho, nga-bay]}\n"
    assert faults_of(write(tmp_path, text + voice)) == [
        (25, 80, "inputs[2].speaks", "no_voice_input"),
        (29, 43, "voice_inputs[0].zones[1]", "no_zone"),
    ]
    right = (text + voice).replace("bam", "ban").replace("nga-bay", "nga-ba")
    settings = load_settings(write(tmp_path, right))
    assert (settings.voice_inputs[0].max_min, settings.voice_inputs[0].chime) == (10, True)


def test_a_voice_input_of_an_unknown_driver_or_without_a_key_is_told(tmp_path: Path) -> None:
    voice = "voice_inputs:\n  - {name: ban, driver: portaudoi, device: USB}\n"
    judged = validate_settings(write(tmp_path, GOOD + voice))
    found = [(one.line, one.key, one.what, one.hint) for one in judged.faults]
    assert (28, "voice_inputs[0].driver", "unknown_driver", "portaudio") in found
