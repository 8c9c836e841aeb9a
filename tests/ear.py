"""What the sink played, judged by nothing but the recording."""

from __future__ import annotations

import math
import wave
from array import array
from datetime import datetime, timedelta

from central.demo.capture import Recording

RATE_HZ = 48_000
BLOCK_S = 0.01
LOUD = 0.01 * 32_768
NOTE_S = 0.25
MELODY_HZ = (392.0, 440.0, 523.25, 587.33, 659.26, 587.33, 523.25, 440.0)


class Ear:
    """What was really heard; knows nothing but the WAV."""

    def __init__(self, recording: Recording) -> None:
        self.at = recording.first_sample_at
        with wave.open(str(recording.path)) as wav:
            self.samples = array("h", wav.readframes(wav.getnframes()))

    def loud_share(self, start: datetime, end: datetime) -> float:
        """The part of a span's 10 ms blocks that hold sound."""
        first, last = self._index(start), self._index(end)
        step = int(RATE_HZ * BLOCK_S)
        blocks = [self.samples[i : i + step] for i in range(max(0, first), last, step)]
        loud = [max(map(abs, block)) > LOUD for block in blocks if block]
        return sum(loud) / len(loud) if loud else 0.0

    def told_sounds(self) -> list[str]:
        """Every stretch with sound, for the message of an assertion."""
        stretches: list[list[datetime]] = []
        for at in self.loud_moments():
            if not stretches or at - stretches[-1][1] > timedelta(seconds=0.3):
                stretches.append([at, at])
            stretches[-1][1] = at
        return [f"{begin:%H:%M:%S.%f}..{end:%H:%M:%S.%f}" for begin, end in stretches]

    def loud_moments(self) -> list[datetime]:
        """When each 10 ms block with sound begins."""
        step = int(RATE_HZ * BLOCK_S)
        return [
            self.at + timedelta(seconds=i / RATE_HZ)
            for i in range(0, len(self.samples), step)
            if max(map(abs, self.samples[i : i + step])) > LOUD
        ]

    def pitch(self, at: datetime) -> float:
        """Which note of the melody is the strongest in the 80 ms after a moment."""
        first = self._index(at)
        samples = self.samples[first : first + int(0.08 * RATE_HZ)]
        return max(set(MELODY_HZ), key=lambda hz: power(samples, hz))

    def _index(self, at: datetime) -> int:
        return int((at - self.at).total_seconds() * RATE_HZ)


def power(samples: array[int], hz: float) -> float:
    """Goertzel."""
    coefficient = 2 * math.cos(2 * math.pi * hz / RATE_HZ)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + coefficient * last - before
    return before**2 + last**2 - coefficient * before * last
