"""Frames in memory that two processes share: one fills them in turn, the other shows them.

Two pipes count: a byte for each frame that has been filled, a byte for each place that is free
again. So each side learns of the other's end, and neither waits for a lock.
"""

from __future__ import annotations

import contextlib
import mmap
import os

_FRAME, FLASH = b"\1", b"\2"


class FrameRing:
    """The places of a clip's frames; frame n is in place n modulo their number.

    Args:
        frame_bytes: of each.
        places: how many.

    Attributes:
        places: how many.
        has_ended: no further frame comes; known to the side that shows.
        flashes: it ended because the clip flashes.
    """

    def __init__(self, frame_bytes: int, places: int) -> None:
        self.places = places
        self.has_ended = self.flashes = False
        shared = memoryview(mmap.mmap(-1, frame_bytes * places))
        self._frames = [
            shared[frame_bytes * place : frame_bytes * (place + 1)] for place in range(places)
        ]
        self._filled, self._tell_filled = os.pipe()
        self._freed, self._tell_freed = os.pipe()
        os.set_blocking(self._filled, False)
        os.write(self._tell_freed, bytes(places))

    @property
    def filler_fds(self) -> tuple[int, int]:
        """What the process that fills keeps open."""
        return self._freed, self._tell_filled

    def frame(self, number: int) -> memoryview:
        """The place of a frame: its pixels, once it is filled and until it is given back."""
        return self._frames[number % self.places]

    def leave_filling(self) -> None:
        """Close what the process that fills has now."""
        for fd in self.filler_fds:
            os.close(fd)

    def count_filled(self) -> int:
        """How many frames have come since the last call; never waits."""
        if self.has_ended:
            return 0
        try:
            told = os.read(self._filled, self.places + 1)
        except BlockingIOError:
            return 0
        self.flashes |= FLASH in told
        self.has_ended = not told or self.flashes
        return min(told.count(_FRAME), self.places)

    def give_back(self) -> None:
        """The oldest frame that is not given back yet is not needed any more."""
        if not self.has_ended:
            with contextlib.suppress(BrokenPipeError):  # its end is not known yet
                os.write(self._tell_freed, _FRAME)

    def close(self) -> None:
        """Nothing more is taken; frames that are shown stay readable."""
        self.has_ended = True
        os.close(self._filled)
        os.close(self._tell_freed)

    def wait_place(self) -> bool:
        """For the filling side: wait for a free place; False once the other side is gone."""
        return bool(os.read(self._freed, 1))

    def tell(self, what: bytes = _FRAME) -> None:
        """For the filling side: the next frame is filled, or the clip flashes.

        Raises:
            BrokenPipeError: the other side is gone.
        """
        os.write(self._tell_filled, what)
