"""Drivers and profiles in the settings, and the keys that these accept. Touches no hardware."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from agent.settings.found import Found
from agent.settings.still_faces import is_still
from drivers import driver_index, registry
from drivers.errors import BadProfile, UnsupportedFeature
from drivers.frame_sink import FacePlace
from drivers.profile.setting import SettingFault, Use
from strict_yaml.node import Node, Pairs, Scalar, given, items_of
from strict_yaml.scalar import resolve
from strict_yaml.validation_fault import CodedText

# the arguments that the agent passes to a driver besides its options, with their defaults
_OWN: Mapping[Use, Mapping[str, Any]] = {
    "switch": {"port": None, "unit": None, "coil": None},
    "input": {"port": None, "unit": None, "line": None, "active": "high", "debounce_ms": 50},
    "sensor": {"measures": None, "port": None, "unit": None},
    "board": {"path": None},
    "board-control": {"port": None},
    "video-input": {"path": None},
}


def _load_board(profile: str, *, name: str, path: str, **options: Any) -> object:
    del name  # a board's errors name its path
    return registry.load_board(profile, path, **options)


_LOAD: Mapping[Use, Callable[..., object]] = {
    "switch": registry.load_switch,
    "input": registry.load_input,
    "sensor": registry.load_sensor,
    "board": _load_board,
    "board-control": registry.load_board_control,
    "video-input": registry.load_video_input,
}
# the keys of a face's place, with their defaults
_PLACE: Mapping[str, Any] = {
    "width_px": 0,
    "height_px": 0,
    "port": "",
    "mode": "",
    "x_px": 0,
    "y_px": 0,
}
_TYPES = {"text": "text", "integer": "integer", "number": "number", "boolean": "true_false"}


class ConfiguredDevice(NamedTuple):
    """A switch, input or sensor of the tree."""

    use: Use
    node: Node
    key: str
    name: str


def find_drivers(tree: Node, reported: Collection[str] = ()) -> Iterator[Found]:
    """Unknown drivers and profiles, and settings that these do not accept.

    Args:
        tree: of station.yaml.
        reported: keys with a fault already; a device that has one is not built for the test.
    """
    for i, output in items_of(tree, "outputs"):
        driver = given(given(output, "audio"), "driver")
        yield from _known(driver, f"outputs[{i}].audio.driver", driver_index.AUDIO_OUTPUTS)
        heard_by = given(given(output, "monitor"), "driver")
        yield from _known(heard_by, f"outputs[{i}].monitor.driver", driver_index.AUDIO_INPUTS)
        yield from _find_in_faces(output, f"outputs[{i}]", reported)
        yield from _find_undimmed(output, f"outputs[{i}]")
        yield from _find_unmoving(output, f"outputs[{i}]")
        yield from _find_unswitched(output, f"outputs[{i}]")
    for i, voice in items_of(tree, "voice_inputs"):
        driver = given(voice, "driver")
        yield from _known(driver, f"voice_inputs[{i}].driver", driver_index.AUDIO_INPUTS)
    # Building the devices shows whether they conflict; nothing is opened. Not while the agent runs.
    is_alone = not registry.has_buses()
    for device in _list_devices(tree):
        is_sound = not any(key.startswith(device.key) for key in reported)
        yield from _find_in_device(device, is_test=is_alone and is_sound)
    if is_alone:
        registry.close()


def _find_in_faces(output: Node, path: str, reported: Collection[str]) -> Iterator[Found]:
    """Faces that this board cannot have at their places."""
    profile = given(given(output, "board"), "profile")
    if not isinstance(profile, Scalar) or any(key.startswith(path) for key in reported):
        return
    nodes = [node for _, node in items_of(output, "faces")]
    places = {
        str(_value(node, "name", "")): FacePlace(
            **{key: _value(node, key, default) for key, default in _PLACE.items()}
        )
        for node in nodes
    }
    names = list(places)
    for fault in registry.find_place_faults(profile.value, places):
        k = names.index(fault.face)
        at = given(nodes[k], fault.key) or nodes[k]
        got = at.value if isinstance(at, Scalar) else ""
        expected = CodedText("rule", (fault.detail,))
        yield Found(at.mark, f"{path}.faces[{k}].{fault.key}", fault.code, got, expected)


def _find_undimmed(output: Node, path: str) -> Iterator[Found]:
    """Light of a board that nothing dims: boards without a profile file have no brightness."""
    light, profile = given(output, "light"), given(given(output, "board"), "profile")
    if light is None or not isinstance(profile, Scalar) or items_of(output, "controls"):
        return
    if profile.value in driver_index.BOARDS:
        yield Found(light.mark, f"{path}.light", "light_needs_controls", "light")


def _find_unmoving(output: Node, path: str) -> Iterator[Found]:
    """A live picture on a sign that stores stills."""
    profile, videos = given(given(output, "board"), "profile"), items_of(output, "video_inputs")
    if videos and isinstance(profile, Scalar) and is_still(profile.value):
        key = f"{path}.video_inputs"
        yield Found(videos[0][1].mark, key, "video_inputs_on_sign", "video_inputs")


def _find_unswitched(output: Node, path: str) -> Iterator[Found]:
    """Power of cabinets on a card that cannot switch any."""
    for k, card in items_of(output, "controls"):
        cabinets, profile = given(card, "cabinets"), given(card, "profile")
        if cabinets is None or not isinstance(profile, Scalar):
            continue
        if not registry.can_switch_power(profile.value):
            yield Found(
                cabinets.mark, f"{path}.controls[{k}].cabinets", "no_power_output", "cabinets"
            )


def _list_devices(tree: Node) -> Iterator[ConfiguredDevice]:
    for i, output in items_of(tree, "outputs"):
        for k, zone in items_of(output, "zones"):
            if (switch := given(zone, "switch")) is not None:
                key = f"outputs[{i}].zones[{k}].switch"
                yield ConfiguredDevice("switch", switch, key, _name_of(zone, "switch"))
        if (board := given(output, "board")) is not None:
            yield ConfiguredDevice("board", board, f"outputs[{i}].board", "board")
        for k, card in items_of(output, "controls"):
            key = f"outputs[{i}].controls[{k}]"
            yield ConfiguredDevice("board-control", card, key, _name_of(card, "control"))
        for k, video in items_of(output, "video_inputs"):
            key = f"outputs[{i}].video_inputs[{k}]"
            yield ConfiguredDevice("video-input", video, key, _name_of(video, "video input"))
    uses: tuple[Use, ...] = ("input", "sensor")
    for use in uses:
        for i, node in items_of(tree, f"{use}s"):
            yield ConfiguredDevice(use, node, f"{use}s[{i}]", _name_of(node, use))


def _name_of(node: Node, otherwise: str) -> str:
    name = given(node, "name")
    return name.value if isinstance(name, Scalar) else otherwise


def _find_in_device(device: ConfiguredDevice, *, is_test: bool) -> Iterator[Found]:
    profile = given(device.node, "profile")
    if not isinstance(profile, Scalar):
        return
    options, own = _options(device.node), _OWN[device.use]
    stray = [key for key in options if key in own or key in ("name", "profile")]
    for key in stray:
        place = given(device.node, "options")
        mark = _mark_of_key(place, key) or profile
        expected = CodedText("belongs_in", (device.key,))
        yield Found(mark.mark, f"{device.key}.options.{key}", "unknown_key", key, expected)
    if stray:
        return
    values = {key: _value(device.node, key, default) for key, default in own.items()}
    values |= options
    try:
        faults = registry.find_faults(device.use, profile.value, values)
        if is_test and not faults:
            _LOAD[device.use](profile.value, name=device.name, **values)
    except BadProfile as error:
        yield Found(profile.mark, f"{device.key}.profile", "bad_profile", error.detail)
    except ValueError as error:
        yield Found(device.node.mark, device.key, "E_DRIVER", str(error))
    except UnsupportedFeature as error:
        known = registry.list_known(device.use)
        if profile.value not in known:
            yield from _known(profile, f"{device.key}.profile", known)
        else:
            yield Found(device.node.mark, device.key, "E_DRIVER", error.detail)
    else:
        yield from (_found(device, fault) for fault in faults)


def _options(node: Node) -> dict[str, Any]:
    options = given(node, "options")
    pairs = options.pairs if isinstance(options, Pairs) else ()
    return {key.value: resolve(value) for key, value in pairs if isinstance(value, Scalar)}


def _value(node: Node, key: str, default: Any) -> Any:
    value = given(node, key)
    return resolve(value) if isinstance(value, Scalar) else default


def _found(device: ConfiguredDevice, fault: SettingFault) -> Found:
    """The driver's fault at the line of its key, or where the key is missing."""
    is_own = fault.name in _OWN[device.use]
    home = device.node if is_own else given(device.node, "options") or device.node
    key = f"{device.key}.{fault.name}" if is_own else f"{device.key}.options.{fault.name}"
    if fault.code == "unknown_key":
        at = _mark_of_key(home, fault.name) or home
        near = "" if "," in fault.expected or fault.expected in _OWN[device.use] else fault.expected
        expected = None if near else CodedText("one_of", (fault.expected,))
        what = "not_taken" if is_own else "unknown_key"
        return Found(at.mark, key, what, fault.name, expected, near)
    at = given(home, fault.name) or home
    expected = (
        CodedText(_TYPES[fault.expected])
        if fault.expected in _TYPES
        else CodedText("rule", (fault.expected,))
    )
    return Found(at.mark, key, fault.code, fault.got, expected)


def _mark_of_key(node: Node | None, name: str) -> Scalar | None:
    pairs = node.pairs if isinstance(node, Pairs) else ()
    return next((key for key, _ in pairs if key.value == name), None)


def _known(node: Node | None, key: str, known: Collection[str]) -> Iterator[Found]:
    if isinstance(node, Scalar) and node.value not in known:
        from strict_yaml.suggestions import guess_member

        near = guess_member(node.value, known)
        expected = None if near else CodedText("one_of", (", ".join(sorted(known)),))
        yield Found(node.mark, key, "unknown_driver", node.value, expected, near)
