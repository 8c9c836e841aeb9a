"""The grammar of days by rule: recurrences of RFC 5545 and dates of the lunar calendar.

The recurrences are those rules of RFC 5545, section 3.3.10, that name days and that a single date
can be compared with: no clock times, no COUNT and no UNTIL (the entry has `until`), and nothing
that needs a search through years.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MAX_INTERVAL = 366
Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
# The parts that each frequency may have, besides FREQ, INTERVAL and BYMONTH.
_PARTS: dict[str, frozenset[str]] = {
    "DAILY": frozenset(),
    "WEEKLY": frozenset({"BYDAY"}),
    "MONTHLY": frozenset({"BYDAY", "BYMONTHDAY", "BYSETPOS"}),
    "YEARLY": frozenset({"BYMONTHDAY"}),
}
_BY_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER = re.compile(r"[+-]?[1-9]\d{0,2}", re.ASCII)
_LUNAR = re.compile(r"(0[1-9]|[12]\d|30|last)/(?:(0[1-9]|1[0-2])(n?)|\*)", re.ASCII)


@dataclass(frozen=True)
class Recurrence:
    """A recurrence of whole days.

    Args:
        frequency: the unit of `interval`.
        interval: every so many days, weeks, months or years.
        by_day: pairs of ISO weekday and its number within the month (0: each; -1: the last).
        by_month_day: days of the month, negative ones from its end.
        by_month: months; empty: all.
        by_set_pos: which of the days of a month that the other parts leave; empty: all.
    """

    frequency: Frequency
    interval: int = 1
    by_day: tuple[tuple[int, int], ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    by_set_pos: tuple[int, ...] = ()


@dataclass(frozen=True)
class LunarRule:
    """Dates of the lunar calendar.

    Args:
        day: 1 to 30; 0: the last of its month, 29 or 30.
        month: 1 to 12; 0: every month, leap months too.
        is_leap: of the leap month with that number, not of the regular one.
    """

    day: int
    month: int
    is_leap: bool = False


@lru_cache(maxsize=256)
def parse_recurrence(text: str) -> Recurrence:
    """Read `FREQ=MONTHLY;BYDAY=1MO`.

    Raises:
        ValueError: another form, or a part that days need not have.
    """
    parts = dict(_split(text))
    frequency = parts.pop("FREQ", "")
    if frequency not in _PARTS:
        raise ValueError("FREQ of DAILY, WEEKLY, MONTHLY, YEARLY")
    interval = _numbers(parts.pop("INTERVAL", "1"), 1, MAX_INTERVAL)
    by_month = _numbers(parts.pop("BYMONTH", ""), 1, 12)
    if len(interval) != 1 or not _PARTS[frequency].issuperset(parts):
        raise ValueError(f"{frequency} with {', '.join(sorted(_PARTS[frequency])) or 'INTERVAL'}")
    found = Recurrence(
        cast("Frequency", frequency),
        interval[0],
        tuple(map(_weekday, filter(None, parts.get("BYDAY", "").split(",")))),
        _numbers(parts.get("BYMONTHDAY", ""), -31, 31),
        by_month,
        _numbers(parts.get("BYSETPOS", ""), -31, 31),
    )
    _verify_bounded(found)
    return found


def _split(text: str) -> list[tuple[str, str]]:
    if len(text) > 128:
        raise ValueError("at most 128 characters")
    pairs = [part.partition("=") for part in text.split(";")]
    if not all(value for _, _, value in pairs) or len({name for name, *_ in pairs}) < len(pairs):
        raise ValueError("NAME=VALUE pairs, no name twice")
    return [(name, value) for name, _, value in pairs]


def _verify_bounded(rule: Recurrence) -> None:
    """Every rule says itself which days it means; RFC 5545 would take them from the first date."""
    if rule.frequency == "WEEKLY" and (not rule.by_day or any(n for _, n in rule.by_day)):
        raise ValueError("WEEKLY with BYDAY such as MO,WE")
    if len({bool(number) for _, number in rule.by_day}) > 1:
        raise ValueError("BYDAY with numbers at all of its days, or at none")
    if rule.frequency == "MONTHLY" and not (rule.by_day or rule.by_month_day):
        raise ValueError("MONTHLY with BYDAY or BYMONTHDAY")
    if rule.frequency == "YEARLY" and not (rule.by_month and rule.by_month_day):
        raise ValueError("YEARLY with BYMONTH and BYMONTHDAY")


def _numbers(text: str, low: int, high: int) -> tuple[int, ...]:
    numbers = []
    for part in filter(None, text.split(",")):
        if not _NUMBER.fullmatch(part) or not low <= int(part) <= high:
            raise ValueError(f"numbers from {low} to {high}")
        numbers.append(int(part))
    return tuple(numbers)


def _weekday(text: str) -> tuple[int, int]:
    match = _BY_DAY.fullmatch(text)
    if match is None:
        raise ValueError("weekdays such as MO, 1MO, -1SU")
    return WEEKDAYS.index(match[2]) + 1, int(match[1] or 0)


@lru_cache(maxsize=256)
def parse_lunar(text: str) -> LunarRule:
    """Read `15/*`, `10/03`, `last/12`, or `15/06n` (n: nhuận, of the leap month).

    Raises:
        ValueError: another form.
    """
    match = _LUNAR.fullmatch(text)
    if match is None:
        raise ValueError("lunar dates such as 15/*, 10/03, last/12, 15/06n")
    day = 0 if match[1] == "last" else int(match[1])
    return LunarRule(day, int(match[2] or 0), bool(match[3]))
