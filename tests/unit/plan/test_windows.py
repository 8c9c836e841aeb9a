"""Daily windows against their rule read second by second, over the edges of years and months."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.plan.calendar import expand_windows, list_days, parse_window

MINUTES = st.integers(0, 1_439)
EDGES = st.sampled_from([
    date(2026, 12, 31), date(2027, 12, 31), date(2028, 2, 28), date(2028, 2, 29),
    date(2027, 2, 28), date(2027, 4, 30), date(2026, 11, 23),
])  # fmt: skip


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def says(start: int, end: int, second: int) -> bool:
    """The rule's text: from its start on, before its end; past midnight where the end is not later.

    A window that begins and ends at the same time is the whole day.
    """
    if start < end:
        return start <= second < end
    return second >= start or second < end


@settings(max_examples=6, deadline=None)
@given(start=MINUTES, end=st.integers(1, 1_440), day=EDGES)
def test_every_second_of_a_day_is_inside_or_outside_as_the_rule_says(
    start: int, end: int, day: date
) -> None:
    text = f"{clock(start)}-{'24:00' if end == 1_440 else clock(end)}"
    window = parse_window(text)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=7)
    days = list_days(midnight, midnight + timedelta(hours=1))
    spans = [
        range(int((one.start_at - midnight).total_seconds()),
              int((one.end_at - midnight).total_seconds()))
        for one in expand_windows([window], days)
    ]  # fmt: skip
    for second in range(86_400):
        inside = says(start * 60, end * 60, second)
        assert window.covers(second) is inside
        assert any(second in span for span in spans) is inside


def test_local_days_follow_one_another_without_a_gap_for_eight_years() -> None:
    """Every date once, 24 hours each: there is no summer time, and 29 February comes in 2028."""
    begin = datetime(2024, 12, 31, 17, tzinfo=UTC)
    days = list_days(begin, begin + timedelta(days=2_921))
    isos = [day.iso for day in days]
    assert isos == sorted(set(isos))
    assert (isos[0], isos[-1], len(isos)) == ("2025-01-01", "2032-12-31", 2_922)
    assert {"2028-02-29", "2032-02-29"} <= set(isos)
    assert "2026-02-29" not in isos
    midnights = [day.midnight_at for day in days]
    steps = {later - earlier for earlier, later in pairwise(midnights)}
    assert steps == {timedelta(hours=24)}
    assert [day.weekday for day in days[:8]] == [
        3,
        4,
        5,
        6,
        7,
        1,
        2,
        3,
    ]  # 1 January 2025: Wednesday
