"""One planned play of one entry, or its refusal; and which of two wins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from agent.contract.accepted import HeldDocument
from agent.contract.document import Entry, Playlist
from agent.contract.priority import Level
from agent.contract.utc import encode_utc

Medium = Literal["sound", "picture", "banner"]
Precedence = Literal["level", "start", "order"]


# structs and not dataclasses: a timeline makes tens of thousands of them
class Occurrence(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One entry at one planned moment.

    Args:
        document: the held playlist.
        entry: one of its entries.
        level: from the document's class.
        start_at: planned start, included.
        end_at: planned end, excluded.
        latest_end_at: interrupted sound may continue until here, by quiet hours and expiry.
        medium: sound, picture, or a banner over what is shown.
        position: of the entry in its playlist, from 0.
        asked_at: the written moment, of the first of a chain for what follows in it; None: the
            start.
        waits_until: until when it yields to what still sounds at its start; None: it does not.
        follows: the key of the occurrence right behind which it is planned, where it may begin
            sooner if that one ends sooner for good.
        earliest_at: how much sooner.
    """

    document: HeldDocument
    entry: Entry
    level: Level
    start_at: datetime
    end_at: datetime
    latest_end_at: datetime
    medium: Medium
    position: int = 0
    asked_at: datetime | None = None
    waits_until: datetime | None = None
    follows: str | None = None
    earliest_at: datetime | None = None

    @property
    def playlist(self) -> Playlist:
        """The document, typed."""
        playlist = self.document.document
        assert isinstance(playlist, Playlist)  # noqa: S101 - plan creates them from playlists only
        return playlist

    @property
    def is_seen(self) -> bool:
        """Is it seen, and makes no noise?"""
        return self.medium != "sound"

    @property
    def key(self) -> str:
        """`<doc_id>/<entry>@<moment>`, the same after every rebuild, whatever it waits for."""
        return self.key_with(self.entry.id)

    def key_with(self, entry_id: str) -> str:
        """The key of another entry of its document that is due at the same moment."""
        at = self.asked_at or self.start_at
        return f"{self.document.document.doc_id}/{entry_id}@{at.isoformat()}"

    @property
    def rank(self) -> tuple[int, datetime, int, int, str, int, str]:
        """The sort key that decides who wins: level, later start, newer document, its own order.

        Of one document, what its author wrote first wins.

        Total: no two are equal.
        """
        playlist = self.playlist
        order = (playlist.doc_id, -self.position, self.entry.id)
        return (self.level, self.start_at, playlist.epoch, playlist.seq, *order)

    @property
    def duration_ms(self) -> int:
        """From planned start to planned end."""
        return round((self.end_at - self.start_at).total_seconds() * 1000)


def find_precedence(winner: Occurrence, loser: Occurrence) -> Precedence:
    """The rule by which an occurrence goes before another, of those of `Occurrence.rank`.

    `level`: its class is higher. `start`: of one level it starts later. `order`: both start at one
    moment, and the order of documents and of entries decides.
    """
    if winner.level != loser.level:
        return "level"
    return "start" if winner.start_at != loser.start_at else "order"


class Refusal(msgspec.Struct, frozen=True):
    """An entry that will not play at a moment, and the reason.

    Args:
        entry_id: the entry.
        doc_id: its document.
        at: the planned start.
        code: `E_HOURS`, `E_POLICY`, `E_EXPIRED`, `E_MEDIA`, `E_PRIO`, `E_SCHEMA`, `E_UNSUPPORTED`.
        rule: the rule with its value, such as `quiet_hours 21:00-05:00`.
        zones: the clusters that it leaves out, where it plays at others; empty: it does not play.
    """

    entry_id: str
    doc_id: str
    at: datetime
    code: str
    rule: str
    zones: tuple[str, ...] = ()

    def detail(self) -> dict[str, str | int | float | bool | list[str] | None]:
        """The detail of its journal record."""
        about = {"code": self.code, "kind": "entry", "hint": self.rule, "subject": self.entry_id}
        return {**about, "doc_id": self.doc_id, "at": encode_utc(self.at)}


MAX_RECORDED = 8


def limit_refusals(refusals: Iterable[Refusal]) -> list[Refusal]:
    """The first few of each document, and one for all its others, to limit writes to the card.

    The one for the others has the entry id `*`; its rule has their number.
    """
    of_document: dict[str, list[Refusal]] = {}
    for refusal in refusals:
        of_document.setdefault(refusal.doc_id, []).append(refusal)
    limited: list[Refusal] = []
    for doc_id, ones in of_document.items():
        limited += ones[:MAX_RECORDED]
        if more := ones[MAX_RECORDED:]:
            rule = f"{len(more)} further entries, such as {more[0].entry_id}: {more[0].rule}"
            limited.append(Refusal("*", doc_id, more[0].at, more[0].code, rule))
    return limited
