"""A face on which texts run: its still, with a window on each strip."""

from __future__ import annotations

from collections.abc import Sequence

from agent.play.board.ticker import Pace, Strip, find_pace
from drivers.frame_sink import Frame


class MovingFace:
    """Makes the frame of each slot; only rows with a strip are written again.

    Positions follow from the slot, so that a late frame costs no time, and two faces stay in step.

    Args:
        still: the frame without what moves, RGB.
        width_px: of the face.
        strips: what moves.
        period_s: length of a slot.
    """

    def __init__(
        self, still: bytes, width_px: int, strips: Sequence[Strip], period_s: float
    ) -> None:
        self.strips = strips
        self._pixels = bytearray(still)
        self._row_bytes = width_px * 3
        self._lines = [(one, _pace_of(one, period_s)) for one in strips]
        tops, bottoms = [one.window[1] for one in strips], [one.window[3] for one in strips]
        self._rows: tuple[int, int] = min(tops), max(bottoms)
        self._is_new = True
        self._begin: int | None = None
        self._draw_strips(0)

    @property
    def slots(self) -> int:
        """It moves once in so many slots."""
        return min(pace.slots for _, pace in self._lines)

    @property
    def pixels(self) -> bytes:
        """Its present frame."""
        return bytes(self._pixels)

    def begin(self, slot: int) -> None:
        """Its first frame was shown in this slot; a second call does nothing."""
        self._begin = slot if self._begin is None else self._begin

    def replace_still(self, still: bytes) -> None:
        """Show another frame beneath; what moves goes on."""
        self._pixels[:] = still
        self._is_new = True

    def draw(self, slot: int) -> Frame:
        """The frame for a slot."""
        self._draw_strips(0 if self._begin is None else slot - self._begin)
        rows, self._is_new = None if self._is_new else self._rows, False
        return Frame(self._pixels, rows)

    def _draw_strips(self, slots: int) -> None:
        for strip, pace in self._lines:
            left, top, right, bottom = strip.window
            x = pace.position_px(slots, strip.round_px) * 3
            length, stride = (right - left) * 3, strip.width_px * 3
            at, pixels = top * self._row_bytes + left * 3, self._pixels
            source = memoryview(strip.pixels)
            for _ in range(top, bottom):
                pixels[at : at + length] = source[x : x + length]
                at += self._row_bytes
                x += stride


def _pace_of(strip: Strip, period_s: float) -> Pace:
    left, _, right, _ = strip.window
    return find_pace(right - left, strip.cross_ms, period_s)
