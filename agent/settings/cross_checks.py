"""Rules between several values of station.yaml, checked on its tree."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from agent.contract.input_kind import INPUT_KINDS
from agent.settings.found import Found
from agent.settings.model import LISTEN, BoardLight, Output
from strict_yaml.node import Node, Pairs, Scalar, given, items_of
from strict_yaml.validation_fault import CodedText

_HOST_PORT = re.compile(r"([^:]+):[0-9]{1,5}")
VOICE_KEYS = [kind for kind, one in INPUT_KINDS.items() if one.is_held]
_OF_AUDIO, _OF_BOARD = ("audio", "zones"), ("board", "faces")


def find_clashes(tree: Node) -> Iterator[Found]:
    """Names used twice, parts that do not fit together, addresses that are not allowed."""
    outputs = items_of(tree, "outputs")
    yield from _find_twins([(f"outputs[{i}].name", node) for i, node in outputs])
    yield from _find_twins(zones_and_faces(outputs))
    yield from _find_switch_twins(outputs)
    for index, node in outputs:
        yield from _find_in_output(node, f"outputs[{index}]")
    for key in ("inputs", "sensors", "voice_inputs"):
        yield from _find_twins([(f"{key}[{i}].name", node) for i, node in items_of(tree, key)])
    yield from _find_input_twins(items_of(tree, "inputs"))
    yield from _find_in_inputs(items_of(tree, "inputs"), outputs)
    yield from _find_in_sensors(items_of(tree, "sensors"), outputs)
    yield from _find_in_light_sensors(tree, outputs)
    yield from _find_in_voices(tree, outputs)
    yield from _find_in_host(given(given(tree, "broker"), "host"))
    yield from _find_in_page(given(given(tree, "page"), "listen"))
    policy = given(tree, "policy")
    yield from _find_empty_windows(items_of(policy, "quiet_hours"), "policy.quiet_hours")
    yield from _find_empty_windows(items_of(policy, "maintenance"), "policy.maintenance")
    adverts = items_of(given(policy, "adverts"), "windows")
    yield from _find_empty_windows(adverts, "policy.adverts.windows")


def _find_empty_windows(windows: list[tuple[int, Node]], key: str) -> Iterator[Found]:
    for index, window in windows:
        if isinstance(window, Scalar) and len(set(window.value.split("-"))) == 1:
            yield Found(window.mark, f"{key}[{index}]", "empty_window", window.value)


def zones_and_faces(outputs: list[tuple[int, Node]]) -> list[tuple[str, Node]]:
    """Path of the name, and node. Entries name zones without outputs, so names are global."""
    return [
        (f"outputs[{i}].{key}[{k}].name", node)
        for i, output in outputs
        for key in ("zones", "faces")
        for k, node in items_of(output, key)
    ]


def _find_twins(named: list[tuple[str, Node]]) -> Iterator[Found]:
    seen: dict[str, int] = {}
    for path, node in named:
        name = given(node, "name")
        if not isinstance(name, Scalar):
            continue
        if name.value in seen:
            expected = CodedText("other_than_line", (str(seen[name.value]),))
            yield Found(name.mark, path, "not_unique", name.value, expected)
        seen.setdefault(name.value, name.mark.line)


def _texts(node: Node | None, *keys: str) -> tuple[str, ...]:
    values = [given(node, key) for key in keys]
    return tuple(value.value if isinstance(value, Scalar) else "" for value in values)


def _find_switch_twins(outputs: list[tuple[int, Node]]) -> Iterator[Found]:
    seen: dict[tuple[str, ...], int] = {}
    for i, output in outputs:
        for k, zone in items_of(output, "zones"):
            switch = given(zone, "switch")
            texts = _texts(switch, "profile", "port", "unit", "coil")
            if switch is None or not texts[1]:
                continue
            if texts in seen:
                expected = CodedText("other_than_line", (str(seen[texts]),))
                got, path = " ".join(filter(None, texts)), f"outputs[{i}].zones[{k}].switch"
                yield Found(switch.mark, path, "switch_used_twice", got, expected)
            seen.setdefault(texts, switch.mark.line)


def _find_input_twins(inputs: list[tuple[int, Node]]) -> Iterator[Found]:
    seen: dict[tuple[str, ...], int] = {}
    for i, node in inputs:
        texts = _texts(node, "profile", "port", "unit", "line")
        if not texts[1]:
            continue
        if texts in seen:
            expected = CodedText("other_than_line", (str(seen[texts]),))
            got = " ".join(filter(None, texts))
            yield Found(node.mark, f"inputs[{i}]", "input_used_twice", got, expected)
        seen.setdefault(texts, node.mark.line)


def _find_in_output(node: Node, path: str) -> Iterator[Found]:
    if not isinstance(node, Pairs):
        return
    if any(key.value not in Output.__struct_fields__ for key, _ in node.pairs):
        return  # the misspelt key is reported already; the missing one is not a second fault
    audio, board = given(node, "audio"), given(node, "board")
    if (audio is None) == (board is None):
        expected = CodedText("one_of", ("audio + zones, board + faces",))
        yield Found(node.mark, path, "audio_or_board", "", expected)
        return
    (_, mine), (_, other) = (_OF_AUDIO, _OF_BOARD) if audio is not None else (_OF_BOARD, _OF_AUDIO)
    stray = given(node, other)
    if stray is not None and items_of(node, other):
        yield Found(stray.mark, f"{path}.{other}", "zone_needs_audio", other, None, mine)
    elif (monitor := given(node, "monitor")) is not None and audio is None:
        yield Found(monitor.mark, f"{path}.monitor", "monitor_needs_audio", "monitor")
    elif board is None and (found := _find_part_of_board(node, path)) is not None:
        yield found
    elif audio is not None and (zones := items_of(node, "zones")):
        yield from _find_in_channels(_least_channels(audio), zones, path)
    elif not items_of(node, mine):
        yield Found(node.mark, path, "nothing_to_select", "", CodedText("rule", (mine,)))
    else:
        yield from _find_in_controls(node, path)


def _find_part_of_board(output: Node, path: str) -> Found | None:
    """What a sound path cannot have."""
    if (light := given(output, "light")) is not None:
        return Found(light.mark, f"{path}.light", "light_needs_controls", "light")
    if cards := items_of(output, "controls"):
        return Found(cards[0][1].mark, f"{path}.controls", "controls_need_board", "controls")
    if videos := items_of(output, "video_inputs"):
        key = f"{path}.video_inputs"
        return Found(videos[0][1].mark, key, "video_inputs_need_board", "video_inputs")
    return None


def _find_in_controls(output: Node, path: str) -> Iterator[Found]:
    """Each card has a name of its own and controls faces of this output."""
    cards = items_of(output, "controls")
    light = given(output, "light")
    if light is not None:
        yield from _find_in_light(light, f"{path}.light")
    yield from _find_twins([(f"{path}.controls[{k}].name", card) for k, card in cards])
    videos = items_of(output, "video_inputs")
    yield from _find_twins([(f"{path}.video_inputs[{k}].name", one) for k, one in videos])
    faces = [_texts(face, "name")[0] for _, face in items_of(output, "faces")]
    for k, card in cards:
        for n, face in items_of(card, "faces"):
            if isinstance(face, Scalar) and face.value not in faces:
                yield _unknown(face, f"{path}.controls[{k}].faces[{n}]", "no_face", faces)
        yield from _find_in_eye(card, f"{path}.controls[{k}]", faces)


def _find_in_eye(card: Node, path: str, faces: list[str]) -> Iterator[Found]:
    """A card's light sensor that looks at a face knows how bright a white one is."""
    sees, white = given(card, "sees"), given(card, "white_lux")
    if isinstance(sees, Scalar) and sees.value not in faces:
        yield _unknown(sees, f"{path}.sees", "no_face", faces)
    for one, missing in ((sees, "white_lux"), (white, "sees")):
        if one is not None and (white if missing == "white_lux" else sees) is None:
            expected = CodedText("rule", (missing,))
            yield Found(one.mark, f"{path}.{missing}", "missing_key", "", expected)


