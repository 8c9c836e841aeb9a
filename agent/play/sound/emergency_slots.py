"""The segments of one emergency that the engine holds now, loaded, placed or sounding."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from agent.errors import PlayError
from agent.play.ipc import RATE_HZ, Ended, Send, Stop
from agent.play.sound.emergency_segment import EmergencySegment


@dataclass(eq=False)
class EmergencySlots:
    """The open segments of one session.

    Args:
        send: to the engine.
    """

    send: Send
    _open: dict[str, EmergencySegment] = field(default_factory=dict)

    @property
    def is_stopping(self) -> bool:
        """Does one that has begun last still?"""
        begun = (one for one in self._open.values() if one.started_mono_s is not None)
        return any(one.ended is None for one in begun)

    def owns(self, slot: str) -> bool:
        """Is this slot one of them?"""
        return slot in self._open

    def find(self, slot: str) -> EmergencySegment:
        """The segment of a slot.

        Raises:
            KeyError: it is none of them.
        """
        return self._open[slot]

    def add(self, segment: EmergencySegment) -> None:
        """It is open from now on."""
        self._open[segment.id] = segment

    async def drop(self, segment: EmergencySegment) -> None:
        """Stop its sound and its decoder."""
        if segment.ended is None and (segment.is_loaded or segment.is_placed):
            self._stop(segment, 0)
        self._open.pop(segment.id, None)
        await segment.close()

    async def discard_all(self) -> None:
        """Stop what sounds and every decoder; their ends may still be reported."""
        for segment in self._open.values():
            if segment.ended is None:
                self._stop(segment, 0)
            await segment.close()

    def stop_all(self, fade_ms: int) -> None:
        """Fade out what sounds, and drop what waits."""
        for segment in self._open.values():
            if segment.ended is None:
                self._stop(segment, fade_ms)

    def stop_waiting(self) -> None:
        """Drop what has not begun."""
        for segment in self._open.values():
            if segment.started_mono_s is None and segment.ended is None:
                self._stop(segment, 0)

    def end_all(self, at_mono_s: float, on_heard: Callable[[Ended], None]) -> None:
        """The engine is gone: each ends at this moment, or where it began if that is later."""
        for segment in self._open.values():
            if segment.ended is None and segment.started_mono_s is not None:
                end_mono_s = max(at_mono_s, segment.started_mono_s)
                frames = max(1, int((end_mono_s - segment.started_mono_s) * RATE_HZ))
                on_heard(Ended(segment.id, frames, "stopped", end_mono_s))
            segment.on_ended(Ended(segment.id, 0, "stopped", at_mono_s))

    def _stop(self, segment: EmergencySegment, fade_ms: int) -> None:
        with contextlib.suppress(PlayError):  # the supervisor reports a lost engine
            self.send(Stop(segment.id, fade_ms))
