"""The audible check of the loudspeakers: a chime at the hours of the signed policy.

It is planned like an entry of a playlist, from the station-config that orders it: quiet hours,
weekdays and caps hold, the play and its proof are on record, and a new station-config ends it. It
stands below everything else, and takes none of the day's sessions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from agent.contract.accepted import HeldDocument
from agent.contract.default_title import default_title
from agent.contract.document import Body, Entry, EntryStart, Playlist, StationConfig, When
from agent.contract.station_policy import ChimeCheck

ENTRY = "chime-check"
TITLE = default_title("chime_check")
LENGTH = timedelta(seconds=8)
ALWAYS = ("0001-01-01", "9999-12-31")  # the validity of the station-config bounds it


class ChimePlaylist(Playlist, frozen=True, kw_only=True):
    """The check as a playlist of one entry; never on the wire."""


def plan_chime(
    held: Sequence[HeldDocument], config_id: str | None, check: ChimeCheck | None
) -> HeldDocument | None:
    """The check as a held document of its own, under the name of its station-config.

    Args:
        held: accepted documents of any kind.
        config_id: the station-config in force.
        check: of its policy.
    """
    if check is None:
        return None
    for one in held:
        if isinstance(one.document, StationConfig) and one.document.doc_id == config_id:
            return replace(one, document=_as_playlist(one.document, check))
    return None


def _as_playlist(config: StationConfig, check: ChimeCheck) -> ChimePlaylist:
    entry = Entry(
        id=ENTRY,
        title=TITLE,
        lang="vi",
        zones=list(check.zones),
        when=When([check.at], list(check.weekdays), *ALWAYS),
        start=EntryStart("at"),
        body=Body(),
        when_cut="drop",
    )
    return ChimePlaylist(
        kind="playlist", issuer=config.issuer, class_="routine", to=config.to,
        doc_id=config.doc_id, slot=config.slot, epoch=config.epoch, seq=config.seq,
        issued=config.issued, not_before=config.not_before, expires=config.expires,
        editor=config.editor, approver=config.approver, media=[], entries=[entry],
    )  # fmt: skip
