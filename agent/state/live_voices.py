"""The live voices that are to be heard now: `live` writes them, the schedule reads them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.contract.priority import Level
from agent.plan.live_stream import LiveStream
from agent.signals import Signal


@dataclass(frozen=True)
class LiveVoice:
    """A stream whose segments come.

    Args:
        key: of the stream, and how often it has begun on this box: a voice that comes back after
            ten silent seconds is another one.
        stream: as its newest grant allows it.
        start_at: when its slot begins, by the box's clock.
    """

    key: str
    stream: LiveStream
    start_at: datetime


MAX_OVER = 16
REMEMBERED = 256  # ordinary voices


class LiveVoices:
    """All voices of this box.

    Attributes:
        now: highest level first, then the one that began last.
        changed: emitted after each change.
        spoken: begin and end of ordinary voices that are over, the latest last.
    """

    def __init__(self) -> None:
        self.now: Sequence[LiveVoice] = ()
        self.changed = Signal[[]]()
        self.spoken: deque[tuple[datetime, datetime]] = deque(maxlen=REMEMBERED)
        self._over: dict[str, str] = {}

    def put(self, voices: Sequence[LiveVoice]) -> None:
        """Replace them all."""
        ordered = sorted(voices, key=lambda one: (one.stream.level, one.start_at), reverse=True)
        if ordered != list(self.now):
            self.now = ordered
            self.changed.emit()

    def note_spoken(self, voice: LiveVoice, end_at: datetime) -> None:
        """A voice is over that counts as a session of its day."""
        if voice.stream.level < Level.EMERGENCY:
            self.spoken.append((voice.start_at, end_at))

    def note_over(self, key: str, why: str) -> None:
        """A voice is over, and will be in the next `put` no more; empty where it ended in order."""
        self._over[key] = why
        if len(self._over) > MAX_OVER:
            del self._over[next(iter(self._over))]

    def why_over(self, key: str) -> str | None:
        """Why one of the last voices is over."""
        return self._over.get(key) or None

    def is_on(self, key: str) -> bool:
        """Is this voice still to be heard?"""
        return any(one.key == key for one in self.now)
