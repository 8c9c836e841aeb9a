"""A text as one station reads it: its words and the dialect."""

from __future__ import annotations

from dataclasses import dataclass

from speech.chunk import SENTENCE_MS, split_chunks
from speech.dialect import Dialect

SLOWEST = 100  # syllables a minute; a voice is never set slower than 110
LONGEST_PAUSE_MS = 1_500


@dataclass(frozen=True)
class Reading:
    """What a voice says.

    Args:
        words: normalised.
        dialect: in which they are said.
    """

    words: str
    dialect: Dialect


def spoken_ms(words: str, syllables_per_minute: int, pause_ms: int = SENTENCE_MS) -> int:
    """About how long words sound: each Vietnamese word is one syllable, and sentences have pauses.

    Args:
        words: normalised.
        syllables_per_minute: the rate.
        pause_ms: behind a sentence; twice as much behind a line.
    """
    pauses_ms = sum(chunk.pause_ms for chunk in split_chunks(words, pause_ms=pause_ms))
    return len(words.split()) * 60_000 // syllables_per_minute + pauses_ms


def longest_ms(words: str) -> int:
    """How long words sound at the most on any station, whatever its rate; for the plan."""
    return spoken_ms(words, SLOWEST, LONGEST_PAUSE_MS)
