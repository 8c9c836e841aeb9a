"""A face on which something moves: its still, with a window on each strip and on a clip."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from agent.play.board.clip_frames import ClipFrames
from agent.play.board.scene_box import Box
from agent.play.board.ticker import Pace, Strip, find_pace
from drivers.frame_sink import Frame
from drivers.pixel_rows import BYTES, write_rows


@dataclass(frozen=True)
class ClipWindow:
    """Where a clip is on a face.

    Args:
        clip: its frames.
        box: left, top, right, bottom.
        rows: the first of the face's rows in which it is seen, and the one behind the last: a
            banner is in front of it.
    """

    clip: ClipFrames
    box: Box
    rows: tuple[int, int]


class MovingFace:
    """Makes the frame of each slot; only rows with something that moves are written again.

    Positions of strips follow from the slot, so that a late frame costs no time, and two faces stay
    in step. Frames of a clip follow from the slot's moment: a clip has a rate of its own.

    Args:
        still: the frame without what moves, RGB.
        width_px: of the face.
        strips: what moves.
        period_s: length of a slot.
        film: a clip, which has a frame already.
    """

    def __init__(
        self,
        still: bytes,
        width_px: int,
        strips: Sequence[Strip],
        period_s: float,
        film: ClipWindow | None = None,
    ) -> None:
        self.strips, self.film = strips, film
        self._pixels = bytearray(still)
        self._row_bytes = width_px * 3
        self._period_s = period_s
        self._lines = [(one, _pace_of(one, period_s)) for one in strips]
        boxes = [*(one.window for one in strips), *([] if film is None else [film.box])]
        self._rows: tuple[int, int] = min(box[1] for box in boxes), max(box[3] for box in boxes)
        self._is_new = True
        self._serial = 0
        self._begin: int | None = None
        self._draw_film()
        self._draw_strips(0)

    @property
    def pixels(self) -> bytes:
        """Its present frame."""
        return bytes(self._pixels)

    @property
    def view(self) -> memoryview:
        """Its present frame where it is, to be looked at before the next step."""
        return memoryview(self._pixels)

    def begin(self, slot: int, shown_mono_s: float = 0.0) -> None:
        """Its first frame was shown in this slot; a second call does nothing."""
        if self._begin is None:
            self._begin = slot
            if self.film is not None:
                self.film.clip.begin(shown_mono_s)

    def count_slots(self, shown_mono_s: float) -> float:
        """So many slots after the one shown at this moment it moves; infinite: it does not."""
        slots = min((pace.slots for _, pace in self._lines), default=math.inf)
        if self.film is not None:
            due_s = self.film.clip.next_due_mono_s - shown_mono_s
            if math.isfinite(due_s):
                slots = min(slots, max(1, round(due_s / self._period_s)))
        return slots

    def is_due(self, slots: float, shown_mono_s: float) -> bool:
        """Does it move so many slots after the one shown at this moment?

        A text is counted from the slot before, whichever face moved in that.
        """
        return bool(self._lines) or self.count_slots(shown_mono_s) <= slots

    def replace_still(self, still: bytes) -> None:
        """Show another frame beneath; what moves goes on."""
        self._pixels[:] = still
        self._is_new = True

    def draw(self, slot: int, at_mono_s: float = 0.0) -> Frame:
        """The frame for a slot, which is shown at this moment."""
        if self.film is not None:
            self.film.clip.draw(at_mono_s)
            self._draw_film()
        self._draw_strips(0 if self._begin is None else slot - self._begin)
        rows, self._is_new = None if self._is_new else self._rows, False
        return Frame(self._pixels, rows)

    def _draw_film(self) -> None:
        """Copy the clip's frame if it is another one than before."""
        if self.film is None:
            return
        clip, (left, top, right, _) = self.film.clip, self.film.box
        first, last = self.film.rows
        if self._serial == clip.serial and not self._is_new:
            return
        self._serial = clip.serial
        length = (right - left) * 3
        source = memoryview(clip.pixels)[(first - top) * length :]
        self._copy((left, first, right, last), source, length)

    def _draw_strips(self, slots: int) -> None:
        for strip, pace in self._lines:
            x = pace.position_px(slots, strip.round_px) * 3
            self._copy(strip.window, memoryview(strip.pixels)[x:], strip.width_px * 3)

    def _copy(self, box: Box, source: memoryview, stride: int) -> None:
        """Copy rows that begin `stride` bytes apart into a box."""
        left, top, right, bottom = box
        target = memoryview(self._pixels)[top * self._row_bytes + left * 3 :]
        size = (right - left) * 3, bottom - top
        write_rows(target, self._row_bytes, source, stride, size, BYTES)


def _pace_of(strip: Strip, period_s: float) -> Pace:
    left, _, right, _ = strip.window
    return find_pace(right - left, strip.cross_ms, period_s)
