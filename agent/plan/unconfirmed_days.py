"""Days of signed calendars that nobody has confirmed, where something scheduled goes by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec import UNSET

from agent.contract.accepted import HeldDocument
from agent.contract.calendar_terms import (
    HOLIDAY,
    MOURNING,
    SWAPPED_WORKDAY,
    WORKDAY,
    CalendarDays,
    is_unconfirmed,
)
from agent.contract.document import Calendar, Entry, Playlist
from agent.plan.calendar import local_date
from agent.plan.station_calendar import find_bar


class UnconfirmedDays(msgspec.Struct, frozen=True):
    """A row of a calendar; `first` and `last` are ISO dates, both included."""

    first: str
    last: str
    title: str
    source: str


def list_unconfirmed(
    held: Sequence[HeldDocument], from_at: datetime, until_at: datetime
) -> list[UnconfirmedDays]:
    """The rows that touch [from_at, until_at) and on which the days of an item depend, in order."""
    rows = list(_list_rows(held))
    if not rows:
        return []
    first, last = (local_date(at).isoformat() for at in (from_at, until_at - datetime.resolution))
    asked = {name for entry in _list_entries(held) for name in _list_sets(entry)}
    found = {
        UnconfirmedDays(row.from_, row.until, row.title, row.source)
        for row in rows
        if row.from_ <= last and first <= row.until and asked.intersection(row.sets)
    }
    return sorted(found, key=lambda one: (one.first, one.last, one.title))


def find_unconfirmed(held: Iterable[HeldDocument], entry: Entry, at: datetime) -> str:
    """The title of the row by which an item is due on the date of a moment; empty: there is none.

    A row that keeps an item off another day is no doubt about this one.
    """
    if entry.when.days is UNSET:
        return ""
    names, on = _with_workdays(entry.when.days.sets), local_date(at).isoformat()
    titles = (
        row.title
        for row in _list_rows(held)
        if row.from_ <= on <= row.until and names.intersection(row.sets)
    )
    return next(titles, "")


def _list_rows(held: Iterable[HeldDocument]) -> Iterator[CalendarDays]:
    calendars = (one.document for one in held if isinstance(one.document, Calendar))
    return (row for one in calendars for row in one.days if is_unconfirmed(row))


def _list_entries(held: Iterable[HeldDocument]) -> Iterator[Entry]:
    playlists = (one.document for one in held if isinstance(one.document, Playlist))
    return (entry for one in playlists for entry in one.entries)


def _list_sets(entry: Entry) -> set[str]:
    """The sets on which it depends whether an item is heard."""
    rules = (entry.when.days, entry.when.except_days)
    found = {name for one in rules if one is not UNSET for name in one.sets}
    return _with_workdays(found) | ({MOURNING} if find_bar(entry) else set())


def _with_workdays(names: Iterable[str]) -> set[str]:
    """Working days follow from two sets."""
    found = set(names)
    return found | {HOLIDAY, SWAPPED_WORKDAY} if WORKDAY in found else found
