"""What sounds before somebody speaks: a chime, or before an emergency the attention signal.

The chime is two notes that die away, a falling third, unlike any alarm. The speaker hears it too,
and knows that the loudspeakers are on.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import cache
from typing import Literal

from agent.play.sample_memory import open_samples
from agent.play.sound.attention_tone import ATTENTION_S, two_tone
from agent.play.sound.bell import ring_notes

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
    return ring_notes(NOTES_HZ, note_s=NOTE_S, decay_s=DECAY_S, rise_s=RISE_S, peak_dbfs=PEAK_DBFS)


async def open_signal(kind: OpeningKind) -> OpeningSignal:
    """The signal as a readable descriptor in memory, to be passed to an engine."""
    return await asyncio.to_thread(_open, kind)


def _open(kind: OpeningKind) -> OpeningSignal:
    samples, length_s = (
        (two_tone(), ATTENTION_S) if kind == "attention" else (chime(), NOTE_S * len(NOTES_HZ))
    )
    return OpeningSignal(open_samples(kind, samples), length_s)
