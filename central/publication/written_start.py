"""Which written start of a playlist an event of a rehearsal comes from.

What follows another has no start of its own: its chain's first entry has it, and a chain is moved
as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from agent.contract.document import Entry, Playlist, When
from agent.plan.calendar import expand, list_days
from agent.plan.expansion import stagger_delay
from agent.plan.policy import EffectivePolicy
from agent.plan.rehearsal import Event
from central.documents.start_term import Term, list_terms

PICTURE = "-hinh"  # of the id of a picture beside its sound, where nothing else says so (0.1.0)


class WrittenStart(NamedTuple):
    """One start of an entry, by its place among `list_terms`."""

    entry_id: str
    place: int


def find_chains(playlist: Playlist) -> dict[str, Entry]:
    """Entry → the first of its chain; an entry that follows none is its own."""
    entries = {entry.id: entry for entry in playlist.entries}
    return {entry.id: _find_first(entry, entries) for entry in playlist.entries}


def _find_first(entry: Entry, entries: dict[str, Entry]) -> Entry:
    seen = set()
    while entry.start.kind == "after" and entry.id not in seen:
        seen.add(entry.id)
        entry = entries.get(entry.start.entry or "", entry)
    return entry


def list_together(playlist: Playlist, entry_id: str) -> list[int]:
    """The places in a playlist of an entry and of its own picture, which starts with it."""
    when = next(entry.when for entry in playlist.entries if entry.id == entry_id)
    return [
        place
        for place, entry in enumerate(playlist.entries)
        if entry.when == when
        and entry_id in (entry.id, entry.with_, entry.id.removesuffix(PICTURE))
    ]


class StartFinder:
    """Finds the written starts of a playlist's events at stations with one policy.

    Args:
        playlist: whose events are asked for.
        policy: of the stations: their turn and their sun.
    """

    def __init__(self, playlist: Playlist, policy: EffectivePolicy) -> None:
        self._policy = policy
        self._doc_id = playlist.doc_id
        self._first_of = find_chains(playlist)

    def delay_of(self, entry: Entry) -> timedelta:
        """How long after its written start an entry is due at these stations."""
        return stagger_delay(entry, self._policy.stagger)

    def find(self, event: Event) -> tuple[WrittenStart, datetime] | None:
        """The written start of an event, and when that is by the clock; None: of another document.

        Args:
            event: planned, not refused.
        """
        if event.doc_id != self._doc_id:
            return None
        first = self._first_of[event.entry_id]
        at = (event.asked_at or event.at) - self.delay_of(first)
        place = next(self._list_matches(first.when, at), None)
        return None if place is None else (WrittenStart(first.id, place), at)

    def _list_matches(self, when: When, at: datetime) -> Iterator[int]:
        days = list_days(at, at)
        return (
            place
            for place, term in enumerate(list_terms(when))
            if at in expand(_alone(when, term), days, self._policy.sun_point)
        )


def _alone(when: When, term: Term) -> When:
    """The same days with one start."""
    if isinstance(term, str):
        return msgspec.structs.replace(when, at=[term], sun=UNSET)
    return msgspec.structs.replace(when, at=[], sun=[term])
