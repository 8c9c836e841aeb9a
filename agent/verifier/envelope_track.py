"""Sound on a grid of 20 ms: the level of its speech band in each frame, and the last seconds of it.

Both sides are treated alike: what the engine plays and what the monitor hears. A frame's number is
its moment of CLOCK_MONOTONIC over 20 ms, so that the two can be compared. Nothing leaves this
process but scores; samples are overwritten after three seconds.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

RATE_HZ = 48_000
FRAME = 960
FRAME_S = FRAME / RATE_HZ
BAND = slice(8, 81)  # 400 to 4000 Hz in steps of 50 Hz
FLOOR = 1e-7  # of full scale: -70 dB, below what any card or microphone adds
SILENT = -6.5  # log10 of the band's power below which nothing is played
KEPT_FRAMES = 1024  # 20 s of levels
KEPT_SAMPLES = 150  # frames of samples: 3 s

Samples: TypeAlias = npt.NDArray[np.float64]
_WINDOW = np.hanning(FRAME)
_SCALE = 1 / (32_768 * FRAME / 4)


class EnvelopeTrack:
    """One sound, as it comes.

    Args:
        tolerance_s: a block whose moment differs by less than that from the end of the one before
            follows it without a gap.

    Attributes:
        last: the newest frame; -1 before the first.
    """

    def __init__(self, tolerance_s: float) -> None:
        self.last = -1
        self._tolerance = round(tolerance_s * RATE_HZ)
        self._levels = np.full(KEPT_FRAMES, np.log10(FLOOR))
        self._frames = np.full(KEPT_FRAMES, -1, dtype=np.int64)
        self._samples = np.zeros((KEPT_SAMPLES, FRAME))
        self._rest: Samples = np.zeros(0)
        self._next = -1  # number of the sample after the rest

    def add(self, moment_s: float, block: Samples) -> None:
        """Add samples, of which the first sounds at a moment."""
        at = round(moment_s * RATE_HZ)
        if self._next < 0 or abs(at - self._next) > self._tolerance:
            self._rest = np.zeros(at % FRAME)  # what is missing of the first frame is silence
            self._next = at
        self._rest = np.concatenate((self._rest, block))
        self._next += len(block)
        first = (self._next - len(self._rest)) // FRAME
        whole = len(self._rest) // FRAME
        if whole:
            self._put(first, self._rest[: whole * FRAME].reshape(whole, FRAME))
            self._rest = self._rest[whole * FRAME :]

    def _put(self, first: int, samples: Samples) -> None:
        """Keep frames, a row each: together they cost a third of what each costs alone."""
        frames = np.arange(first, first + len(samples))
        band = np.fft.rfft(samples * _WINDOW)[:, BAND] * _SCALE
        places = frames % KEPT_FRAMES
        self._levels[places] = np.log10((band.real**2 + band.imag**2).sum(axis=1) + FLOOR)
        self._frames[places] = frames
        self._samples[frames % KEPT_SAMPLES] = samples
        self.last = max(self.last, first + len(samples) - 1)

    def levels(self, first: int, count: int) -> Samples:
        """Log levels of so many frames; silence where there was no sound."""
        wanted = np.arange(first, first + count)
        places = wanted % KEPT_FRAMES
        found: Samples = np.where(
            self._frames[places] == wanted, self._levels[places], np.log10(FLOOR)
        )
        return found

    def samples(self, first: int, count: int) -> Samples:
        """Samples of the last three seconds; silence where there was none."""
        found = [
            self._samples[frame % KEPT_SAMPLES]
            if self._frames[frame % KEPT_FRAMES] == frame and frame > self.last - KEPT_SAMPLES
            else np.zeros(FRAME)
            for frame in range(first, first + count)
        ]
        return np.concatenate(found)
