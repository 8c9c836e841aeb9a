"""Which emergency a sound output tells next, and how far it has told each."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from agent.play.item import SILENCES, Item
from agent.play.sound.emergency_sequence import EmergencySequence
from agent.play.sound.emergency_session import EmergencySession
from agent.play.sound.segment_loader import bodies_here, bodies_with_words


class EmergencyQueue:
    """The emergencies in force, as one output tells them one after the other."""

    def __init__(self) -> None:
        self._scripts: dict[str, EmergencySequence] = {}

    def due(self, alarms: Sequence[Item], done: Collection[str]) -> Item | None:
        """The one to tell now; None when all of them were told.

        The highest goes first. While it has only a line a minute left to tell, the next of its
        level has its turn: what has words is not kept waiting by what has none.

        Args:
            alarms: those in force, highest first.
            done: the keys of those told to their end; words that come later begin one anew.
        """
        in_force = {item.key for item in alarms}
        self._scripts = {key: one for key, one in self._scripts.items() if key in in_force}
        untold = [item for item in alarms if item.key not in done or self._is_late(item)]
        first = next(iter(untold), None)
        if first is None or not self._is_resting(first):
            return first
        others = (
            item
            for item in untold
            if item.level == first.level
            and item.is_exercise <= first.is_exercise
            and not self._is_resting(item)
        )
        return next(others, first)

    def _is_late(self, item: Item) -> bool:
        script = self._scripts.get(item.key)
        return script is not None and script.is_late(bodies_here(item))

    def _is_resting(self, item: Item) -> bool:
        script = self._scripts.get(item.key)
        return script is not None and script.is_resting and not self._is_late(item)

    def script(self, item: Item) -> EmergencySequence:
        """Where the telling of an emergency begins, or goes on."""
        new = EmergencySequence(bodies_with_words(item), item.repeat, item.gap_ms / 1000)
        return self._scripts.setdefault(item.key, new)

    def forget(self, item: Item) -> None:
        """It is told again from its beginning."""
        self._scripts.pop(item.key, None)

    def settle(self, session: EmergencySession) -> bool:
        """A session is over; True when its emergency is done with."""
        if session.stop_reason in ("preempted", *SILENCES):
            self.forget(session.item)
            return False
        if session.is_giving_way and session.stop_reason is None:
            session.script.resume(bodies_here(session.item))
            return False
        return True
