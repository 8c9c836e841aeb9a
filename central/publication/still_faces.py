"""Faces that show stills only, as stations' hellos tell them, and what would move there.

Such a face is a sign that stores what it shows; its box shows what moves at rest, so that an alarm
stays readable. A box of an older release drives no such sign and tells of none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent.contract.document import Document, Playlist, StationConfig
from agent.contract.scene import Scene, list_motion
from central.messages.catalogue import translate
from central.publication.recipients import list_names
from central.store.database import Database
from texts.catalogue import Lang

EVERYWHERE = "*"


def describe_moving(
    database: Database, configs: Mapping[str, StationConfig], document: Document, lang: Lang
) -> list[str]:
    """A line for each scene that moves, with the stations and faces that show it at rest.

    Args:
        database: the centre's.
        configs: station → its published config, of those to judge.
        document: well-formed.
        lang: of the lines.
    """
    moving = [one for one in _list_scenes(document) if list_motion(one[2])]
    hellos = database.hellos() if moving else {}
    lines = []
    for name, zones, scene in moving:
        at = list_names(list(_find_places(hellos, configs, zones)))
        if at:
            what = ", ".join(translate(lang, f"motion.{one}") for one in list_motion(scene))
            lines.append(translate(lang, "still_faces", name, what, at))
    return lines


def _list_scenes(document: Document) -> Iterator[tuple[str, list[str], Scene]]:
    """Name, zones and scene of each entry with a picture; an emergency has only texts at rest."""
    for entry in document.entries if isinstance(document, Playlist) else ():
        if entry.body.scene is not None:
            yield entry.title, entry.zones, entry.body.scene


def _find_places(
    hellos: Mapping[str, Mapping[str, object]],
    configs: Mapping[str, StationConfig],
    zones: list[str],
) -> Iterator[str]:
    for station in sorted(configs):
        faces = hellos.get(station, {}).get("still_faces")
        for face in faces if isinstance(faces, list) else ():
            if EVERYWHERE in zones or face in zones:
                yield f"{station} ({face})"
