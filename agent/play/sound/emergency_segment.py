"""One segment of an emergency's sound: a slot of the engine, from its loading to its end."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from agent.clock import mono_s
from agent.contract.document import Medium
from agent.play.decode.file_source import FileSource
from agent.play.ipc import RATE_HZ, Ended, Fire, Load, Send, StartSlot
from agent.play.item import MediaFiles, WordsForm
from agent.play.sound_source import Feed, SoundSource, find_end
from speech.reading import Reading, spoken_ms

_ids = itertools.count(1)
USUAL_RATE = 140  # syllables a minute; only says when the next segment is loaded
LIMIT_SLACK_MS = (
    250  # per medium: signed durations are rounded; a longer medium is not the signed one
)


@dataclass(eq=False)
class EmergencySegment:
    """Sound without a break: a clip that the engine holds, or a prepared source.

    Args:
        clip: the held clip; None when a source fills the slot.
        source: fills the slot.
        feed: its samples.
        length_s: as signed; of the built-in attention signal, to the sample; of read words, about.
        form: are its words recorded, put together of phrases, or read aloud?
        media: of recorded words, as signed.
        gain_db: of a clip.
    """

    clip: str | None = None
    source: SoundSource | None = None
    feed: Feed | None = None
    length_s: float = 0.0
    form: WordsForm = "recording"
    media: tuple[Medium, ...] = ()
    gain_db: float = 0.0
    id: str = field(default_factory=lambda: f"{next(_ids)}.alarm")
    is_loaded: bool = False
    is_placed: bool = False
    started_mono_s: float | None = None
    ended: Ended | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def heard_s(self) -> float:
        """How much of it was heard, in seconds."""
        return self.ended.frames / RATE_HZ if self.ended is not None else 0.0

    @property
    def is_whole(self) -> bool:
        """Was it heard to its own end?"""
        return self.ended is not None and self.ended.why == "end" and self.ended.frames > 0

    def load(self, send: Send, level: int) -> None:
        """Open its slot, which fills from now on; a clip needs no filling.

        Raises:
            PlayError: E_WORKER, the engine is gone.
        """
        if self.feed is not None:
            self.is_loaded = True  # the descriptor is closed even when it cannot be sent
            send(Load(self.id, level), self.feed.read_fd)

    def place(self, send: Send, level: int, at_mono_s: float, after: str | None = None) -> None:
        """Start it at a moment, not before the end of another slot; a clip starts at once.

        Raises:
            PlayError: E_WORKER, the engine is gone.
        """
        self.is_placed = True
        if self.clip is not None:
            send(Fire(self.clip, self.id, level, self.gain_db))
        else:
            send(StartSlot(self.id, at_mono_s, after))

    def on_started(self, at_mono_s: float) -> None:
        """Its first sample is placed."""
        self.started_mono_s = at_mono_s
        self._changed.set()

    def on_ended(self, event: Ended) -> None:
        """It has ended; only the first event counts."""
        if self.ended is None:
            self.ended = event
        self._changed.set()

    async def wait_started(self, limit_s: float) -> bool:
        """Wait until it has started or ended; False when neither happened in time."""
        return await self._wait(limit_s, lambda: self.started_mono_s is not None)

    async def wait_ended(self, until_mono_s: float | None = None) -> bool:
        """Wait until it has ended; False when it has not by that moment."""
        limit_s = None if until_mono_s is None else max(0.0, until_mono_s - mono_s())
        return await self._wait(limit_s, lambda: False)

    async def _wait(self, limit_s: float | None, is_enough: Callable[[], bool]) -> bool:
        try:
            async with asyncio.timeout(limit_s):
                while self.ended is None and not is_enough():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    async def find_break(self) -> str | None:
        """Why its source broke off, if it did: that ends its pipe too."""
        return None if self.source is None else (await find_end(self.source)).reason

    async def close(self) -> None:
        """Stop its source; the engine plays what it already has."""
        source, self.source = self.source, None
        if source is not None:
            if self.feed is not None and not self.is_loaded:
                os.close(self.feed.read_fd)
            await source.stop()


async def decode_segment(
    media: MediaFiles, clips: Sequence[Medium], form: WordsForm = "recording"
) -> EmergencySegment:
    """Open media and start to decode them without a gap between them.

    Raises:
        AgentError: a medium is missing, is not what was signed, or cannot be decoded.
    """
    length_ms = sum(clip.duration_ms for clip in clips)
    source = FileSource(media, clips, limit_ms=length_ms + LIMIT_SLACK_MS * len(clips))
    feed = await source.prepare(0)
    return EmergencySegment(
        source=source, feed=feed, length_s=length_ms / 1000, form=form, media=tuple(clips)
    )


async def speak_segment(source: SoundSource, reading: Reading) -> EmergencySegment:
    """Start to read words aloud.

    Raises:
        PlayError: E_SPEECH, the voice is missing or failed.
    """
    feed = await source.prepare(0)
    length_s = spoken_ms(reading.words, USUAL_RATE) / 1000
    return EmergencySegment(source=source, feed=feed, length_s=length_s, form="speech")
