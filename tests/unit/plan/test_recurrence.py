"""Recurrences against python-dateutil, which reads the same RFC 5545 text."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from agent.contract.day_rule import parse_recurrence
from agent.plan.recurrence import is_on

WEEKDAYS = st.lists(
    st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, unique=True
)
NTH = st.sampled_from(["1", "2", "3", "4", "5", "-1", "-2", "+1"])
MONTH_DAYS = st.lists(
    st.integers(-31, 31).filter(bool).map(str), min_size=1, max_size=3, unique=True
)
MONTHS = st.lists(st.integers(1, 12).map(str), max_size=3, unique=True)
INTERVAL = st.integers(1, 12)
FIRST = st.dates(date(2023, 1, 1), date(2029, 12, 31))


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(INTERVAL)}"]
    months = draw(MONTHS)
    if frequency == "WEEKLY":
        parts.append(f"BYDAY={','.join(draw(WEEKDAYS))}")
    if frequency == "MONTHLY":
        by_day = draw(st.booleans())
        if by_day:
            nth = NTH if draw(st.booleans()) else st.just("")
            parts.append(f"BYDAY={','.join(draw(nth) + day for day in draw(WEEKDAYS))}")
        if not by_day or draw(st.booleans()):
            parts.append(f"BYMONTHDAY={','.join(draw(MONTH_DAYS))}")
        if by_day and draw(st.booleans()):
            parts.append(f"BYSETPOS={draw(st.sampled_from(['1', '-1', '2', '-3']))}")
    if frequency == "YEARLY":
        months = months or ["2"]
        parts.append(f"BYMONTHDAY={','.join(draw(MONTH_DAYS))}")
    if months:
        parts.append(f"BYMONTH={','.join(months)}")
    return ";".join(parts)


def by_dateutil(text: str, first: date, last: date) -> list[date]:
    begin = datetime(first.year, first.month, first.day)  # noqa: DTZ001 - days alone
    until = (last + timedelta(days=1)).strftime("%Y%m%d")
    found = rrulestr(f"{text};UNTIL={until}", dtstart=begin)
    return [at.date() for at in found if at.date() <= last]


# shrinking takes minutes: dateutil searches a rule without days up to the year 9999
@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(text=rules(), first=FIRST)
def test_every_day_of_four_years_is_judged_as_dateutil_does(text: str, first: date) -> None:
    last = first + timedelta(days=1_461)
    rule = parse_recurrence(text)
    days = [first + timedelta(days=number) for number in range(1_462)]
    assert [day for day in days if is_on(rule, day, first)] == by_dateutil(text, first, last)


@pytest.mark.parametrize(
    ("text", "expected"),
    [  # read off a wall calendar of 2026 and 2028
        ("FREQ=MONTHLY;BYDAY=1MO", ["2026-01-05", "2026-02-02", "2026-03-02"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["2026-01-31", "2026-03-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", ["2026-02-13", "2026-03-13"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
         ["2026-01-30", "2026-02-27", "2026-03-31"]),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=-1SU", ["2026-01-25", "2026-03-29"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", []),
    ],
)  # fmt: skip
def test_days_of_the_first_quarter_of_2026(text: str, expected: list[str]) -> None:
    first = date(2026, 1, 1)
    days = [first + timedelta(days=number) for number in range(90)]
    rule = parse_recurrence(text)
    assert [day.isoformat() for day in days if is_on(rule, day, first)] == expected


def test_the_29th_of_february_comes_in_leap_years_alone() -> None:
    rule = parse_recurrence("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29")
    first = date(2026, 1, 1)
    days = [first + timedelta(days=number) for number in range(2_300)]
    assert [day.isoformat() for day in days if is_on(rule, day, first)] == [
        "2028-02-29", "2032-02-29",
    ]  # fmt: skip


def test_every_second_week_is_counted_from_the_first_day_across_the_year() -> None:
    rule = parse_recurrence("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR")
    first = date(2026, 12, 9)  # a Wednesday
    days = [first + timedelta(days=number) for number in range(40)]
    assert [day.isoformat() for day in days if is_on(rule, day, first)] == [
        "2026-12-11", "2026-12-25", "2027-01-08",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=SECONDLY",
        "FREQ=HOURLY;INTERVAL=2",
        "FREQ=DAILY;COUNT=3",
        "FREQ=DAILY;UNTIL=20270101",
        "FREQ=DAILY;BYHOUR=3",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=367",
        "FREQ=DAILY;INTERVAL=1,2",
        "FREQ=DAILY;INTERVAL=１",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;;",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYDAY=1MO,TU",  # libraries differ on what it means
        "FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=1",
        "FREQ=YEARLY;BYMONTHDAY=1",
        "FREQ=YEARLY;BYYEARDAY=100",
        "FREQ=YEARLY;BYEASTER=0",
        "freq=daily",
        "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(["1"] * 60),
    ],
)
def test_rules_that_are_not_days_or_have_no_bound_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_recurrence(text)
