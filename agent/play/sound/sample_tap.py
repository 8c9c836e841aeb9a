"""A copy of what the engine plays, for the verifier: packets that never wait and may be lost."""

from __future__ import annotations

import os

from agent.play.ipc import TAP_HEADER


class SampleTap:
    """Where the copy goes. The control thread opens it, the device's callback writes."""

    def __init__(self) -> None:
        self._fd: int | None = None

    @property
    def is_open(self) -> bool:
        """Does anybody want the samples?"""
        return self._fd is not None

    def open(self, fd: int) -> None:
        """Write to this socket from now on; owned from now on."""
        os.set_blocking(fd, False)
        former, self._fd = self._fd, fd
        if former is not None:
            os.close(former)

    def write(self, moment_s: float, channels: int, block: bytes) -> None:
        """Send one block whose first frame sounds at a moment."""
        fd = self._fd
        if fd is None:
            return
        try:
            os.writev(fd, [TAP_HEADER.pack(moment_s, channels), block])
        except BlockingIOError:
            pass  # the verifier is behind: this block is not compared
        except OSError:  # the verifier has ended
            self._fd = None
            os.close(fd)
