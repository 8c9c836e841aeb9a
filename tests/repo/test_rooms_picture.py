"""docs/rooms.svg shows the packages and layers that exist; the id of a group names its room."""

from __future__ import annotations

import configparser
import itertools
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"
PICTURE = ET.parse(ROOT / "docs" / "rooms.svg").getroot()  # noqa: S314 - our own file
GROUPS = {group.attrib["id"]: group for group in PICTURE.iter(f"{SVG}g") if "id" in group.attrib}
LAYERED = {"agent": "1-layers", "central": "2-layers-of-the-centre"}


def list_packages() -> set[str]:
    """Packages one level below the three that have rooms, and the three that are one room each."""
    parents = (ROOT / name for name in ("agent", "central", "drivers"))
    found = (path.parent for parent in parents for path in parent.glob("*/__init__.py"))
    return {f"{path.parent.name}.{path.name}" for path in found} | {
        "speech",
        "strict_yaml",
        "texts",
    }


def list_layers(package: str) -> list[list[str]]:
    rules = configparser.ConfigParser()
    rules.read(ROOT / "setup.cfg", encoding="utf-8")
    layers = rules[f"importlinter:contract:{LAYERED[package]}"]["layers"].split("\n")
    names = (re.findall(r"\w+", layer) for layer in layers)
    return [[f"{package}.{name}" for name in layer] for layer in names if layer]


def find_position(room: str) -> tuple[float, float]:
    """Top and left of the room's box: the order in which the picture is read."""
    box = GROUPS[room].find(f"{SVG}rect")
    assert box is not None
    return float(box.attrib["y"]), float(box.attrib["x"])


def test_each_package_is_in_the_picture_and_the_picture_shows_no_other() -> None:
    shown = {room for room, group in GROUPS.items() if group.attrib["class"] == "room"}
    assert shown == list_packages()


def test_each_module_in_the_picture_exists() -> None:
    modules = [room for room, group in GROUPS.items() if group.attrib["class"] == "module"]
    missing = [name for name in modules if not (ROOT / f"{name.replace('.', '/')}.py").exists()]
    assert missing == []


@pytest.mark.parametrize("package", LAYERED)
def test_the_picture_shows_every_member_of_the_layers(package: str) -> None:
    assert set(itertools.chain.from_iterable(list_layers(package))) <= GROUPS.keys()


@pytest.mark.parametrize("package", LAYERED)
def test_a_layer_is_drawn_on_one_line_and_behind_the_layers_above_it(package: str) -> None:
    layers = [[find_position(room) for room in layer] for layer in list_layers(package)]
    assert all(len({top for top, _ in layer}) == 1 for layer in layers)
    assert all(max(upper) < min(lower) for upper, lower in itertools.pairwise(layers))


def test_each_box_shows_the_name_of_its_room() -> None:
    titles = {room: group.find(f"{SVG}text") for room, group in GROUPS.items()}
    wrong = [
        room
        for room, title in titles.items()
        if title is None or title.text != room.rpartition(".")[2]
    ]
    assert wrong == []
