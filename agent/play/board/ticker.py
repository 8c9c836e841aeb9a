"""Texts that run through their boxes from right to left: strips that are drawn once.

A strip holds one line, after as much background as its box is wide, and the same behind it: so each
position of the run is one window on it, and the text comes and goes whole. The renderer draws it;
the board only moves the window, by whole pixels.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from msgspec import UNSET
from PIL import Image, ImageDraw

from agent.contract.scene import Element, Scene
from agent.play.board import typeset
from agent.play.board.scene_box import Box, PlaceNames, Size, parse_colour, place_box

_SIZE = struct.Struct("<II")  # width and height of a strip


@dataclass(frozen=True)
class Strip:
    """One line drawn once, and the window through which it is seen.

    Args:
        pixels: RGB, rows from the top.
        width_px: of the strip.
        window: left, top, right, bottom on the face.
        cross_ms: how long a letter takes from the right edge to the left one.
    """

    pixels: bytes
    width_px: int
    window: Box
    cross_ms: int

    @property
    def round_px(self) -> int:
        """After so many pixels the run begins anew."""
        return self.width_px - (self.window[2] - self.window[0])


@dataclass(frozen=True)
class Pace:
    """`step_px` pixels in every `slots` slots."""

    step_px: int
    slots: int

    def position_px(self, slots: int, round_px: int) -> int:
        """How far a run of this length is so many slots after its beginning."""
        return slots // self.slots * self.step_px % round_px


def find_pace(width_px: int, cross_ms: int, period_s: float) -> Pace:
    """Whole pixels at a steady pace: that is what the eye can read."""
    px_in_slot = width_px * 1000 / cross_ms * period_s
    if px_in_slot >= 1:
        return Pace(round(px_in_slot), 1)
    return Pace(1, round(1 / px_in_slot))


def list_tickers(scene: Scene) -> list[Element]:
    """The elements that move, in their order."""
    return [element for element in scene.elements if element.ticker_ms is not UNSET]


def draw_strip(element: Element, size: Size, place: PlaceNames, most_px: int) -> Image.Image:
    """The strip of a text for a face of this size, of at most so many pixels.

    Raises:
        PlayError: E_SCHEMA, E_FIT, E_FONT.
    """
    box = place_box(element.box, size)
    text = place.fill(element, element.text or "")
    layout = typeset.fit_line(text, box[3] - box[1], box[2] - box[0], most_px)
    width_px = 2 * (box[2] - box[0]) + round(layout.lines[0].width_px)
    strip = Image.new("RGB", (width_px, layout.line_height_px), parse_colour(element.background))
    colour = parse_colour(element.colour)
    room = (box[2] - box[0], 0, width_px, strip.height)
    typeset.draw(ImageDraw.Draw(strip), layout, room, align="left", colour=colour)
    return strip


def encode_strips(strips: Iterable[Image.Image]) -> tuple[bytes, list[bytes]]:
    """The sizes of strips, and their pixels."""
    drawn = list(strips)
    return b"".join(_SIZE.pack(*one.size) for one in drawn), [one.tobytes() for one in drawn]


def decode_strips(
    scene: Scene, sizes: Mapping[str, Size], table: bytes, pixels: memoryview
) -> dict[str, list[Strip]]:
    """The strips of each face, from a renderer that may be compromised.

    Args:
        scene: the elements that move.
        sizes: (width_px, height_px) of the faces, in the renderer's order.
        table: the sizes of the strips, face by face.
        pixels: the strips, one behind the other.

    Raises:
        ValueError: these are no strips of this scene.
    """
    if len(table) % _SIZE.size:
        raise ValueError(f"a table of {len(table)} bytes")
    reader, at = _SIZE.iter_unpack(table), 0
    strips: dict[str, list[Strip]] = {face: [] for face in sizes}
    for face, element in _each(scene, sizes):
        width_px, height_px = next(reader, (0, 0))
        left, top, right, bottom = place_box(element.box, sizes[face])
        end = at + width_px * height_px * 3
        if not 0 < height_px <= bottom - top or width_px <= right - left or end > len(pixels):
            raise ValueError(f"a strip of {width_px} x {height_px} pixels")
        top += (bottom - top - height_px) // 2
        window = (left, top, right, top + height_px)
        strips[face].append(
            Strip(bytes(pixels[at:end]), width_px, window, int(element.ticker_ms or 1))
        )
        at = end
    if next(reader, None) is not None:
        raise ValueError("too many strips")
    return strips


def _each(scene: Scene, sizes: Mapping[str, Size]) -> Iterator[tuple[str, Element]]:
    return ((face, element) for face in sizes for element in list_tickers(scene))


def share_px(scene: Scene, sizes: Mapping[str, Size], most_px: int) -> int:
    """How many pixels each strip of a scene may have."""
    count = len(list_tickers(scene)) * len(sizes)
    return most_px // count if count else 0
