"""The engine's slots of one session: its sound, and before it an opening signal if it has one."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import dataclass, field

from agent.errors import PlayError
from agent.play.ipc import RATE_HZ, Ended, Gain, Load, Send, StartSlot, Steer, Stop
from agent.play.sound.continuity import Continuity
from agent.play.sound.opening_signal import OpeningSignal
from agent.play.sound.slot_volume import SlotLevel
from agent.play.sound_source import Feed

_ids = itertools.count(1)
NEVER_MONO_S = 1e12
LIVE_RAMP_MS = 20  # a microphone is already on when its slot begins


@dataclass(eq=False)
class SessionSlots:
    """One or two slots that sound as one, without a gap between them.

    Args:
        send: to the engine.

    Attributes:
        last: the slot whose end ends the sound.
        played_ms: how much was heard of what has ended.
        continuity: how much of it came too late.
    """

    send: Send
    last: str = field(default_factory=lambda: f"{next(_ids)}.message")
    played_ms: int = 0
    continuity: Continuity = field(default_factory=Continuity)
    _first: str | None = None
    _first_s: float = 0.0

    def load(
        self,
        level: int,
        feed: Feed,
        opening: OpeningSignal | None,
        volume: SlotLevel,
        fade_in_ms: int = 0,
    ) -> None:
        """Open the slots; the descriptors are closed here. The first of them fades in.

        Raises:
            PlayError: E_WORKER, the engine is gone.
        """
        ramp_ms = LIVE_RAMP_MS if feed.is_live else 0
        if opening is None:
            ramp_ms = max(ramp_ms, fade_in_ms)
        gain_db, channels = volume.gain_db, volume.channels
        load = Load(self.last, level, gain_db, ramp_ms, channels, is_live=feed.is_live)
        self.send(load, feed.read_fd)
        if opening is not None:
            self._first, self._first_s = f"{self.last}.opening", opening.length_s
            self.send(Load(self._first, level, gain_db, fade_in_ms, channels), opening.fd)

    def set_level(self, volume: SlotLevel) -> None:
        """Change the volume."""
        for slot in self._all():
            self.send(Gain(slot, volume.gain_db, volume.channels or None))

    def place(self, at_mono_s: float, after: str | None) -> float:
        """Start at a moment, not before the end of another slot; when the sound itself begins."""
        if self._first is None:
            self.send(StartSlot(self.last, at_mono_s, after))
            return at_mono_s
        self.send(StartSlot(self._first, at_mono_s, after))
        self.send(StartSlot(self.last, at_mono_s, self._first))
        return at_mono_s + self._first_s

    def unplace(self) -> None:
        """Remove the moment."""
        for slot in self._all():
            self.send(StartSlot(slot, NEVER_MONO_S))

    def steer(self, by_s: float) -> None:
        """It was due so much later than was said; the engine knows which of them sounds."""
        with contextlib.suppress(PlayError):  # the supervisor reports a lost engine
            for slot in self._all():
                self.send(Steer(slot, by_s))

    def stop(self, fade_ms: int) -> None:
        """Fade out."""
        for slot in self._all():
            self.send(Stop(slot, fade_ms))

    def owns(self, slot: str) -> bool:
        """Is it one of these?"""
        return slot in self._all()

    def _all(self) -> list[str]:
        return [self.last] if self._first is None else [self._first, self.last]

    def on_ended(self, event: Ended) -> bool:
        """A slot is finished; True when nothing follows.

        An opening that was cut takes the rest with it: its end is the end of all.
        """
        self.played_ms += event.frames * 1000 // RATE_HZ
        self.continuity.add(event)
        if event.id == self.last:
            return True
        if event.why == "end":
            return False
        self.send(Stop(self.last, 0))
        return True
