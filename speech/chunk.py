"""Splits a normalised text into what a voice reads at once, with the pause behind each part.

A horn 300 m away answers itself for about a second: the pauses are longer than a reader's in a
room, and a voice that is given one sentence at a time starts to sound after one sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CHUNK_CHARS = 500  # espeak-ng has hung on longer ones
SENTENCE_MS = 450  # behind a line twice as much
_SENTENCE_END = re.compile(r"(?<=[.!?;:])\s+")
_PART_END = re.compile(r"(?<=,)\s+")


@dataclass(frozen=True)
class Chunk:
    """Words that are read in one go, and the silence behind them in milliseconds."""

    text: str
    pause_ms: int


def split_chunks(text: str, limit: int = CHUNK_CHARS, pause_ms: int = SENTENCE_MS) -> list[Chunk]:
    """The sentences of a text, each at most `limit` characters long.

    Args:
        text: normalised words; a line feed ends a line, which has the longer pause.
        limit: the longest chunk; a longer sentence is split at a comma, else between words.
        pause_ms: behind a sentence; none behind the last one.
    """
    chunks: list[Chunk] = []
    for line in text.split("\n"):
        for sentence in _SENTENCE_END.split(line.strip()):
            *parts, last = _fit(sentence, limit)
            chunks += [Chunk(part, 0) for part in parts]
            chunks += [Chunk(last, pause_ms)] if last else []
        if chunks:
            chunks[-1] = Chunk(chunks[-1].text, 2 * pause_ms)
    return [*chunks[:-1], Chunk(chunks[-1].text, 0)] if chunks else []


def _fit(sentence: str, limit: int) -> list[str]:
    """Parts within the limit, joined again as long as they fit; one word may be cut."""
    fitting: list[str] = []
    for part in _PART_END.split(sentence):
        for piece in _cut(part, limit):
            if fitting and len(fitting[-1]) + 1 + len(piece) <= limit:
                fitting[-1] += f" {piece}"
            else:
                fitting.append(piece)
    return fitting


def _cut(part: str, limit: int) -> list[str]:
    pieces = []
    while len(part) > limit:
        end = part.rfind(" ", 0, limit + 1)
        end = end if end > 0 else limit
        pieces.append(part[:end].strip())
        part = part[end:].strip()
    return [*pieces, part]
