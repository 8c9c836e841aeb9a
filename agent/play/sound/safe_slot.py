"""One sound of safe mode: where its samples come from, its level, where it is in the stream.

Plain Python, no numpy: the less is loaded, the less can fail.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import threading
from array import array
from typing import Protocol

from agent.play.ipc import RATE_HZ, Channels, Load

SAMPLE_BYTES = 2
CHUNK_BYTES = 480  # 5 ms: a ramp rises in steps of this; eight channels of it fit into one piece
PIPE_BYTES = 1 << 19  # five seconds of a decoder's lead
READ_BYTES = 65_536
CLIP_LIMIT_BYTES = 600 * RATE_HZ * SAMPLE_BYTES
PEAK = 32_767


class SafeSource(Protocol):
    """Samples, s16le mono."""

    def has_sound(self) -> bool:
        """Is there a first sample, or nothing to wait for?"""

    def read(self, count: int) -> bytes | None:
        """At most so many bytes, whole frames; None when nothing has come yet, empty at the end."""

    def close(self) -> None:
        """Stop reading."""


class PipeSource:
    """A decoder's pipe.

    Args:
        fd: read end, owned from now on.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._rest = b""
        os.set_blocking(fd, False)
        with contextlib.suppress(OSError):  # more than the user may have
            fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, PIPE_BYTES)

    def has_sound(self) -> bool:
        """See `SafeSource.has_sound`."""
        return bool(select.select([self._fd], [], [], 0)[0])

    def read(self, count: int) -> bytes | None:
        """See `SafeSource.read`."""
        try:
            got = os.read(self._fd, count)
        except BlockingIOError:
            return None
        data = self._rest + got
        whole = len(data) // SAMPLE_BYTES * SAMPLE_BYTES
        self._rest = data[whole:]
        return data[:whole] if whole or not got else None

    def close(self) -> None:
        """The decoder gets SIGPIPE."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class LivePipeSource(PipeSource):
    """The pipe of somebody who speaks now: what was captured before the first sample is dropped."""

    def __init__(self, fd: int) -> None:
        super().__init__(fd)
        self._is_fresh = True

    def read(self, count: int) -> bytes | None:
        """See `SafeSource.read`."""
        data = super().read(count)
        while self._is_fresh and data and (newer := super().read(count)):
            data = newer
        self._is_fresh = False
        return data


class SafeClip:
    """A clip in memory; a thread fills it, because its pipe may be slow.

    Args:
        fd: readable, owned from now on.
    """

    def __init__(self, fd: int) -> None:
        self.data = bytearray()
        self.is_complete = False
        threading.Thread(target=self._fill, args=(fd,), name="clip", daemon=True).start()

    def _fill(self, fd: int) -> None:
        try:
            while len(self.data) < CLIP_LIMIT_BYTES and (got := os.read(fd, READ_BYTES)):
                self.data += got
        finally:
            os.close(fd)
            self.is_complete = True


class SafeClipSource:
    """One playback of a clip."""

    def __init__(self, clip: SafeClip) -> None:
        self._clip = clip
        self._at = 0

    def has_sound(self) -> bool:
        """See `SafeSource.has_sound`."""
        return len(self._clip.data) >= SAMPLE_BYTES or self._clip.is_complete

    def read(self, count: int) -> bytes | None:
        """See `SafeSource.read`."""
        is_complete = self._clip.is_complete
        end = len(self._clip.data) // SAMPLE_BYTES * SAMPLE_BYTES
        data = bytes(self._clip.data[self._at : min(end, self._at + count)])
        self._at += len(data)
        return data if data or is_complete else None

    def close(self) -> None:
        """Do nothing: the clip stays in memory."""


class SafeSlot:
    """Waits for its moment, is written into a stream, ends.

    Args:
        command: its id, level, gain, channels and rise.
        source: where samples come from.
        channels: of the device.

    Attributes:
        start_mono_s: its moment; None: not set yet.
        after: the slot whose end it waits for.
        first: the stream's frame at which it begins.
        end: the stream's frame behind its last one; None while it is being written.
        is_started: has its start been reported?
        sound: frames of its own sound in the stream.
        missing: frames of silence in its midst.
        dry: frames of silence since the last of its samples.
        late: frames of silence in their place that are to be skipped when they come.
    """

    def __init__(self, command: Load, source: SafeSource, channels: int = 1) -> None:
        self.id = command.id
        self.level = command.level
        self.source = source
        self.start_mono_s: float | None = None
        self.after: str | None = None
        self.first = 0
        self.end: int | None = None
        self.is_started = False
        self.is_starved = False
        self.sound = 0
        self.missing = 0
        self.dry = 0
        self.late = 0
        self.pending = b""
        self._count = channels
        self._rise = command.fade_in_ms * RATE_HZ // 1000
        self._channels: Channels = {}
        self.set_gain(command.gain_db, command.channels)

    def set_gain(self, gain_db: float, channels: Channels | None = None) -> None:
        """From the next samples on; the channels stay as they are when none are given."""
        if channels is not None:
            self._channels = channels
        own = self._channels or dict.fromkeys(range(self._count), 0.0)
        self._factors = [
            10.0 ** ((gain_db + own[number]) / 20.0) if number in own else 0.0
            for number in range(self._count)
        ]

    def is_due(self, now_mono_s: float) -> bool:
        """Has its moment come, and its first sample?"""
        is_time = self.start_mono_s is not None and self.start_mono_s <= now_mono_s
        return is_time and self.after is None and self.source.has_sound()

    def fetch(self) -> bool | None:
        """Have samples in `pending`: True; False at the end, None when nothing has come yet."""
        if self.pending:
            return True
        data = self.source.read(CHUNK_BYTES)
        if not data:
            return None if data is None else False
        self.dry = 0
        self.pending = self._at_level(data)
        return True

    def skip_late(self) -> None:
        """Drop from `pending` what should have sounded already."""
        frame_bytes = self._count * SAMPLE_BYTES
        count = min(self.late, len(self.pending) // frame_bytes)
        self.late -= count
        self.pending = self.pending[count * frame_bytes :]

    def wrote(self, count: int) -> None:
        """So many bytes of `pending` are in the stream."""
        self.pending = self.pending[count:]
        self.sound += count // (self._count * SAMPLE_BYTES)

    def _at_level(self, data: bytes) -> bytes:
        """The samples for each channel of the device, at its level."""
        rise = min(1.0, self.sound / self._rise) if self._rise else 1.0
        factors = [factor * rise for factor in self._factors]
        if factors == [1.0]:
            return data
        samples = array("h", data)
        frames = array("h", bytes(len(data) * self._count))
        for channel, factor in enumerate(factors):
            if factor:
                limited = (max(-PEAK, min(PEAK, round(one * factor))) for one in samples)
                frames[channel :: self._count] = array("h", limited)
        return frames.tobytes()
