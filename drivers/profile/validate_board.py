"""Rules between the values of a board's profile: each fault as (key, what to do)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from drivers.profile.model import BoardProfile, ContentSpec, ControlSpec, SinkSpec

_PARTS = {"frame-sink": "sink", "control-plane": "control", "content-board": "content"}
_TRANSPORTS = {
    "frame-sink": ("kms", "raw-ethernet", "udp"),
    "control-plane": ("serial", "tcp"),
    "content-board": ("tcp", "modbus-rtu", "modbus-tcp"),
}
_PIXEL_NETS = ("ddp", "e131", "artnet")
_MODEL_ID = re.compile(r"[0-9A-F]{2} [0-9A-F]{2}\Z")
BoardFault = tuple[str, str]


def find_in_board(profile: BoardProfile) -> Iterator[BoardFault]:
    """The faults of a board's own part."""
    allowed = _TRANSPORTS[profile.family]
    if profile.transport not in allowed:
        yield "transport", f"a {profile.family} has one of {', '.join(allowed)}"
    for family, part in _PARTS.items():
        if (family == profile.family) != (getattr(profile, part) is not None):
            wrong = "missing" if family == profile.family else "remove it"
            yield part, f"{wrong}: a {profile.family} has {_PARTS[profile.family]} and nothing else"
    if profile.units is not None and not profile.transport.startswith("modbus"):
        yield "units", "remove it: a board is alone on its line"
    if profile.control is not None:
        yield from _find_in_control(profile.control)
    if profile.sink is not None:
        yield from _find_in_sink(profile.sink)
    content = profile.content
    if content is not None and (content.protocol == "huidu") != (content.huidu is not None):
        yield "content.huidu", "stands beside protocol: huidu, and only there"
    if content is not None:
        yield from _find_in_text(content)


def _find_in_text(content: ContentSpec) -> Iterator[BoardFault]:
    text = content.modbus_text
    if (content.protocol == "modbus-text") != (text is not None):
        yield "content.modbus_text", "stands beside protocol: modbus-text, and only there"
    if text is None:
        return
    if text.encoding == "utf-16" and text.per_register == 2:
        yield "content.modbus_text.per_register", "1: a register holds one character of UTF-16"
    spans = [range(one.first, one.first + -(-one.chars // text.per_register)) for one in text.lines]
    for index, (upper, lower) in enumerate(pairwise(sorted(spans, key=lambda one: one.start))):
        if upper.stop > lower.start:
            yield f"content.modbus_text.lines[{index}]", "it reaches into the registers of another"


def _find_in_sink(sink: SinkSpec) -> Iterator[BoardFault]:
    if (sink.protocol == "colorlight") != (sink.colorlight is not None):
        yield "sink.colorlight", "stands beside protocol: colorlight, and only there"
    if (sink.protocol in _PIXEL_NETS) != (sink.pixel_net is not None):
        yield "sink.pixel_net", f"stands beside protocol: {', '.join(_PIXEL_NETS)}, and only there"
    elif (
        sink.protocol == "e131" and sink.pixel_net is not None and not sink.pixel_net.first_universe
    ):
        yield "sink.pixel_net.first_universe", "E1.31 counts universes from 1"


def _find_in_control(control: ControlSpec) -> Iterator[BoardFault]:
    for model_id in control.models:
        if not _MODEL_ID.match(model_id):
            yield "control.models", f'{model_id!r} is not two bytes as they are read: "01 11"'
    if control.brightness.low >= control.brightness.high:
        yield "control.brightness.low", "not below high"
    if bool(control.inputs) != (control.input_register is not None):
        yield "control.input_register", "inputs and input_register come together"
    if bool(control.inputs) != ("input" in control.features):
        yield "control.features", "says input where inputs has names, and only there"
    for name in control.input_bits.keys() - control.inputs.keys():
        yield "control.input_bits", f"{name!r} is none of inputs"
    if len(set(control.inputs.values())) != len(control.inputs):
        yield "control.inputs", "two inputs have one value"
