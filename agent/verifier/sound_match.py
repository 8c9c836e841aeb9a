"""Is what was played in what was heard? By its envelope, or by a tone in it.

Envelope: the log level of 400 to 4000 Hz in frames of 20 ms, over 5 s, correlated at each delay
from the card to the microphone. Log levels make it independent of gain, distance and volume. Tone:
where what is played is one pure tone, as in a chime or an attention signal, its power in what is
heard against six neighbours, as Goertzel's filter gives them at single frequencies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from agent.verifier.envelope_track import FRAME, RATE_HZ, SILENT, EnvelopeTrack, Samples

WINDOW = 250  # frames: 5 s
LAGS = range(-5, 36)  # frames: -0.1 to 0.7 s, for buffers of a capture and 100 m of air
THRESHOLD = 0.5
LEAST_SPREAD = 0.15  # of the played log levels; below that nothing can be compared
LEAST_SOUND = 0.4  # share of the window in which something is played
TONE = 20  # frames: 0.4 s
TONE_SHARE = 0.8  # of the power of what is played, within two bins
TONE_FACTOR = 30.0
NEIGHBOURS = (-16, -12, -8, 8, 12, 16)  # bins of 2.5 Hz
TONE_STEP = 5  # frames between two delays


@dataclass(frozen=True)
class Match:
    """One comparison.

    Args:
        is_found: is the played sound in what was heard?
        score: correlation, or for a tone the share of `TONE_FACTOR` reached, at most 1.
        lag_s: delay at which it is best.
        by_tone: was it compared by a tone?
    """

    is_found: bool
    score: float
    lag_s: float
    by_tone: bool = False


def match_envelopes(played: EnvelopeTrack, heard: EnvelopeTrack, end: int) -> Match | None:
    """Compare the 5 s before frame `end`; None where too little, or only a hum, is played."""
    first = end - WINDOW
    reference = played.levels(first, WINDOW)
    if np.mean(reference > SILENT) < LEAST_SOUND or reference.std() < LEAST_SPREAD:
        return None
    around = heard.levels(first + LAGS[0], WINDOW + len(LAGS) - 1)
    scores = [_correlate(reference, around[k : k + WINDOW]) for k in range(len(LAGS))]
    best = int(np.argmax(scores))
    return Match(scores[best] >= THRESHOLD, scores[best], LAGS[best] * FRAME / RATE_HZ)


def match_tone(played: EnvelopeTrack, heard: EnvelopeTrack, end: int) -> Match | None:
    """Compare the 0.4 s that end before frame `end`; None where no pure tone is played."""
    first = end - TONE
    tone = _find_tone(played.samples(first, TONE))
    if tone is None:
        return None
    lags = LAGS[::TONE_STEP]
    ratios = [_prominence(heard.samples(first + lag, TONE), tone) for lag in lags]
    best = int(np.argmax(ratios))
    score = min(1.0, ratios[best] / TONE_FACTOR)
    return Match(ratios[best] >= TONE_FACTOR, score, lags[best] * FRAME / RATE_HZ, by_tone=True)


def measure_db(track: EnvelopeTrack, end: int) -> float:
    """Mean power of the band in the window before frame `end`, in dB below full scale."""
    return round(10 * float(np.log10(np.mean(10 ** track.levels(end - WINDOW, WINDOW)))), 1)


def choose_match(envelope: Match | None, tones: Sequence[Match]) -> Match | None:
    """What one look says; a tone is found deeper in noise. None: nothing to compare was played."""
    looks = [*tones, *([] if envelope is None else [envelope])]
    return max(looks, key=lambda one: (one.is_found, one.score), default=None)


def _correlate(one: Samples, other: Samples) -> float:
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 1e-9 else 0.0


def _spectrum(samples: Samples) -> Samples:
    bins = np.fft.rfft(samples * _window(len(samples)))
    power: Samples = bins.real**2 + bins.imag**2
    return power


@lru_cache(maxsize=2)
def _window(length: int) -> Samples:
    return np.hanning(length)


def _find_tone(samples: Samples) -> int | None:
    """The bin of a pure tone."""
    power = _spectrum(samples)
    total = float(power.sum())
    if total < 1e3:
        return None
    peak = int(np.argmax(power))
    near = float(power[max(0, peak - 3) : peak + 4].sum())
    lowest = -min(NEIGHBOURS)
    return peak if near >= TONE_SHARE * total and peak > lowest + 2 else None


def _prominence(samples: Samples, tone: int) -> float:
    """Power at a tone over the mean of its neighbours."""
    power = _spectrum(samples)
    beside = float(np.mean([power[tone + offset] for offset in NEIGHBOURS]))
    return float(power[tone - 1 : tone + 2].max()) / max(beside, 1e-9)
