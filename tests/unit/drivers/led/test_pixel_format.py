"""RGB to XRGB8888 of `drm_fourcc.h`: a little-endian word x:R:G:B, so bytes B, G, R, x."""

from __future__ import annotations

import hashlib

import pytest

from drivers.led.pixel_format import write_xrgb


def convert(pixels: bytes) -> bytes:
    return b"".join(
        bytes([blue, green, red]) for red, green, blue in zip(*[iter(pixels)] * 3, strict=True)
    )


@pytest.mark.parametrize(
    ("width_px", "height_px", "pitch"), [(5, 4, 20), (5, 4, 24), (800, 200, 3264)]
)
def test_every_pixel_of_the_rows_lands_at_its_place(
    width_px: int, height_px: int, pitch: int
) -> None:
    pixels = b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(width_px * height_px))
    pixels = pixels[: width_px * height_px * 3]
    target = bytearray(pitch * height_px)
    write_xrgb(memoryview(target), pitch, (0, 0), pixels, width_px, (1, height_px))
    assert not any(target[:pitch])
    for y in range(1, height_px):
        row = target[y * pitch : y * pitch + width_px * 4]
        colours = bytes(value for n, value in enumerate(row) if n % 4 != 3)
        assert colours == convert(pixels[y * width_px * 3 : (y + 1) * width_px * 3])


def test_a_frame_lies_within_a_larger_picture() -> None:
    target = bytearray(8 * 4 * 6)
    write_xrgb(memoryview(target), 32, (3, 2), b"\1\2\3" * 6, 3, (0, 2))
    lit = [n // 4 for n in range(0, len(target), 4) if target[n : n + 3] == b"\3\2\1"]
    assert lit == [2 * 8 + 3, 2 * 8 + 4, 2 * 8 + 5, 3 * 8 + 3, 3 * 8 + 4, 3 * 8 + 5]
    assert sum(map(bool, target)) == 6 * 4  # the unused byte is set, and nothing else


def test_a_face_may_end_in_the_lower_right_corner_of_its_picture() -> None:
    target = bytearray(8 * 4 * 6)
    write_xrgb(memoryview(target), 32, (5, 4), b"\1\2\3" * 6, 3, (0, 2))
    lit = [n // 4 for n in range(0, len(target), 4) if target[n : n + 3] == b"\3\2\1"]
    assert lit == [4 * 8 + 5, 4 * 8 + 6, 4 * 8 + 7, 5 * 8 + 5, 5 * 8 + 6, 5 * 8 + 7]
    assert sum(map(bool, target)) == 6 * 4
