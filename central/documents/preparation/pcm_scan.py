"""What samples tell without a filter: length, peaks for a picture, silence at the ends, clipping.

Samples are s16le, mono, 48 kHz. One peak stands for 10 ms, so an hour takes 0.7 MiB.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from central.documents.sound_decoding import RATE_HZ

WINDOW_MS = 10
WINDOW_BYTES = RATE_HZ * 2 * WINDOW_MS // 1000
FULL_SCALE = 32_767
QUIET_BELOW_PEAK = 10 ** (-45 / 20)  # a room's noise is further below speech
LEAST_SOUND_WINDOWS = 3  # a shorter one is the click of a button
CLIPPED_SAMPLES = 4  # in a row at full scale; a clean sine of 1 kHz has fewer
_CLIPPED = tuple(array("h", [value] * CLIPPED_SAMPLES) for value in (FULL_SCALE, -FULL_SCALE - 1))


@dataclass(frozen=True)
class PcmScan:
    """The result.

    Args:
        duration_ms: of all samples.
        peaks: the highest absolute value of each 10 ms, 0 to 32,768.
        clipped: how many 10 ms hold a run of samples at full scale.
    """

    duration_ms: int
    peaks: array[int]
    clipped: int

    @property
    def sound_ms(self) -> tuple[int, int]:
        """From when until when there is sound; (0, 0) where there is none.

        Sound is what is less than 45 dB below the highest peak for 30 ms or more.
        """
        threshold = max(self.peaks, default=0) * QUIET_BELOW_PEAK
        begin = _first_loud(iter(self.peaks), threshold)
        end = _first_loud(reversed(self.peaks), threshold)
        if begin is None or end is None or not threshold:
            return 0, 0
        return begin * WINDOW_MS, min((len(self.peaks) - end) * WINDOW_MS, self.duration_ms)


def _first_loud(peaks: Iterator[int], threshold: float) -> int | None:
    """How many windows come before the first sound of a sufficient length."""
    run = 0
    for number, peak in enumerate(peaks):
        run = run + 1 if peak >= threshold else 0
        if run == LEAST_SOUND_WINDOWS:
            return number + 1 - run
    return None


class PcmScanner:
    """Scans samples as they come; `add` takes any number of bytes."""

    def __init__(self) -> None:
        self._rest = b""
        self._bytes = 0
        self._peaks = array("H")
        self._clipped = 0

    @property
    def duration_ms(self) -> int:
        """Of what was added so far."""
        return self._bytes // 2 * 1000 // RATE_HZ

    def add(self, pcm: bytes) -> None:
        """Add the next samples."""
        self._bytes += len(pcm)
        data = self._rest + pcm
        whole = len(data) - len(data) % WINDOW_BYTES
        for start in range(0, whole, WINDOW_BYTES):
            self._add_window(data[start : start + WINDOW_BYTES])
        self._rest = data[whole:]

    def _add_window(self, raw: bytes) -> None:
        window = array("h", raw)
        if sys.byteorder == "big":
            window.byteswap()
        highest, lowest = max(window), min(window)
        peak = max(highest, -lowest)
        self._peaks.append(peak)
        self._clipped += peak >= FULL_SCALE and _has_clipped(window)

    def end(self) -> PcmScan:
        """The result; the last, shorter window counts too."""
        if len(self._rest) > 1:
            self._add_window(self._rest[: len(self._rest) // 2 * 2])
        return PcmScan(self.duration_ms, self._peaks, self._clipped)


def _has_clipped(window: array[int]) -> bool:
    raw = window.tobytes()
    for pattern in _CLIPPED:
        at = raw.find(pattern.tobytes())
        while at > 0 and at % 2:  # across two samples
            at = raw.find(pattern.tobytes(), at + 1)
        if at >= 0:
            return True
    return False
