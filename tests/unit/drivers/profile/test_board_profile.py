"""Profiles of boards: each family has its own part, and a control plane's numbers fit together."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.errors import BadProfile
from drivers.profile.capabilities import list_settings, list_uses
from drivers.profile.load import read_profile
from drivers.profile.model import BoardProfile

CONTROL = """\
kind: board
family: control-plane
vendor: Maker
model: Card 1
transport: serial
serial: {baud: 115200}
control:
  protocol: novastar
  models: {"01 11": Card 1}
  outputs: 4
  inputs: {dvi: 0x58, hdmi: 0x05}
  input_register: 0x02000023
  input_bits: {hdmi: 1, dvi: 2}
  features: [black, input]
  brightness: {low: 2, high: 90}
timings: {timeout_ms: 1000}
source: [a manual]
verified_on: none
quality:
  - {rule: source, state: done}
  - {rule: limits, state: done}
  - {rule: timings, state: done}
  - {rule: read-back, state: done}
  - {rule: peer, state: exempt, reason: none here}
  - {rule: hardware, state: exempt, reason: none here}
"""
SINK = CONTROL[: CONTROL.index("control:\n")].replace("control-plane", "frame-sink").replace(
    "transport: serial\nserial: {baud: 115200}", "transport: kms"
) + "sink: {protocol: kms, max_hz: 60}\n" + CONTROL[CONTROL.index("timings:") :]  # fmt: skip


def read(folder: Path, text: str) -> BoardProfile:
    path = folder / "maker-card-1.yaml"
    path.write_text(text, encoding="utf-8")
    profile = read_profile(path)
    assert isinstance(profile, BoardProfile)
    return profile


def test_a_control_plane_is_used_in_controls_and_a_sink_as_board(tmp_path: Path) -> None:
    control = read(tmp_path, CONTROL)
    assert list_uses(control) == {"board-control"}
    names = [one.name for one in list_settings(control, "board-control")]
    assert names == ["port", "baud", "parity", "timeout_ms", "receivers", "card", "input"]
    (tmp_path / "sink").mkdir()
    sink = read(tmp_path / "sink", SINK)
    assert list_uses(sink) == {"board"}
    assert [one.name for one in list_settings(sink, "board")] == ["path"]


def test_a_pixel_network_is_used_as_board_with_rate_and_source(tmp_path: Path) -> None:
    network = "sink: {protocol: e131, pixel_net: {first_universe: 7}, max_hz: 44}"
    text = SINK.replace("transport: kms", "transport: udp")
    profile = read(tmp_path, text.replace("sink: {protocol: kms, max_hz: 60}", network))
    names = [one.name for one in list_settings(profile, "board")]
    assert names == ["path", "rate_hz", "source"]


@pytest.mark.parametrize(
    ("sink", "says"),
    [
        ("{protocol: ddp}", "sink.pixel_net: stands beside protocol"),
        ("{protocol: kms, pixel_net: {}}", "sink.pixel_net: stands beside protocol"),
        ("{protocol: e131, pixel_net: {first_universe: 0}}", "counts universes from 1"),
        ("{protocol: ddp, pixel_net: {pixels_per_universe: 171}}", "pixels_per_universe"),
    ],
)
def test_a_mistake_in_a_pixel_network_is_named(tmp_path: Path, sink: str, says: str) -> None:
    text = SINK.replace("transport: kms", "transport: udp")
    with pytest.raises(BadProfile) as caught:
        read(tmp_path, text.replace("{protocol: kms, max_hz: 60}", sink))
    assert says in str(caught.value)


TEXT_SIGN = SINK.replace("family: frame-sink", "family: content-board").replace(
    "transport: kms", "transport: modbus-tcp\nunits: {low: 1, high: 247, factory: 1}"
)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{protocol: modbus-text}", "content.modbus_text: stands beside protocol"),
        ("{protocol: huidu}", "content.huidu: stands beside protocol"),
        (
            (
                "{protocol: modbus-text, modbus_text: "
                "{lines: [{first: 0, chars: 20}, {first: 9, chars: 20}]}}"
            ),
            "lines[0]: it reaches into the registers of another",
        ),
        (
            (
                "{protocol: modbus-text, modbus_text: "
                "{lines: [{first: 0, chars: 20}], encoding: utf-16}}"
            ),
            "per_register: 1: a register holds one character",
        ),
    ],
)
def test_a_mistake_in_a_sign_is_named(tmp_path: Path, content: str, says: str) -> None:
    text = TEXT_SIGN.replace("sink: {protocol: kms, max_hz: 60}", f"content: {content}")
    with pytest.raises(BadProfile) as caught:
        read(tmp_path, text)
    assert says in str(caught.value)


def test_a_sign_on_modbus_has_a_unit_and_a_path(tmp_path: Path) -> None:
    content = "content: {protocol: modbus-text, modbus_text: {lines: [{first: 0, chars: 20}]}}"
    sign = read(tmp_path, TEXT_SIGN.replace("sink: {protocol: kms, max_hz: 60}", content))
    assert list_uses(sign) == {"board"}
    assert [one.name for one in list_settings(sign, "board")] == ["path", "unit"]


MISTAKES = [
    ("transport: kms", "transport: serial", "a control-plane has one of serial, tcp"),
    ("family: content-board", "family: control-plane", "content: missing"),
    ("family: content-board", "family: control-plane", "control: remove it"),
    ('{"1.11": Card 1}', '{"01 11": Card 1}', "two bytes as they are read"),
    ("features: [black]", "features: [black, input]", "control.features"),
    ("{hdmi: 1, vga: 2}", "{hdmi: 1, dvi: 2}", "'vga' is none of inputs"),
    ("{dvi: 5, hdmi: 0x05}", "{dvi: 0x58, hdmi: 0x05}", "two inputs have one value"),
    ("{low: 90, high: 90}", "{low: 2, high: 90}", "not below high"),
    ("{low: 2, high: 300}", "{low: 2, high: 90}", "control.brightness.high"),
    ("  input_register: 0x02000023\n", "", "input_register come together"),
]


@pytest.mark.parametrize(("new", "old", "says"), MISTAKES)
def test_a_mistake_in_a_boards_profile_is_named(
    tmp_path: Path, new: str, old: str, says: str
) -> None:
    text = CONTROL.replace(old, new, 1) if old else CONTROL.replace(new, old, 1)
    with pytest.raises(BadProfile) as caught:
        read(tmp_path, text)
    assert says in str(caught.value)
