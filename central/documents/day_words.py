"""An officer's words for days → weekdays, and rules of days where weekdays do not say it.

The days of `days`, `monthly`, `lunar` and `rrule` add up. An item with weekdays alone needs nothing
that boxes of 0.1.0 lack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec import UNSET, UnsetType

from agent.contract.calendar_terms import (
    HOLIDAY,
    MOURNING,
    SWAPPED_WORKDAY,
    WORKDAY,
    DayRules,
    SunStart,
)
from agent.contract.day_rule import WEEKDAYS, parse_lunar, parse_recurrence
from central.documents.schedule_model import NUMBER_OF_DAY, ScheduleItem, parse_days

FEASTS = ("tet", "chol-chnam-thmay", "sene-dolta", "ok-om-bok")
SETS = (HOLIDAY, SWAPPED_WORKDAY, WORKDAY, MOURNING, *FEASTS)
LAST = ("cuoi", "last")
ALL_WEEK = list(range(1, 8))
_SUN: dict[str, Literal["sunrise", "sunset"]] = {
    "sunrise": "sunrise",
    "mat-troi-moc": "sunrise",
    "sunset": "sunset",
    "mat-troi-lan": "sunset",
}
_SUN_FORM = re.compile(r"([a-z-]*[a-z])(?:([+-]\d{1,3})m)?")
_OWN_SET = re.compile(r"@[a-z0-9-]{1,32}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LUNAR = re.compile(r"(\d{1,2}|cuoi|last)/(?:(\d{1,2})(n?)|(\*))")


@dataclass(frozen=True)
class ItemDays:
    """The days of an item as a playlist writes them."""

    weekdays: list[int]
    days: DayRules | UnsetType
    except_dates: list[str]
    except_days: DayRules | UnsetType


def compile_days(item: ScheduleItem) -> ItemDays:
    """Read the days of an item.

    Raises:
        ValueError: a word that is none of them.
    """
    weekdays, sets = _split_days(item.days)
    dates, except_days = _compile_except(item.except_)
    rules = [*_months(_listed(item.monthly)), *map(_recurrence, _listed(item.rrule))]
    lunar = [_lunar(text) for text in _listed(item.lunar)]
    if not (sets or rules or lunar or item.every_weeks):
        return ItemDays(weekdays, UNSET, dates, except_days)
    # `days: daily` beside another key is what is left out
    if weekdays and (item.every_weeks or item.days != "daily"):
        rules.insert(0, _weekly(weekdays, item.every_weeks or 1))
    days = DayRules(rrule=rules, lunar=lunar, sets=sets)
    return ItemDays(ALL_WEEK, days, dates, except_days)


def parse_sun(text: str) -> SunStart | None:
    """Read `sunrise`, `sunset-15m`, `mat-troi-moc+10m`; None for a clock time."""
    match = _SUN_FORM.fullmatch(text)
    return None if match is None else SunStart(_SUN[match[1]], int(match[2] or 0))


def parse_set(text: str) -> str | None:
    """The name of a day set: one that every officer knows, or `@` and a name of one's own."""
    if _OWN_SET.fullmatch(text):
        return text[1:]
    return text if text in SETS else None


def _listed(words: str | list[str]) -> list[str]:
    return [words] if isinstance(words, str) else words


def _split_days(days: str | list[str]) -> tuple[list[int], list[str]]:
    parts = [part.strip() for part in (days.split(",") if isinstance(days, str) else days)]
    sets = [name for part in parts if (name := parse_set(part)) is not None]
    weekdays = [part for part in parts if parse_set(part) is None]
    return (parse_days(weekdays) if weekdays or not sets else []), sets


def _weekly(weekdays: Sequence[int], interval: int) -> str:
    every = f"INTERVAL={interval};" if interval > 1 else ""
    return f"FREQ=WEEKLY;{every}BYDAY={','.join(WEEKDAYS[day - 1] for day in weekdays)}"


def _months(words: Iterable[str]) -> Iterator[str]:
    """`15`, `cuoi`, `t2/1`, `cn/cuoi` as recurrences of a month."""
    by_day, by_number = [], []
    for word in words:
        day, slash, which = word.partition("/")
        if not slash:
            by_number.append("-1" if day in LAST else str(_bounded(day, 31)))
        elif day.lower() in NUMBER_OF_DAY:
            nth = -1 if which in LAST else _bounded(which, 5)
            by_day.append(f"{nth}{WEEKDAYS[NUMBER_OF_DAY[day.lower()] - 1]}")
        else:
            raise ValueError(f"unknown day {word!r}")
    if by_day:
        yield f"FREQ=MONTHLY;BYDAY={','.join(by_day)}"
    if by_number:
        yield f"FREQ=MONTHLY;BYMONTHDAY={','.join(by_number)}"


def _bounded(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise ValueError(f"unknown day {text!r}")
    return int(text)


def _recurrence(text: str) -> str:
    parse_recurrence(text)
    return text


def _lunar(text: str) -> str:
    match = _LUNAR.fullmatch(text)
    if match is None:
        raise ValueError(f"unknown lunar date {text!r}")
    day = "last" if match[1] in LAST else f"{int(match[1]):02d}"
    written = f"{day}/*" if match[4] else f"{day}/{int(match[2]):02d}{match[3]}"
    parse_lunar(written)
    return written


def _compile_except(words: Iterable[str]) -> tuple[list[str], DayRules | UnsetType]:
    dates: list[str] = []
    lunar: list[str] = []
    sets: list[str] = []
    for word in words:
        if _DATE.fullmatch(word):
            dates.append(word)
        elif (name := parse_set(word)) is not None:
            sets.append(name)
        else:
            lunar.append(_lunar(word))
    return dates, DayRules(lunar=lunar, sets=sets) if lunar or sets else UNSET
