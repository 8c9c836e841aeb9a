"""The three dialects of Vietnamese in which a station reads aloud, and how each says numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DialectName = Literal["north", "central", "south"]


@dataclass(frozen=True)
class Dialect:
    """How a dialect is spoken.

    Args:
        name: as in settings and documents.
        voice: its voice in espeak-ng.
        thousand: 1,000.
        zero_tens: between a hundred and a single digit, as in 105.
        unit_four: the 4 of 24, 34, ...
    """

    name: DialectName
    voice: str
    thousand: str
    zero_tens: str
    unit_four: str


NORTH = Dialect("north", "vi", "nghìn", "linh", "tư")
CENTRAL = Dialect("central", "vi-vn-x-central", "ngàn", "lẻ", "tư")
SOUTH = Dialect("south", "vi-vn-x-south", "ngàn", "lẻ", "bốn")
DIALECTS: dict[str, Dialect] = {one.name: one for one in (NORTH, CENTRAL, SOUTH)}


def is_read(lang: str) -> bool:
    """Is there a voice for a language, such as `vi` or `vi-VN`? For Vietnamese alone."""
    return lang.split("-", maxsplit=1)[0] == "vi"
