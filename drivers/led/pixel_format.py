"""Pixels of a frame as a graphics card wants them.

XRGB8888 is written by one plain loop in C (`drivers.pixel_rows`), straight into the card's memory.
"""

from __future__ import annotations

from typing import cast

from drivers.frame_sink import Pixels
from drivers.pixel_rows import RGB_TO_XRGB, write_rows

FULL_LEVEL = 255


def write_xrgb(
    target: memoryview,
    pitch: int,
    at: tuple[int, int],
    pixels: Pixels,
    width_px: int,
    rows: tuple[int, int],
) -> None:
    """Copy rows of an RGB frame into an XRGB8888 picture: bytes blue, green, red, unused.

    Args:
        target: the picture.
        pitch: its bytes from one row to the next.
        at: x and y of the frame's upper left pixel in it.
        pixels: the frame, 3 bytes a pixel.
        width_px: of the frame.
        rows: of the frame: the first, and the one behind the last.
    """
    first, behind = rows
    part = memoryview(pixels)[first * width_px * 3 : behind * width_px * 3]
    begin = (at[1] + first) * pitch + at[0] * 4
    write_rows(target[begin:], pitch, part, width_px * 3, (width_px, behind - first), RGB_TO_XRGB)


def write_wire(
    target: bytearray,
    at: int,
    pixels: Pixels,
    size: tuple[int, int],
    order: str,
    level: int,
) -> None:
    """Copy a whole RGB frame to where it is sent from.

    Args:
        target: what is sent.
        at: the frame's first byte in it.
        pixels: the frame, 3 bytes a pixel.
        size: its width and height.
        order: `rgb` or `bgr`.
        level: 255 leaves the pixels as they are, less dims them.
    """
    end = at + len(pixels)
    if order == "rgb" and level == FULL_LEVEL:
        target[at:end] = pixels
        return
    from PIL import Image

    picture = Image.frombuffer("RGB", size, cast("bytes", memoryview(pixels)), "raw", "RGB", 0, 1)
    if level != FULL_LEVEL:
        picture = picture.point([round(value * level / FULL_LEVEL) for value in range(256)] * 3)
    target[at:end] = picture.tobytes("raw", order.upper())
