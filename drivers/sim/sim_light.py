"""The light that a simulated face gives, for a simulated sensor that looks at it."""

from __future__ import annotations

from pathlib import Path

WEIGHTS = (0.2126, 0.7152, 0.0722)  # of red, green and blue in relative luminance, WCAG 2.2
SAMPLED_PX = 64


def read_face_light(png: Path) -> float:
    """Mean relative luminance of a face's picture, 0 to 1; a file that is not there is dark.

    Args:
        png: as `drivers.led.png_folder` writes it.
    """
    from PIL import Image

    try:
        with Image.open(png) as file:
            small = file.convert("RGB").resize((SAMPLED_PX, SAMPLED_PX), Image.Resampling.NEAREST)
    except OSError:
        return 0.0
    counts = small.histogram()
    return sum(
        weight * count * _linear(value)
        for channel, weight in enumerate(WEIGHTS)
        for value, count in enumerate(counts[channel * 256 : channel * 256 + 256])
    ) / (SAMPLED_PX * SAMPLED_PX)


def _linear(value: int) -> float:
    """Light of a coded value, IEC 61966-2-1."""
    part = value / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
