"""How much of what was to sound was silent because it came too late. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from agent.play.ipc import Ended

UNDERRUNS = "underruns"  # the reason in the record
MISSING_LIMIT = 0.01


@dataclass
class Continuity:
    """Frames heard and frames missing, of all the slots of one play."""

    heard: int = 0
    missing: int = 0

    def add(self, event: Ended) -> None:
        """Count a slot that has ended."""
        self.heard += event.frames
        self.missing += event.missing_frames

    @property
    def is_broken(self) -> bool:
        """Is so much missing that the play does not count as heard in full?"""
        return self.missing > MISSING_LIMIT * (self.heard + self.missing)
