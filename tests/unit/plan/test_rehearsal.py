"""Days before they sound. 2026-11-23 is a Monday, local = UTC+7; all moments by hand."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import msgspec

from agent.contract.document import Document, Playlist
from agent.contract.local_time import LOCAL
from agent.plan.policy import EffectivePolicy, effective_policy
from agent.plan.rehearsal import Event, Lane, Rehearsal, compare, find_lanes, rehearse
from agent.plan.rehearsal_export import build_rehearsal_csv, build_rehearsal_json
from agent.plan.rehearsal_ics import build_rehearsal_ics
from agent.plan.rehearsal_text import describe_changes, describe_rehearsal, describe_why
from agent.plan.week_picture import draw_week
from agent.plan.why import explain, join_faces

MINUTE = "a" * 64
MONDAY = datetime(2026, 11, 22, 17, tzinfo=UTC)  # local midnight
BUILT_IN = effective_policy(None, None)  # quiet 21:00-05:00
FREE = EffectivePolicy(quiet=())


@dataclass(frozen=True)
class FakeHeld:
    document: Document
    sha256: str = "0" * 64
    envelope: bytes = b""
    accepted_at: datetime = MONDAY
    standing: int = 1


def entry(title: str, at: str, minutes: int = 10, **more: Any) -> dict[str, Any]:
    return {
        "id": title.replace(" ", "-"), "title": title, "lang": "vi", "zones": ["*"],
        "when": {"at": [at], "weekdays": [1], "from": "2026-11-23", "until": "2026-11-29"},
        "start": {"kind": "at"}, "body": {"media": [MINUTE], "repeat": minutes}, **more,
    }  # fmt: skip


def held(*entries: dict[str, Any], **header: Any) -> FakeHeld:
    document = {
        "kind": "playlist", "issuer": "vn.84.29266", "class": "routine", "to": ["84/29266/*"],
        "doc_id": "1" * 32, "slot": "tuan", "epoch": 1, "seq": 1,
        "issued": "2026-11-01T00:00:00Z", "not_before": "2026-11-01T00:00:00Z",
        "expires": "2026-12-31T00:00:00Z",
        "media": [{"sha256": MINUTE, "bytes": 1, "mime": "audio/mpeg", "duration_ms": 60_000,
                   "urls": []}],
        "entries": list(entries), **header,
    }  # fmt: skip
    return FakeHeld(msgspec.convert(document, Playlist))


def week(*ones: FakeHeld, policy: EffectivePolicy = FREE) -> Rehearsal:
    return rehearse(ones, policy, MONDAY, MONDAY + timedelta(days=7), find_lanes(ones))


def seen(event: Event) -> tuple[str, str, str]:
    return event.kind, f"{event.at.astimezone(LOCAL):%H:%M}", event.title


def local(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-23T{clock}").replace(tzinfo=LOCAL)


def test_a_night_start_is_refused_with_its_rule_in_both_languages() -> None:
    found = week(held(entry("Bản tin", "03:15:00"), entry("Sáng", "05:00:00")), policy=BUILT_IN)
    assert [seen(e) for e in found.events] == [
        ("refused", "03:15", "Bản tin"), ("plays", "05:00", "Sáng"),
    ]  # fmt: skip
    refused = found.events[0]
    assert (refused.code, refused.rule) == ("E_HOURS", "quiet_hours 21:00-05:00")
    assert refused.until - refused.at == timedelta(minutes=10)
    vietnamese = "\n".join(describe_rehearsal(found, "tv-cl-0007", "vi"))
    assert "Thứ Hai 23/11/2026" in vietnamese
    assert "TỪ CHỐI     Bản tin: trong giờ yên lặng 21:00-05:00 (E_HOURS)" in vietnamese
    assert "1 mục phát đủ, 0 bị ngắt, 0 trùng giờ, 1 bị từ chối" in vietnamese
    english = "\n".join(describe_rehearsal(found, "tv-cl-0007", "en"))
    assert "REFUSED     Bản tin: in quiet hours 21:00-05:00 (E_HOURS)" in english


def test_of_one_class_the_later_start_cuts_off_the_earlier_and_that_is_a_clash() -> None:
    found = week(held(entry("Sáng", "06:00:00"), entry("Nhắc", "06:05:00", 1)))
    assert [seen(e) for e in found.events] == [
        ("clash", "06:00", "Sáng"), ("plays", "06:05", "Nhắc"),
    ]  # fmt: skip
    (rival,) = found.events[0].rivals
    assert (rival.title, rival.rule, rival.at) == ("Nhắc", "start", local("06:05"))


def test_what_waits_for_the_one_before_it_clashes_with_nothing() -> None:
    waiting = entry("Nhắc", "06:05:00", 1, start={"kind": "next"})
    found = week(held(entry("Sáng", "06:00:00"), waiting))
    assert [seen(e) for e in found.events] == [
        ("plays", "06:00", "Sáng"), ("plays", "06:10", "Nhắc"),
    ]  # fmt: skip


def test_a_higher_class_interrupts() -> None:
    urgent = held(
        entry("Mưa lớn", "06:05:00", 1), doc_id="2" * 32, slot="gap", **{"class": "priority"}
    )
    found = week(held(entry("Sáng", "06:00:00")), urgent)
    assert [e.kind for e in found.events] == ["interrupted", "plays"]
    assert [rival.rule for rival in found.events[0].rivals] == ["level"]


def test_back_to_back_and_in_other_zones_nothing_clashes() -> None:
    found = week(
        held(
            entry("a", "06:00:00", zones=["ap-1"]),
            entry("b", "06:05:00", 5, zones=["ap-2"]),
            entry("c", "06:10:00", zones=["ap-1"]),
        )
    )
    assert [e.kind for e in found.events] == ["plays", "plays", "plays"]
    one_path = [Lane("sound", frozenset({"ap-1", "ap-2"}))]
    found = rehearse(
        [held(entry("a", "06:00:00", zones=["ap-1"]), entry("b", "06:05:00", zones=["ap-2"]))],
        FREE, MONDAY, MONDAY + timedelta(days=1), one_path,
    )  # fmt: skip
    assert [e.kind for e in found.events] == ["clash", "plays"]


def test_an_item_longer_than_its_slot_and_a_duty_that_is_silent_are_named() -> None:
    long = entry("Dài", "06:00:00", 10, max_ms=300_000)
    duty = entry("Khmer", "03:00:00", essential=True)
    found = week(held(long, duty), policy=BUILT_IN)
    lines = "\n".join(describe_rehearsal(found, "x", "vi"))
    assert "dài hơn khung giờ, bị cắt 5'00\"" in lines
    assert "mục BẮT BUỘC phát" in lines


def test_what_a_correction_changes() -> None:
    before = week(held(entry("Sáng", "06:00:00"), entry("Trưa", "11:00:00")))
    after = week(
        held(entry("Sáng", "06:00:00"), entry("Trưa", "11:00:00", 5), entry("Tối", "18:00:00"),
             doc_id="3" * 32, seq=2)
    )  # fmt: skip
    changes = compare(before, after)
    assert [(c.former is None, c.event.title if c.event else "") for c in changes] == [
        (False, "Trưa"), (True, "Tối"),
    ]  # fmt: skip
    lines = describe_changes(changes, "en")
    assert [line.split()[0] for line in lines] == ["WAS", "NOW", "NEW"]
    assert describe_changes(compare(before, before), "en") == ["Nothing changes."]


def test_a_spreadsheet_gets_one_line_an_event_and_runs_no_title() -> None:
    found = week(held(entry("=1+1", "06:00:00")))
    heading, row = csv.reader(io.StringIO(build_rehearsal_csv([("tv-cl-0007", found)])))
    cells = dict(zip(heading, row, strict=True))
    assert (cells["start"], cells["title"]) == ("2026-11-23T06:00:00+07:00", "'=1+1")


def test_a_program_gets_the_same_events() -> None:
    found = week(held(entry("Sáng", "06:00:00")))
    told = msgspec.json.decode(build_rehearsal_json([("tv-cl-0007", found)]))
    (event,) = told["rehearsals"][0]["events"]
    assert (event["kind"], event["until"]) == ("plays", "2026-11-23T06:10:00+07:00")


def test_why_names_winner_rule_losers_and_the_next_change() -> None:
    ones = [held(entry("Sáng", "06:00:00"), entry("Nhắc", "06:05:00", 1))]
    (why,) = explain(ones, FREE, local("06:05:30").astimezone(UTC), [Lane("sound")])
    assert (why.state, why.title, why.rule) == ("plays", "Nhắc", "start")
    assert [one.title for one in why.losers] == ["Sáng"]
    assert (why.next_at, why.next_title) == (local("06:06"), "")  # what was replaced is over
    assert "thắng “Sáng”: cùng hạng, bắt đầu sau" in "\n".join(describe_why(why, "vi"))


def test_why_has_one_answer_for_faces_that_show_the_same_for_the_same_reason() -> None:
    scene = {"scene": {"elements": [], "ms": 600_000}}
    both = {**entry("Sáng", "06:00:00"), "body": scene}
    back = {**both, "id": "Chợ", "title": "Chợ", "zones": ["mat-sau"]}
    back["when"] = {**both["when"], "at": ["06:05:00"]}
    faces = [Lane("picture", frozenset({face})) for face in ("mat-truoc", "mat-sau")]
    moments = [local("06:01").astimezone(UTC), local("06:06").astimezone(UTC)]
    found = [
        [(one.title, one.zones) for one in join_faces(explain([held(both, back)], FREE, at, faces))]
        for at in moments
    ]
    assert found == [
        [("Sáng", ("mat-truoc",)), ("Sáng", ("mat-sau",))],  # the next change is another
        [("Sáng", ("mat-truoc",)), ("Chợ", ("mat-sau",))],
    ]
    (one,) = join_faces(explain([held(both)], FREE, moments[0], faces))
    assert one.zones == ("mat-truoc", "mat-sau")


def test_why_names_what_waits_since_when_and_when_it_begins() -> None:
    reminder = {**entry("Nhắc", "06:05:00", 1), "start": {"kind": "next"}}
    follower = {**entry("Theo", "06:00:00"), "start": {"kind": "after", "entry": "Nhắc"}}
    follower["when"] = {**follower["when"], "at": []}
    ones = [held(entry("Sáng", "06:00:00"), reminder, follower)]
    (why,) = explain(ones, FREE, local("06:07").astimezone(UTC), [Lane("sound")])
    assert [one.title for one in why.waiting] == ["Nhắc"]  # what follows it is not due
    assert [(one.since, one.start_at) for one in why.waiting] == [(local("06:05"), local("06:10"))]
    lines = describe_why(why, "vi")[1:]
    assert lines == [
        "  “Nhắc” đến lượt từ 06:05, đợi loa rảnh, bắt đầu lúc 06:10",
        "  thay đổi tới: 06:10 23/11/2026, “Nhắc”",
    ]
    moments = [local("06:04:59"), local("06:10")]
    for at in moments:  # not due yet; begun
        (other,) = explain(ones, FREE, at.astimezone(UTC), [Lane("sound")])
        assert other.waiting == ()


def test_what_a_higher_class_interrupts_comes_back() -> None:
    urgent = held(
        entry("Mưa lớn", "06:05:00", 1), doc_id="2" * 32, slot="gap", **{"class": "priority"}
    )
    ones = [held(entry("Sáng", "06:00:00")), urgent]
    (why,) = explain(ones, FREE, local("06:05:30").astimezone(UTC), [Lane("sound")])
    assert (why.rule, why.next_at, why.next_title) == ("level", local("06:06"), "Sáng")


def test_why_says_what_is_refused_at_that_moment() -> None:
    ones = [held(entry("Bản tin", "03:15:00"))]
    (why,) = explain(ones, BUILT_IN, local("03:20").astimezone(UTC), [Lane("sound")])
    assert (why.state, [one.title for one in why.refused]) == ("nothing", ["Bản tin"])
    lines = "\n".join(describe_why(why, "vi"))
    assert "“Bản tin” bị từ chối: trong giờ yên lặng 21:00-05:00 (E_HOURS)" in lines
    (later,) = explain(ones, BUILT_IN, local("03:25").astimezone(UTC), [Lane("sound")])
    assert later.refused == ()


def test_a_calendar_program_reads_titles_times_and_what_is_refused() -> None:
    title = "Lũ; di dời, ngay " + "ở Ấp Ba " * 12
    found = week(held(entry(title, "05:00:00"), entry("Đêm", "03:15:00")), policy=BUILT_IN)
    text = build_rehearsal_ics([("tv-cl-0007", found)], MONDAY, "vi")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    refused, plays = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert str(plays["SUMMARY"]) == title
    assert (plays.decoded("DTSTART"), plays.decoded("DTEND")) == (local("05:00"), local("05:10"))
    assert (str(refused["STATUS"]), str(refused["SUMMARY"])) == ("CANCELLED", "TỪ CHỐI: Đêm")
    assert "giờ yên lặng 21:00-05:00" in str(refused["DESCRIPTION"])
    assert refused["UID"] != plays["UID"]


def test_the_picture_is_well_formed_and_shows_each_item_with_its_reason() -> None:
    found = week(
        held(entry("<b>\x07 & Sáng", "05:00:00"), entry("Đêm", "03:15:00")), policy=BUILT_IN
    )
    drawn = draw_week(found, "tv-cl-0007", "vi")
    texts = [one.text or "" for one in ET.fromstring(drawn).iter() if one.tag.endswith("}text")]  # noqa: S314 - ours
    assert "Tuần phát: tv-cl-0007" in texts
    assert "Thứ Hai 23/11" in texts
    assert "<b>  & Sáng" in texts
    assert "trong giờ yên lặng 21:00-05:00 (E_HOURS)" in texts
    assert draw_week(week(), "x", "en").startswith("<svg")


def test_what_a_higher_class_drops_is_interrupted_and_clashes_with_nothing_behind_it() -> None:
    low = held(
        entry("Chuông", "06:00:00", when_cut="drop"),
        entry("Tin", "06:00:00", start={"kind": "after", "entry": "Chuông"}),
        entry("Nhắc", "06:08:00", minutes=1, zones=["cho"]),
    )
    flood = held(entry("Lũ", "06:03:00", minutes=1), **{"class": "priority", "doc_id": "2" * 32})
    assert [seen(one) for one in week(low, flood).events] == [
        ("interrupted", "06:00", "Chuông"), ("plays", "06:03", "Lũ"), ("clash", "06:04", "Tin"),
        ("plays", "06:08", "Nhắc"),
    ]  # fmt: skip
    (chime, *_) = week(low, flood).events
    assert [(one.title, one.rule) for one in chime.rivals] == [("Lũ", "level")]
