"""Joins levelled parts and chimes: pydub makes pauses and fades, the sound between is copied.

pydub holds a clip whole in memory (30 MB for five minutes, several times that while it works), so
it gets the first and the last second of a part alone: the memory does not grow with the length.
"""

from __future__ import annotations

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from central.documents.sound_decoding import RATE_HZ

if TYPE_CHECKING:
    from pydub import AudioSegment

EDGE_FRAMES = RATE_HZ
BLOCK_FRAMES = RATE_HZ
SAMPLE_BYTES = 2


@dataclass(frozen=True)
class Part:
    """One part: mono WAV, s16, 48 kHz.

    Args:
        path: the file.
        fade_ms: how long it rises at its start and falls at its end, 1 to 1,000.
    """

    path: Path
    fade_ms: int


def join(parts: Sequence[Part], target: Path, *, pause_ms: int) -> None:
    """Write the parts one after the other, with silence between them, as mono WAV."""
    from pydub import AudioSegment

    pause = AudioSegment.silent(pause_ms, RATE_HZ).raw_data
    with wave.open(str(target), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(SAMPLE_BYTES)
        out.setframerate(RATE_HZ)
        for number, part in enumerate(parts):
            if number:
                out.writeframes(pause)
            _append(part, out)


def _append(part: Part, out: wave.Wave_write) -> None:
    with wave.open(str(part.path), "rb") as source:
        left = source.getnframes()
        head = min(left // 2, EDGE_FRAMES)
        out.writeframes(_clip(source.readframes(head)).fade_in(part.fade_ms).raw_data)
        left -= head
        while left > EDGE_FRAMES:
            count = min(BLOCK_FRAMES, left - EDGE_FRAMES)
            out.writeframes(source.readframes(count))
            left -= count
        out.writeframes(_clip(source.readframes(left)).fade_out(part.fade_ms).raw_data)


def _clip(raw: bytes) -> AudioSegment:
    from pydub import AudioSegment

    return AudioSegment(data=raw, sample_width=SAMPLE_BYTES, frame_rate=RATE_HZ, channels=1)
