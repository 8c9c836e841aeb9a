"""What was found while a play sounded, and the verdict at its end. Pure.

Each method looks many times during a play. A line looped back, an amplifier's fault contact, its
current, a microphone and a person see further down the chain, in this order; of a picture a control
card, and a light sensor that looks at the face. So the furthest method
that found the sound gives the level, and the furthest that looked and found nothing decides that it
was not heard. A person who heard it outweighs every device of that zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.contract.proof import (
    LEVEL_OF_METHOD,
    PlayProof,
    ProofLevel,
    ProofMethod,
    UnknownReason,
)

# so often a method must have looked before it may say that nothing was heard
LEAST_LOOKS: Mapping[ProofMethod, int] = {
    "contact": 3, "current": 2, "line": 3, "microphone": 3, "person": 1,
    "card": 1, "light": 2,
}  # fmt: skip
FURTHEST_LAST: tuple[ProofMethod, ...] = (
    "line", "contact", "current", "microphone", "card", "light", "person",
)  # fmt: skip
NO_LEVEL = "Z"  # behind every level


@dataclass(frozen=True)
class Look:
    """One look of one method.

    Args:
        method: how it looked.
        where: the output whose sound it compares, or the zone whose amplifier it watches.
        is_found: did it find the sound?
        value: correlation of the envelopes, or the value drawn; for the record.
        program: of a sign that stores its picture: what it says it plays.
    """

    method: ProofMethod
    where: str
    is_found: bool
    value: float = 0.0
    program: str = ""


@dataclass
class _Tally:
    """The looks of one method at one place.

    A fault contact does not err for a moment as a correlation does: a fault that lasts for its
    least number of looks is one, however long the amplifier worked before.
    """

    method: ProofMethod
    looked: int = 0
    found: int = 0
    best: float = 0.0
    row: int = 0
    longest_row: int = 0

    def add(self, look: Look) -> None:
        self.looked += 1
        self.found += look.is_found
        self.best = max(self.best, look.value)
        self.row = 0 if look.is_found else self.row + 1
        self.longest_row = max(self.longest_row, self.row)

    @property
    def is_found(self) -> bool:
        if self.method == "contact":
            return self.found > 0 and not self.is_silent
        return self.looked > 0 and 2 * self.found >= self.looked

    @property
    def is_silent(self) -> bool:
        least = LEAST_LOOKS[self.method]
        if self.method == "contact":
            return self.longest_row >= least
        return self.looked >= least and not self.is_found


@dataclass
class PlayEvidence:
    """Everything that was found about one play.

    Args:
        output: on which it sounds.
        zones: while it sounds those of its output, for a line may come on late; at its end those
            that were on.
        witnesses: outputs and zones that have something that can look.
        is_picture: is it seen, not heard?
    """

    output: str
    zones: frozenset[str]
    witnesses: frozenset[str] = frozenset()
    is_picture: bool = False
    _tallies: dict[tuple[ProofMethod, str], _Tally] = field(default_factory=dict)
    _reason: UnknownReason = "too_short"
    _programs: dict[str, str] = field(default_factory=dict)

    def add(self, look: Look) -> None:
        """Count a look that concerns this play; any other is left out."""
        if self._is_here(look.where):
            key = look.method, look.where
            self._tallies.setdefault(key, _Tally(look.method)).add(look)
            if look.program:
                self._programs[look.where] = look.program

    def note_blind(self, output: str, reason: UnknownReason) -> None:
        """What hears an output could not say anything for a moment."""
        if output == self.output:
            self._reason = reason

    def judge(self, epoch: str, seq: int, level: ProofLevel) -> PlayProof | None:
        """The verdict on the play with this key; None where nothing could look.

        Args:
            epoch: of the play's record.
            seq: of the play's record.
            level: that the record itself states.
        """
        found = [method for method in FURTHEST_LAST if self._is_found(method)]
        silent = [method for method in FURTHEST_LAST if self._silent_at(method)]
        if not found and not silent:
            return self._say_unknown(epoch, seq, level)
        furthest = (silent or found)[-1]
        # what one line lacks, the whole play has not reached
        nearest_silent = min((LEVEL_OF_METHOD[method] for method in silent), default=NO_LEVEL)
        reached = [one for method in found if (one := LEVEL_OF_METHOD[method]) < nearest_silent]
        return PlayProof(
            epoch=epoch,
            seq=seq,
            level=max([level, *reached]),
            heard=not silent,
            method=furthest,
            scores=[
                f"{method} {where} {tally.best:.2f} {tally.found} of {tally.looked}"
                for (method, where), tally in sorted(self._here())
            ],
            zones=sorted(set(self._silent_at(furthest)) & self.zones),
            programs=[
                f"{where} {program}"
                for where, program in sorted(self._programs.items())
                if self._is_here(where)
            ],
        )

    def _say_unknown(self, epoch: str, seq: int, level: ProofLevel) -> PlayProof | None:
        if not any(map(self._is_here, self.witnesses)):
            return None
        return PlayProof(epoch=epoch, seq=seq, level=level, why=self._reason)

    def _is_here(self, where: str) -> bool:
        return where == self.output or where in self.zones

    def _here(self) -> list[tuple[tuple[ProofMethod, str], _Tally]]:
        return [(key, one) for key, one in self._tallies.items() if self._is_here(key[1])]

    def _is_found(self, method: ProofMethod) -> bool:
        """Did it find the sound wherever it looked?"""
        tallies = [one for (name, _), one in self._here() if name == method]
        return bool(tallies) and all(one.is_found for one in tallies)

    def _silent_at(self, method: ProofMethod) -> list[str]:
        """Where it found nothing, and no person heard it there."""
        heard = {where for (name, where), _ in self._here() if name == "person"}
        if self.output in heard:
            return []
        spared = {*heard, self.output} if heard else heard
        return [
            where
            for (name, where), one in self._here()
            if name == method and one.is_silent and where not in spared
        ]
