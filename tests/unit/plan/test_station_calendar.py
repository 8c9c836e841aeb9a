"""Days by rule at a station. 2026-11-23 is a Monday; Tết 2027 is on Saturday, 6 February."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.contract.document import Calendar, Document, Playlist, When
from agent.plan.advert import AdvertLimits
from agent.plan.calendar import Day, list_days
from agent.plan.policy import EffectivePolicy
from agent.plan.province_point import POINT_OF_PROVINCE
from agent.plan.station_calendar import StationCalendar
from agent.plan.timeline import Timeline, build_timeline

FREE = EffectivePolicy(quiet=(), adverts=AdvertLimits(hours=()), sun_point=POINT_OF_PROVINCE["84"])
MEDIUM = "a" * 64
HEADER = {
    "issuer": "vn.84", "to": ["84/*/*"], "epoch": 1, "seq": 1, "doc_id": "1" * 32,
    "issued": "2026-01-01T00:00:00Z", "not_before": "2026-01-01T00:00:00Z",
}  # fmt: skip


@dataclass(frozen=True)
class FakeHeld:
    document: Document
    sha256: str = "0" * 64


def calendar(
    year: int, sets: list[str], *rows: tuple[str, str, list[str]], **more: Any
) -> FakeHeld:
    days = [
        {"from": first, "until": last, "sets": names, "title": "Quốc tang", "source": "Thông báo"}
        for first, last, names in rows
    ]
    document = {
        **HEADER, "kind": "calendar", "class": "config", "slot": str(year), "doc_id": "2" * 32,
        "expires": f"{year}-12-31T17:00:00Z", "year": year, "sets": sets, "days": days, **more,
    }  # fmt: skip
    return FakeHeld(msgspec.convert(document, Calendar))


def when(**members: Any) -> When:
    plain = {
        "at": ["05:00:00"], "weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "2026-01-01",
        "until": "2028-12-31",
    }  # fmt: skip
    return msgspec.convert(plain | members, When)


def entry(when_: When, **members: Any) -> dict[str, Any]:
    return {
        "id": "e1", "title": "Bản tin", "lang": "vi", "zones": ["*"], "start": {"kind": "at"},
        "body": {"media": [MEDIUM]}, "when": msgspec.to_builtins(when_), **members,
    }  # fmt: skip


def playlist(*entries: dict[str, Any], minutes: int = 1) -> FakeHeld:
    media = {"sha256": MEDIUM, "bytes": 1, "mime": "audio/mpeg", "urls": []}
    document = {
        **HEADER, "kind": "playlist", "class": "routine", "slot": "tuan",
        "expires": "2029-01-01T00:00:00Z", "entries": list(entries),
        "media": [media | {"duration_ms": minutes * 60_000}],
    }  # fmt: skip
    return FakeHeld(msgspec.convert(document, Playlist))


def days(first: str, last: str) -> list[Day]:
    begin = datetime.fromisoformat(f"{first}T05:00:00+07:00")
    return list_days(begin, datetime.fromisoformat(f"{last}T05:00:00+07:00"))


def dates_of(found: Any) -> list[str]:
    return [day.iso for day in found]


def plan(*held: FakeHeld, first: str, last: str, policy: EffectivePolicy = FREE) -> Timeline:
    begin = datetime.fromisoformat(f"{first}T00:00:00+07:00").astimezone(UTC)
    end = datetime.fromisoformat(f"{last}T00:00:00+07:00").astimezone(UTC) + timedelta(days=1)
    return build_timeline(held, policy, begin, end)


def local_starts(timeline: Timeline) -> list[str]:
    starts = [one.start_at + timedelta(hours=7) for one in timeline.occurrences]
    return [at.strftime("%Y-%m-%d %H:%M") for at in starts]


TET = calendar(2027, ["tet", "ngay-le", "lam-bu"],
               ("2027-02-04", "2027-02-10", ["tet", "ngay-le"]),
               ("2027-02-20", "2027-02-20", ["lam-bu"]))  # fmt: skip


def test_the_lunar_first_and_fifteenth_of_each_month() -> None:
    rule = when(days={"lunar": ["01/*", "15/*"]})
    due, unknown = StationCalendar([]).split(rule, days("2026-11-20", "2027-02-10"))
    # from a wall calendar: 15 October is 23 November 2026, 1 November is 9 December, …
    assert dates_of(due) == [
        "2026-11-23", "2026-12-09", "2026-12-23", "2027-01-08", "2027-01-22", "2027-02-06",
    ]  # fmt: skip
    assert unknown == []


def test_the_eve_of_tet_is_the_29th_or_the_30th() -> None:
    rule = when(**{"from": "2025-01-01"}, days={"lunar": ["last/12"]})
    found = StationCalendar([]).split(rule, days("2025-01-01", "2028-03-01"))[0]
    assert dates_of(found) == ["2025-01-28", "2026-02-16", "2027-02-05", "2028-01-25"]


def test_a_set_of_days_plays_on_its_days_and_an_exception_takes_them_out() -> None:
    station = StationCalendar([TET])
    span = days("2027-02-02", "2027-02-12")
    on = station.split(when(days={"sets": ["tet"]}), span)[0]
    assert dates_of(on) == [f"2027-02-{day:02d}" for day in range(4, 11)]
    off = station.split(when(weekdays=[1, 3, 5], except_days={"sets": ["tet"]}), span)[0]
    assert dates_of(off) == ["2027-02-03", "2027-02-12"]


def test_the_lists_of_one_rule_add_up_and_weekdays_and_dates_narrow_them() -> None:
    rule = when(
        weekdays=[1, 2, 3, 4, 5, 6],
        days={"sets": ["tet"], "lunar": ["01/*"], "rrule": ["FREQ=MONTHLY;BYMONTHDAY=28"]},
        **{"from": "2027-02-06", "except": ["2027-02-09"]},
    )
    found = StationCalendar([TET]).split(rule, days("2027-01-25", "2027-03-10"))[0]
    assert dates_of(found) == ["2027-02-06", "2027-02-08", "2027-02-10", "2027-03-08"]


def test_a_working_day_is_neither_holiday_nor_weekend_unless_it_is_swapped() -> None:
    rule = when(days={"sets": ["ngay-lam-viec"]})
    found = StationCalendar([TET]).split(rule, days("2027-02-01", "2027-02-21"))[0]
    assert dates_of(found) == [
        "2027-02-01", "2027-02-02", "2027-02-03", "2027-02-11", "2027-02-12",
        "2027-02-15", "2027-02-16", "2027-02-17", "2027-02-18", "2027-02-19", "2027-02-20",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("members", "lacking"),
    [
        ({"days": {"sets": ["tet"]}}, "calendar 2028 tet"),
        ({"except_days": {"sets": ["tet"]}}, "calendar 2028 tet"),
        ({"days": {"sets": ["ngay-lam-viec"]}}, "calendar 2028 ngay-le"),
        ({"days": {"sets": ["hoi-lang"]}}, "calendar 2028 hoi-lang"),
    ],
)
def test_what_no_calendar_lists_is_refused_and_never_guessed(
    members: dict[str, Any], lacking: str
) -> None:
    timeline = plan(playlist(entry(when(**members))), TET, first="2028-01-03", last="2028-01-03")
    assert timeline.occurrences == []
    assert [(one.code, one.rule) for one in timeline.refusals] == [("E_CALENDAR", lacking)]
    assert timeline.refusals[0].at == datetime(2028, 1, 2, 22, tzinfo=UTC)


def test_a_day_that_another_rule_decides_needs_no_calendar() -> None:
    """Whatever the unknown set says: the date is in by the lunar rule, out by the exception."""
    span = days("2028-01-11", "2028-01-11")  # 15/12 of the lunar calendar, a Tuesday
    station = StationCalendar([TET])
    both = when(days={"lunar": ["15/12"], "sets": ["tet"]})
    assert station.split(both, span) == (span, [])
    out = when(days={"sets": ["tet"]}, except_days={"lunar": ["15/12"]})
    assert station.split(out, span) == ([], [])


def test_beyond_the_lunar_table_a_lunar_date_is_refused() -> None:
    rule = when(days={"lunar": ["01/01"]}, until="2060-12-31")
    _, unknown = StationCalendar([]).split(rule, days("2059-05-05", "2059-05-05"))
    assert [what for _, what in unknown] == ["calendar lunar 2059"]


def test_a_calendar_says_nothing_before_it_is_in_force_or_after_its_end() -> None:
    short = calendar(2027, ["tet"], ("2027-02-05", "2027-02-07", ["tet"]),
                     not_before="2027-02-06T05:00:00Z", expires="2027-02-06T17:00:00Z")  # fmt: skip
    due, unknown = StationCalendar([short]).split(
        when(days={"sets": ["tet"]}), days("2027-02-05", "2027-02-07")
    )
    # signed at noon of the 6th, over at its end
    assert dates_of(due) == ["2027-02-06"]
    assert [day.iso for day, _ in unknown] == ["2027-02-05", "2027-02-07"]


MOURNING = calendar(2027, [], ("2027-03-10", "2027-03-11", ["quoc-tang"]), slot="quoc-tang")


@pytest.mark.parametrize("flag", ["music", "advert"])
def test_days_of_mourning_are_without_music_and_adverts(flag: str) -> None:
    held = playlist(
        entry(when(at=["17:00:00"])), entry(when(at=["18:00:00"]), id="e2", **{flag: True})
    )
    timeline = plan(held, MOURNING, first="2027-03-09", last="2027-03-12")
    assert [at for at in local_starts(timeline) if at.endswith("18:00")] == [
        "2027-03-09 18:00", "2027-03-12 18:00",
    ]  # fmt: skip
    assert len([at for at in local_starts(timeline) if at.endswith("17:00")]) == 4
    assert [(one.entry_id, one.code, one.rule) for one in timeline.refusals] == [
        ("e2", "E_POLICY", f"mourning {flag}: Quốc tang")
    ] * 2


def test_music_that_would_run_into_a_mourning_is_refused_and_may_not_come_back_in_it() -> None:
    held = playlist(
        entry(when(at=["23:30:00"]), music=True, when_cut="resume"),
        entry(when(at=["23:59:30"], **{"from": "2027-03-09"}), id="e2", music=True),
    )
    timeline = plan(held, MOURNING, first="2027-03-09", last="2027-03-09")
    (kept,) = timeline.occurrences
    assert kept.latest_end_at == datetime(2027, 3, 9, 17, tzinfo=UTC)
    assert [one.entry_id for one in timeline.refusals] == ["e2"]


def test_mourning_is_a_set_that_every_box_knows() -> None:
    rule = when(days={"sets": ["quoc-tang"]})
    found = StationCalendar([MOURNING]).split(rule, days("2027-03-08", "2027-03-14"))
    assert (dates_of(found[0]), found[1]) == (["2027-03-10", "2027-03-11"], [])


def test_starts_by_the_sun_stand_beside_the_clock_in_order() -> None:
    rule = when(at=["05:30:00", "17:00:00"],
                sun=[{"event": "sunrise"}, {"event": "sunset", "offset_min": -15}])  # fmt: skip
    timeline = plan(playlist(entry(rule)), first="2027-03-21", last="2027-03-21")
    # Trà Vinh at the equinox: noon at 12:02 (1.34° east of 105° E, equation of time 7.3 min), the
    # day 12 h 06 min long
    assert local_starts(timeline) == [
        "2027-03-21 05:30", "2027-03-21 05:59", "2027-03-21 17:00", "2027-03-21 17:50",
    ]  # fmt: skip


def test_a_start_by_the_sun_is_refused_where_no_point_is_known() -> None:
    rule = when(at=[], sun=[{"event": "sunrise"}])
    nowhere = EffectivePolicy(quiet=())
    timeline = plan(playlist(entry(rule)), first="2027-03-21", last="2027-03-21", policy=nowhere)
    assert [(one.code, one.rule) for one in timeline.refusals] == [
        ("E_CALENDAR", "sun no point of this province is known")
    ]


def test_a_day_that_nobody_knows_is_refused_at_the_moment_of_its_sun() -> None:
    rule = when(at=[], sun=[{"event": "sunrise"}], except_days={"sets": ["tet"]})
    timeline = plan(playlist(entry(rule)), first="2027-03-21", last="2027-03-21")
    refused = [(one.code, one.at) for one in timeline.refusals]
    # the sunrise of the test above
    assert refused == [("E_CALENDAR", datetime(2027, 3, 20, 22, 59, tzinfo=UTC))]


DAY_SETS = st.lists(st.dates(date(2026, 12, 20), date(2028, 3, 5)), max_size=12, unique=True)
EXPRESSIONS = st.sampled_from([
    "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,SU", "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
])  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    marked=DAY_SETS, out=DAY_SETS, rule=EXPRESSIONS,
    weekdays=st.sets(st.integers(1, 7), min_size=1),
    edge=st.sampled_from([date(2026, 12, 28), date(2027, 12, 27), date(2028, 2, 24)]),
)  # fmt: skip
def test_each_date_is_judged_once_and_by_itself(
    marked: list[date], out: list[date], rule: str, weekdays: set[int], edge: date
) -> None:
    """The rules' text read date by date: of the dates, weekdays and lists, without exceptions."""
    held = [
        calendar(year, ["le", "nghi"], *(
            (day.isoformat(), day.isoformat(), [name])
            for name, those in (("le", marked), ("nghi", out))
            for day in those if day.year == year
        ))
        for year in (2026, 2027, 2028)
    ]  # fmt: skip
    first, last = edge - timedelta(days=5), edge + timedelta(days=9)
    spec = when(
        at=["00:00:00", "23:59:59"], weekdays=sorted(weekdays),
        days={"sets": ["le"], "rrule": [rule]}, except_days={"sets": ["nghi"]},
        **{"from": edge.isoformat(), "until": (edge + timedelta(days=8)).isoformat()},
    )  # fmt: skip
    timeline = plan(playlist(entry(spec)), *held, first=first.isoformat(), last=last.isoformat())
    expected = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        by_rule = {
            "FREQ=DAILY;INTERVAL=3": (day - edge).days % 3 == 0,
            "FREQ=WEEKLY;BYDAY=MO,SU": day.isoweekday() in (1, 7),
            "FREQ=MONTHLY;BYMONTHDAY=31": day.day == 31,
            "FREQ=MONTHLY;BYMONTHDAY=-1": (day + timedelta(days=1)).day == 1,
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29": (day.month, day.day) == (2, 29),
        }[rule]
        inside = edge <= day <= edge + timedelta(days=8) and day.isoweekday() in weekdays
        if inside and (day in marked or by_rule) and day not in out:
            expected += [f"{day} 00:00", f"{day} 23:59"]
    assert local_starts(timeline) == expected
    assert timeline.refusals == []
