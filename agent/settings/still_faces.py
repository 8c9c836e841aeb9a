"""The faces of a station that show stills only."""

from __future__ import annotations

from collections.abc import Iterable

from agent.settings.model import Output
from drivers import registry
from drivers.errors import UnsupportedFeature


def list_still_faces(outputs: Iterable[Output]) -> list[str]:
    """The faces whose board stores what it shows; reads profiles.

    A board whose profile cannot be used has none: its output says so itself.
    """
    found: list[str] = []
    for output in outputs:
        if output.board is not None and is_still(output.board.profile):
            found += [face.name for face in output.faces]
    return found


def is_still(profile: str) -> bool:
    """Does a board of this profile store what it shows? False where the profile cannot be used."""
    try:
        return getattr(registry.describe(profile).file, "content", None) is not None
    except UnsupportedFeature:
        return False
