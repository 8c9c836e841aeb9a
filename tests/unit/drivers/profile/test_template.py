"""Command tables, compared with the bytes in the makers' own documents."""

from __future__ import annotations

import pytest

from drivers.profile.load import load_profile
from drivers.profile.model import AmplifierProfile, CommandTable, RelayProfile
from drivers.profile.template import build_frame, build_pattern
from drivers.sim.sim_modbus_device import compute_crc


def commands_of(name: str) -> CommandTable:
    profile = load_profile(name)
    assert isinstance(profile, RelayProfile | AmplifierProfile)
    assert profile.commands is not None
    return profile.commands


LCUS, TOA, MONO = (
    commands_of("lctech-lcus-1"),
    commands_of("toa-9000-series"),
    commands_of("monoprice-10761"),
)


@pytest.mark.parametrize(
    ("commands", "template", "values", "wire"),
    [
        # the sellers' pages of the LCUS boards: channel 1, and 2 of the LCUS-2
        (LCUS, LCUS.on.send, {"channel": 1}, bytes.fromhex("A0 01 01 A2")),
        (LCUS, LCUS.off.send, {"channel": 1}, bytes.fromhex("A0 01 00 A1")),
        (LCUS, LCUS.on.send, {"channel": 2}, bytes.fromhex("A0 02 01 A3")),
        # TOA RS-232C protocol manual, sections 5.5 and 5.1.1
        (TOA, TOA.on.send, {}, bytes.fromhex("F4 01 01")),
        (TOA, TOA.off.send, {}, bytes.fromhex("F4 01 00")),
        # pymonoprice's tests: zone 13 on; volume 1
        (MONO, MONO.on.send, {"unit": 1, "channel": 3}, b"<13PR01\r"),
        (
            MONO,
            MONO.volume.set.send if MONO.volume else "",
            {"unit": 1, "channel": 3, "volume": 1},
            b"<13VO01\r",
        ),
    ],
)
def test_a_command_is_the_documents_bytes(
    commands: CommandTable, template: str, values: dict[str, int], wire: bytes
) -> None:
    assert build_frame(commands.form, template, values) == wire


def test_an_answer_from_an_external_test_is_decoded() -> None:
    """The status line of pymonoprice's tests: zone 11, on, volume 13."""
    wire = b"\r\n#>1100010000131112100401\r\n#"
    assert MONO.query is not None
    assert MONO.volume is not None
    assert MONO.volume.query is not None
    zone = {"unit": 1, "channel": 1}
    state = build_pattern("text", MONO.query.answer, zone).search(wire)
    volume = build_pattern("text", MONO.volume.query.answer, zone).search(wire)
    assert state is not None
    assert volume is not None
    assert (state["state"], volume["volume"]) == (b"01", b"13")
    other = {"unit": 1, "channel": 2}
    assert build_pattern("text", MONO.query.answer, other).search(wire) is None


@pytest.mark.parametrize("body", ["01 05 00 00 FF 00", "01 01 00 00 00 08"])
def test_the_simulators_checksum_is_the_makers(body: str) -> None:
    """Waveshare's examples: relay 1 on ends in 8C 3A, the query of all in 3D CC."""
    wire = {"01 05 00 00 FF 00": "8C 3A", "01 01 00 00 00 08": "3D CC"}[body]
    assert compute_crc(bytes.fromhex(body)) == bytes.fromhex(wire)


@pytest.mark.parametrize(
    ("form", "text", "says"),
    [
        ("hex", "A0 {volume}", "no value"),
        ("hex", "A0 1", "two hexadecimal digits"),
        ("hex", "{channel}", "does not fit"),
        ("text", "on {zone}\r", "unknown field"),
    ],
)
def test_a_template_that_cannot_be_filled_is_reported(form: str, text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        build_frame("hex" if form == "hex" else "text", text, {"channel": 256})


def test_a_value_is_not_read_as_a_pattern() -> None:
    pattern = build_pattern("text", r"zone {unit:02d}\.", {"unit": 7})
    assert pattern.search(b"zone 07.")
    assert not pattern.search(b"zone 07x")
