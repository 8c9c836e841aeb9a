"""The chime by which loudspeakers are checked: four rising notes, twice, and its source.

Each note lasts 0.9 s or more and is one pure tone, which a monitor finds 10 dB and more below the
noise around; all lie inside a horn's range, and nothing in it is like an alarm.
"""

from __future__ import annotations

import asyncio

from agent.play.item import Item
from agent.play.sample_memory import open_samples
from agent.play.sound.attention_tone import RATE_HZ
from agent.play.sound.bell import ring_notes
from agent.play.sound_source import Feed, SourceEnd

NOTES_HZ = (523.25, 659.26, 783.99, 1046.5)  # C5, E5, G5, C6
NOTE_S = 1.0
TURNS = 2
DECAY_S = 0.9
RISE_S = 0.01
PEAK_DBFS = -12.0
BYTES_A_MS = RATE_HZ * 2 // 1000


def render_chime() -> bytes:
    """Eight seconds of s16le, 48 kHz, mono."""
    notes = ring_notes(NOTES_HZ, note_s=NOTE_S, decay_s=DECAY_S, rise_s=RISE_S, peak_dbfs=PEAK_DBFS)
    return notes * TURNS


class CheckChime:
    """The chime as a source of sound (see `SoundSource`)."""

    def __init__(self, item: Item) -> None:
        self._item = item
        self._offset_ms = 0

    @property
    def is_endless(self) -> bool:
        """False: it lasts eight seconds."""
        return False

    async def prepare(self, offset_ms: int) -> Feed:
        """Render it into memory."""
        self._offset_ms = offset_ms
        return Feed(await asyncio.to_thread(_open, offset_ms))

    def start(self, at_mono_s: float) -> None:
        """It has no timeline of its own."""

    def position_ms(self, played_ms: int) -> int:
        """The place in it."""
        return self._offset_ms + played_ms

    async def wait_end(self) -> SourceEnd:
        """All of it is in memory at once."""
        return SourceEnd()

    async def stop(self) -> None:
        """The engine has the descriptor."""


def _open(offset_ms: int) -> int:
    return open_samples("chime", render_chime()[offset_ms * BYTES_A_MS :])
