"""Identifiers and places. A place is always three segments: province/commune/station."""

from __future__ import annotations

import re
from typing import NewType

import msgspec

StationId = NewType("StationId", str)
KeyId = NewType("KeyId", str)
Digest = NewType("Digest", str)  # sha256, 64 lower-case hex digits

STATION_ID = re.compile(r"^[a-z0-9-]{4,32}\Z")
DIGEST = re.compile(r"^[0-9a-f]{64}\Z")
# Slots of prepared alarms only: an immediate emergency never shares a floor with one.
BASE_SLOT = "base"  # what a station keeps for a year, and filler
KEY_SLOT = re.compile(r"^key(?:-[A-Za-z0-9._-]{1,60})?\Z")
SEGMENT = re.compile(r"^[A-Za-z0-9_-]{1,32}\Z")


class Place(msgspec.Struct, frozen=True):
    """The place of a box: `<province>/<commune>/<station>`."""

    province: str
    commune: str
    station: str

    def __str__(self) -> str:
        return f"{self.province}/{self.commune}/{self.station}"


def parse_place(text: str) -> Place:
    """Read `84/29266/tv-cl-0007`.

    Raises:
        ValueError: not exactly three plain segments.
    """
    segments = text.split("/")
    if len(segments) != 3 or not all(SEGMENT.match(segment) for segment in segments):
        raise ValueError(f"not a place: {text!r}")
    return Place(*segments)


def is_pattern(text: str) -> bool:
    """Is it three segments, each plain or a whole-segment `*`?"""
    segments = text.split("/")
    return len(segments) == 3 and all(s == "*" or SEGMENT.match(s) for s in segments)


def is_match(pattern: str, place: Place) -> bool:
    """Does a place pattern cover a place? `*` stands for one whole segment."""
    segments = pattern.split("/")
    return len(segments) == 3 and all(
        want in ("*", have)
        for want, have in zip(segments, (place.province, place.commune, place.station), strict=True)
    )
