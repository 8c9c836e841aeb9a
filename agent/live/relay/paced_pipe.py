"""Writes frames into the engine's pipe at the speed of time, a second ahead of their sound.

The engine keeps the place of each sample in time, so what is written by the clock sounds by the
clock. Where the device is slower than the clock the pipe fills; then nothing is written for a
while, and the radio's buffer is cut to its live edge when it is too full.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from agent.radio.radio_programme import RadioProgramme

AHEAD_S = 1.0


@dataclass
class PacedPipe:
    """One pipe.

    Args:
        fd: its write end, not blocking.
        programme: gives the frames.
        begin_mono_s: when the first frame sounds; None: not known yet.
    """

    fd: int
    programme: RadioProgramme
    begin_mono_s: float | None = None
    _written: int = 0
    _rest: bytes = b""

    def begin(self, at_mono_s: float) -> None:
        """Set or move the moment of the first frame, as long as none was written."""
        if not self._written:
            self.begin_mono_s = at_mono_s

    def write_due(self, now_mono_s: float) -> None:
        """Write the frames that are due, as far as the pipe has room.

        Raises:
            BrokenPipeError: nobody reads it any more.
        """
        if self.begin_mono_s is None:
            return
        due = int((now_mono_s + AHEAD_S - self.begin_mono_s) / self.programme.form.s)
        while self._written < due and self._flush():
            self._rest = self.programme.next_frame()
            self._written += 1
        self._flush()

    def _flush(self) -> bool:
        """Write the rest of a frame; False when the pipe is full."""
        while self._rest:
            try:
                self._rest = self._rest[os.write(self.fd, self._rest) :]
            except BlockingIOError:
                return False
        return True
