"""How much of what was to sound was silent or left out because it came too late. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.play.ipc import RATE_HZ, Ended
from agent.play.play_record import SteeringResult

UNDERRUNS = "underruns"  # the reason in the record
MISSING_LIMIT = 0.01


@dataclass
class Continuity:
    """Frames heard and frames missing, and corrections, of all the slots of one play.

    Attributes:
        heard: frames that sounded.
        missing: frames that were silent or left out.
        joined: those of them that lie before the place where an item in its midst was joined. They
            are no hole: so much further on it began.
    """

    heard: int = 0
    missing: int = 0
    joined: int = 0
    steering: SteeringResult = field(default_factory=SteeringResult)

    def add(self, event: Ended) -> None:
        """Count a slot that has ended."""
        self.heard += event.frames
        self.missing += event.missing_frames
        if event.steered is not None:
            self.steering = self.steering.add(event.steered)

    @property
    def missing_ms(self) -> int:
        """So much was silent or left out."""
        return self.missing * 1000 // RATE_HZ

    @property
    def is_broken(self) -> bool:
        """Is so much missing that the play does not count as heard in full?"""
        holes = max(0, self.missing - self.joined)
        return holes > MISSING_LIMIT * (self.heard + holes)
