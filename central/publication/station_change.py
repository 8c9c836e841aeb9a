"""What a document changes in the days ahead of stations before it is signed, published, withdrawn.

The plan is the boxes' own (`agent.plan`), with the document and without it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from agent.contract.document import Calendar, Document, Playlist, StationConfig
from agent.contract.utc import parse_utc
from agent.plan.calendar_change import list_changed_weeks
from agent.plan.correction import correct, hold
from agent.plan.language_duty import LanguageWeek
from agent.plan.rehearsal import Change, Event, compare, compare_lacks
from central.publication.recipients import is_meant
from central.publication.refusal_forecast import Objection
from central.publication.station_group import StationGroup
from central.publication.station_rehearsal import (
    WEEK,
    GroupRehearsal,
    find_week,
    list_groups,
    rehearse_group,
    rehearse_stations,
)
from central.store.database import Database

Lack = tuple[Literal["new", "gone"], LanguageWeek]
Effect = Literal["silent", "new", "other"]


@dataclass(frozen=True)
class StationChange:
    """What changes at stations alike.

    Args:
        stations: in order.
        from_at: aware UTC; the first moment that was compared.
        until_at: aware UTC; the last, excluded.
        changes: soonest first.
        lacks: weeks in which a language comes to lack its share, or does no more.
    """

    stations: tuple[str, ...]
    from_at: datetime
    until_at: datetime
    changes: tuple[Change, ...] = ()
    lacks: tuple[Lack, ...] = ()


def judge_change(change: Change) -> Effect:
    """Does a play fall silent, is it new, or is it another one: later, longer, with a clash?"""
    was, will_be = _sounds(change.former), _sounds(change.event)
    if was == will_be:
        return "other"
    return "silent" if was else "new"


def _sounds(event: Event | None) -> bool:
    return event is not None and event.kind != "refused"


def find_changes(
    database: Database, document: Document, configs: Mapping[str, StationConfig], now: datetime
) -> list[StationChange]:
    """What a calendar or a station-config that is not published yet changes.

    Of a calendar all days are compared on which it means something else, to its end; of a
    station-config seven days.

    Args:
        database: the centre's.
        document: of these two kinds; of others nothing is found.
        configs: of the stations that it is for, as they are.
        now: aware UTC.
    """
    if isinstance(document, Calendar):
        return _find_calendar_changes(database, document, configs, now)
    if not isinstance(document, StationConfig):
        return []
    from_at = max(now, parse_utc(document.not_before))
    found = rehearse_stations(database, configs, from_at, from_at + WEEK, document)
    return list(_only_changed(map(_compare, found)))


def find_withdrawal(
    database: Database, document: Playlist, configs: Mapping[str, StationConfig], now: datetime
) -> list[StationChange]:
    """What a playlist that was published takes with it, in its first seven days that are to come.

    Args:
        database: the centre's.
        document: published, and not withheld.
        configs: of the stations that the centre knows.
        now: aware UTC.
    """
    from_at, until_at = find_week(document, now)
    if from_at >= until_at:
        return []
    found = []
    for group in list_groups(database, configs, now):
        kept = tuple(one for one in group.held if one.document.doc_id != document.doc_id)
        if len(kept) < len(group.held) and is_meant(document, group.config):
            found.append(rehearse_group(group, replace(group, held=kept), from_at, until_at))
    return list(_only_changed(map(_compare, found)))


def _find_calendar_changes(
    database: Database, document: Calendar, configs: Mapping[str, StationConfig], now: datetime
) -> list[StationChange]:
    meant = {name: one for name, one in configs.items() if is_meant(document, one)}
    groups = list_groups(database, meant, now)
    return list(_only_changed(_compare_calendars(one, document, now) for one in groups))


def _compare_calendars(group: StationGroup, document: Calendar, now: datetime) -> StationChange:
    """All weeks in which the days of something scheduled are others."""
    held = [hold(one.document, now) for one in group.held]
    until_at = max(
        (parse_utc(one.document.expires) for one in held if isinstance(one.document, Playlist)),
        default=now,
    )
    until_at = min(until_at, parse_utc(document.expires))
    weeks = list_changed_weeks(
        held, correct(held, document, now), group.policy.sun_point, now, until_at
    )
    each = [_compare(rehearse_group(group, group, *week, document)) for week in weeks]
    return StationChange(
        group.stations,
        weeks[0][0] if weeks else now,
        weeks[-1][1] if weeks else now,
        tuple(change for one in each for change in one.changes),
        tuple(lack for one in each for lack in one.lacks),
    )


def _compare(found: GroupRehearsal) -> StationChange:
    before, after = found.former, found.rehearsal
    return StationChange(
        found.stations, after.from_at, after.until_at,
        tuple(compare(before, after)), tuple(compare_lacks(before, after)),
    )  # fmt: skip


def _only_changed(found: Iterable[StationChange]) -> Iterator[StationChange]:
    return (one for one in found if one.changes or one.lacks)


def list_calendar_objections(found: Iterable[StationChange]) -> list[Objection]:
    """What is refused on days of which a calendar says less than the one that it replaces.

    What a day of mourning silences is what the calendar is for, and no objection.
    """
    refused: dict[tuple[tuple[str, ...], str, str], list[datetime]] = defaultdict(list)
    for one in found:
        for change in one.changes:
            event = change.event
            if (
                event is not None
                and event.code == "E_CALENDAR"
                and judge_change(change) == "silent"
            ):
                refused[one.stations, event.title, event.rule].append(event.at)
    return [
        Objection("E_CALENDAR", rule, stations, title, min(at), len(at))
        for (stations, title, rule), at in refused.items()
    ]


def list_gone(found: GroupRehearsal) -> Sequence[Change]:
    """What plays without a document and is no more with it; filler is owed to nobody."""
    return [
        change
        for change in compare(found.former, found.rehearsal)
        if change.event is None and _sounds(change.former) and not _is_filler(change)
    ]


def _is_filler(change: Change) -> bool:
    return change.former is not None and change.former.filler
