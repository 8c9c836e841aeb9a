"""What a reader must see stands in every format: clash, cut, refusal, silence where a duty exists.

2026-11-23 is a Monday, local = UTC+7. Words and times are written here by hand.
"""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import icalendar
import pytest

from agent.contract.local_time import LOCAL
from agent.plan.change_export import (
    build_changes_csv,
    build_changes_ics,
    build_changes_json,
    draw_changes,
)
from agent.plan.policy import effective_policy
from agent.plan.rehearsal import Rehearsal, compare, find_lanes, rehearse
from agent.plan.rehearsal_export import build_rehearsal_csv, build_rehearsal_json
from agent.plan.rehearsal_ics import build_rehearsal_ics
from agent.plan.rehearsal_text import describe_changes, describe_rehearsal
from agent.plan.week_picture import draw_week
from tests.harness.planned_playlists import FakeHeld, entry, local, playlist

MONDAY = local("2026-11-23")
ONE = {"weekdays": [1], "from_": "2026-11-23", "until": "2026-11-23"}


def week(*held: FakeHeld) -> Rehearsal:
    until_at = MONDAY + timedelta(days=7)
    return rehearse(held, effective_policy(None, None), MONDAY, until_at, find_lanes(held))


LONG = entry("dai", "06:00:00", title="Dài", max_ms=300_000, **ONE)  # of ten minutes
CLASH = entry("sang", "07:00:00", title="Sáng", **ONE)
LATER = entry("nhac", "07:05:00", title="Nhắc", **ONE)
DUTY = entry("khmer", "03:15:00", title="Tin Khmer", essential=True, **ONE)
FOUND = week(playlist(LONG, CLASH, LATER, DUTY, minutes=10))


def read_text(lang: Any) -> Callable[[], list[str]]:
    return lambda: describe_rehearsal(FOUND, "tv-cl-0007", lang)


def read_json() -> list[str]:
    (one,) = json.loads(build_rehearsal_json([("tv-cl-0007", FOUND)]))["rehearsals"]
    return [json.dumps(event, ensure_ascii=False) for event in one["events"]]


def read_csv() -> list[str]:
    rows = csv.DictReader(io.StringIO(build_rehearsal_csv([("tv-cl-0007", FOUND)])))
    return [json.dumps(row, ensure_ascii=False) for row in rows]


def read_ics() -> list[str]:
    text = build_rehearsal_ics([("tv-cl-0007", FOUND)], MONDAY, "vi")
    events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    return [
        f"{one.decoded('DTSTART').astimezone(LOCAL):%H:%M} {one['SUMMARY']} | "
        f"{one.get('DESCRIPTION', '')} | {one['STATUS']}"
        for one in events
    ]


def read_svg() -> list[str]:
    drawn = ET.fromstring(draw_week(FOUND, "tv-cl-0007", "vi"))  # noqa: S314 - ours
    lines = [one.text or "" for one in drawn.iter() if one.tag.endswith("}text")]
    return [" ".join(lines)]


TABLE: dict[str, tuple[Callable[[], list[str]], dict[str, tuple[str, ...]]]] = {
    "text vi": (read_text("vi"), {
        "clash": ("07:00–07:10", "TRÙNG GIỜ", "bị “Nhắc” lúc 07:05 thay"),
        "cut": ("06:00–06:05", "Dài: dài hơn khung giờ, bị cắt 5'00\""),
        "refused": ("03:15–03:25", "TỪ CHỐI", "trong giờ yên lặng 21:00-05:00 (E_HOURS)"),
        "duty": ("Tin Khmer", "mục BẮT BUỘC phát"),
    }),
    "text en": (read_text("en"), {
        "clash": ("07:00–07:10", "CLASH", "is replaced by “Nhắc” at 07:05"),
        "cut": ("06:00–06:05", "longer than its slot, cut by 5'00\""),
        "refused": ("03:15–03:25", "REFUSED", "in quiet hours 21:00-05:00 (E_HOURS)"),
        "duty": ("Tin Khmer", "an item that MUST be broadcast"),
    }),
    "json": (read_json, {
        "clash": ('"kind": "clash"', '"title": "Nhắc"', '"rule": "start"'),
        "cut": ('"title": "Dài"', '"cut_ms": 300000'),
        "refused": ('"kind": "refused"', "2026-11-23T03:15:00+07:00", "quiet_hours 21:00-05:00"),
        "duty": ('"title": "Tin Khmer"', '"essential": true'),
    }),
    "csv": (read_csv, {
        "clash": ('"kind": "clash"', "Nhắc (start)"),
        "cut": ('"title": "Dài"', '"cut_s": "300"'),
        "refused": ('"kind": "refused"', "2026-11-23T03:15:00+07:00", "quiet_hours 21:00-05:00"),
        "duty": ('"title": "Tin Khmer"', '"essential": "yes"'),
    }),
    "ics": (read_ics, {
        "clash": ("07:00 TRÙNG GIỜ: Sáng", "bị “Nhắc” lúc 07:05 thay"),
        "cut": ("06:00 Dài", "dài hơn khung giờ, bị cắt 5'00\""),
        "refused": ("03:15 TỪ CHỐI: Tin Khmer", "trong giờ yên lặng 21:00-05:00", "CANCELLED"),
        "duty": ("Tin Khmer", "mục BẮT BUỘC phát"),
    }),
    "svg": (read_svg, {
        "clash": ("07:00–07:10 Sáng bị “Nhắc” lúc 07:05 thay",),
        "cut": ("06:00–06:05 Dài dài hơn khung giờ, bị cắt 5'00\"",),
        "refused": ("03:15–03:25 Tin Khmer trong giờ yên lặng 21:00-05:00 (E_HOURS)",),
        "duty": ("mục BẮT BUỘC phát",),
    }),
}  # fmt: skip
FACTS = [(name, fact) for name, (_, facts) in TABLE.items() for fact in facts]


