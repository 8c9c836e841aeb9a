"""Decoded sound between a pipe and the mixer: a bounded ring buffer, or a whole clip in memory.

One thread writes (it reads the pipe), one reads (the device's callback). Each side only advances
its own counter, so the callback takes no lock.
"""

from __future__ import annotations

import os
import threading
from typing import Protocol

Samples = bytes  # s16, native byte order

FRAME_BYTES = 2
RING_S = 4
READ_BYTES = 65_536
FULL_WAIT_S = 0.5  # an eighth of the ring: the decoder wakes twice a second, not all the time
CLIP_LIMIT_FRAMES = 48_000 * 600  # ten minutes, 58 MB


class SampleSource(Protocol):
    """The sound of a slot.

    `is_live`: it is written as it happens, so sound that comes late is played late, not skipped.
    """

    is_live: bool

    @property
    def finished(self) -> bool:
        """True when nothing more will come than what `read` still returns."""

    @property
    def remaining(self) -> int | None:
        """Frames until the end, if known."""

    @property
    def available(self) -> int:
        """Frames that can be read at once."""

    def read(self, frames: int) -> Samples:
        """At most `frames` frames, at once; fewer when no more are available yet."""

    def close(self) -> None:
        """Stop reading."""


class Ring:
    """Four seconds of a pipe's sound; the reader thread keeps it full until the pipe ends.

    Args:
        fd: read end of the pipe, owned from now on.
        rate_hz: frames a second.
    """

    is_live = False

    def __init__(self, fd: int, rate_hz: int) -> None:
        self._fd = fd
        self._size = rate_hz * RING_S * FRAME_BYTES
        self._memory = memoryview(bytearray(self._size))
        self._written = 0
        self._taken = 0
        self._ended = False
        self._closed = threading.Event()
        threading.Thread(target=self._fill, name="ring", daemon=True).start()

    @property
    def finished(self) -> bool:
        """Has the pipe ended, and were all its samples read?"""
        return self._ended and self._written - self._taken < FRAME_BYTES

    @property
    def remaining(self) -> int | None:
        """Frames until the end; unknown while the pipe is open."""
        return self.available if self._ended else None

    @property
    def available(self) -> int:
        """Frames that can be read at once."""
        return (self._written - self._taken) // FRAME_BYTES

    def read(self, frames: int) -> Samples:
        """At most `frames` frames (a copy)."""
        wanted = min(frames, self.available) * FRAME_BYTES
        at = self._taken % self._size
        first = bytes(self._memory[at : at + wanted])
        rest = bytes(self._memory[: wanted - len(first)])
        self._taken += wanted
        return first + rest

    def close(self) -> None:
        """Stop filling; the pipe's writer gets SIGPIPE."""
        self._closed.set()

    def _fill(self) -> None:
        try:
            while not self._closed.is_set():
                room = self._size - (self._written - self._taken)
                if room < FRAME_BYTES:
                    self._closed.wait(FULL_WAIT_S)
                    continue
                at = self._written % self._size
                got = os.readv(self._fd, [self._memory[at : min(at + room, self._size)]])
                if not got:
                    break
                self._written += got
        finally:
            os.close(self._fd)
            self._ended = True


class Clip:
    """A clip in memory, playable any number of times, also while it is still being filled.

    Args:
        fd: read end of the pipe, owned from now on.
    """

    def __init__(self, fd: int) -> None:
        self.chunks: list[Samples] = []
        self.complete = False
        threading.Thread(target=self._fill, args=(fd,), name="clip", daemon=True).start()

    def _fill(self, fd: int) -> None:
        rest = b""
        frames = 0
        try:
            while frames < CLIP_LIMIT_FRAMES and (got := os.read(fd, READ_BYTES)):
                data = rest + got
                whole = len(data) // FRAME_BYTES * FRAME_BYTES
                rest = data[whole:]
                self.chunks.append(data[:whole])
                frames += whole // FRAME_BYTES
        finally:
            os.close(fd)
            self.complete = True


class ClipSource:
    """One playback of a clip."""

    is_live = False

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        self._chunk = 0
        self._at = 0

    @property
    def finished(self) -> bool:
        """Is the clip complete, and was it read to its end?"""
        return self._clip.complete and self._chunk >= len(self._clip.chunks)

    @property
    def remaining(self) -> int | None:
        """Frames until the end; unknown while the clip is being filled."""
        return self.available if self._clip.complete else None

    @property
    def available(self) -> int:
        """Frames that can be read at once."""
        waiting = sum(map(len, self._clip.chunks[self._chunk :]))
        return (waiting - self._at) // FRAME_BYTES

    def read(self, frames: int) -> Samples:
        """At most `frames` frames (a copy)."""
        parts: list[Samples] = []
        wanted = frames * FRAME_BYTES
        while wanted > 0 and self._chunk < len(self._clip.chunks):
            chunk = self._clip.chunks[self._chunk]
            part = chunk[self._at : self._at + wanted]
            parts.append(part)
            wanted -= len(part)
            self._at += len(part)
            if self._at >= len(chunk):
                self._chunk += 1
                self._at = 0
        return b"".join(parts)

    def close(self) -> None:
        """Do nothing: the clip stays in memory."""