def _least_channels(audio: Node) -> int:
    """Of the card of the order that has the fewest: each must feed every zone."""
    own = _channels_of(audio) or 1
    others = (_channels_of(card) or own for _, card in items_of(audio, "fallbacks"))
    return min([own, *others])


def _channels_of(card: Node) -> int | None:
    count = given(card, "channels")
    return int(count.value) if isinstance(count, Scalar) and count.value.isdecimal() else None


def _find_in_channels(most: int, zones: list[tuple[int, Node]], path: str) -> Iterator[Found]:
    """A zone's channels are the device's own, each named once."""
    for k, zone in zones:
        seen: set[str] = set()
        for n, channel in items_of(zone, "channels"):
            if not isinstance(channel, Scalar) or not channel.value.isdecimal():
                continue  # reported already
            key = f"{path}.zones[{k}].channels[{n}]"
            if channel.value in seen:
                yield Found(channel.mark, key, "channel_twice", channel.value)
            elif int(channel.value) > most:
                expected = CodedText("at_most", (str(most),))
                yield Found(channel.mark, key, "no_channel", channel.value, expected)
            seen.add(channel.value)


def _find_in_light(light: Node, path: str) -> Iterator[Found]:
    night, day = _number(given(light, "night_pct")), _number(given(light, "day_pct"))
    at = given(light, "night_pct")
    if (
        at is not None
        and night is not None
        and night > (BoardLight().day_pct if day is None else day)
    ):
        yield Found(at.mark, f"{path}.night_pct", "night_above_day", f"{night:g}")
    full, cap = given(light, "full_w"), given(light, "cap_w")
    if cap is not None and full is None:
        expected = CodedText("rule", ("full_w",))
        yield Found(cap.mark, f"{path}.full_w", "missing_key", "", expected)


