"""What the sink played, judged by nothing but the recording."""

from __future__ import annotations

import copy
import math
import wave
from array import array
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from central.testbed.sound_capture import Recording

RATE_HZ = 48_000
BLOCK_S = 0.01
LOUD = 0.01 * 32_768
NOTE_S = 0.25
SHIFT_S = 0.03
# What goes on may be decoded later than the lead for it; what is later still joins its timeline.
LATE_S = 0.35
# Silence that a starved machine puts into what sounds, in all: an engine that is not run for a
# second writes nothing for a second.
STARVED_S = 1.25
LEAST_HOLE = 48  # samples; no note of the melody is exactly zero for a millisecond
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
        loud = find_loud(self.samples[max(0, first) : max(0, last)])
        return float(loud.mean()) if len(loud) else 0.0

    def describe_sounds(self) -> list[str]:
        """Every stretch with sound, for the message of an assertion."""
        stretches: list[list[datetime]] = []
        for at in self.loud_moments():
            if not stretches or at - stretches[-1][1] > timedelta(seconds=0.3):
                stretches.append([at, at])
            stretches[-1][1] = at
        return [f"{begin:%H:%M:%S.%f}..{end:%H:%M:%S.%f}" for begin, end in stretches]

    def loud_moments(self) -> list[datetime]:
        """When each 10 ms block with sound begins."""
        blocks = np.flatnonzero(find_loud(self.samples))
        return [self.at + timedelta(seconds=float(block) * BLOCK_S) for block in blocks]

    def assert_heard(self, start: datetime, end: datetime) -> None:
        """A span is filled with sound, but for what a starved machine explains.

        A span that is hardly longer than that is only heard at all.
        """
        length_s = (end - start).total_seconds()
        allowed_s = min(0.1 * length_s + STARVED_S, 0.9 * length_s)
        silent_s = self.silent_s(start, end)
        assert silent_s <= allowed_s or length_s <= 0, (
            silent_s,
            start,
            end,
            self.describe_sounds(),
        )

    def pitch(self, at: datetime) -> float | None:
        """The strongest note of the melody in the 80 ms after a moment; None for silence."""
        first = self._index(at)
        samples = self.samples[max(0, first) : max(0, first + int(0.08 * RATE_HZ))]
        if max(map(abs, samples), default=0) <= LOUD:
            return None
        return max(set(MELODY_HZ), key=lambda hz: power(samples, hz))

    def silent_s(self, start: datetime, end: datetime) -> float:
        """How long nothing was heard in a span, in seconds."""
        return (1 - self.loud_share(start, end)) * (end - start).total_seconds()

    def without_holes(self, start: datetime, end: datetime) -> AudioAnalysis:
        """The span alone, as it was written by the engine: no hole of a starved sound server.

        Such a hole is exactly zero and pushes what is behind it; nothing of the sound is lost. What
        is silent before the first sound stays.
        """
        other = copy.copy(self)
        first = max(0, self._index(start))
        other.at = self.at + timedelta(seconds=first / RATE_HZ)
        other.samples = array("h")
        for is_zero, run in groupby(self.samples[first : self._index(end)], (0).__eq__):
            part = array("h", run)
            if not is_zero or len(part) < LEAST_HOLE or not other.samples:
                other.samples.extend(part)
        return other

    def holes_s(self, start: datetime, end: datetime) -> float:
        """How long the holes of a starved sound server are in a span, from its first sound on."""
        first, last = max(0, self._index(start)), max(0, self._index(end))
        removed = last - first - len(self.without_holes(start, end).samples)
        return max(0, removed) / RATE_HZ

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
    sound: AudioAnalysis,
    planned: datetime,
    notes: range,
    error_s: float = 0.0,
    since: datetime | None = None,
) -> None:
    """The notes of a melody that would have begun at a moment are heard; one in eight may be wrong.

    A starved machine may silence some (`STARVED_S`). What is behind a hole may be late by as much
    as all holes before it, until the engine has caught up: so they are judged eight at a time.

    Args:
        sound: what was heard.
        planned: of note 0, by the station's time.
        notes: which ones.
        error_s: what the station states of that time: all of them may be off by as much, and later
            by `LATE_S`.
        since: when the play began to sound; at the first of the notes where not given.
    """
    begin = (since or planned + timedelta(seconds=notes[0] * NOTE_S)) - timedelta(seconds=error_s)
    for first in range(notes.start, max(notes.stop - 7, notes.start + 1), 8):
        last = notes.stop if first + 16 > notes.stop else first + 8
        moments = [planned + timedelta(seconds=n * NOTE_S + 0.12) for n in range(first, last)]
        wanted = [MELODY_HZ[n % len(MELODY_HZ)] for n in range(first, last)]
        heard = _listen(sound, begin, moments, error_s)
        assert any(is_melody(one, wanted) for one in heard), (
            *(error_s, since, moments[0], wanted, heard[0]),
            sound.describe_sounds(),
        )


def _listen(
    sound: AudioAnalysis, begin: datetime, moments: list[datetime], error_s: float
) -> list[list[float | None]]:
    """The notes at some moments, for every shift that error and holes explain."""
    late_s = LATE_S + min(sound.holes_s(begin, moments[0]), 2 * STARVED_S)
    steps, late = int(error_s / SHIFT_S), int(late_s / SHIFT_S)
    end = moments[-1] + timedelta(seconds=STARVED_S + error_s + late_s)
    whole = sound.without_holes(begin, end)
    return [
        [one.shifted(step * SHIFT_S).pitch(at) for at in moments]
        for one in (sound, whole)
        for step in sorted(range(-steps, steps + late + 1), key=abs)
    ]


def is_melody(heard: list[float | None], wanted: list[float]) -> bool:
    """At most one note is wrong, and no more silent than a starved machine explains."""
    silent = heard.count(None)
    right = sum(h == w for h, w in zip(heard, wanted, strict=True))
    wrong = len(wanted) - right - silent
    return wrong <= 1 and right > wrong + 1 and silent <= STARVED_S / NOTE_S


def assert_in_its_place(
    sound: AudioAnalysis,
    planned: datetime,
    since: datetime,
    seconds: float = 2.5,
    *,
    error_s: float,
    begun: datetime | None = None,
) -> None:
    """From a moment on the melody is heard, and where it would be had nothing happened.

    Args:
        sound: what was heard.
        planned: of note 0.
        since: the moment.
        seconds: for how long.
        error_s: what the station states of its time.
        begun: when the play began that sounds at the moment; at the moment where not given.
    """
    span = since + timedelta(seconds=error_s), since + timedelta(seconds=seconds)
    sound.assert_heard(*span)
    first = math.ceil(((since - planned).total_seconds() + error_s) / NOTE_S) + 1
    notes = range(first, first + int(seconds / NOTE_S) - 2)
    assert_melody(sound, planned, notes, error_s, begun or since)


def find_loud(samples: array[int]) -> Any:
    """Of each 10 ms block: does it hold sound?"""
    step = int(RATE_HZ * BLOCK_S)
    levels = np.abs(np.frombuffer(samples, "<i2").astype(np.int32))
    levels = np.pad(levels, (0, -len(levels) % step))
    return levels.reshape(-1, step).max(axis=1) > LOUD


def power(samples: array[int], hz: float) -> float:
    """Of the samples at a frequency: the square of their discrete Fourier transform there."""
    turn = np.exp(-2j * np.pi * hz * np.arange(len(samples)) / RATE_HZ)
    return float(abs(np.dot(np.frombuffer(samples, "<i2").astype(float), turn)) ** 2)
