"""How much light a frame gives, from few of its pixels: read twice a second on every face.

Lamps give light in proportion to the linear value, not to the coded one (IEC 61966-2-1): half grey
is a fifth of white. Each colour's lamps take about the same power, while the eye, and a light
sensor that is made like it, see green most.
"""

from __future__ import annotations

from operator import mul

from PIL import Image

from agent.play.face_state import FaceLight
from drivers.frame_sink import Pixels

# of red, green and blue in relative luminance, WCAG 2.2
LUMINANCE_WEIGHTS = (0.2126, 0.7152, 0.0722)
SAMPLED = 61  # rows, and about as many columns


def linear(value: int) -> float:
    """The light of a coded value of 0 to 255, white being 1."""
    part = value / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


LINEAR = tuple(linear(value) for value in range(256))


def read_light(pixels: Pixels, size: tuple[int, int]) -> FaceLight:
    """The mean light of a frame.

    Args:
        pixels: RGB, rows from the top.
        size: (width_px, height_px).
    """
    means = [_mean_light(channel) for channel in _sample(memoryview(pixels), size)]
    return FaceLight(
        level=round(sum(means) / 3, 4),
        luminance=round(sum(map(mul, means, LUMINANCE_WEIGHTS)), 4),
    )


def _sample(pixels: memoryview, size: tuple[int, int]) -> list[bytes]:
    """Red, green and blue of pixels all over the frame; each row begins at another column.

    So the samples fall into step with no grid and no text.
    """
    width_px, height_px = size
    rows, step = min(height_px, SAMPLED), max(1, width_px // SAMPLED)
    channels: list[list[bytes]] = [[], [], []]
    for number in range(rows):
        at = (height_px * number // rows) * width_px * 3
        row = pixels[at : at + width_px * 3]
        first = number * 7 % step
        for channel, found in enumerate(channels):
            found.append(row[first * 3 + channel :: step * 3].tobytes())
    return [b"".join(found) for found in channels]


def _mean_light(channel: bytes) -> float:
    counts = Image.frombuffer("L", (len(channel), 1), channel, "raw", "L", 0, 1).histogram()
    return float(sum(map(mul, counts, LINEAR)) / len(channel))
