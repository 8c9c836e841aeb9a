"""Where an element of a scene is on a face, and its colours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.contract.scene import Element
from agent.errors import PlayError

_COLOUR = re.compile(r"^#[0-9a-fA-F]{6}$")

Size = tuple[int, int]
Box = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass(frozen=True)
class PlaceNames:
    """The names that a text may have: of the station and of the face."""

    station: str
    face: str = ""

    def fill(self, element: Element, text: str) -> str:
        """A text of an element with `{station}` replaced, and with `{face}` where it says so."""
        filled = text.replace("{station}", self.station)
        return filled.replace("{face}", self.face) if element.face_name is True else filled


def place_box(box: Sequence[int], size: Size) -> Box:
    """The pixels of a box in thousandths on a face, or in a region, of (width_px, height_px).

    Raises:
        PlayError: E_SCHEMA, no box inside the face; E_FIT, less than a pixel.
    """
    if len(box) != 4 or min(box) < 0 or box[0] + box[2] > 1000 or box[1] + box[3] > 1000:
        raise PlayError("E_SCHEMA", f"box {box}", "[left, top, width, height] in thousandths")
    left, top = box[0] * size[0] // 1000, box[1] * size[1] // 1000
    right = (box[0] + box[2]) * size[0] // 1000
    bottom = (box[1] + box[3]) * size[1] // 1000
    if right <= left or bottom <= top:
        raise PlayError("E_FIT", f"box {box}", "less than one pixel of this face")
    return left, top, right, bottom


def parse_colour(text: str) -> tuple[int, int, int]:
    """`#rrggbb` as red, green, blue.

    Raises:
        PlayError: E_SCHEMA.
    """
    if not _COLOUR.match(text):
        raise PlayError("E_SCHEMA", f"colour {text}", "#rrggbb")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
