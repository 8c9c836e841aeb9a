"""Notes that die away like a bell's."""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Sequence

from agent.play.ipc import RATE_HZ


def ring_notes(
    notes_hz: Sequence[float], *, note_s: float, decay_s: float, rise_s: float, peak_dbfs: float
) -> bytes:
    """Pure tones one after the other: s16le, 48 kHz, mono.

    Args:
        notes_hz: their pitches.
        note_s: the length of each.
        decay_s: until a note has fallen to 1/e.
        rise_s: of its soft edges.
        peak_dbfs: of its loudest sample.
    """
    frames = round(note_s * RATE_HZ)
    peak = 32_767 * 10 ** (peak_dbfs / 20)
    wave = array("h")
    for hz in notes_hz:
        for n in range(frames):
            at_s = n / RATE_HZ
            edge = min(1.0, at_s / rise_s, (frames - n) / RATE_HZ / rise_s)
            level = peak * edge * math.exp(-at_s / decay_s)
            wave.append(round(level * math.sin(2 * math.pi * hz * at_s)))
    if sys.byteorder == "big":
        wave.byteswap()
    return wave.tobytes()
