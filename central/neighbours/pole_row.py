"""A pole as people write it, in YAML or in a table."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Id = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9_-]{1,32}$", extra_json_schema={"description": "tv-cl-0007"}),
]
Name = Annotated[str, Meta(max_length=64)]
Metres = Annotated[float, Meta(ge=-10_000_000, le=10_000_000)]
Reach = Annotated[float, Meta(ge=20, le=3000)]
Azimuth = Annotated[float, Meta(ge=0, le=360)]
Horns = Annotated[list[Azimuth], Meta(max_length=8)]


class PoleRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One pole: `lat` and `lon` in degrees, or `x` (east) and `y` (north) in metres."""

    id: Id
    name: Name = ""
    lat: float | None = None
    lon: float | None = None
    x: Metres | None = None
    y: Metres | None = None
    horns: Horns = msgspec.field(default_factory=list)
    reach_m: Reach | None = None


class PoleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file; `reach_m` is of poles that state none."""

    poles: Annotated[list[PoleRow], Meta(max_length=20_000)]
    reach_m: Reach | None = None
