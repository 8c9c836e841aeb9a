"""Compares the current that an amplifier draws with the state of its switch.

The theory. A relay's read-back shows its coil or its pin, not its contact, and never the fuse
behind it. A current sensor in the amplifier's supply shows both. `least` is the lowest value that
the amplifier draws while it is on and idle; it comes from commissioning (`sensors[].low`).

One sample proves nothing: the line may have been switched while the meter measured, and a supply
runs down for a second after it was switched off. So a verdict counts when two samples in a row,
with the line in the same state, agree.
"""

from __future__ import annotations

from typing import Literal

Verdict = Literal["fits", "draws_nothing", "draws_when_off", "unknown"]


def check_current(line: str | None, value: float, least: float) -> Verdict:
    """Does the current drawn fit the state of the switch?

    Args:
        line: the state of the zone's line; every state but `on` and `off` gives `unknown`.
        value: the current or power drawn, in the sensor's unit.
        least: the lowest value that the amplifier draws while it is on, in the same unit.
    """
    if line == "on":
        return "fits" if value >= least else "draws_nothing"
    if line == "off":
        return "draws_when_off" if value >= least else "fits"
    return "unknown"


class CurrentProof:
    """Two samples that agree make a proof; it holds until two samples prove the contrary.

    Args:
        least: the lowest value that the amplifier draws while it is on, in the sensor's unit.
    """

    def __init__(self, least: float) -> None:
        self.least = least
        self.draws_nothing = False
        self.draws_when_off = False
        self._last: tuple[str | None, Verdict] = (None, "unknown")

    def add_sample(self, line: str | None, value: float) -> None:
        """Take one sample and the line's state, which was the same before and after it."""
        verdict = check_current(line, value, self.least)
        before, self._last = self._last, (line, verdict)
        if before != self._last:
            return
        if line == "on":
            self.draws_nothing = verdict == "draws_nothing"
        elif line == "off":
            self.draws_when_off = verdict == "draws_when_off"

    def forget(self) -> None:
        """Drop the last sample: the line was switched, or the meter did not answer."""
        self._last = (None, "unknown")
