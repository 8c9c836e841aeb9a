"""The mark of a group on a map: a shape, a colour and its number."""

from __future__ import annotations

import math

# M. Okabe and K. Ito, Color Universal Design (2008): told apart by colour-blind readers
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#8A8A8A")
_LIGHT = frozenset({"#E69F00", "#56B4E9", "#F0E442"})
# corners and the angle of the first one; 0 corners: a circle
_SHAPES = ((0, 0), (4, 45), (3, 0), (4, 0), (6, 0), (5, 0), (3, 180), (8, 22.5))
_SWELL = {0: 1.0, 3: 1.45, 4: 1.25}  # so that all shapes look equally large


def draw_mark(spot: tuple[float, float], group: int, size: float) -> str:
    """A mark around a point; the number is left out where it could not be read.

    Args:
        spot: its middle.
        group: from 0.
        size: half its width.
    """
    (x, y), colour = spot, COLOURS[group % len(COLOURS)]
    look = f'fill="{colour}" stroke="#fff" stroke-width="1.5"'
    corners, turn = _SHAPES[group % len(_SHAPES)]
    if corners:
        shape = f'<polygon points="{_corners(x, y, corners, turn, size)}" {look}/>'
    else:
        shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" {look}/>'
    if size < 6:
        return shape
    ink = "#22303a" if colour in _LIGHT else "#fff"
    number = (
        f'<text x="{x:.1f}" y="{y + size * 0.42:.1f}" font-size="{size * 1.2:.1f}" '
        f'font-weight="700" text-anchor="middle" fill="{ink}">{group}</text>'
    )
    return shape + number


def _corners(x: float, y: float, count: int, turn_deg: float, size: float) -> str:
    radius = size * _SWELL.get(count, 1.12)
    angles = (math.radians(turn_deg + 360 * corner / count) for corner in range(count))
    return " ".join(
        f"{x + radius * math.sin(a):.1f},{y - radius * math.cos(a):.1f}" for a in angles
    )