@pytest.mark.parametrize(("name", "fact"), FACTS)
def test_a_fact_stands_in_one_line_of_every_format(name: str, fact: str) -> None:
    read, facts = TABLE[name]
    lines = read()
    assert any(all(part in line for part in facts[fact]) for line in lines), lines


BEFORE = week(playlist(CLASH, entry("trua", "11:00:00", title="Trưa", **ONE), minutes=10))
AFTER = week(
    playlist(CLASH, LATER, entry("toi", "18:00:00", title="Tối", **ONE), minutes=10, seq=2)
)
CHANGES = [("tv-cl-0007", compare(BEFORE, AFTER))]
# Sáng is cut by what is new; Nhắc and Tối are new; Trưa is gone.
MARKS = [("was", "Sáng"), ("is", "Sáng"), ("new", "Nhắc"), ("gone", "Trưa"), ("new", "Tối")]


def test_what_a_correction_changes_is_said_in_text() -> None:
    said = [line.split()[0] for line in describe_changes(CHANGES[0][1], "en")]
    assert said == ["WAS", "NOW", "NEW", "GONE", "NEW"]


def test_what_a_correction_changes_is_said_in_json() -> None:
    (one,) = json.loads(build_changes_json(CHANGES))["rehearsals"]
    pairs = [
        (c["former"] and c["former"]["kind"], c["event"] and c["event"]["kind"])
        for c in one["changes"]
    ]
    assert pairs == [("plays", "clash"), (None, "plays"), ("plays", None), (None, "plays")]


def test_what_a_correction_changes_is_said_in_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(build_changes_csv(CHANGES))))
    assert [(row["change"], row["title"]) for row in rows] == MARKS


def test_what_a_correction_takes_away_is_cancelled_in_the_calendar() -> None:
    events = icalendar.Calendar.from_ical(build_changes_ics(CHANGES, MONDAY, "vi")).walk("VEVENT")
    assert [(str(one["SUMMARY"]), str(one["STATUS"])) for one in events] == [
        ("NAY, TRÙNG GIỜ: Sáng", "CONFIRMED"), ("THÊM: Nhắc", "CONFIRMED"),
        ("BỎ: Trưa", "CANCELLED"), ("THÊM: Tối", "CONFIRMED"),
    ]  # fmt: skip
    assert len({one["UID"] for one in events}) == len(events)


def test_a_correction_that_boxes_refuse_is_no_appointment() -> None:
    changes = [("tv-cl-0007", compare(week(), week(playlist(DUTY, minutes=10))))]
    text = build_changes_ics(changes, MONDAY, "vi")
    (one,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert (one["SUMMARY"], one["STATUS"]) == ("THÊM, TỪ CHỐI: Tin Khmer", "CANCELLED")


def test_the_picture_of_a_correction_lists_what_changes_alone() -> None:
    drawn = ET.fromstring(draw_changes(CHANGES[0][1], AFTER, "tv-cl-0007", "vi"))  # noqa: S314 - ours
    texts = [one.text for one in drawn.iter() if one.tag.endswith("}text")]
    assert {"THÊM: Nhắc", "BỎ: Trưa", "TRƯỚC: Sáng", "NAY: Sáng", "4 chỗ thay đổi"} <= set(texts)
    nothing = draw_changes([], AFTER, "tv-cl-0007", "vi")
    assert "Không có gì thay đổi." in nothing