def _find_in_inputs(
    inputs: list[tuple[int, Node]], outputs: list[tuple[int, Node]]
) -> Iterator[Found]:
    names = [_texts(node, "name")[0] for _, node in zones_and_faces(outputs)]
    for i, node in inputs:
        zone, kind = given(node, "zone"), given(node, "kind")
        if isinstance(zone, Scalar) and zone.value not in names:
            yield _unknown(zone, f"inputs[{i}].zone", "no_zone", names)
        elif isinstance(kind, Scalar) and kind.value == "amplifier-fault" and zone is None:
            expected = CodedText("one_of", (", ".join(names),))
            yield Found(node.mark, f"inputs[{i}].zone", "fault_needs_zone", "", expected)


def _find_in_sensors(
    sensors: list[tuple[int, Node]], outputs: list[tuple[int, Node]]
) -> Iterator[Found]:
    names = [_texts(node, "name")[0] for _, node in zones_and_faces(outputs)]
    for i, node in sensors:
        zone = given(node, "zone")
        if isinstance(zone, Scalar) and zone.value not in names:
            yield _unknown(zone, f"sensors[{i}].zone", "no_zone", names)
        if _is_sight(node, outputs) and given(node, "baseline") is None:
            expected = CodedText("rule", ("baseline",))
            yield Found(node.mark, f"sensors[{i}].baseline", "sight_needs_baseline", "", expected)
        low, high = given(node, "low"), given(node, "high")
        least, most = _number(low), _number(high)
        if high is not None and least is not None and most is not None and least >= most:
            expected = CodedText("more_than", (f"{least:g}",))
            yield Found(
                high.mark, f"sensors[{i}].high", "low_not_below_high", f"{most:g}", expected
            )


