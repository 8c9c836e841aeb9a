"""The schema of days by rule in a playlist's entries, and of a signed calendar."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date

from msgspec import UNSET

from agent.contract.calendar_terms import (
    HOLIDAY,
    MAX_OFFSET_MIN,
    MOURNING,
    SWAPPED_WORKDAY,
    WORKDAY,
    CalendarDays,
    DayRules,
    SunPoint,
    SunStart,
)
from agent.contract.document import Calendar, When
from agent.trust.schema_error import SchemaError, require

MAX_RULES = 32
MAX_SETS = 64
MAX_ROWS = 400
MAX_SUN_STARTS = 16
MAX_TITLE = 256
MAX_RRULE_DAYS = 1_500  # a recurrence is counted from `from`: a mistyped year is a fault
YEARS = range(2000, 2100)
LAT_E5, LON_E5 = range(800_000, 2_400_001), range(10_200_000, 11_500_001)
_SET = re.compile(r"[a-z0-9-]{1,32}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def check_day_rules(when: When) -> None:
    """Check the members of `when` that were added after 0.1.0.

    Raises:
        SchemaError: names the first value that breaks a rule.
    """
    for name, rules in (("days", when.days), ("except_days", when.except_days)):
        if rules is not UNSET:
            _check_rules(rules, f"when.{name}")
            require(
                not rules.rrule or _length_days(when) <= MAX_RRULE_DAYS,
                f"when.{name}.rrule", f"in at most {MAX_RRULE_DAYS} days from `from` to `until`",
            )  # fmt: skip
    if when.sun is not UNSET:
        _check_sun(when.sun)


def _length_days(when: When) -> int:
    return (date.fromisoformat(when.until) - date.fromisoformat(when.from_)).days


def _check_rules(rules: DayRules, path: str) -> None:
    from agent.contract.day_rule import parse_lunar, parse_recurrence  # few schedules need it

    require(rules.rrule or rules.lunar or rules.sets, path, "a rule of days")
    _check_each(rules.rrule, parse_recurrence, f"{path}.rrule")
    _check_each(rules.lunar, parse_lunar, f"{path}.lunar")
    _check_set_names(rules.sets, f"{path}.sets", MAX_RULES)


def _check_each(texts: list[str], parse: Callable[[str], object], path: str) -> None:
    require(len(set(texts)) == len(texts) <= MAX_RULES, path, f"at most {MAX_RULES}, none twice")
    for text in texts:
        try:
            parse(text)
        except ValueError as error:
            raise SchemaError(path, str(error)) from error


def _check_set_names(names: list[str], path: str, most: int) -> None:
    require(len(set(names)) == len(names) <= most, path, f"at most {most}, none twice")
    require(all(map(_SET.fullmatch, names)), path, "names of a-z, 0-9 and -")


def _check_sun(starts: Iterable[SunStart]) -> None:
    pairs = [(one.event, one.offset_min) for one in starts]
    good = 1 <= len(pairs) <= MAX_SUN_STARTS and len(set(pairs)) == len(pairs)
    require(good, "when.sun", f"1 to {MAX_SUN_STARTS}, none twice")
    good = all(abs(offset) <= MAX_OFFSET_MIN for _, offset in pairs)
    require(good, "when.sun", f"at most {MAX_OFFSET_MIN} minutes off")


def check_sun_point(point: SunPoint) -> None:
    """Check that it lies in Vietnam; swapped coordinates do not.

    Raises:
        SchemaError: it does not.
    """
    good = point.lat_e5 in LAT_E5 and point.lon_e5 in LON_E5
    require(good, "policy.sun_point", "a point in Vietnam, latitude 8 to 24, longitude 102 to 115")


def check_calendar(document: Calendar) -> None:
    """Check the year, its sets and its dated rows.

    Raises:
        SchemaError: names the first value that breaks a rule.
    """
    require(document.year in YEARS, "year", f"{YEARS.start} to {YEARS.stop - 1}")
    _check_set_names(document.sets, "sets", MAX_SETS)
    reserved = {MOURNING, WORKDAY}.isdisjoint(document.sets)
    require(reserved, "sets", f"without {MOURNING} and {WORKDAY}, which every box knows")
    paired = HOLIDAY not in document.sets or SWAPPED_WORKDAY in document.sets
    require(paired, "sets", f"{SWAPPED_WORKDAY} beside {HOLIDAY}: who lists one lists both")
    require(len(document.days) <= MAX_ROWS, "days", f"at most {MAX_ROWS}")
    known = {*document.sets, MOURNING}
    for index, row in enumerate(document.days):
        _check_row(row, f"days[{index}]", str(document.year))
        require(known.issuperset(row.sets), f"days[{index}].sets", f"names in sets, or {MOURNING}")


def _check_row(row: CalendarDays, path: str, year: str) -> None:
    for day in (row.from_, row.until):
        require(_is_date(day) and day[:4] == year, path, f"dates of {year}")
    require(row.from_ <= row.until, path, "until not before from")
    require(row.sets, f"{path}.sets", "at least one")
    _check_set_names(row.sets, f"{path}.sets", MAX_SETS)
    for text in (row.title, row.source):
        require(0 < len(text) <= MAX_TITLE, path, f"title and source of 1 to {MAX_TITLE}")


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False
