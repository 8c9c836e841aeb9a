"""What the sink played, judged by nothing but the recording."""

from __future__ import annotations

import copy
import math
import wave
from array import array
from datetime import datetime, timedelta
from itertools import pairwise

from central.testbed.sound_capture import Recording

RATE_HZ = 48_000
BLOCK_S = 0.01
LOUD = 0.01 * 32_768
NOTE_S = 0.25
SHIFT_S = 0.03
# What a busy machine takes: the holes of a starved sound server push what is behind them, and what
# goes on may be decoded later than the lead for it.
LATE_S = 0.25
MELODY_HZ = (392.0, 440.0, 523.25, 587.33, 659.26, 587.33, 523.25, 440.0)


class AudioAnalysis:
    """What is audible in a WAV; no other source is used."""

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

    def shifted(self, seconds: float) -> AudioAnalysis:
        """The same sounds, moved earlier by this much."""
        other = copy.copy(self)
        other.at = self.at - timedelta(seconds=seconds)
        return other

    def periods(self, limit: float) -> list[float]:
        """Samples from rise to rise through zero, from the first sample over a limit to the last.

        A fraction of a sample by a straight line between the two about zero.
        """
        loud = [n for n, sample in enumerate(self.samples) if abs(sample) > limit]
        tone = self.samples[loud[0] : loud[-1]] if loud else self.samples[:0]
        rises = [n + a / (a - b) for n, (a, b) in enumerate(pairwise(tone)) if a < 0 <= b]
        return [late - early for early, late in pairwise(rises)]

    def _index(self, at: datetime) -> int:
        return int((at - self.at).total_seconds() * RATE_HZ)


def assert_melody(
    ear: AudioAnalysis, planned: datetime, notes: range, error_s: float = 0.0
) -> None:
    """The notes of a melody that would have begun at a moment are heard; one may be missing.

    Args:
        ear: what was heard.
        planned: of note 0, by the station's time.
        notes: which ones.
        error_s: what the station states of that time: all of them may be off by as much, and later
            by `LATE_S`.
    """
    wanted = [MELODY_HZ[n % len(MELODY_HZ)] for n in notes]
    moments = [planned + timedelta(seconds=n * NOTE_S + 0.12) for n in notes]
    steps, late = int(error_s / SHIFT_S), int(LATE_S / SHIFT_S)
    heard = []
    for step in sorted(range(-steps, steps + late + 1), key=abs):
        moved = ear.shifted(step * SHIFT_S)
        heard.append([moved.pitch(at) for at in moments])
        if sum(h == w for h, w in zip(heard[-1], wanted, strict=True)) >= len(notes) - 1:
            return
    raise AssertionError((error_s, wanted, heard[0], ear.told_sounds()))


def assert_in_its_place(
    ear: AudioAnalysis, planned: datetime, since: datetime, seconds: float = 2.5, *, error_s: float
) -> None:
    """From a moment on the melody is heard, and where it would be had nothing happened."""
    share = ear.loud_share(since + timedelta(seconds=error_s), since + timedelta(seconds=seconds))
    assert share > 0.9 or error_s > seconds / 2, (share, since, ear.told_sounds())
    first = math.ceil(((since - planned).total_seconds() + error_s) / NOTE_S) + 1
    notes = range(first, first + int(seconds / NOTE_S) - 2)
    assert_melody(ear, planned, notes, error_s)


def power(samples: array[int], hz: float) -> float:
    """Goertzel."""
    coefficient = 2 * math.cos(2 * math.pi * hz / RATE_HZ)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + coefficient * last - before
    return before**2 + last**2 - coefficient * before * last
