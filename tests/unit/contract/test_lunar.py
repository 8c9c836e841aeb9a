"""The lunar table against a published one, new moons, two libraries, and the statutory holidays."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import holidays
import lunar_vn
import pytest
import vnlunar

from agent.contract.day_rule import parse_lunar
from agent.contract.lunar import FIRST_YEAR, LAST_YEAR, LunarDate, is_on, lunar_date
from tests.harness.new_moons import LunarMonth, lunar_months

TABLE = Path(__file__).resolve().parents[2] / "data" / "am-lich.csv"
YEARS = range(FIRST_YEAR, LAST_YEAR + 1)


def published() -> dict[date, LunarMonth]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    months: dict[date, LunarMonth] = {}
    for row in csv.DictReader(lines):
        begin, leap = date.fromisoformat(row["new_year"]), int(row["leap_month"] or 0)
        numbers = [(n, False) for n in range(1, 13)]
        if leap:
            numbers.insert(leap, (leap, True))
        for (number, is_leap), days in zip(numbers, row["month_lengths"].split(), strict=True):
            months[begin] = LunarMonth(int(row["year"]), number, is_leap, int(days))
            begin += timedelta(days=int(days))
    return months


def test_every_day_is_as_a_published_table_has_it() -> None:
    months = published()
    assert {month.year for month in months.values()} == set(YEARS)
    for begin, month in months.items():
        for number in range(month.days):
            assert lunar_date(begin + timedelta(days=number)) == LunarDate(
                month.year, month.number, number + 1, month.is_leap, number + 1 == month.days
            )


def test_every_month_is_as_new_moons_make_it() -> None:
    assert lunar_months(FIRST_YEAR, LAST_YEAR, 7) == published()


def test_tet_is_not_the_chinese_new_year_in_six_years() -> None:
    def new_years(months: dict[date, LunarMonth]) -> dict[int, date]:
        return {m.year: day for day, m in months.items() if (m.number, m.is_leap) == (1, False)}

    here = new_years(published())
    china = new_years(lunar_months(FIRST_YEAR, LAST_YEAR, 8))
    # named by Hồ Ngọc Đức and in the news: 1985 a whole month apart, the others a day
    assert {year: (here[year], china[year]) for year in YEARS if here[year] != china[year]} == {
        1968: (date(1968, 1, 29), date(1968, 1, 30)),
        1969: (date(1969, 2, 16), date(1969, 2, 17)),
        1985: (date(1985, 1, 21), date(1985, 2, 20)),
        2007: (date(2007, 2, 17), date(2007, 2, 18)),
        2030: (date(2030, 2, 2), date(2030, 2, 3)),
        2053: (date(2053, 2, 18), date(2053, 2, 19)),
    }
    for year in YEARS:
        tet = lunar_date(here[year])
        assert (tet.year, tet.month, tet.day, tet.is_leap) == (year, 1, 1, False)


@pytest.mark.parametrize("year", [1985, 2007, 2023, 2025, 2026, 2027, 2028, 2030, 2033, 2044, 2050])
def test_two_libraries_agree_on_every_day(year: int) -> None:
    day = date(year, 1, 1)
    while day.year == year:
        ours = lunar_date(day)
        a = vnlunar.convert_solar_to_lunar(day.day, day.month, day.year, 7.0)
        b = lunar_vn.convert_solar_to_lunar(day.day, day.month, day.year)
        assert (ours.day, ours.month, ours.year) == (a["day"], a["month"], a["year"]), day
        assert (ours.day, ours.month, ours.year, ours.is_leap) == (b.day, b.month, b.year, b.leap)
        day += timedelta(days=1)


def test_two_libraries_agree_on_where_every_month_begins_and_ends() -> None:
    for begin, month in published().items():
        for day in (begin, begin + timedelta(days=month.days - 1)):
            ours = lunar_date(day)
            a = vnlunar.convert_solar_to_lunar(day.day, day.month, day.year, 7.0)
            b = lunar_vn.convert_solar_to_lunar(day.day, day.month, day.year)
            assert (ours.day, ours.month, ours.year) == (a["day"], a["month"], a["year"]), day
            assert (ours.day, ours.month, ours.is_leap) == (b.day, b.month, b.leap), day


def test_statutory_days_to_2050_are_as_the_package_holidays_has_them() -> None:
    """Giỗ Tổ from 2008 on, Tết and its eve from 1995 on; days off instead are dated data."""
    for year in range(1995, 2051):
        days = holidays.country_holidays("VN", years=year, language="en_US", observed=False)
        found = {name: day for day, names in days.items() for name in names.split("; ")}
        assert is_on(parse_lunar("01/01"), lunar_date(found["Lunar New Year"]))
        eve = lunar_date(found["Lunar New Year's Eve"])
        assert is_on(parse_lunar("last/12"), eve)
        assert eve.day in (29, 30)
        if year >= 2008:
            assert is_on(parse_lunar("10/03"), lunar_date(found["Hung Kings' Commemoration Day"]))


def test_a_leap_month_is_meant_only_where_it_is_named() -> None:
    """2025 has a month 6 from 25 June and a leap month 6 from 25 July."""
    regular, leap = lunar_date(date(2025, 7, 9)), lunar_date(date(2025, 8, 8))
    assert (regular.day, leap.day, regular.month, leap.month) == (15, 15, 6, 6)
    assert [is_on(parse_lunar("15/06"), one) for one in (regular, leap)] == [True, False]
    assert [is_on(parse_lunar("15/06n"), one) for one in (regular, leap)] == [False, True]
    assert [is_on(parse_lunar("15/*"), one) for one in (regular, leap)] == [True, True]


@pytest.mark.parametrize("day", [date(1968, 1, 28), date(2054, 2, 8), date(2060, 1, 1)])
def test_a_day_beyond_the_table_has_no_lunar_date(day: date) -> None:
    with pytest.raises(ValueError, match="no lunar calendar"):
        lunar_date(day)


@pytest.mark.parametrize(
    "text", ["1/1", "31/01", "00/01", "15/13", "15/", "last", "15/06N", "*/01", "15/*n", "１５/01"]
)
def test_other_forms_are_no_lunar_rule(text: str) -> None:
    with pytest.raises(ValueError, match="lunar dates"):
        parse_lunar(text)
