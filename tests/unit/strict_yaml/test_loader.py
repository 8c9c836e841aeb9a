"""The strict reader on tagged structs, closed sets of keys and technical numbers."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import pytest
from msgspec import Meta

from strict_yaml.loader import load_yaml
from strict_yaml.scalar import TECHNICAL
from strict_yaml.validation_fault import ValidationFault

Word = Annotated[int, Meta(ge=0, le=0xFFFF, extra=TECHNICAL)]
Scale = Annotated[float, Meta(extra=TECHNICAL)]


class Lamp(msgspec.Struct, frozen=True, tag_field="kind", tag="lamp", forbid_unknown_fields=True):
    colour: Literal["red", "green"]
    address: Word = 0


class Siren(msgspec.Struct, frozen=True, tag_field="kind", tag="siren", forbid_unknown_fields=True):
    tones: Annotated[dict[Literal["low", "high"], Scale], Meta(min_length=1)]


def read(text: str) -> tuple[Lamp | Siren | None, list[ValidationFault]]:
    value: Lamp | Siren | None
    value, _, faults = load_yaml(text, Lamp | Siren, "a.yaml")
    return value, faults


def places(text: str) -> list[tuple[int, int, str, str]]:
    value, faults = read(text)
    assert value is None
    return [(fault.line, fault.column, fault.key, fault.what) for fault in faults]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("kind: lamp\ncolour: red\naddress: 0x0100", Lamp("red", 256)),
        ("colour: green\naddress: 255\nkind: lamp", Lamp("green", 255)),
        ("kind: siren\ntones: {low: 2.5e-6, high: 3}", Siren({"low": 2.5e-6, "high": 3.0})),
    ],
)
def test_the_tag_selects_the_struct(text: str, value: Lamp | Siren) -> None:
    assert read(text) == (value, [])


def test_a_wrong_tag_is_reported_with_the_nearest_and_nothing_else_is_validated() -> None:
    _, (fault,) = read("kind: lanp\ncolour: blue")
    assert str(fault) == (
        "a.yaml:1:7: kind: bad value; got lanp; expected one of: lamp, siren; did you mean lamp?"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("colour: red", [(1, 1, "kind", "missing_key")]),
        ("kind: [lamp]", [(1, 7, "kind", "bad_value")]),
        ("kind: siren\ntones: {mid: 1}", [(2, 9, "tones.mid", "unknown_key")]),
        ("kind: siren\ntones: {}", [(2, 8, "tones", "bad_value")]),
        (
            "kind: lamp\ncolour: blue\naddress: 0x10000\nsize: 1",
            [
                (2, 9, "colour", "bad_value"),
                (3, 10, "address", "bad_value"),
                (4, 1, "size", "unknown_key"),
            ],
        ),
        ("kind: lamp\ncolour: red\naddress: 0x1_0", [(3, 10, "address", "wrong_type")]),
        ('kind: lamp\ncolour: red\naddress: "0x10"', [(3, 10, "address", "wrong_type")]),
    ],
)
def test_every_fault_has_its_place_and_code(
    text: str, told: list[tuple[int, int, str, str]]
) -> None:
    assert places(text) == told


def test_a_number_not_marked_technical_refuses_hexadecimal() -> None:
    class Port(msgspec.Struct):
        port: int

    _, _, (fault,) = load_yaml("port: 0x22", Port, "a.yaml")
    assert fault.what == "wrong_type"
