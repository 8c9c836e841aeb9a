"""Test pictures for the technician in front of the board."""

from __future__ import annotations

from PIL import Image, ImageDraw

BARS = ("white", "yellow", "cyan", "lime", "magenta", "red", "blue", "black")
GRID_PX = 16
LETTERS = "0123456789 ABC abc"  # letters that are exchanged, or left out, show at once


def draw_pattern(pattern: str, size: tuple[int, int]) -> Image.Image:
    """`bars` (eight colours), `grid` (a line every 16 px) or `white`; the edge is lit."""
    if pattern == "white":
        return Image.new("RGB", size, "white")
    return _bars(size) if pattern == "bars" else _grid(size)


def _bars(size: tuple[int, int]) -> Image.Image:
    """The frame makes a missing corner visible beside the black bar too."""
    picture = Image.new("RGB", size)
    for index, colour in enumerate(BARS):
        left, right = index * size[0] // len(BARS), (index + 1) * size[0] // len(BARS)
        picture.paste(colour, (left, 0, right, size[1]))
    ImageDraw.Draw(picture).rectangle((0, 0, size[0] - 1, size[1] - 1), outline="white")
    return picture


def _grid(size: tuple[int, int]) -> Image.Image:
    """The outermost pixels show whether the face's size in the settings is that of the wall."""
    picture = Image.new("RGB", size)
    draw = ImageDraw.Draw(picture)
    for x in range(0, size[0], GRID_PX):
        draw.line((x, 0, x, size[1]), fill="lime")
    for y in range(0, size[1], GRID_PX):
        draw.line((0, y, size[0], y), fill="lime")
    draw.rectangle((0, 0, size[0] - 1, size[1] - 1), outline="red")
    return picture
