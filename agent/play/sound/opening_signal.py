"""What sounds before somebody speaks: a chime, or before an emergency the attention signal.

The chime is two notes that die away, a falling third, unlike any alarm. The speaker hears it too,
and knows that the loudspeakers are on.
"""

from __future__ import annotations

import asyncio
import math
import os
import sys
from array import array
from dataclasses import dataclass
from functools import cache
from typing import Literal

from agent.play.sound.attention_tone import ATTENTION_S, RATE_HZ, two_tone

OpeningKind = Literal["chime", "attention"]
NOTES_HZ = (659.26, 523.25)  # E5, C5
NOTE_S = 0.6
DECAY_S = 0.22
RISE_S = 0.008
PEAK_DBFS = -12.0


@dataclass(frozen=True)
class OpeningSignal:
    """Samples in memory.

    Args:
        fd: s16le, 48 kHz, mono, at its beginning; the caller owns it.
        length_s: how long they last.
    """

    fd: int
    length_s: float


@cache
def chime() -> bytes:
    """The chime's samples."""
    frames = int(NOTE_S * RATE_HZ)
    peak = 32_767 * 10 ** (PEAK_DBFS / 20)
    wave = array("h")
    for hz in NOTES_HZ:
        for n in range(frames):
            at_s = n / RATE_HZ
            edge = min(1.0, at_s / RISE_S, (frames - n) / RATE_HZ / RISE_S)
            level = peak * edge * math.exp(-at_s / DECAY_S)
            wave.append(round(level * math.sin(2 * math.pi * hz * at_s)))
    if sys.byteorder == "big":
        wave.byteswap()
    return wave.tobytes()


async def open_signal(kind: OpeningKind) -> OpeningSignal:
    """The signal as a readable descriptor in memory, to be passed to an engine."""
    return await asyncio.to_thread(_open, kind)


def _open(kind: OpeningKind) -> OpeningSignal:
    samples, length_s = (
        (two_tone(), ATTENTION_S) if kind == "attention" else (chime(), NOTE_S * len(NOTES_HZ))
    )
    fd = os.memfd_create(kind)
    with open(fd, "wb", closefd=False) as file:
        file.write(samples)
    os.lseek(fd, 0, os.SEEK_SET)
    return OpeningSignal(fd, length_s)
