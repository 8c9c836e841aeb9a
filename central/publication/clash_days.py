"""Names the days on which something clashes: each by name, by weekdays, or the first of many."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from agent.plan.rehearsal_text import say
from central.messages.catalogue import translate
from texts.catalogue import Lang

NAMED = 3  # days by name, before the others are counted
RUN = 3  # so many weekdays in a row are written from the first to the last
WEEK = 7


def describe_days(days: Collection[date], lang: Lang) -> str:
    """The days in their order: all by name where they are few, else in the shorter way.

    By weekdays where that says exactly which they are, else the first and how many more.
    """
    ordered = sorted(set(days))
    by_name = ", ".join(_name(one, lang) for one in ordered)
    if len(ordered) <= NAMED:
        return by_name
    weekdays = sorted({one.isoweekday() for one in ordered})
    if ordered == _list_between(ordered[0], ordered[-1], weekdays):
        is_whole = len(ordered) == (ordered[-1] - ordered[0]).days + 1
        names = _name_weekdays(weekdays, lang, is_whole=is_whole)
        span = f"{ordered[0]:%d/%m}", f"{ordered[-1]:%d/%m}"
        grouped = translate(lang, "clash.weekdays", names, *span)
        if len(grouped) < len(by_name):
            return grouped
    first = ", ".join(_name(one, lang) for one in ordered[:NAMED])
    return translate(lang, "clash.more_days", first, len(ordered) - NAMED)


def _list_between(first: date, last: date, weekdays: Collection[int]) -> list[date]:
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if day.isoweekday() in weekdays]


def _name_weekdays(weekdays: Sequence[int], lang: Lang, *, is_whole: bool) -> str:
    """From Monday on; where no date is left out and that would be two runs, it is every day."""
    names, runs = [], _split_runs(weekdays)
    if len(weekdays) == WEEK or (is_whole and len(runs) > 1):
        return translate(lang, "clash.every_day")
    for run in runs:
        ends = [say(lang, f"day.{one}", "").strip() for one in run]
        names += ends if len(ends) < RUN else [f"{ends[0]}–{ends[-1]}"]
    return ", ".join(names)


def _split_runs(numbers: Iterable[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for one in numbers:
        if runs and one == runs[-1][-1] + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _name(day: date, lang: Lang) -> str:
    return say(lang, f"day.{day.isoweekday()}", f"{day:%d/%m}")
