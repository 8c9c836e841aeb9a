"""Profiles are read strictly: each mistake is reported with file, line, key and remedy."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

from agent.play.output_factory import find_device_delay_s
from agent.settings.model import Switch, Zone
from drivers.errors import BadProfile, UnsupportedFeature
from drivers.profile import load
from drivers.profile.__main__ import main
from drivers.profile.load import list_profiles, load_profile, read_profile
from drivers.profile.model import RULES, AmplifierProfile, MeterProfile, RelayProfile

ROOT = Path(__file__).resolve().parents[4]
RELAY = (ROOT / "firmware-profiles" / "waveshare-modbus-rtu-relay.yaml").read_text("utf-8")
WORDS = (ROOT / "firmware-profiles" / "eletechsup-r421a08.yaml").read_text("utf-8")
AMPLIFIER = (ROOT / "firmware-profiles" / "nad-c-356bee.yaml").read_text("utf-8")
MUTE = (ROOT / "firmware-profiles" / "lctech-lcus-1.yaml").read_text("utf-8")
METER = (ROOT / "firmware-profiles" / "peacefair-pzem-004t-v3.yaml").read_text("utf-8")
NAMES = {
    RELAY: "waveshare-modbus-rtu-relay",
    WORDS: "eletechsup-r421a08",
    AMPLIFIER: "nad-c-356bee",
    MUTE: "lctech-lcus-1",
    METER: "peacefair-pzem-004t-v3",
}


def write(folder: Path, text: str, changed: str) -> Path:
    path = folder / f"{NAMES[text]}.yaml"
    path.write_text(changed, encoding="utf-8")
    return path


def line_of(text: str, part: str) -> int:
    return next(i for i, line in enumerate(text.splitlines(), 1) if part in line)


MISTAKES = [
    # (profile, written so, in place of, key in the fault, part of the text)
    (RELAY, "chanels: 8", "channels: 8", "chanels", "did you mean channels?"),
    (RELAY, "channels: many", "channels: 8", "channels", "a plain whole number"),
    (RELAY, "channels: 0", "channels: 8", "channels", "from 1 to 256"),
    (RELAY, "kind: relais", "kind: relay", "kind", "relais"),
    (RELAY, "transport: rs485", "transport: modbus-rtu", "transport", "rs485"),
    (RELAY, "write: {table: discrete, first: 0}", "write: {table: coil, first: 0}",
     "registers.write.table", "can only be read: coil or holding"),
    (RELAY, "write: {table: holding, first: 0}", "write: {table: coil, first: 0}",
     "registers.write", "two different numbers: on and off"),
    (RELAY, "read: {table: coil, first: 0, on: 1, off: 0}", "read: {table: coil, first: 0}",
     "registers.read", "remove on and off"),
    (RELAY, "units: {low: 1, high: 255, factory: 0}", "units: {low: 1, high: 255, factory: 1}",
     "units.factory", "outside low..high"),
    (RELAY, "model: RTU Relay", "model: Modbus RTU Relay", "model", "waveshare-rtu-relay.yaml"),
    (RELAY, "vendor: Waveshare\nvendor: Waveshare", "vendor: Waveshare", "vendor", "twice"),
    (RELAY, "{rule: hardware, state: done}",
     "{rule: hardware, state: exempt, reason: no board was at hand}",
     "verified_on", "says hardware: done"),
    (RELAY, "  - {rule: limits, state: exempt}", "  - {rule: limits, state: done}",
     "quality[1].reason", "why exempt?"),
    (RELAY, "", "  - {rule: limits, state: done}\n", "quality", "'limits' is missing"),
    (RELAY, "verified_on: hardware", "verified_on: peer", "quality", "that rule is then done"),
    (RELAY, "  - {rule: read-back, state: exempt, reason: lazy}",
     "  - {rule: read-back, state: done}", "quality", "it can be read: done"),
    (WORDS, "off: 0x0100}", "off: 0x0200}", "registers.write", "two different numbers"),
    (MUTE, "{rule: read-back, state: done}",
     "{rule: read-back, state: exempt, reason: the board cannot be asked}",
     "quality", "nothing says how to read"),
    (MUTE, "A0 {chanel} 01 {sum8}", "A0 {channel} 01 {sum8}", "commands.on.send", "{chanel}"),
    (MUTE, "A0 {channel} 1 {sum8}", "A0 {channel} 01 {sum8}", "commands.on.send", "two hexadec"),
    (AMPLIFIER, "(?P<power>On|Off)", "(?P<state>On|Off)", "commands.query.answer",
     "no group named state"),
    (AMPLIFIER, 'off: "Standby"', 'off: "Off"', "commands.query.example_off", "state is 'Off'"),
    (AMPLIFIER, "Main\\\\.Powr=On\\n", "Main\\\\.Power=On\\n", "commands.on.answer",
     "does not match its own example"),
    (AMPLIFIER, "Main\\\\.Power=(On\\n", "Main\\\\.Power=On\\n", "commands.on.answer",
     "no regular expression"),
    (METER, "voltage: {table: input, scale: 0.1, low: 0, high: 300}",
     "voltage: {table: input, address: 0, type: u16, scale: 0.1, low: 0, high: 300}",
     "readings.voltage.address", "missing"),
    (METER, "low: 300, high: 300}", "low: 0, high: 300}", "readings.voltage.low",
     "not below high"),
    (METER, "transport: modbus-tcp", "transport: modbus-rtu", "serial",
     "remove it: modbus-tcp has no serial line"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "new", "old", "key", "says"), MISTAKES)
def test_a_mistake_is_reported_at_its_line_and_key(
    tmp_path: Path, text: str, new: str, old: str, key: str, says: str
) -> None:
    assert old in text, "the profile has changed: change the mistake with it"
    changed = text.replace(old, new, 1)
    path = write(tmp_path, text, changed)
    with pytest.raises(BadProfile) as caught:
        read_profile(path)
    found = re.search(
        rf"{re.escape(str(path))}:([0-9]+):[0-9]+: {re.escape(key)}: ", str(caught.value)
    )
    assert found, caught.value
    assert says in str(caught.value)
    # The place of a fault of a whole mapping or list is its start.
    told = changed.splitlines()[int(found[1]) - 1]
    words = [part for part in re.split(r"[.\[\]0-9]+", key) if part]
    near = [new.strip().splitlines()[-1] if new.strip() else "", *(f"{word}:" for word in words)]
    assert any(part and part in told for part in near)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0x0100", 256),
        ("0xff", 255),
        ("256", 256),
        ("0x1_0", None),
        ("0b11", None),
        ("2.5e-1", None),
    ],
)
def test_a_word_is_read_as_in_a_manual(tmp_path: Path, written: str, value: int | None) -> None:
    path = write(tmp_path, WORDS, WORDS.replace("on: 0x0100", f"on: {written}"))
    if value is None:
        with pytest.raises(BadProfile, match=r"registers\.write\.on: wrong type; .*0x1E"):
            read_profile(path)
        return
    profile = read_profile(path)
    assert isinstance(profile, RelayProfile)
    assert profile.registers is not None
    assert profile.registers.write.on == value


def test_a_word_beyond_its_sixteen_bits_is_shown_as_written(tmp_path: Path) -> None:
    path = write(tmp_path, WORDS, WORDS.replace("on: 0x0100", "on: 0x10000"))
    with pytest.raises(BadProfile, match="got 0x10000; expected from 0 to 65535"):
        read_profile(path)


@pytest.mark.parametrize(("written", "value"), [("0.1", 0.1), ("2.5e-6", 2.5e-6), ("3", 3.0)])
def test_a_scale_is_a_number_however_small(tmp_path: Path, written: str, value: float) -> None:
    path = write(tmp_path, METER, METER.replace("scale: 0.1", f"scale: {written}", 1))
    profile = read_profile(path)
    assert isinstance(profile, MeterProfile)
    assert value in {reading.scale for reading in profile.readings.values()}


def test_all_mistakes_of_form_are_reported_at_once(tmp_path: Path) -> None:
    changed = RELAY.replace("channels: 8", "channels: many").replace("table: coil", "table: koil")
    path = write(tmp_path, RELAY, changed)
    with pytest.raises(BadProfile) as caught:
        read_profile(path)
    for told in ("channels: wrong type", "registers.write.table: bad value", "did you mean coil?"):
        assert told in str(caught.value)


def test_an_unknown_measure_is_reported_with_the_nearest(tmp_path: Path) -> None:
    path = write(tmp_path, METER, METER.replace("  voltage:", "  voltag:"))
    with pytest.raises(BadProfile, match=r"readings\.voltag: unknown key; .*did you mean voltage"):
        read_profile(path)


def test_an_unknown_profile_is_named_with_its_nearest_neighbour() -> None:
    with pytest.raises(UnsupportedFeature, match="did you mean 'waveshare-modbus-rtu-relay'"):
        load_profile("waveshare-modbus-rtu-rely")


@pytest.mark.parametrize("name", ["../etc/passwd", "/etc/passwd", "a/b", "", "A"])
def test_a_name_cannot_lead_out_of_the_folders(name: str) -> None:
    with pytest.raises(UnsupportedFeature, match="no such profile"):
        load_profile(name)


def test_the_technicians_own_file_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, RELAY, RELAY.replace("timeout_ms: 300", "timeout_ms: 450"))
    monkeypatch.setattr(load, "FOLDERS", (tmp_path, *load.FOLDERS))
    profile = load_profile(path.stem)
    assert isinstance(profile, RelayProfile)
    assert profile.timings.timeout_ms == 450
    assert list_profiles().count(path.stem) == 1


def test_the_slowest_amplifier_delays_the_sound_of_an_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = RELAY.replace("timeout_ms: 300", "timeout_ms: 300, sound_ms: 12")
    name = write(tmp_path, RELAY, slow).stem
    monkeypatch.setattr(load, "FOLDERS", (tmp_path, *load.FOLDERS))
    switches = [None, Switch(profile="sim-amplifier"), Switch(profile=name)]
    zones = [Zone(name=f"z{n}", switch=switch) for n, switch in enumerate(switches)]
    assert find_device_delay_s(zones) == pytest.approx(0.012)
    assert find_device_delay_s(zones[:2]) == 0.0


@pytest.mark.parametrize("name", list_profiles())
def test_a_shipped_profile_states_every_quality_rule(name: str) -> None:
    profile = load_profile(name)
    assert {rule.rule for rule in profile.quality} == set(RULES)
    assert all(source.startswith("https://") for source in profile.source)
    assert profile.quirks
    assert profile.verified_on in ("none", "peer"), "hardware needs a name and a date in quirks"


def test_the_folders_page_lists_every_profile() -> None:
    page = (ROOT / "firmware-profiles" / "README.md").read_text("utf-8")
    for path in (ROOT / "firmware-profiles").glob("*.yaml"):
        row = next((line for line in page.splitlines() if line.startswith(f"| `{path.stem}`")), "")
        assert row, f"{path.stem} has no row in firmware-profiles/README.md"
        profile = read_profile(path)
        assert row.endswith(f"| {profile.verified_on} |")
        state = next(rule.state for rule in profile.quality if rule.rule == "read-back")
        assert ("| yes |" in row) == (state == "done")


def test_the_wheel_installs_the_profiles_in_a_searched_folder() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    ((target, files),) = config["options.data_files"].items()
    assert files.split() == ["firmware-profiles/*.yaml"]
    assert any(str(folder).endswith(target) for folder in load.FOLDERS)


def test_an_amplifier_profile_is_loaded_as_an_amplifier() -> None:
    assert isinstance(load_profile("nad-c-356bee"), AmplifierProfile)


def test_the_command_reports_valid_and_invalid_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0
    assert "toa-9000-series: good" in capsys.readouterr().out
    path = write(tmp_path, RELAY, RELAY.replace("channels: 8", "chanels: 8"))
    monkeypatch.setattr(load, "FOLDERS", (tmp_path,))
    assert main([path.stem, "nope"]) == 1
    told = capsys.readouterr().out
    assert f"{path}:{line_of(RELAY, 'channels: 8')}:1: chanels: unknown key" in told
    assert "nope: load: no such profile" in told
