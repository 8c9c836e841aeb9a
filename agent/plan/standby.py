"""The approved still picture that each face shows while nothing else is on it. Pure.

It is an entry with `standby` in a playlist of slot `base`, class routine. It needs no time of day:
without a trusted clock a document that is not known to be over still counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.contract.document import Entry, Medium, Playlist
from agent.contract.ids import BASE_SLOT
from agent.contract.utc import parse_utc


@dataclass(frozen=True)
class StandbyPicture:
    """An entry with `standby`, and the faces that show it.

    Args:
        held: its document.
        entry: has a scene.
        media: that the scene needs.
        faces: names, in the order of the settings.
    """

    held: HeldDocument
    entry: Entry
    media: tuple[Medium, ...]
    faces: tuple[str, ...]

    @property
    def end_at(self) -> datetime:
        """When its document expires."""
        return parse_utc(self.held.document.expires)


def find_standby(
    held: Iterable[HeldDocument],
    faces: Iterable[str],
    state: Callable[[str], str | None],
    now: Now,
    may_show: Callable[[str, str], bool] = lambda _issuer, _face: True,
) -> tuple[StandbyPicture, ...]:
    """The pictures of these faces, each with its faces; a face may have none.

    The issuer deepest in the tree goes first, then the order of the entries; one whose media are
    not all here gives way to the next.

    Args:
        held: the documents in force.
        faces: of one board.
        state: why a medium is missing, None when it is here.
        now: the moment.
        may_show: has an issuer the right to this face?
    """
    found: dict[tuple[str, str], StandbyPicture] = {}
    ranked = sorted(_list_entries(held, now), key=lambda one: -one[0].document.issuer.count("."))
    for face in faces:
        for one, entry in ranked:
            media = _list_media(one, entry)
            is_here = all(state(medium.sha256) is None for medium in media)
            is_meant = "*" in entry.zones or face in entry.zones
            if is_here and is_meant and may_show(one.document.issuer, face):
                key = (one.sha256, entry.id)
                shown = found[key].faces if key in found else ()
                found[key] = StandbyPicture(one, entry, media, (*shown, face))
                break
    return tuple(found.values())


def list_standby_digests(held: Iterable[HeldDocument]) -> Iterator[str]:
    """The digests of the media that any entry with `standby` needs."""
    for one in held:
        if isinstance(one.document, Playlist) and one.document.slot == BASE_SLOT:
            for entry in one.document.entries:
                yield from _digests(entry) if entry.standby is True else ()


def _digests(entry: Entry) -> set[str]:
    elements = entry.body.scene.elements if entry.body.scene is not None else ()
    return {one.media for one in elements if one.media is not None}


def _list_media(held: HeldDocument, entry: Entry) -> tuple[Medium, ...]:
    listed = held.document.media if isinstance(held.document, Playlist) else ()
    return tuple(medium for medium in listed if medium.sha256 in _digests(entry))


def _list_entries(held: Iterable[HeldDocument], now: Now) -> Iterator[tuple[HeldDocument, Entry]]:
    for one in held:
        document = one.document
        if not isinstance(document, Playlist) or document.slot != BASE_SLOT:
            continue
        has_begun = not now.is_trusted or parse_utc(document.not_before) <= now.at
        if document.class_ == "routine" and has_begun and now.at < parse_utc(document.expires):
            yield from ((one, entry) for entry in document.entries if entry.standby is True)
