"""The clusters of a station and the kinds of their surroundings, and the faces of its boards."""

from __future__ import annotations

from collections.abc import Iterable

from agent.settings.model import Output


def list_zone_kinds(outputs: Iterable[Output]) -> dict[str, str]:
    """Every cluster of a station by name, with the kind of its surroundings."""
    return {zone.name: zone.kind for output in outputs for zone in output.zones}


def list_faces(outputs: Iterable[Output]) -> list[str]:
    """Every face of a station by name."""
    return [face.name for output in outputs for face in output.faces]
