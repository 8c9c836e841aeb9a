"""Which emergency a sound output plays next, and how far it has played each."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from agent.play.item import SILENCES, Item
from agent.play.sound.emergency_sequence import EmergencySequence
from agent.play.sound.emergency_session import EmergencySession
from agent.play.sound.segment_loader import bodies_here, bodies_with_words, recordings_here


class EmergencyQueue:
    """The emergencies in force, which one output plays one after the other."""

    def __init__(self) -> None:
        self._sequences: dict[str, EmergencySequence] = {}

    def due(self, alarms: Sequence[Item], done: Collection[str]) -> Item | None:
        """The one to play now; None when all of them were played.

        The highest goes first. While it has only one line a minute left, the next emergency of its
        level is played: one with words does not wait for one without.

        Args:
            alarms: those in force, highest first.
            done: the keys of those played to their end; words that arrive later restart one.
        """
        in_force = {item.key for item in alarms}
        self._sequences = {key: one for key, one in self._sequences.items() if key in in_force}
        for item in alarms:
            if item.key in self._sequences:
                self._sequences[item.key].renew(recordings_here(item), bodies_with_words(item))
        unplayed = [item for item in alarms if item.key not in done or self._is_late(item)]
        first = next(iter(unplayed), None)
        if first is None or not self._is_resting(first):
            return first
        others = (
            item
            for item in unplayed
            if item.level == first.level
            and item.is_exercise <= first.is_exercise
            and not self._is_resting(item)
        )
        return next(others, first)

    def _is_late(self, item: Item) -> bool:
        sequence = self._sequences.get(item.key)
        return sequence is not None and sequence.is_late(bodies_here(item))

    def _is_resting(self, item: Item) -> bool:
        sequence = self._sequences.get(item.key)
        return sequence is not None and sequence.is_resting and not self._is_late(item)

    def sequence(self, item: Item) -> EmergencySequence:
        """The sequence of an emergency, new or where it was interrupted."""
        new = EmergencySequence(bodies_with_words(item), item.repeat, item.gap_ms / 1000)
        return self._sequences.setdefault(item.key, new)

    def restart(self, item: Item) -> None:
        """Play an emergency again from its beginning."""
        self._sequences.pop(item.key, None)

    def settle(self, session: EmergencySession) -> bool:
        """A session is over; True when its emergency has been played to its end."""
        if session.stop_reason in ("preempted", *SILENCES):
            self.restart(session.item)
            return False
        if session.is_preempted and session.stop_reason is None:
            session.sequence.resume(bodies_here(session.item))
            return False
        return True
