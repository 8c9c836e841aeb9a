"""Copies rows of pixels from one buffer into a part of another one.

Pillow can have a picture in memory that is not its own, with rows that begin any number of bytes
apart. Reading rows into such a picture is one loop in C, which writes each byte once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast


@dataclass(frozen=True)
class Conversion:
    """What is written, as Pillow calls it.

    Args:
        mode: of the pixels in the target.
        raw_mode: of those in the source.
        pixel_bytes: of one pixel in the target.
    """

    mode: str
    raw_mode: str
    pixel_bytes: int


BYTES = Conversion("L", "L", 1)
RGB_TO_XRGB = Conversion("RGBX", "BGR", 4)  # XRGB8888: bytes blue, green, red, unused


def write_rows(
    target: memoryview,
    pitch: int,
    source: memoryview,
    stride: int,
    size: tuple[int, int],
    conversion: Conversion,
) -> None:
    """Write rows of pixels.

    Args:
        target: from the first byte that is written.
        pitch: its bytes from one row to the next.
        source: from the first byte that is read.
        stride: its bytes from one row to the next.
        size: pixels in a row, and rows; no row is nothing to do.
        conversion: of each pixel.
    """
    width, rows = size
    whole = min(rows, len(target) // pitch)
    _write(target, pitch, source, stride, (width, whole), conversion)
    if whole < rows:  # a mapped picture ends with a whole pitch, which the last row may lack
        row_bytes = width * conversion.pixel_bytes
        rest = source[whole * stride :]
        _write(target[whole * pitch :], row_bytes, rest, stride, (width, rows - whole), conversion)


def _write(
    target: memoryview,
    pitch: int,
    source: memoryview,
    stride: int,
    size: tuple[int, int],
    conversion: Conversion,
) -> None:
    from PIL import Image

    if not size[1]:
        return
    mode = conversion.mode
    # Pillow takes any buffer, and says so of some only
    place = cast("bytes", target)
    picture = Image.frombuffer(mode, size, place, "raw", mode, pitch, 1)
    picture.frombytes(source, "raw", conversion.raw_mode, stride, 1)
