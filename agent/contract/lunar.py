"""The Vietnamese lunar calendar (âm lịch) at UTC+7, from a table of the years 1968 to 2053.

Months begin on the day of the new moon at UTC+7, so Tết differs from the Chinese New Year in 1968,
1969, 1985, 2007, 2030 and 2053. The tests compare every month of the table with a published table
and with a calculation of new moons; sources disagree about a month of 2054, so it ends before
(docs/decisions/0052).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from agent.contract.day_rule import LunarRule

FIRST_YEAR, LAST_YEAR = 1968, 2053
# For each year: the day of the year on which Tết is, from 0 (bits 17 on); the number of the month
# that a leap month follows, 0 without one (bits 13 to 16); the months of 30 days, of which bit 0 is
# the first (bits 0 to 12).
# fmt: off
_YEARS = (
    0x38e55b, 0x5c056b, 0x480b69, 0x34b752, 0x5a0b52, 0x420b25, 0x2c9a4b, 0x520a4d,
    0x3d14ab, 0x6002ad, 0x4a05ad, 0x36cb6a, 0x5c0da9, 0x460d92, 0x309d25, 0x560d25,
    0x400a55, 0x2854ad, 0x4e04b6, 0x38e5b5, 0x5e06d5, 0x480ec9, 0x34be92, 0x5a0e92,
    0x440d26, 0x2c6a56, 0x500a57, 0x3d1556, 0x62056a, 0x4a0b55, 0x36b6c9, 0x5c0749,
    0x460693, 0x2e952b, 0x54052b, 0x3e0a5b, 0x2a555a, 0x4e056a, 0x38eb65, 0x5e0ba5,
    0x4a0d49, 0x32ba95, 0x580a95, 0x42052d, 0x2c8aad, 0x500ab5, 0x3d35aa, 0x6205d2,
    0x4c0da5, 0x36dd4a, 0x5c0e4a, 0x460c96, 0x30992e, 0x540556, 0x3e0ab5, 0x2a55b2,
    0x5006d2, 0x38cea5, 0x5e0725, 0x48064b, 0x32ac97, 0x5604ab, 0x40055b, 0x2c6ada,
    0x520b6a, 0x3d7752, 0x620b92, 0x4c0b25, 0x36da4b, 0x5a0a4d, 0x4404ad, 0x2ea95b,
    0x5405ad, 0x3e0baa, 0x2a5b52, 0x500d92, 0x3afd25, 0x5e0d25, 0x480a55, 0x32b4ad,
    0x5804b6, 0x4006b5, 0x2c6daa, 0x520eca, 0x3f0e92, 0x600e93,
)
# fmt: on


@dataclass(frozen=True)
class LunarDate:
    """A date of the lunar calendar.

    Args:
        year: the year that begins at Tết of the same number.
        month: 1 to 12.
        day: 1 to 30.
        is_leap: is it in the leap month that follows the regular one of this number?
        is_last: is it the last of its month?
    """

    year: int
    month: int
    day: int
    is_leap: bool
    is_last: bool


@lru_cache(maxsize=1024)
def lunar_date(day: date) -> LunarDate:
    """The lunar date of a day in Vietnam.

    Raises:
        ValueError: before Tết 1968 or after the lunar year 2053.
    """
    year = (
        day.year if FIRST_YEAR <= day.year <= LAST_YEAR and day >= _tet(day.year) else day.year - 1
    )
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"no lunar calendar for {day}")
    left = (day - _tet(year)).days
    for month, is_leap, length in _months(year):
        if left < length:
            return LunarDate(year, month, left + 1, is_leap, left + 1 == length)
        left -= length
    raise ValueError(f"no lunar calendar for {day}")


def _tet(year: int) -> date:
    return date(year, 1, 1) + timedelta(days=_YEARS[year - FIRST_YEAR] >> 17)


@lru_cache(maxsize=8)
def _months(year: int) -> tuple[tuple[int, bool, int], ...]:
    """The months of a year: number, is it a leap month, days."""
    code = _YEARS[year - FIRST_YEAR]
    leap = code >> 13 & 15
    numbers = [(month, False) for month in range(1, 13)]
    if leap:
        numbers.insert(leap, (leap, True))
    return tuple((*number, 29 + (code >> index & 1)) for index, number in enumerate(numbers))


def is_on(rule: LunarRule, day: LunarDate) -> bool:
    """Is a lunar date among those of a rule?"""
    if rule.month and (rule.month, rule.is_leap) != (day.month, day.is_leap):
        return False
    return day.is_last if rule.day == 0 else day.day == rule.day
