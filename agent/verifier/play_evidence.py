"""What was found while a play sounded, and the verdict at its end. Pure.

Each method looks many times during a play. The current of an amplifier, its fault contact, a line
looped back and a microphone see further down the chain, in this order, so the furthest method that
found the sound gives the level, and the furthest that looked and found nothing decides that it was
not heard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.contract.proof import LEVEL_OF_METHOD, PlayProof, ProofLevel, ProofMethod

# so often a method must have looked before it may say that nothing was heard
LEAST_LOOKS: Mapping[ProofMethod, int] = {"contact": 1, "current": 2, "line": 3, "microphone": 3}
FURTHEST_LAST: tuple[ProofMethod, ...] = ("line", "contact", "current", "microphone")


@dataclass(frozen=True)
class Look:
    """One look of one method.

    Args:
        method: how it looked.
        where: the output whose sound it compares, or the zone whose amplifier it watches.
        is_found: did it find the sound?
        value: correlation of the envelopes, or the value drawn; for the record.
    """

    method: ProofMethod
    where: str
    is_found: bool
    value: float = 0.0


@dataclass
class _Tally:
    looked: int = 0
    found: int = 0
    best: float = 0.0

    @property
    def is_found(self) -> bool:
        return self.looked > 0 and 2 * self.found >= self.looked

    def is_silent(self, method: ProofMethod) -> bool:
        return self.looked >= LEAST_LOOKS[method] and not self.is_found


@dataclass
class PlayEvidence:
    """Everything that was found about one play.

    Args:
        output: on which it sounds.
        zones: whose lines are on.
    """

    output: str
    zones: frozenset[str]
    _tallies: dict[tuple[ProofMethod, str], _Tally] = field(default_factory=dict)

    def add(self, look: Look) -> None:
        """Count a look that concerns this play; any other is left out."""
        if look.where != self.output and look.where not in self.zones:
            return
        tally = self._tallies.setdefault((look.method, look.where), _Tally())
        tally.looked += 1
        tally.found += look.is_found
        tally.best = max(tally.best, look.value)

    def judge(self, epoch: str, seq: int, level: ProofLevel) -> PlayProof | None:
        """The verdict on the play with this key; None where nothing looked long enough.

        Args:
            epoch: of the play's record.
            seq: of the play's record.
            level: that the record itself states.
        """
        found = [method for method in FURTHEST_LAST if self._is_found(method)]
        silent = [method for method in FURTHEST_LAST if self._silent_at(method)]
        if not found and not silent:
            return None
        furthest = (silent or found)[-1]
        # what one line lacks, the whole play has not reached
        nearest_silent = min((LEVEL_OF_METHOD[method] for method in silent), default="A6")
        reached = [one for method in found if (one := LEVEL_OF_METHOD[method]) < nearest_silent]
        return PlayProof(
            epoch=epoch,
            seq=seq,
            level=max([level, *reached]),
            heard=not silent,
            method=furthest,
            scores=[
                f"{method} {where} {tally.best:.2f} {tally.found} of {tally.looked}"
                for (method, where), tally in sorted(self._tallies.items())
            ],
            zones=sorted(set(self._silent_at(furthest)) & self.zones),
        )

    def _is_found(self, method: ProofMethod) -> bool:
        """Did it find the sound wherever it looked?"""
        tallies = [one for (name, _), one in self._tallies.items() if name == method]
        return bool(tallies) and all(one.is_found for one in tallies)

    def _silent_at(self, method: ProofMethod) -> list[str]:
        return [
            where
            for (name, where), one in self._tallies.items()
            if name == method and one.is_silent(method)
        ]
