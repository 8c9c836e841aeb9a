"""The days of a clash are all named, as shortly as they can be. Written by hand from a calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from central.publication.clash_days import describe_days
from texts.catalogue import Lang

MONDAY = date(2026, 12, 7)
WEEK = [MONDAY + timedelta(days=n) for n in range(7)]
SATURDAYS = [date(2026, 12, day) for day in (5, 12, 19, 26)]
CASES: list[tuple[list[date], Lang, str]] = [
    ([date(2026, 12, 12)], "vi", "Thứ Bảy 12/12"),
    (WEEK[:3], "vi", "Thứ Hai 07/12, Thứ Ba 08/12, Thứ Tư 09/12"),
    (WEEK[:6], "vi", "Thứ Hai–Thứ Bảy, 07/12 đến 12/12"),
    (WEEK[:6], "en", "Monday–Saturday, 07/12 to 12/12"),
    (WEEK, "vi", "mọi ngày, 07/12 đến 13/12"),
    (WEEK, "en", "every day, 07/12 to 13/12"),
    ([*WEEK[2:], WEEK[0] + timedelta(days=7)], "vi", "mọi ngày, 09/12 đến 14/12"),
    (SATURDAYS, "vi", "Thứ Bảy, 05/12 đến 26/12"),
    ([*SATURDAYS, date(2026, 12, 13)], "vi",
     "Thứ Bảy 05/12, Thứ Bảy 12/12, Chủ Nhật 13/12 và 2 ngày khác"),
    ([*SATURDAYS, date(2026, 12, 13)], "en",
     "Saturday 05/12, Saturday 12/12, Sunday 13/12 and 2 other day(s)"),
    ([WEEK[0], WEEK[2], WEEK[4], *(day + timedelta(days=7) for day in WEEK[:5:2])], "vi",
     "Thứ Hai, Thứ Tư, Thứ Sáu, 07/12 đến 18/12"),
]  # fmt: skip


@pytest.mark.parametrize(("days", "lang", "text"), CASES)
def test_all_days_are_named_by_name_by_weekday_or_by_their_number(
    days: list[date], lang: Lang, text: str
) -> None:
    assert describe_days(days, lang) == text


def test_the_order_in_which_they_were_found_has_no_effect() -> None:
    assert describe_days(WEEK[::-1] + WEEK, "vi") == "mọi ngày, 07/12 đến 13/12"
