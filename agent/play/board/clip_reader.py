"""Reads the frames of a clip from its decoder in a process of its own.

A board that waits for a slot, or writes a frame, reads nothing meanwhile; and a pipe holds less
than a frame. So this process reads, some frames ahead of their moments, and the decoder catches up
after each time in which the machine had no room for it. It also looks whether the clip flashes: the
board is told before the frame that would be one change too many is shown.
"""

from __future__ import annotations

import os

from PIL import Image

from agent.contract.flash_count import CELLS, FlashCount
from agent.play.board.forked_process import fork_process, kill
from agent.play.board.frame_ring import FLASH, FrameRing

AHEAD_BYTES = 12 << 20  # of frames that wait for their moments
AHEAD_FRAMES = (3, 10)  # at least, at most
MEMORY_BYTES = 256 << 20
LOOKED_AT = 12  # so many pixels each way are looked at in each part of the picture

Size = tuple[int, int]


class ClipReader:
    """The process of one clip.

    Args:
        fd: read end of the decoder's pipe; owned from now on.
        size: (width_px, height_px) of its frames.
        fps: frames a second.

    Raises:
        OSError: no process can be started; nothing is left open then.

    Attributes:
        ring: its frames.
    """

    def __init__(self, fd: int, size: Size, fps: int) -> None:
        self.ring = FrameRing(size[0] * size[1] * 3, count_places(size))
        try:
            self._pid: int | None = fork_process(
                "a reader of a clip",
                lambda: read_clip(fd, size, fps, self.ring),
                (fd, *self.ring.filler_fds),
                MEMORY_BYTES,
            )
        except OSError:
            self.ring.close()
            raise
        finally:
            os.close(fd)
            self.ring.leave_filling()

    def close(self) -> int | None:
        """End it, and by that its decoder; its pid, to be reaped. A second call does nothing."""
        pid, self._pid = self._pid, None
        if pid is not None:
            self.ring.close()
            kill(pid)
        return pid


def count_places(size: Size) -> int:
    """Those ahead, and the frame that is shown."""
    least, most = AHEAD_FRAMES
    return 1 + min(most, max(least, AHEAD_BYTES // (size[0] * size[1] * 3)))


def read_clip(fd: int, size: Size, fps: int, ring: FrameRing) -> None:
    """Fill the ring until the decoder or the board ends, or the clip flashes."""
    changes, number = FlashCount(fps), 0
    while ring.wait_place():
        frame = ring.frame(number)
        if not _read_whole(fd, frame):
            return
        if changes.add(read_cells(frame, size)):
            ring.tell(FLASH)
            return
        ring.tell()
        number += 1


def _read_whole(fd: int, frame: memoryview) -> bool:
    filled = 0
    while filled < len(frame):
        count = os.readv(fd, [frame[filled:]])
        if not count:
            return False
        filled += count
    return True


def read_cells(pixels: memoryview, size: Size) -> bytes:
    """The mean grey value of each part of a frame, in rows from the top.

    Not each pixel is read: that would take a small box as long as the frame lasts.
    """
    (width_px, height_px), (across, down) = size, CELLS
    rows = min(height_px, down * LOOKED_AT)
    length = width_px * 3
    firsts = (length * (height_px * (2 * row + 1) // (2 * rows)) for row in range(rows))
    some = b"".join(pixels[first : first + length] for first in firsts)
    picture = Image.frombytes("RGB", (width_px, rows), some)
    few = min(width_px, across * LOOKED_AT), rows
    sampled = picture.resize(few, Image.Resampling.NEAREST).convert("L")
    return sampled.resize(CELLS, Image.Resampling.BOX).tobytes()
