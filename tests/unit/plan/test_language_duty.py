"""What share a language has of a week's speech. 2026-11-23 is a Monday."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import msgspec

from agent.contract.document import Document, Playlist, StationConfig
from agent.plan.change_export import write_changes
from agent.plan.policy import effective_policy
from agent.plan.rehearsal import Lane, Rehearsal, rehearse
from agent.plan.rehearsal_export import build_rehearsal_csv, build_rehearsal_json
from agent.plan.rehearsal_ics import build_rehearsal_ics
from agent.plan.rehearsal_text import describe_rehearsal
from agent.plan.week_picture import draw_week

HEADER = {
    "issuer": "vn.84", "to": ["84/*/*"], "epoch": 1, "seq": 1, "doc_id": "1" * 32,
    "issued": "2026-01-01T00:00:00Z", "not_before": "2026-01-01T00:00:00Z",
    "expires": "2027-06-01T00:00:00Z",
}  # fmt: skip
BEGIN_AT = datetime(2026, 11, 22, 17, tzinfo=UTC)  # local midnight of Monday, 2026-11-23
KHMER = {"language_duties": [{"lang": "km", "week_pct": 30}]}


@dataclass(frozen=True)
class FakeHeld:
    document: Document
    sha256: str = "0" * 64


def item(id_: str, lang: str, minutes: int, day: str, hour: int = 8, **more: Any) -> dict[str, Any]:
    when = {"at": [f"{hour:02d}:00:00"], "weekdays": [1, 2, 3, 4, 5, 6, 7], "from": day,
            "until": day}  # fmt: skip
    return {"id": id_, "title": id_, "lang": lang, "zones": ["*"], "when": when,
            "start": {"kind": "at"}, "body": {"media": [f"{minutes:064x}"]}, **more}  # fmt: skip


def week(
    items: list[dict[str, Any]],
    policy: dict[str, Any],
    days: int = 7,
    begin_at: datetime = BEGIN_AT,
) -> Rehearsal:
    media = [
        {"sha256": f"{one:064x}", "bytes": 1, "mime": "audio/mpeg", "duration_ms": one * 60_000,
         "urls": []}
        for one in (3, 7, 30)
    ]  # fmt: skip
    playlist = {**HEADER, "kind": "playlist", "class": "routine", "slot": "t", "media": media,
                "entries": items}  # fmt: skip
    config = {**HEADER, "kind": "station-config", "class": "config", "slot": "station",
              "place": "84/29266/tv-cl-0007", "groups": [], "zones": [],
              "policy": {"quiet_hours": [], **policy}}  # fmt: skip
    held = [FakeHeld(msgspec.convert(playlist, Playlist))]
    allowed = effective_policy(msgspec.convert(config, StationConfig), None)
    until_at = begin_at + timedelta(days=days)
    return rehearse(held, allowed, begin_at, until_at, [Lane("sound")])


def test_three_of_ten_minutes_are_thirty_per_cent() -> None:
    enough = [item("a", "vi", 7, "2026-11-23"), item("b", "km-KH", 3, "2026-11-29")]
    assert week(enough, KHMER).lacks == ()


def test_music_and_adverts_are_no_speech() -> None:
    items = [
        item("a", "vi", 7, "2026-11-23"), item("b", "km", 3, "2026-11-24"),
        item("hat", "vi", 30, "2026-11-25", music=True),
    ]  # fmt: skip
    assert week(items, KHMER).lacks == ()
    sung = [item("a", "vi", 7, "2026-11-23"), item("hat", "km", 30, "2026-11-24", music=True)]
    (lack,) = week(sung, KHMER).lacks
    assert (lack.planned, lack.total) == (timedelta(), timedelta(minutes=7))


def test_a_week_that_lacks_refuses_nothing_and_is_told() -> None:
    found = week([item("a", "vi", 7, "2026-11-23")], KHMER)
    assert [event.kind for event in found.events] == ["plays"]
    assert [(one.monday, one.lang, one.week_pct) for one in found.lacks] == [
        (date(2026, 11, 23), "km", 30)
    ]
    assert describe_rehearsal(found, "Trạm", "vi")[-1] == (
        "THIẾU TIẾNG: tuần từ 23/11/2026, tiếng km phải có 30 % mà chỉ 0 trong 7 phút nói"
    )
    assert describe_rehearsal(found, "Station", "en")[-1].startswith("LANGUAGE LACKING: week of")


def test_weeks_that_begin_in_the_days_are_judged_to_their_end() -> None:
    items = [item("a", "km", 7, "2026-11-23"), item("b", "km", 3, "2026-12-06")]
    assert week(items, KHMER, days=8).lacks == ()  # the second week's Sunday counts
    found = week(items[:1], KHMER, days=14)
    assert [(one.monday, one.total) for one in found.lacks] == [(date(2026, 11, 30), timedelta())]
    assert "không có mục nói nào" in describe_rehearsal(found, "Trạm", "vi")[-1]


def test_without_a_duty_nothing_is_lacking() -> None:
    assert week([], {}).lacks == ()


def test_every_form_of_a_rehearsal_has_the_duties() -> None:
    """3 of 10 minutes where 40 % are due; and an item that must be broadcast is refused."""
    items = [
        item("a", "vi", 7, "2026-11-23"), item("b", "km", 3, "2026-11-24"),
        item("bat-buoc", "vi", 3, "2026-11-25", hour=3, essential=True),
    ]  # fmt: skip
    duty = {"language_duties": [{"lang": "km", "week_pct": 40}], "maintenance": ["03:00-04:00"]}
    found = week(items, duty)
    told = [("Trạm", found)]
    (one,) = json.loads(build_rehearsal_json(told))["rehearsals"]
    assert one["duties"]["languages"] == [
        {"monday": "2026-11-23", "lang": "km", "week_pct": 40, "planned_min": 3.0,
         "total_min": 10.0, "is_met": False}
    ]  # fmt: skip
    (silent,) = one["duties"]["silent"]
    assert (silent["title"], silent["kind"]) == ("bat-buoc", "refused")
    assert silent["at"] == "2026-11-25T03:00:00+07:00"
    rows = list(csv.DictReader(io.StringIO(build_rehearsal_csv(told))))
    assert [(row["kind"], row["duty"]) for row in rows] == [
        ("plays", ""), ("plays", ""), ("refused", "lacking"), ("language", "lacking")
    ]  # fmt: skip
    assert rows[-1]["start"] == "2026-11-23T00:00:00+07:00"
    assert rows[-1]["title"] == "km 40 %: 3.0/10.0 min"
    calendar = icalendar.Calendar.from_ical(build_rehearsal_ics(told, BEGIN_AT, "vi"))
    (lack,) = [one for one in calendar.events if "THIẾU TIẾNG" in str(one["SUMMARY"])]
    assert (lack["DTSTART"].dt, lack["DTEND"].dt) == (date(2026, 11, 23), date(2026, 11, 30))
    (refused,) = [one for one in calendar.events if one.get("STATUS") == "CANCELLED"]
    assert "mục BẮT BUỘC phát" in str(refused["DESCRIPTION"])
    picture = " ".join(re.findall(r">([^<]+)</text>", draw_week(found, "Trạm", "vi")))
    assert "THIẾU TIẾNG: tuần từ 23/11/2026, tiếng km phải có 40 %" in picture
    assert "mà chỉ 3 trong 10 phút nói" in picture
    assert "mục BẮT BUỘC phát" in picture


def test_what_is_not_known_stands_in_every_form() -> None:
    found = replace(week([], {}), not_known=("zone_classes",))
    told = [("Trạm", found)]
    assert json.loads(build_rehearsal_json(told))["rehearsals"][0]["not_known"] == ["zone_classes"]
    (row,) = csv.DictReader(io.StringIO(build_rehearsal_csv(told)))
    assert (row["kind"], row["rule"]) == ("not_known", "zone_classes")
    (event,) = icalendar.Calendar.from_ical(build_rehearsal_ics(told, BEGIN_AT, "vi")).events
    assert "CHƯA BIẾT" in str(event["SUMMARY"])
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(days=7)
    assert "CHƯA BIẾT" in draw_week(found, "Trạm", "vi")
    assert describe_rehearsal(found, "Station", "en")[-1].startswith("NOT KNOWN which clusters")


def test_days_in_which_no_week_begins_say_in_every_form_that_no_duty_is_judged() -> None:
    """Tuesday and Wednesday; a Monday alone is planned to the end of its week."""
    tuesday = BEGIN_AT + timedelta(days=1)
    found = week([], KHMER, days=2, begin_at=tuesday)
    assert (found.lacks, found.not_known) == ((), ("language_duties",))
    assert (week([], KHMER, days=1).not_known, week([], {}, 2, tuesday).not_known) == ((), ())
    told = [("Trạm", found)]
    (one,) = json.loads(build_rehearsal_json(told))["rehearsals"]
    assert (one["not_known"], one["duties"]["languages"]) == (["language_duties"], [])
    (row,) = csv.DictReader(io.StringIO(build_rehearsal_csv(told)))
    assert (row["kind"], row["rule"]) == ("not_known", "language_duties")
    (event,) = icalendar.Calendar.from_ical(build_rehearsal_ics(told, BEGIN_AT, "en")).events
    assert "NOT JUDGED: the share of each language" in str(event["SUMMARY"])
    assert "less than a week" in describe_rehearsal(found, "Station", "en")[-1]
    assert "CHƯA XÉT" in draw_week(found, "Trạm", "vi")


def test_a_correction_says_which_duty_comes_to_lack_and_which_is_met() -> None:
    """3 of 10 minutes; 30 % are met and 40 % are not."""
    items = [item("a", "vi", 7, "2026-11-23"), item("b", "km", 3, "2026-11-24")]
    more = {"language_duties": [{"lang": "km", "week_pct": 40}]}
    both = [("Trạm", week(items, KHMER), week(items, more))]
    text = write_changes(both, "text", BEGIN_AT, "vi")
    assert text.splitlines()[1:] == [
        "  THÊM  THIẾU TIẾNG: tuần từ 23/11/2026, tiếng km phải có 40 % mà chỉ 3 trong 10 phút nói"
    ]
    (told,) = json.loads(write_changes(both, "json", BEGIN_AT, "vi"))["rehearsals"]
    assert (told["changes"], [one["change"] for one in told["lacks"]]) == ([], ["new"])
    (row,) = csv.DictReader(io.StringIO(write_changes(both, "csv", BEGIN_AT, "vi")))
    assert (row["change"], row["kind"], row["duty"]) == ("new", "language", "lacking")
    (event,) = icalendar.Calendar.from_ical(write_changes(both, "ics", BEGIN_AT, "vi")).events
    assert "THIẾU TIẾNG" in str(event["SUMMARY"])
    assert "phải có 40 %" in " ".join(
        re.findall(r">([^<]+)</text>", write_changes(both, "svg", BEGIN_AT, "vi"))
    )
    back = [("Trạm", both[0][2], both[0][1])]
    assert "BỎ    THIẾU TIẾNG" in write_changes(back, "text", BEGIN_AT, "vi")
    same = [("Trạm", both[0][1], both[0][1])]
    assert "THIẾU" not in write_changes(same, "text", BEGIN_AT, "vi")
