"""Dates and clock times of a Vietnamese text in words."""

from __future__ import annotations

import re

from speech.dialect import Dialect
from speech.numbers import DIGITS, read_number

_SEP = r"\s?[/.\-]\s?"
_DAY, _MONTH, _YEAR = r"(0?[1-9]|[12]\d|3[01])", r"(0?[1-9]|1[0-2])", r"((?:19|20)\d\d)"
_NOT_BEHIND, _NOT_BEFORE = r"(?<![\w/.,\-])", r"(?![\w/]|[.,\-]\d)"
_TO = r"\s?[-–]\s?"
_FULL = re.compile(
    rf"{_NOT_BEHIND}(ngày\s+)?{_DAY}{_SEP}{_MONTH}{_SEP}{_YEAR}{_NOT_BEFORE}", re.IGNORECASE
)
_DAYS = re.compile(
    rf"{_NOT_BEHIND}(từ\s+)?(?:ngày\s+)?{_DAY}(?:/{_MONTH})?{_TO}"
    rf"(?:ngày\s+)?{_DAY}/{_MONTH}(?:/{_YEAR})?{_NOT_BEFORE}",
    re.IGNORECASE,
)
_MONTH_YEAR = re.compile(
    rf"{_NOT_BEHIND}(tháng\s+)?{_MONTH}[/\-]{_YEAR}{_NOT_BEFORE}", re.IGNORECASE
)
# Without a year it is a date only behind a word that announces one: 2/3 may be a part.
_ANNOUNCED = re.compile(
    r"\b(ngày|sáng|trưa|chiều|tối|đêm|hôm|lễ|dịp|trước|sau|hết|thứ\s\w+|chủ nhật)"
    rf"(,?\s+){_DAY}/{_MONTH}{_NOT_BEFORE}",
    re.IGNORECASE,
)
_AND_ANNOUNCED = re.compile(
    rf"(tháng \w+(?: \w+)?(?:,| và| đến)\s+)(ngày\s+)?{_DAY}/{_MONTH}{_NOT_BEFORE}"
)
_MONTH_FOUR = re.compile(r"\b(tháng|thứ)\s+(0?4)(?![\w/.,]\d|\d)", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?<![\w:.,/])(\d{1,2})(?:\s?[hH]|:(?=\d\d))(?:([0-5]\d)(?:'|’|ph|p)?)?(?::[0-5]\d)?(?![\w:])"
)
_CLOCK_RANGE = re.compile(
    rf"(giờ(?: [^\W\d]+){{0,4}} phút|giờ)\s?[-–]\s?(?=(?:{'|'.join(DIGITS)}|mười)\b)"
)
_MIDNIGHT = 24


def read_month(month: str, dialect: Dialect) -> str:
    """A month; the fourth is "tháng tư"."""
    number = int(month)
    return f"tháng {'tư' if number == 4 else read_number(str(number), dialect)}"


def read_day(day: str, month: str, dialect: Dialect) -> str:
    """A day and its month, without "ngày"."""
    return f"{read_number(day, dialect)} {read_month(month, dialect)}"


def expand_dates(text: str, dialect: Dialect) -> str:
    """Write out the dates of a text."""

    def year(number: str | None) -> str:
        return f" năm {read_number(number, dialect)}" if number else ""

    def days(match: re.Match[str]) -> str:
        since, first, first_month, last, month, last_year = match.groups()
        begin = (
            read_day(first, first_month, dialect) if first_month else read_number(first, dialect)
        )
        end = f"{read_day(last, month, dialect)}{year(last_year)}"
        return f"{since or 'từ '}ngày {begin} đến ngày {end}"

    def full(match: re.Match[str]) -> str:
        _, day, month, number = match.groups()
        return f"ngày {read_day(day, month, dialect)}{year(number)}"

    def month_year(match: re.Match[str]) -> str:
        return f"{read_month(match[2], dialect)}{year(match[3])}"

    def announced(match: re.Match[str]) -> str:
        word, space, day, month = match.groups()
        is_day = word.lower() == "ngày"
        return f"{word}{space}{'' if is_day else 'ngày '}{read_day(day, month, dialect)}"

    def further(match: re.Match[str]) -> str:
        return f"{match[1]}ngày {read_day(match[3], match[4], dialect)}"

    text = _DAYS.sub(days, text)
    text = _FULL.sub(full, text)
    text = _MONTH_YEAR.sub(month_year, text)
    text = _ANNOUNCED.sub(announced, text)
    text = _AND_ANNOUNCED.sub(further, text)
    return _MONTH_FOUR.sub(lambda match: f"{match[1]} tư", text)


def expand_clock_times(text: str, dialect: Dialect) -> str:
    """Write out the clock times of a text."""

    def clock(match: re.Match[str]) -> str:
        hour, minute = match.groups()
        if int(hour) > _MIDNIGHT:
            return match[0]
        words = f"{read_number(hour, dialect)} giờ"
        return words if not int(minute or 0) else f"{words} {read_number(minute, dialect)} phút"

    return _CLOCK_RANGE.sub(r"\1 đến ", _CLOCK.sub(clock, text))
