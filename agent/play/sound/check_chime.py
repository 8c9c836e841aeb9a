"""The chime by which loudspeakers are checked: four rising notes, twice, and its source.

Each note lasts 0.9 s or more and is one pure tone, which a monitor finds 10 dB and more below the
noise around; all lie inside a horn's range, and nothing in it is like an alarm.
"""

from __future__ import annotations

import asyncio
import math
import os
import sys
from array import array

from agent.play.item import Item
from agent.play.sound.attention_tone import RATE_HZ
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
    frames = round(NOTE_S * RATE_HZ)
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
    return wave.tobytes() * TURNS


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
    fd = os.memfd_create("chime")
    with open(fd, "wb", closefd=False) as file:
        file.write(render_chime()[offset_ms * BYTES_A_MS :])
    os.lseek(fd, 0, os.SEEK_SET)
    return fd
