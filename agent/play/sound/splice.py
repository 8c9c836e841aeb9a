"""Joins that nobody hears, on s16 samples. Pure.

One sample more or less is spread over 10 ms: the sound is read at a place that moves by one sample
from the first to the last of them, slowly at both ends, between two samples by a straight line. At
1 kHz its level falls by 0.02 dB in the midst of that, and nothing of the change lies outside the
critical band of the tone. A larger jump is a cross-fade of 10 ms, or a fade to silence and back.
"""

from __future__ import annotations

import math
from array import array
from functools import lru_cache

from agent.play.sound.mix import SAMPLE_BYTES, added, attenuated

SPREAD_FRAMES = 480  # 10 ms at 48 kHz
STEP_FRAMES = 8  # a fade is a staircase of 1/6 ms, as in `envelope`


def leave_out_one(samples: bytes) -> bytes:
    """All samples but one: the last of them follow one sample earlier."""
    given = array("h", samples)
    weights = _weights(len(given) - 1)
    moved = [
        one + round((after - one) * weight)
        for one, after, weight in zip(given, given[1:], weights, strict=False)
    ]
    return array("h", moved).tobytes()


def double_one(samples: bytes) -> bytes:
    """The samples and one more: the last of them follow one sample later."""
    given = array("h", samples)
    weights = _weights(len(given) - 1)
    moved = [
        one + round((before - one) * weight)
        for one, before, weight in zip(given[1:], given, weights, strict=False)
    ]
    return array("h", [given[0], *moved, given[-1]]).tobytes()


@lru_cache(maxsize=4)  # one for each size of block
def _weights(length: int) -> list[float]:
    """From 0 to 1, slowly at both ends."""
    return [0.5 - 0.5 * math.cos(math.pi * (at + 0.5) / length) for at in range(length)]


def cross_fade(old: bytes, new: bytes) -> bytes:
    """From one sound to another of the same length."""
    return added(fade(old, 1.0, 0.0), fade(new, 0.0, 1.0))


def fade(samples: bytes, begin: float, end: float) -> bytes:
    """Samples with a factor that changes from `begin` to `end`."""
    step = STEP_FRAMES * SAMPLE_BYTES
    length = max(1, len(samples) - step)
    parts = []
    for at in range(0, len(samples), step):
        factor = begin + (end - begin) * min(1.0, at / length)
        parts.append(attenuated(samples[at : at + step], factor))
    return b"".join(parts)
