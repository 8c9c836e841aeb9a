"""Where an element of a scene is on a face, and its colours."""

from __future__ import annotations

import re

from agent.contract.document import Element
from agent.errors import PlayError

_COLOUR = re.compile(r"^#[0-9a-fA-F]{6}$")

Size = tuple[int, int]
Box = tuple[int, int, int, int]  # left, top, right, bottom


def place_box(element: Element, size: Size) -> Box:
    """The pixels of an element on a face of (width_px, height_px).

    Raises:
        PlayError: E_SCHEMA, no box inside the face; E_FIT, less than a pixel.
    """
    box = element.box
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
