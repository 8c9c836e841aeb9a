"""Part of the model of station.yaml: the power of a wall's cabinets."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class CabinetPower(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The relay of a wall's cabinets, on these outputs of the control card's function card.

    Cabinets that were black for `off_after_min` are switched off, and on again `warm_up_s` before
    the next item, for an emergency at once.
    """

    outputs: Annotated[list[Annotated[int, Meta(ge=1, le=8)]], Meta(min_length=1, max_length=8)]
    off_after_min: Annotated[int, Meta(ge=5, le=1_440)] = 30
    warm_up_s: Annotated[float, Meta(ge=1, le=120)] = 10.0
