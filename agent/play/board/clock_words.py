"""Weekdays, lunar dates and the time that is left, in Vietnamese, Khmer and English."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from agent.contract.local_time import LOCAL
from agent.contract.lunar import lunar_date


class _Words(NamedTuple):
    """How a language writes them.

    Args:
        weekdays: from Monday on.
        lunar: day, month, `leap` or nothing, name of the year.
        leap: behind the number of a leap month.
        left: the time that is left.
        days: so many days.
        hours: so many hours and minutes.
        minutes: so many minutes.
        seconds: so many seconds.
        day: one day, where that is written otherwise.
    """

    weekdays: tuple[str, ...]
    lunar: str
    leap: str
    left: str
    days: str
    hours: str
    minutes: str
    seconds: str
    day: str = ""


# Weekdays and units as in CLDR 44. The Khmer have a lunar calendar of their own: the Vietnamese one
# is named as such, without the name of a year, which begins at another time than theirs.
_WORDS = {
    "vi": _Words(
        ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"),
        "{0}/{1}{2} năm {3} âm lịch", " nhuận",
        "còn {0}", "{0} ngày", "{0} giờ {1} phút", "{0} phút", "{0} giây",
    ),
    "km": _Words(
        ("ច័ន្ទ", "អង្គារ", "ពុធ", "ព្រហស្បតិ៍", "សុក្រ", "សៅរ៍", "អាទិត្យ"),
        "ចន្ទគតិវៀតណាម {0}/{1}{2}", " អធិកមាស",
        "នៅសល់ {0}", "{0} ថ្ងៃ", "{0} ម៉ោង {1} នាទី", "{0} នាទី", "{0} វិនាទី",
    ),
    "en": _Words(
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        "lunar {0}/{1}{2}, {3}", " (leap)",
        "{0} left", "{0} days", "{0} h {1} min", "{0} min", "{0} s", "1 day",
    ),
}  # fmt: skip
_STEMS = ("Canh", "Tân", "Nhâm", "Quý", "Giáp", "Ất", "Bính", "Đinh", "Mậu", "Kỷ")
_BRANCHES = (
    "Thân", "Dậu", "Tuất", "Hợi", "Tý", "Sửu", "Dần", "Mão", "Thìn", "Tỵ", "Ngọ", "Mùi",
)  # fmt: skip
NO_DATE = "--"
_DAY = timedelta(days=1)


def _words(lang: str | None) -> _Words:
    return _WORDS.get((lang or "vi").split("-")[0], _WORDS["en"])


def name_weekday(day: date, lang: str | None) -> str:
    """The weekday in a language; English where we have no words."""
    return _words(lang).weekdays[day.weekday()]


def name_lunar_year(year: int) -> str:
    """The name of the year that begins at Tết of this number: 2026 is Bính Ngọ."""
    return f"{_STEMS[year % 10]} {_BRANCHES[year % 12]}"


def write_lunar(day: date, lang: str | None) -> str:
    """The Vietnamese lunar date of a day; `--` for a year that the table does not have."""
    words = _words(lang)
    try:
        lunar = lunar_date(day)
    except ValueError:
        return NO_DATE
    leap = words.leap if lunar.is_leap else ""
    return words.lunar.format(lunar.day, lunar.month, leap, name_lunar_year(lunar.year))


def write_left(until_at: datetime, local: datetime | None, lang: str | None) -> str:
    """The time that is left: days as people count dates, on the last day hours, then minutes.

    Args:
        until_at: the moment that is counted to.
        local: now; None while no time is trusted.
        lang: vi, km or en.

    Returns:
        An empty text once the moment has come.
    """
    words = _words(lang)
    if local is None:
        return words.left.format(words.days.format(NO_DATE))
    left = until_at - local
    if left <= timedelta():
        return ""
    return words.left.format(_span(left, until_at.astimezone(LOCAL), local, words))


def _span(left: timedelta, until: datetime, local: datetime, words: _Words) -> str:
    if left >= _DAY:
        days = (until.date() - local.date()).days
        return words.day if words.day and days == 1 else words.days.format(days)
    seconds = int(left.total_seconds())
    if seconds < 60:
        return words.seconds.format(seconds)
    hours, minutes = divmod(seconds // 60, 60)
    return words.hours.format(hours, minutes) if hours else words.minutes.format(minutes)
