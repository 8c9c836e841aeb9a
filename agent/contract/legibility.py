"""How large letters must be to be read from afar, as data with its source."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class LegibilityRule:
    """The height of capital letters for a distance.

    Args:
        distance_to_height: at most so many heights of a capital away.
        source: where it stands.
        checked: the day on which somebody read it there.
    """

    distance_to_height: float
    source: str
    checked: str


# One inch of letter height for 30 feet: 9144 mm / 25.4 mm.
LETTERS = LegibilityRule(
    360, "MUTCD 2009 (FHWA), section 2A.13: 1 inch of letter height for 30 feet", "2026-11-30"
)
CAPITAL = 0.714  # height of a capital of Noto Sans, in sizes of the font (OS/2 sCapHeight)
# Khmer stacks up to three letters where Latin has one: our judgement, as the least sizes of
# `agent.play.board.typeset` have it.
KHMER_FACTOR = 2.0


def least_size_px(pitch_mm: float, read_m: float, *, is_khmer: bool) -> int:
    """The least size of the font, in lamps.

    Args:
        pitch_mm: from lamp to lamp.
        read_m: from where the face is read.
        is_khmer: is a letter of the text Khmer?
    """
    capital_mm = read_m * 1000 / LETTERS.distance_to_height
    size_px = capital_mm / pitch_mm / CAPITAL
    return ceil(round(size_px * (KHMER_FACTOR if is_khmer else 1.0), 6))
