"""How fast a board may change, as data: each limit with its source and the day it was read.

A centre refuses to sign what breaks one of these; a box holds back what would flash all the same.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FlashLimit:
    """At most so many changes of brightness in any second.

    Args:
        changes: number of changes.
        within_ms: the span that they are counted in.
        luminance: a smaller change of relative luminance (0 to 1) is none.
        dark: of the darker picture; above it nothing flashes.
        source: where it stands.
        checked: the day on which somebody read it there.
    """

    changes: int
    within_ms: int
    luminance: float
    dark: float
    source: str
    checked: str


@dataclass(frozen=True)
class DwellLimit:
    """A picture that follows others stays for so long.

    Args:
        min_ms: at least.
        advised_ms: better.
        max_transition_ms: how long the change itself may take.
        source: where it stands.
        checked: the day on which somebody read it there.
    """

    min_ms: int
    advised_ms: int
    max_transition_ms: int
    source: str
    checked: str


# The criterion allows three flashes, pairs of opposite changes: to count each change is stricter.
FLASH = FlashLimit(
    changes=3,
    within_ms=1_000,
    luminance=0.10,
    dark=0.80,
    source="WCAG 2.2, success criterion 2.3.1: https://www.w3.org/TR/WCAG22/#three-flashes-or-below-threshold",
    checked="2026-11-30",
)
# Beside main roads of the USA: 4 to 10 s, 8 recommended; a transition of 1 to 4 s, 1 to 2
# recommended. No Vietnamese rule was found that gives a number.
DWELL = DwellLimit(
    min_ms=4_000,
    advised_ms=8_000,
    max_transition_ms=1_000,
    source="FHWA, Guidance on Off-Premise Changeable Message Signs, 25 September 2007",
    checked="2026-11-30",
)
