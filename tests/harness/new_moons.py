"""The Vietnamese lunar calendar worked out from new moons and the sun, as PyEphem computes them.

The rules: a month begins on the local day of the new moon; the winter solstice is in month 11; of
thirteen months between two of these the first one without a major solar term is the leap month.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

import ephem

TERM_DEG = 30


@dataclass(frozen=True)
class LunarMonth:
    """One month: its lunar year and number, whether it is a leap month, and its days."""

    year: int
    number: int
    is_leap: bool
    days: int


def lunar_months(first: int, last: int, hours_east: int) -> dict[date, LunarMonth]:
    """The months of some years, by the date on which they begin.

    Args:
        first: the first lunar year.
        last: the last one.
        hours_east: the meridian's time, 7 for Vietnam, 8 for China.
    """
    starts = _new_moons(first - 2, last + 2, hours_east)
    found: dict[date, LunarMonth] = {}
    for year in range(first - 1, last + 1):
        begin, end = (
            bisect_right(starts, _solstice(one, hours_east)) - 1 for one in (year, year + 1)
        )
        found |= _name_months(starts[begin : end + 1], year, hours_east)
    return {day: month for day, month in found.items() if first <= month.year <= last}


def _name_months(starts: list[date], year: int, hours_east: int) -> dict[date, LunarMonth]:
    """From month 11 of a year up to month 10 of the next."""
    spans = list(pairwise(starts))
    leap = None
    if len(spans) == 13:
        leap = next(i for i, span in enumerate(spans) if i and not _has_term(span, hours_east))
    months, number = {}, 10
    for index, (begin, end) in enumerate(spans):
        number += index != leap
        of_year = year + (number > 12)
        months[begin] = LunarMonth(
            of_year, (number - 1) % 12 + 1, index == leap, (end - begin).days
        )
    return months


def _has_term(span: tuple[date, date], hours_east: int) -> bool:
    first, last = (_longitude_deg(day, hours_east) // TERM_DEG for day in span)
    return first != last


def _longitude_deg(day: date, hours_east: int) -> float:
    midnight = ephem.Date(datetime(day.year, day.month, day.day) - timedelta(hours=hours_east))  # noqa: DTZ001 - PyEphem counts in UTC without a zone
    return math.degrees(ephem.Ecliptic(ephem.Sun(midnight), epoch=midnight).lon)


def _solstice(year: int, hours_east: int) -> date:
    return _local(ephem.next_winter_solstice(f"{year}/11/1"), hours_east)


def _new_moons(first: int, last: int, hours_east: int) -> list[date]:
    at, found = ephem.Date(f"{first}/1/1"), []
    while (at := ephem.next_new_moon(at)) < ephem.Date(f"{last}/12/31"):
        found.append(_local(at, hours_east))
        at = ephem.Date(at + 1)
    return found


def _local(at: ephem.Date, hours_east: int) -> date:
    local: datetime = at.datetime() + timedelta(hours=hours_east)
    return local.date()
