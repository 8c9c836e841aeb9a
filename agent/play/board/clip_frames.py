"""The frames of one clip, as its decoder writes them into a pipe: raw RGB, one behind the other.

The board reads what is there and never waits. It is a few frames ahead, and the full pipe holds the
decoder back. Which frame belongs to a moment follows from the clip's begin and its own rate, so a
frame that comes too late costs no time: the next one is shown in its place.
"""

from __future__ import annotations

import math
import os
from collections import deque

from agent.contract.ids import Digest

AHEAD_BYTES = 8 << 20  # kept in memory before their moments
AHEAD_FRAMES = (2, 8)  # at least, at most
READS_AT_ONCE = 8  # an alarm is not kept waiting by a decoder that is fast
BEHIND_S = 3.0  # a clip that is so far behind has failed
SHORT_S = 1.0  # a clip may end so much sooner than it was signed: lengths are rounded

Size = tuple[int, int]


class ClipFrames:
    """One clip on one or more faces of a board.

    Args:
        fd: read end of the decoder's pipe; owned from now on.
        size: (width_px, height_px) of each frame.
        fps: frames a second.
        frames: as many are signed; 0: it lasts as long as it is wanted.
        period_s: of the board's slots.
        medium: for hashes of what is shown.

    Attributes:
        late: moments at which the frame that was due was not here.
        left_out: frames that came and were not drawn, because a later one was due.
        serial: counts up with each new frame.
        has_ended: the decoder has closed its pipe.
    """

    def __init__(
        self, fd: int, size: Size, fps: int, frames: int, period_s: float, medium: Digest
    ) -> None:
        os.set_blocking(fd, False)
        self.fd = fd
        self.size, self.medium = size, medium
        self.late = self.left_out = self.serial = 0
        self.has_ended = False
        self._fps, self._frames = fps, frames
        self._slack_s = min(period_s, 1 / fps) / 2
        self._bytes = size[0] * size[1] * 3
        least, most = AHEAD_FRAMES
        self._ahead = min(most, max(least, AHEAD_BYTES // self._bytes))
        self._ready: deque[bytearray] = deque()
        self._free: list[bytearray] = []
        self._filling, self._filled = bytearray(self._bytes), 0
        self._pixels: bytearray | None = None
        self._index = -1  # of the frame that is drawn
        self._judged = -1  # of the last frame that was due
        self._begin_mono_s: float | None = None
        self._grace_s = 0.0  # by so much it was late from its first frame on

    @property
    def shown(self) -> int:
        """Frames that were due and drawn."""
        return 0 if self._begin_mono_s is None else self.serial

    @property
    def wants_data(self) -> bool:
        """Is there room for a further frame?"""
        return not self.has_ended and len(self._ready) < self._ahead

    @property
    def is_ready(self) -> bool:
        """Is there a frame to begin with?"""
        return bool(self._ready) or self._pixels is not None

    @property
    def pixels(self) -> bytearray:
        """The present frame; the first one before the begin.

        Raises:
            ValueError: it is not ready.
        """
        if self._pixels is None:
            if not self._ready:
                raise ValueError("no frame has come")
            self._take_next(0)
        return self._pixels or bytearray()

    @property
    def next_due_mono_s(self) -> float:
        """When the next frame is due; infinite before the begin and behind the last frame."""
        if self._begin_mono_s is None or (self.has_ended and not self._ready):
            return math.inf
        return self._begin_mono_s + (self._judged + 1) / self._fps

    def begin(self, mono_s: float, now_mono_s: float = 0.0) -> None:
        """Its first frame belongs to this moment, past or not; a second call does nothing."""
        if self._begin_mono_s is None:
            self._begin_mono_s = mono_s
            self._grace_s = max(0.0, now_mono_s - mono_s)
            self._judged = max(self._judged, 0)

    def read(self) -> None:
        """Take what the pipe holds; never waits."""
        for _ in range(READS_AT_ONCE):
            if not self.wants_data or not self._read_once():
                return

    def _read_once(self) -> bool:
        try:
            count = os.readv(self.fd, [memoryview(self._filling)[self._filled :]])
        except BlockingIOError:
            return False
        self.has_ended = count == 0
        self._filled += count
        if self._filled == self._bytes:
            self._ready.append(self._filling)
            self._filling = self._free.pop() if self._free else bytearray(self._bytes)
            self._filled = 0
        return count > 0

    def draw(self, at_mono_s: float) -> None:
        """Make the frame that is due at this moment the present one, or the last before it."""
        if self._begin_mono_s is None:
            return
        due = math.floor((at_mono_s - self._begin_mono_s + self._slack_s) * self._fps)
        if due <= self._judged:
            return
        self._judged = due
        if len(self._ready) < due - self._index:
            self.read()
        self._take_next(due)
        is_over = self.has_ended and not self._ready
        self.late += self._index < due and not is_over

    def _take_next(self, due: int) -> None:
        former = self._index
        while self._ready and self._index < due:
            if self._pixels is not None:
                self._free.append(self._pixels)
            self._pixels = self._ready.popleft()
            self._index += 1
        if self._index > former:
            self.serial += 1
            self.left_out += self._index - former - 1

    def find_fault(self, now_mono_s: float) -> str | None:
        """Why it cannot be shown any more; None while it can."""
        read = self._index + 1 + len(self._ready)
        if self.has_ended and read < self._frames - SHORT_S * self._fps:
            whole_s = self._frames / self._fps
            return f"the clip ended after {read / self._fps:.1f} of {whole_s:.1f} s"
        if self._begin_mono_s is None or (self.has_ended and not self._ready):
            return None
        due_s = now_mono_s - self._begin_mono_s - self._grace_s
        behind_s = due_s - (self._index + 1) / self._fps
        if behind_s <= BEHIND_S:
            return None
        return f"{behind_s:.0f} s behind: it is not decoded in time"

    def close(self) -> None:
        """Release the pipe: its decoder ends. A second call does nothing."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd, self.has_ended = -1, True
