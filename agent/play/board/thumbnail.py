"""Draws a small copy of a face's frame for a technician's phone."""

from __future__ import annotations

import io

from PIL import Image

from agent.contract.report import MAX_PICTURE_BYTES

COLOURS = 64  # text and flat colours need no more, and a phone's page stays small
MAX_BYTES = MAX_PICTURE_BYTES


def draw_thumbnail(pixels: bytes, size: tuple[int, int], side_px: int) -> bytes:
    """PNG of at most `side_px` each way, smaller when the file would be too large.

    Args:
        pixels: RGB, 3 bytes a pixel, rows from the top.
        size: width and height.
        side_px: the longest side.
    """
    picture = Image.frombytes("RGB", size, pixels)
    while True:
        picture.thumbnail((side_px, side_px))
        out = io.BytesIO()
        picture.quantize(COLOURS).save(out, "PNG", optimize=True)
        if out.tell() <= MAX_BYTES:
            return out.getvalue()
        side_px //= 2
