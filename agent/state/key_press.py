"""The last press of an emergency key, while its alarm may last; kept in memory only."""

from __future__ import annotations

from dataclasses import replace

from agent.clock import Clock, mono_s
from agent.contract.accepted import HeldDocument
from agent.contract.document import Emergency
from agent.plan.prepared_alarm import Press
from agent.signals import Signal


class KeyPress:
    """The alarm that a person at an emergency key has started.

    Args:
        clock: the moment of a press is computed anew after each clock step.

    Attributes:
        changed: emitted after every press, also after one that started nothing.
    """

    def __init__(self, clock: Clock) -> None:
        self.changed = Signal[[]]()
        self._clock = clock
        self._last: tuple[Press, float] | None = None
        self._count = 0

    def current(self) -> Press | None:
        """The last press; `agent.plan` decides whether its alarm still lasts."""
        if self._last is None:
            return None
        press, pressed_mono_s = self._last
        return replace(press, at=self._clock.at_of(pressed_mono_s))

    @property
    def doc_id(self) -> str | None:
        """The id of the alarm that the press has started."""
        return self._last[0].document.doc_id if self._last is not None else None

    def begin(self, held: HeldDocument, document: Emergency, key: str) -> None:
        """Start an alarm; it replaces the one before it."""
        self._count += 1
        press = Press(held, document, key, self._count, self._clock.now().at)
        self._last = (press, mono_s())

    def end(self) -> None:
        """End the alarm; it does not start again."""
        self._last = None
