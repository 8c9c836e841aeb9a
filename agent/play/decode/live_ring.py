"""Sound that is written as it happens: held for some milliseconds, played late rather than skipped.

A microphone's clock and the output's clock differ, and both threads are late now and then. So the
first sample waits until `HOLD_MS` are there; a gap is played late, which makes the next one less
likely; and when for a second never less than `SLACK_MS` lay unused, that much is dropped.
"""

from __future__ import annotations

from agent.play.decode.pcm import Ring, Samples

HOLD_MS = 20
SLACK_MS = 30  # less than this is not worth a break in the sound
EXCESS_MS = 80  # more than this is dropped at once: the horn must follow the mouth
WINDOW_S = 1.0


class LiveRing(Ring):
    """A ring whose reader keeps it nearly empty.

    Args:
        fd: read end of the pipe, owned from now on.
        rate_hz: frames a second.
    """

    is_live = True

    def __init__(self, fd: int, rate_hz: int) -> None:
        self._hold = HOLD_MS * rate_hz // 1000
        self._slack = SLACK_MS * rate_hz // 1000
        self._excess = EXCESS_MS * rate_hz // 1000
        self._window = int(WINDOW_S * rate_hz)
        self._has_begun = False
        self._spare = self._seen = 0  # the least that lay unused, over so many frames
        super().__init__(fd, rate_hz)

    @property
    def available(self) -> int:
        """Frames that can be read at once; none before enough is held."""
        have = super().available
        is_held = self._has_begun or self._ended or have >= self._hold
        return have if is_held else 0

    def read(self, frames: int) -> Samples:
        """At most `frames` samples (a copy), of the newest that are held."""
        have = super().available
        if not self._has_begun:
            self._has_begun = True
            self._spare = have
            self._drop(have - max(self._hold, frames))
        elif have > self._hold + frames + self._excess:
            self._drop(have - max(self._hold, frames))
        self._watch(super().available - frames, frames)
        return super().read(frames)

    def _watch(self, spare: int, frames: int) -> None:
        """Drop what was never needed for a whole window."""
        self._spare = min(self._spare, spare) if self._seen else spare
        self._seen += frames
        if self._seen >= self._window:
            self._seen = 0
            if not self._ended and self._spare > self._slack:
                self._drop(self._spare - self._slack // 2)

    def _drop(self, frames: int) -> None:
        if frames > 0:
            super().read(frames)
