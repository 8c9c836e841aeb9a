"""On which days another calendar means other days for what is scheduled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

import msgspec
from msgspec import UNSET

from agent.contract.accepted import HeldDocument
from agent.contract.calendar_terms import SunPoint
from agent.contract.document import Playlist, When
from agent.contract.local_time import LOCAL
from agent.plan.calendar import DAY, Day, days_of, list_days
from agent.plan.station_calendar import StationCalendar, find_bar

WEEK = timedelta(days=7)


def list_changed_weeks(
    before: Sequence[HeldDocument],
    after: Sequence[HeldDocument],
    point: SunPoint | None,
    from_at: datetime,
    until_at: datetime,
) -> list[tuple[datetime, datetime]]:
    """The weeks in which an item has other days, or is barred on other days; those in a row as one.

    Whole weeks from Monday on, because languages are judged by weeks; the first may be under way.

    Args:
        before: what is held.
        after: what is held with other calendars.
        point: whose sunrise and sunset count; None: no point is known.
        from_at: aware UTC, included.
        until_at: aware UTC, excluded.
    """
    days = list_days(from_at, until_at)
    former, later = StationCalendar(before, point), StationCalendar(after, point)
    changed: set[str] = set()
    for when in _list_rules(before):
        changed |= {one[0] for one in _judge(former, when, days) ^ _judge(later, when, days)}
    if _has_barred(before):
        both = (former.find_mourning(days), later.find_mourning(days))
        was, will_be = ({(one.start_at, one.rule) for one in found} for found in both)
        changed |= {(at.astimezone(LOCAL)).date().isoformat() for at, _ in was ^ will_be}
    return list(_join_weeks(sorted(map(date.fromisoformat, changed)), from_at, until_at))


def _list_rules(held: Sequence[HeldDocument]) -> list[When]:
    """The different rules of days of what is scheduled."""
    found: dict[bytes, When] = {}
    for one in held:
        if isinstance(one.document, Playlist):
            for entry in one.document.entries:
                when = entry.when
                if when.days is not UNSET or when.except_days is not UNSET:
                    found[msgspec.json.encode(when)] = when
    return list(found.values())


def _judge(
    calendar: StationCalendar, when: When, days: Sequence[Day]
) -> set[tuple[str, str | None]]:
    """The days on which an entry is due, and those of which that is not known."""
    due, unknown = calendar.split(when, days)
    return {(day.iso, None) for day in days_of(when, due)} | {(d.iso, why) for d, why in unknown}


def _has_barred(held: Sequence[HeldDocument]) -> bool:
    """Is anything scheduled that days of mourning bar?"""
    playlists = (one.document for one in held if isinstance(one.document, Playlist))
    return any(find_bar(entry) for one in playlists for entry in one.entries)


def _join_weeks(
    dates: Sequence[date], from_at: datetime, until_at: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The weeks of dates and of the dates after them, for what waits or lasts beyond midnight."""
    each = {one + after for one in dates for after in (timedelta(), DAY)}
    mondays = sorted({one - timedelta(days=one.weekday()) for one in each})
    first: date | None = None
    for monday in mondays:
        first = monday if first is None else first
        if monday + WEEK in mondays:
            continue
        begin, end = (datetime.combine(one, time(), LOCAL) for one in (first, monday + WEEK))
        if begin < until_at:
            yield max(from_at, begin), end
        first = None