def _find_in_light_sensors(tree: Node, outputs: list[tuple[int, Node]]) -> Iterator[Found]:
    """A board's light sensor is one of the box's sensors of light."""
    sensors = [
        (_texts(sensor, "name")[0], _is_sight(sensor, outputs))
        for _, sensor in items_of(tree, "sensors")
        if _texts(sensor, "measures")[0] == "illuminance"
    ]
    names = [name for name, is_sight in sensors if not is_sight]
    for i, output in outputs:
        sensor = given(given(output, "light"), "sensor")
        if not isinstance(sensor, Scalar) or sensor.value in names:
            continue
        what = "sight_is_no_daylight" if (sensor.value, True) in sensors else "no_light_sensor"
        yield _unknown(sensor, f"outputs[{i}].light.sensor", what, names)


def _is_sight(sensor: Node, outputs: list[tuple[int, Node]]) -> bool:
    """Does a light sensor look at a face?"""
    faces = [_texts(face, "name")[0] for _, one in outputs for _, face in items_of(one, "faces")]
    measures, zone = _texts(sensor, "measures", "zone")
    return measures == "illuminance" and zone in faces


def _find_in_voices(tree: Node, outputs: list[tuple[int, Node]]) -> Iterator[Found]:
    voices = items_of(tree, "voice_inputs")
    names = [_texts(node, "name")[0] for _, node in voices]
    for i, contact in items_of(tree, "inputs"):
        kind, speaks = given(contact, "kind"), given(contact, "speaks")
        if not isinstance(kind, Scalar) or kind.value not in VOICE_KEYS:
            continue
        if not names:
            expected = CodedText("rule", ("voice_inputs",))
            yield Found(kind.mark, f"inputs[{i}].kind", "no_voice_input", kind.value, expected)
        elif isinstance(speaks, Scalar) and speaks.value not in names:
            yield _unknown(speaks, f"inputs[{i}].speaks", "no_voice_input", names)
    zones = [
        _texts(zone, "name")[0] for _, output in outputs for _, zone in items_of(output, "zones")
    ]
    for i, voice in voices:
        for k, zone in items_of(voice, "zones"):
            if isinstance(zone, Scalar) and zone.value not in zones:
                yield _unknown(zone, f"voice_inputs[{i}].zones[{k}]", "no_zone", zones)


def _unknown(node: Scalar, key: str, what: str, known: list[str]) -> Found:
    from strict_yaml.suggestions import guess_member

    near = guess_member(node.value, known)
    is_told = bool(near) or not known
    expected = None if is_told else CodedText("one_of", (", ".join(known),))
    return Found(node.mark, key, what, node.value, expected, near)


def _number(node: Node | None) -> float | None:
    """A number that the model accepts too; the model reports anything else."""
    try:
        return float(node.value) if isinstance(node, Scalar) and node.plain else None
    except ValueError:
        return None


def _find_in_host(host: Node | None) -> Iterator[Found]:
    if isinstance(host, Scalar) and (pair := _HOST_PORT.fullmatch(host.value)):
        yield Found(host.mark, "broker.host", "host_has_port", host.value, None, pair[1])


def _find_in_page(listen: Node | None) -> Iterator[Found]:
    if not isinstance(listen, Scalar) or not LISTEN.match(listen.value):
        return  # the model validates its form
    host, _, port = listen.value.rpartition(":")
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        expected = CodedText("form", ("192.168.10.1:8080",))
        yield Found(listen.mark, "page.listen", "bad_value", listen.value, expected)
        return
    if address.is_unspecified or address.is_multicast:
        expected = CodedText("local_address")
        yield Found(listen.mark, "page.listen", "uplink_listen", listen.value, expected)
    if not 1 <= int(port) <= 65_535:
        expected = CodedText("between", ("1", "65535"))
        yield Found(listen.mark, "page.listen", "bad_value", listen.value, expected)
