"""Texts that nobody could read from where the faces of stations are read, or that do not fit there.

A station tells in its hello how large its faces are, and from where they are read, where its
settings say so. The letters are measured by the box's own code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from agent.contract.document import Document, Playlist, StationConfig
from agent.contract.legibility import LETTERS, least_size_px
from agent.contract.report import FaceView
from agent.contract.scene import Element, Scene
from agent.errors import PlayError
from central.messages.catalogue import translate
from central.publication.recipients import list_names
from central.store.database import Database
from texts.catalogue import Lang

EVERYWHERE = "*"
SHOWN_CHARS = 40


def describe_small(
    database: Database, configs: Mapping[str, StationConfig], document: Document, lang: Lang
) -> list[str]:
    """A line for each text that is too small, or too long, with the stations and faces.

    Args:
        database: the centre's.
        configs: station → its published config, of those to judge.
        document: well-formed.
        lang: of the lines.
    """
    scenes = list(_list_scenes(document))
    hellos = database.hellos() if scenes else {}
    found: dict[tuple[str, ...], list[str]] = {}
    for zones, scene in scenes:
        for station in sorted(configs):
            for face, view in _views(hellos.get(station, {}), zones):
                for fault in _judge(msgspec.json.encode(scene), view):
                    found.setdefault(fault, []).append(f"{station} ({face})")
    return [
        translate(lang, fault[0], *fault[1:], list_names(at), LETTERS.source)
        for fault, at in found.items()
    ]


def _list_scenes(document: Document) -> Iterator[tuple[list[str], Scene]]:
    for entry in document.entries if isinstance(document, Playlist) else ():
        if entry.body.scene is not None and entry.banner is msgspec.UNSET:
            yield entry.zones, entry.body.scene
        elif entry.body.text is not None and entry.body.text.show is not None:
            text = Element("text", [0, 0, 1000, 1000], text=entry.body.text.show)
            yield entry.zones, Scene([text], 1)


def _views(hello: Mapping[str, Any], zones: list[str]) -> Iterator[tuple[str, FaceView]]:
    """The faces of a station that an entry is for and whose distance is known."""
    views = hello.get("face_views")
    for face, view in views.items() if isinstance(views, dict) else ():
        if EVERYWHERE in zones or face in zones:
            try:
                yield face, msgspec.convert(view, FaceView)
            except msgspec.ValidationError:
                continue  # a report is read leniently


@lru_cache(maxsize=4096)  # many stations have faces alike
def _judge(scene: bytes, view: FaceView) -> tuple[tuple[str, ...], ...]:
    """The code of each fault, and what its text needs."""
    from agent.play.board.letter_size import list_letter_sizes
    from agent.play.board.typeset import is_khmer

    size = view.width_px, view.height_px
    try:
        sizes = list(list_letter_sizes(msgspec.json.decode(scene, type=Scene), size))
    except PlayError as error:
        return (("letters.too_long", error.subject),) if error.code == "E_FIT" else ()
    found = []
    for text, size_px in sizes:
        has_khmer = any(map(is_khmer, text))
        least_px = least_size_px(view.pitch_mm, view.read_m, is_khmer=has_khmer)
        if size_px < least_px:
            shown = text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]}…"
            found.append(("letters.small", shown, str(size_px), str(least_px)))
    return tuple(dict.fromkeys(found))
