"""Who speaks at the box now: the microphone or line-in whose key is pressed; in memory only."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from agent.clock import mono_s
from agent.signals import Signal

REMEMBERED = 256  # presses


@dataclass(frozen=True)
class Speaking:
    """One person at one input, from the press of a key to its release.

    Args:
        input_name: the input's name.
        key: the name of its key.
        is_emergency: is it the key of an emergency microphone?
        number: increases with each press in this process.
        began_mono_s: when the key was pressed.
        until_mono_s: when it ends at the latest.
        zones: where they are heard; `*` is everywhere.
    """

    input_name: str
    key: str
    is_emergency: bool
    number: int
    began_mono_s: float
    until_mono_s: float
    zones: tuple[str, ...] = ("*",)

    @property
    def item_key(self) -> str:
        """The key of its items: a person is heard once for each press."""
        return f"voice/{self.input_name}/{self.number}"


class VoicePress:
    """The one person who may be heard at this box.

    Attributes:
        changed: emitted when somebody begins or ends.
        spoken: begin and end, as CLOCK_MONOTONIC, of what ordinary voices have said of late.
    """

    def __init__(self) -> None:
        self.changed = Signal[[]]()
        self.spoken: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)
        self._current: Speaking | None = None
        self._count = 0
        self._ended = asyncio.Event()
        self._reasons: dict[str, str | None] = {}  # by item key, of the latest presses

    def current(self) -> Speaking | None:
        """Who speaks now."""
        return self._current

    def begin(
        self,
        input_name: str,
        key: str,
        *,
        is_emergency: bool,
        until_mono_s: float,
        zones: tuple[str, ...] = ("*",),
    ) -> Speaking:
        """Somebody begins; whoever spoke before has been replaced."""
        self.finish("replaced")
        self._count += 1
        self._current = Speaking(
            input_name, key, is_emergency, self._count, mono_s(), until_mono_s, zones
        )
        self.changed.emit()
        return self._current

    def finish(self, reason: str | None = None) -> None:
        """Nobody speaks any more; `reason` None: the key was released."""
        if self._current is None:
            return
        self._reasons[self._current.item_key] = reason
        if len(self._reasons) > REMEMBERED:
            del self._reasons[next(iter(self._reasons))]
        if not self._current.is_emergency:
            self.spoken.append((self._current.began_mono_s, mono_s()))
        self._current = None
        ended, self._ended = self._ended, asyncio.Event()
        ended.set()
        self.changed.emit()

    async def wait_end(self, item_key: str) -> str | None:
        """Wait until this person has ended; the reason, None when the key was released."""
        while self._current is not None and self._current.item_key == item_key:
            await self._ended.wait()
        return self._reasons.get(item_key)
