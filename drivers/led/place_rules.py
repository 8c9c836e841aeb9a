"""Rules for the places of faces on a board, checked without the board."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from drivers.frame_sink import FacePlace, PlaceFault

_MODE = re.compile(r"([1-9][0-9]{1,4})x([1-9][0-9]{1,4})@([1-9][0-9]{0,2})")


def find_place_faults(profile: str, faces: Mapping[str, FacePlace]) -> Iterator[PlaceFault]:
    """The faces that a board of this profile cannot have where they are."""
    if profile == "hdmi":
        yield from find_screen_faults(faces)
    elif profile != "png":  # each face of which is a file of its own
        yield from find_raster_faults(faces)


def parse_mode(text: str) -> tuple[int, int, int] | None:
    """Width, height and rounded rate of `1920x1080@60`; None for anything else."""
    found = _MODE.fullmatch(text)
    return None if found is None else (int(found[1]), int(found[2]), int(found[3]))


def find_screen_faults(faces: Mapping[str, FacePlace]) -> Iterator[PlaceFault]:
    """Faces on screens: each has a connector and a mode by name, and lies within the mode."""
    modes: dict[str, tuple[str, str]] = {}
    for name, place in faces.items():
        if not place.port:
            yield PlaceFault(name, "port", "E_PORT", "name the connector, such as HDMI-A-1")
            continue
        mode = parse_mode(place.mode)
        if mode is None:
            yield PlaceFault(name, "mode", "E_MODE", "name the mode, such as 1920x1080@60")
            continue
        other, known = modes.setdefault(place.port, (name, place.mode))
        if known != place.mode:
            yield PlaceFault(name, "mode", "E_MODE", f"{place.port} has {known} for {other}")
        elif place.x_px + place.width_px > mode[0]:
            yield PlaceFault(name, "x_px", "E_SIZE", _describe(place, "wide", mode[0]))
        elif place.y_px + place.height_px > mode[1]:
            yield PlaceFault(name, "y_px", "E_SIZE", _describe(place, "high", mode[1]))
    yield from find_overlaps(faces)


def find_raster_faults(faces: Mapping[str, FacePlace]) -> Iterator[PlaceFault]:
    """Faces in the one picture of a card without connectors and modes."""
    for name, place in faces.items():
        if place.port:
            yield PlaceFault(name, "port", "E_PORT", "this board has one picture and no port")
        elif place.mode:
            yield PlaceFault(name, "mode", "E_MODE", "this board has no modes")
    yield from find_overlaps(faces)


def find_overlaps(faces: Mapping[str, FacePlace]) -> Iterator[PlaceFault]:
    """Faces that share pixels of one port."""
    seen: list[tuple[str, FacePlace]] = []
    for name, place in faces.items():
        for other, taken in seen:
            if place.port == taken.port and _overlap(place, taken):
                yield PlaceFault(name, "x_px", "E_OVERLAP", f"it covers {other}")
                break
        seen.append((name, place))


def _describe(place: FacePlace, how: str, room_px: int) -> str:
    at_px, size_px = (
        (place.x_px, place.width_px) if how == "wide" else (place.y_px, place.height_px)
    )
    return f"{at_px} + {size_px} is more than {place.mode} is {how} ({room_px})"


def _overlap(one: FacePlace, other: FacePlace) -> bool:
    return (
        one.x_px < other.x_px + other.width_px
        and other.x_px < one.x_px + one.width_px
        and one.y_px < other.y_px + other.height_px
        and other.y_px < one.y_px + one.height_px
    )
