"""Where names are written beside marks, so that none covers a mark or another name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

LETTER, HEIGHT = 6.6, 13.0  # of 12 units high letters, on average


class Box(NamedTuple):
    """A rectangle of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: Box) -> float:
        """The area that both cover."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, wide) * max(0.0, high)

    def lies_in(self, other: Box) -> bool:
        """Is all of it inside another one?"""
        return self.overlap(other) >= (self.right - self.left) * (self.bottom - self.top) - 1e-6


def place_labels(
    titles: Sequence[str], spots: Sequence[tuple[float, float]], size: float, bounds: Box
) -> Iterator[tuple[str, tuple[float, float]]]:
    """Names with the left end of their base line; a name that finds no free place is left out.

    Args:
        titles: one a mark.
        spots: the middles of the marks.
        size: half a mark's width.
        bounds: inside which names stay.
    """
    taken = [Box(x - size, y - size, x + size, y + size) for x, y in spots]
    for title, (x, y) in zip(titles, spots, strict=True):
        for box in _candidates(x, y, size + 4, LETTER * len(title)):
            if box.lies_in(bounds) and not any(box.overlap(other) for other in taken):
                taken.append(box)
                yield title, (box.left, box.bottom - 3)
                break


def _candidates(x: float, y: float, off: float, wide: float) -> Iterator[Box]:
    """Right, left, below, above, then the corners."""
    half = HEIGHT / 2
    right, left, middle = x + off, x - off - wide, x - wide / 2
    beside, below, above = y - half, y + off - 2, y - off - HEIGHT + 2
    spots = (
        (right, beside), (left, beside), (middle, below), (middle, above),
        (right - 4, below - 4), (right - 4, above + 4),
        (left + 4, below - 4), (left + 4, above + 4),
    )  # fmt: skip
    for start, top in spots:
        yield Box(start, top, start + wide, top + HEIGHT)
