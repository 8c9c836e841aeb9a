"""station.yaml → frozen `Settings`, or every fault at once; then the files that they name."""

from __future__ import annotations

import difflib
import ipaddress
import os
from collections.abc import Collection, Iterator
from pathlib import Path

from agent.errors import ConfigError
from agent.settings.credential import find_credential
from agent.settings.fault import Fault, SettingsFaults, Words
from agent.settings.model import LISTEN, Settings
from agent.settings.yaml_strict import walk_yaml
from agent.settings.yaml_tree import MAX_BYTES, Items, Mark, Node, Pairs, Scalar


def load_settings(path: Path) -> Settings:
    """Read and judge station.yaml; looks at no other file.

    Raises:
        SettingsFaults: with every fault found.
        ConfigError: E_UNREADABLE, the file itself cannot be read.
    """
    return load_marked(path)[0]


def load_marked(path: Path) -> tuple[Settings, Node]:
    """As `load_settings`, with the tree whose marks `check_files` uses."""
    source = str(path)
    settings, tree, faults = walk_yaml(_read(path), Settings, source)
    if tree is not None:
        faults += [_fault(source, *found) for found in _find(tree)]
    if settings is None or tree is None or faults:
        raise SettingsFaults(faults)
    return settings, tree


def check_files(settings: Settings, source: str = "", tree: Node | None = None) -> list[Fault]:
    """Faults of what the settings name: files, the state folder, drivers and profiles.

    Args:
        settings: loaded before.
        source: how faults name the settings' file.
        tree: as given by `load_marked`; without it faults have line and column 0.
    """
    found = [*_find_files(settings), *_find_drivers(settings)]
    return [
        Fault(source, *_place(tree, key), _key_text(key), what, got, expected, hint)
        for key, what, got, expected, hint in found
    ]


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError("E_UNREADABLE", str(path), error.strerror or str(error)) from error
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if len(raw) > MAX_BYTES:  # the cut may have split a character: the size is the fault
            return raw.decode("utf-8", "replace")
        before = raw[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        fault = Fault(str(path), line, column, "", "not_utf8", f"0x{raw[error.start]:02X}")
        raise SettingsFaults([fault]) from error


# --- rules between values, on the tree, so that they are found beside faults of types ---

_Found = tuple[Mark, str, str, str, Words | None]


def _fault(source: str, mark: Mark, key: str, what: str, got: str, want: Words | None) -> Fault:
    return Fault(source, mark.line, mark.column, key, what, got, want)


def _find(tree: Node) -> Iterator[_Found]:
    outputs = _items(tree, "outputs")
    yield from _find_twins([(f"outputs[{i}].name", node) for i, node in outputs])
    yield from _find_zone_twins(outputs)
    yield from _find_switch_twins(outputs)
    for index, node in outputs:
        yield from _find_in_output(node, f"outputs[{index}]")
    for key in ("inputs", "sensors"):
        yield from _find_twins([(f"{key}[{i}].name", node) for i, node in _items(tree, key)])
    yield from _find_input_twins(_items(tree, "inputs"))
    yield from _find_in_sensors(_items(tree, "sensors"), outputs)
    yield from _find_in_page(_get(tree, "page"))
    for index, window in _items(_get(tree, "policy"), "quiet_hours"):
        if isinstance(window, Scalar) and len(set(window.value.split("-"))) == 1:
            yield window.mark, f"policy.quiet_hours[{index}]", "empty_window", window.value, None


def _get(node: Node | None, key: str) -> Node | None:
    """The value of a key unless it is absent or written as nothing."""
    child = node.get(key) if isinstance(node, Pairs) else None
    return None if isinstance(child, Scalar) and child.is_null else child


def _items(node: Node | None, key: str) -> list[tuple[int, Node]]:
    child = _get(node, key)
    return list(enumerate(child.nodes)) if isinstance(child, Items) else []


def _find_twins(named: list[tuple[str, Node]]) -> Iterator[_Found]:
    seen: set[str] = set()
    for path, node in named:
        name = _get(node, "name")
        if not isinstance(name, Scalar):
            continue
        if name.value in seen:
            yield name.mark, path, "not_unique", name.value, None
        seen.add(name.value)


def _find_zone_twins(outputs: list[tuple[int, Node]]) -> Iterator[_Found]:
    """An entry names zones without outputs, so their names are unique in the whole station."""
    return _find_twins(
        [
            (f"outputs[{i}].{key}[{k}].name", node)
            for i, output in outputs
            for key in ("zones", "faces")
            for k, node in _items(output, key)
        ]
    )


def _find_switch_twins(outputs: list[tuple[int, Node]]) -> Iterator[_Found]:
    seen: set[tuple[str, ...]] = set()
    for i, output in outputs:
        for k, zone in _items(output, "zones"):
            switch = _get(zone, "switch")
            values = [_get(switch, key) for key in ("profile", "port", "unit", "coil")]
            texts = tuple(v.value if isinstance(v, Scalar) else "" for v in values)
            if switch is None or not texts[1]:
                continue
            if texts in seen:
                path = f"outputs[{i}].zones[{k}].switch"
                yield switch.mark, path, "switch_used_twice", " ".join(filter(None, texts)), None
            seen.add(texts)


def _find_input_twins(inputs: list[tuple[int, Node]]) -> Iterator[_Found]:
    seen: set[tuple[str, ...]] = set()
    for i, node in inputs:
        values = [_get(node, key) for key in ("profile", "port", "unit", "line")]
        texts = tuple(v.value if isinstance(v, Scalar) else "" for v in values)
        if texts in seen and texts[1]:
            yield node.mark, f"inputs[{i}]", "input_used_twice", " ".join(filter(None, texts)), None
        seen.add(texts)


def _find_in_sensors(
    sensors: list[tuple[int, Node]], outputs: list[tuple[int, Node]]
) -> Iterator[_Found]:
    zones = [_get(zone, "name") for _, output in outputs for _, zone in _items(output, "zones")]
    names = [zone.value for zone in zones if isinstance(zone, Scalar)]
    for i, node in sensors:
        zone = _get(node, "zone")
        if isinstance(zone, Scalar) and zone.value not in names:
            want = Words("one_of", (", ".join(names),)) if names else None
            yield zone.mark, f"sensors[{i}].zone", "no_zone", zone.value, want
        low, high = _number(_get(node, "low")), _number(_get(node, "high"))
        if low is not None and high is not None and low >= high:
            mark = _get(node, "high")
            assert mark is not None  # noqa: S101 - it has a number
            want = Words("more_than", (f"{low:g}",))
            yield mark.mark, f"sensors[{i}].high", "low_not_below_high", f"{high:g}", want


def _number(node: Node | None) -> float | None:
    """A number that the model will accept too; anything else is its fault to tell."""
    try:
        return float(node.value) if isinstance(node, Scalar) and node.plain else None
    except ValueError:
        return None


def _find_in_output(node: Node, path: str) -> Iterator[_Found]:
    if not isinstance(node, Pairs):
        return
    audio, board = _get(node, "audio"), _get(node, "board")
    if (audio is None) == (board is None):
        yield node.mark, path, "audio_or_board", "", None
        return
    mine, other = ("zones", "faces") if audio is not None else ("faces", "zones")
    stray = _get(node, other)
    if stray is not None and _items(node, other):
        yield stray.mark, f"{path}.{other}", "zone_needs_audio", "", None
    if not _items(node, mine):
        yield node.mark, path, "nothing_to_select", "", Words("rule", (mine,))


def _find_in_page(page: Node | None) -> Iterator[_Found]:
    listen = _get(page, "listen")
    if not isinstance(listen, Scalar) or not LISTEN.match(listen.value):
        return  # its form is judged by the model
    host, _, port = listen.value.rpartition(":")
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        want = Words("form", ("192.168.10.1:8080",))
        yield listen.mark, "page.listen", "bad_value", listen.value, want
        return
    if address.is_unspecified or address.is_multicast:
        yield listen.mark, "page.listen", "uplink_listen", listen.value, None
    if not 1 <= int(port) <= 65_535:
        want = Words("between", ("1", "65535"))
        yield listen.mark, "page.listen", "bad_value", listen.value, want


# --- what the settings name ---

_Key = tuple[str | int, ...]
_Named = tuple[_Key, str, str, Words | None, str]


def _find_files(settings: Settings) -> Iterator[_Named]:
    broker = settings.broker
    files: dict[_Key, str] = {
        ("broker", "ca"): broker.ca,
        ("broker", "cert"): broker.cert,
        ("broker", "key"): find_credential(broker.key),
        ("root",): settings.root,
    }
    for key, name in files.items():
        if not Path(name).is_file():
            yield key, "no_file", name, None, ""
        elif not os.access(name, os.R_OK):
            yield key, "file_unreadable", name, None, ""
    state = Path(settings.state)
    folder = state if state.exists() else state.parent  # it is made at the first start
    if not folder.is_dir():
        yield ("state",), "no_directory", str(folder), None, ""
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield ("state",), "not_writable", str(folder), None, ""


def _find_drivers(settings: Settings) -> Iterator[_Named]:
    from drivers import registry

    for i, output in enumerate(settings.outputs):
        at: _Key = ("outputs", i)
        if output.audio is not None:
            name = output.audio.driver
            yield from _known((*at, "audio", "driver"), name, registry.AUDIO_OUTPUTS)
        if output.board is not None:
            name = output.board.profile
            yield from _known((*at, "board", "profile"), name, registry.BOARDS)
        for k, zone in enumerate(output.zones):
            if zone.switch is not None:
                key: _Key = (*at, "zones", k, "switch", "profile")
                yield from _known(key, zone.switch.profile, registry.SWITCHES)


def _known(key: _Key, name: str, known: Collection[str]) -> Iterator[_Named]:
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        want = None if near else Words("one_of", (", ".join(sorted(known)),))
        yield key, "unknown_driver", name, want, near[0] if near else ""


def _place(tree: Node | None, key: _Key) -> tuple[int, int]:
    node = tree
    for part in key:
        if isinstance(part, int):
            node = node.nodes[part] if isinstance(node, Items) else None
        else:
            node = node.get(part) if isinstance(node, Pairs) else None
    return (node.mark.line, node.mark.column) if node is not None else (0, 0)


def _key_text(key: _Key) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.removeprefix(".")
