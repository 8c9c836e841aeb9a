"""The built-in attention signal: an emergency without its own recorded signal begins with it.

Two alternating sine tones, both well inside a horn's range and unlike any siren's pitch slide; no
square wave (its overtones and its power burn horn drivers), soft edges, peak -9 dBFS.
"""

from __future__ import annotations

import math
import sys
from array import array

from agent.play.sample_memory import open_samples

RATE_HZ = 48_000
TONES_HZ = (853.0, 960.0)  # 47 CFR 11.31(c): the tones of the emergency attention signal
TONE_S = 0.5
TURNS = 3
EDGE_S = 0.015
PEAK_DBFS = -9.0
ATTENTION = "two-tone"
ATTENTION_S = TURNS * len(TONES_HZ) * TONE_S


def two_tone() -> bytes:
    """Three seconds of s16le, 48 kHz, mono."""
    tones = [_tone(hz) for _ in range(TURNS) for hz in TONES_HZ]
    return b"".join(tones)


def open_two_tone() -> int:
    """The same as a readable descriptor in memory, to be passed to an engine."""
    return open_samples(ATTENTION, two_tone())


def _tone(hz: float) -> bytes:
    frames = int(TONE_S * RATE_HZ)
    edge = int(EDGE_S * RATE_HZ)
    peak = 32_767 * 10 ** (PEAK_DBFS / 20)
    wave = [peak * math.sin(2 * math.pi * hz * n / RATE_HZ) for n in range(frames)]
    for n in range(edge):
        rise = 0.5 - 0.5 * math.cos(math.pi * n / edge)
        wave[n] *= rise
        wave[-1 - n] *= rise
    samples = array("h", map(round, wave))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()
