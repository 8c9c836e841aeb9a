"""Pixels of a frame as a graphics card wants them.

Pillow keeps an RGB picture as four bytes a pixel: reading our bytes as BGR and writing its memory
as it is gives XRGB8888 by two plain loops in C, about 1 ms a million pixels on a PC. Strips of some
rows stay in the processor's cache; whole frames take four times as long.
"""

from __future__ import annotations

from typing import cast

from drivers.frame_sink import Pixels

STRIP_PX = 64 * 1024
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
    from PIL import Image

    # Pillow takes any buffer, and says so of some only
    source, row_bytes = cast("bytes", memoryview(pixels)), width_px * 4
    strip_rows = max(1, STRIP_PX // width_px)
    for first in range(rows[0], rows[1], strip_rows):
        count = min(strip_rows, rows[1] - first)
        part = source[first * width_px * 3 : (first + count) * width_px * 3]
        strip = Image.frombuffer("RGB", (width_px, count), part, "raw", "BGR", 0, 1)
        packed = strip.tobytes("raw", "RGBX")
        begin = (at[1] + first) * pitch + at[0] * 4
        if pitch == row_bytes:
            target[begin : begin + len(packed)] = packed
            continue
        for row in range(count):
            place = begin + row * pitch
            target[place : place + row_bytes] = packed[row * row_bytes : (row + 1) * row_bytes]


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
