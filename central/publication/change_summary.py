"""What a document changes at stations, as lines that people read before they sign or publish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby

from agent.contract.local_time import LOCAL
from agent.plan.rehearsal import Change
from agent.plan.rehearsal_text import describe_event, describe_lack, mark_change, say
from central.messages.catalogue import translate
from central.publication.recipients import list_names
from central.publication.station_change import StationChange, judge_change
from texts.catalogue import Lang

MAX_GROUPS, MAX_BLOCKS, MAX_DATES = 3, 12, 8  # of what is printed; the sums count everything


def describe_station_changes(found: Sequence[StationChange], lang: Lang) -> list[str]:
    """Days alike once, stations alike once, and how much falls silent; empty: nothing changes."""
    lines: list[str] = []
    for one in found[:MAX_GROUPS]:
        first, last = _date(one.from_at), _date(one.until_at - datetime.resolution)
        lines.append(translate(lang, "change.title", list_names(one.stations), first, last))
        lines += [f"  {line}" for line in describe_by_days(one.changes, lang)]
        lines += [
            f"  {say(lang, f'diff.{mark}')}  {describe_lack(week, lang)}"
            for mark, week in one.lacks
        ]
        lines.append(describe_change_sum(one.changes, lang))
    if len(found) > MAX_GROUPS:
        others = [name for one in found[MAX_GROUPS:] for name in one.stations]
        both = [change for one in found[MAX_GROUPS:] for change in one.changes]
        lines.append(translate(lang, "change.others", list_names(sorted(others))))
        lines.append(describe_change_sum(both, lang))
    return lines


def describe_by_days(changes: Iterable[Change], lang: Lang) -> list[str]:
    """The changes of each day; days on which the same changes are described once."""
    days: dict[tuple[str, ...], list[date]] = {}
    for day, ones in groupby(changes, key=lambda one: one.at.astimezone(LOCAL).date()):
        rows = tuple(row for one in ones for row in _describe(one, lang))
        days.setdefault(rows, []).append(day)
    lines: list[str] = []
    for rows, dates in list(days.items())[:MAX_BLOCKS]:
        lines += [_list_dates(dates, lang), *(f"  {row}" for row in rows)]
    rest = sum(len(dates) for dates in list(days.values())[MAX_BLOCKS:])
    return [*lines, translate(lang, "change.more_days", rest)] if rest else lines


def describe_change_sum(changes: Iterable[Change], lang: Lang) -> str:
    """How many plays fall silent, how many of them must be broadcast, what is new and what other.

    What is new may be refused: that is a change of another kind.
    """
    counted = Counter(judge_change(one) for one in changes if not _is_filler(one))
    duties = sum(
        judge_change(one) == "silent" and one.former is not None and one.former.essential
        for one in changes
    )
    return translate(
        lang, "change.sum", counted["silent"], duties, counted["new"], counted["other"]
    )


def _is_filler(change: Change) -> bool:
    return any(one is not None and one.filler for one in (change.former, change.event))


def _describe(change: Change, lang: Lang) -> list[str]:
    return [
        f"{say(lang, f'diff.{mark}'):<6}{describe_event(event, lang)}"
        for mark, event in mark_change(change)
    ]


def _list_dates(dates: Sequence[date], lang: Lang) -> str:
    named = [say(lang, f"day.{one.isoweekday()}", f"{one:%d/%m}") for one in dates]
    return list_names(named, MAX_DATES)


def _date(at: datetime) -> str:
    return f"{at.astimezone(LOCAL):%d/%m/%Y}"
