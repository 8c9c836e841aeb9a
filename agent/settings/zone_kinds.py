"""The clusters of a station and the kinds of their surroundings."""

from __future__ import annotations

from agent.settings.model import Settings


def list_zone_kinds(settings: Settings) -> dict[str, str]:
    """Every cluster of a station by name, with the kind of its surroundings."""
    return {zone.name: zone.kind for output in settings.outputs for zone in output.zones}
