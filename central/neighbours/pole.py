"""A pole with loudspeakers, and how far two of them stand apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# WGS 84: equatorial radius in metres and flattening (NIMA TR8350.2, table 3.1)
EQUATOR_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
_E2 = FLATTENING * (2 - FLATTENING)


@dataclass(frozen=True)
class Geodetic:
    """A place by latitude and longitude, WGS 84, in degrees."""

    lat: float
    lon: float


@dataclass(frozen=True)
class Metric:
    """A place on a plan, metres east and north of any one point."""

    x: float
    y: float


Position = Geodetic | Metric


@dataclass(frozen=True)
class Pole:
    """One pole; one station drives it.

    Args:
        id: of the station.
        position: all poles of one file have the same kind.
        name: as people call it; empty: the id.
        horns: azimuths of its horns in degrees, 0 is north, 90 east; empty: heard alike all round.
        reach_m: how far along a horn's axis speech is still understood.
    """

    id: str
    position: Position
    name: str
    horns: tuple[float, ...]
    reach_m: float

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.name or self.id


def offset_m(origin: Position, other: Position) -> tuple[float, float]:
    """Metres east and north from one place to another, on the plane between them.

    The plane touches the ellipsoid at the middle latitude: within 1 in 100,000 up to 30 km.

    Raises:
        ValueError: one has degrees, the other metres.
    """
    if isinstance(origin, Metric) and isinstance(other, Metric):
        return other.x - origin.x, other.y - origin.y
    if isinstance(origin, Geodetic) and isinstance(other, Geodetic):
        return _offset_on_ellipsoid(origin, other)
    raise ValueError("degrees and metres")


def distance_m(one: Position, other: Position) -> float:
    """Metres between two places, along the ground."""
    return math.hypot(*offset_m(one, other))


def place_on_plane(poles: Sequence[Pole]) -> list[tuple[float, float]]:
    """Metres east and north of each pole from the first: for a map, and to find candidates."""
    return [offset_m(poles[0].position, pole.position) for pole in poles]


def _offset_on_ellipsoid(origin: Geodetic, other: Geodetic) -> tuple[float, float]:
    lat = math.radians((origin.lat + other.lat) / 2)
    root = math.sqrt(1 - _E2 * math.sin(lat) ** 2)
    across_m = EQUATOR_M / root  # radius of curvature in the prime vertical
    along_m = EQUATOR_M * (1 - _E2) / root**3  # and in the meridian
    east = across_m * math.cos(lat) * math.radians(other.lon - origin.lon)
    return east, along_m * math.radians(other.lat - origin.lat)
