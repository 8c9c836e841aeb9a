"""The frames of one clip: which one belongs to which moment, and what came too late.

A process of its own reads them (`clip_reader`), some frames ahead; the board takes what is there
and never waits. Which frame belongs to a moment follows from the clip's begin and its own rate, so
a frame that comes too late costs no time: the next one is shown in its place.
"""

from __future__ import annotations

import math

from agent.contract.ids import Digest
from agent.play.board.frame_ring import FrameRing

BEHIND_S = 3.0  # a clip that is so far behind has failed
SHORT_S = 1.0  # a clip may end so much sooner than it was signed: lengths are rounded


class ClipFrames:
    """One clip on one or more faces of a board.

    Args:
        ring: where its frames come.
        fps: frames a second.
        frames: as many are signed; 0: it lasts as long as it is wanted.
        period_s: of the board's slots.
        medium: for hashes of what is shown; empty: a live picture, which begins with its first
            frame, because each one that waits is a delay.

    Attributes:
        late: moments at which the frame that was due was not here.
        left_out: frames that came and were not drawn, because a later one was due.
        serial: counts up with each new frame.
    """

    def __init__(
        self, ring: FrameRing, fps: int, frames: int, period_s: float, medium: Digest
    ) -> None:
        self.medium = medium
        self.late = self.left_out = self.serial = 0
        self._ring = ring
        self._fps, self._frames = fps, frames
        self._slack_s = min(period_s, 1 / fps) / 2
        self._come = 0  # frames
        self._index = -1  # of the frame that is drawn
        self._judged = -1  # of the last frame that was due
        self._begin_mono_s: float | None = None
        self._grace_s = 0.0  # by so much it was late from its first frame on

    @property
    def shown(self) -> int:
        """Frames that were due and drawn."""
        return 0 if self._begin_mono_s is None else self.serial

    @property
    def is_ready(self) -> bool:
        """Can it begin? A clip does with all its places filled."""
        least = self._ring.places if self.medium and not self._is_whole else 1
        return self._index >= 0 or self._ready >= least

    @property
    def _is_whole(self) -> bool:
        """Does no further frame come?"""
        return self._ring.has_ended

    @property
    def _ready(self) -> int:
        return self._come - self._index - 1

    @property
    def pixels(self) -> memoryview:
        """The present frame; the first one before the begin.

        Raises:
            ValueError: it is not ready.
        """
        if self._index < 0:
            if not self._ready:
                raise ValueError("no frame has come")
            self._take_next(0)
        return self._ring.frame(self._index)

    @property
    def next_due_mono_s(self) -> float:
        """When the next frame is due; infinite before the begin and behind the last frame."""
        if self._begin_mono_s is None or (self._is_whole and not self._ready):
            return math.inf
        return self._begin_mono_s + (self._judged + 1) / self._fps

    def begin(self, mono_s: float, now_mono_s: float = 0.0) -> None:
        """Its first frame belongs to this moment, past or not; a second call does nothing."""
        if self._begin_mono_s is None:
            self._begin_mono_s = mono_s
            self._grace_s = max(0.0, now_mono_s - mono_s)
            self._judged = max(self._judged, 0)

    def draw(self, at_mono_s: float) -> None:
        """Make the frame that is due at this moment the present one, or the last before it."""
        if self._begin_mono_s is None:
            return
        due = math.floor((at_mono_s - self._begin_mono_s + self._slack_s) * self._fps)
        if due <= self._judged:
            return
        self._judged = due
        self.take_notice()
        self._take_next(due)
        is_over = self._is_whole and not self._ready
        self.late += self._index < due and not is_over

    def take_notice(self) -> None:
        """Count the frames that have come; never waits."""
        self._come += self._ring.count_filled()

    def _take_next(self, due: int) -> None:
        former = self._index
        while self._ready and self._index < due:
            if self._index >= 0:
                self._ring.give_back()
            self._index += 1
        if self._index > former:
            self.serial += 1
            self.left_out += self._index - former - 1

    def find_fault(self, now_mono_s: float) -> tuple[str, str] | None:
        """Why it cannot be shown any more: code and detail; None while it can."""
        self.take_notice()
        if self._ring.flashes:
            return "E_FLASH", f"it flashes {self._come / self._fps:.1f} s behind its begin"
        if self._is_whole and self._come < self._frames - SHORT_S * self._fps:
            whole_s = self._frames / self._fps
            return (
                "E_DECODE",
                f"the clip ended after {self._come / self._fps:.1f} of {whole_s:.1f} s",
            )
        if self._begin_mono_s is None or (self._is_whole and not self._ready):
            return None
        due_s = now_mono_s - self._begin_mono_s - self._grace_s
        behind_s = due_s - (self._index + 1) / self._fps
        if behind_s <= BEHIND_S:
            return None
        return "E_DECODE", f"{behind_s:.0f} s behind: it is not decoded in time"
