"""What share a language has of a week's speech. 2026-11-23 is a Monday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from agent.contract.document import Document, Playlist, StationConfig
from agent.plan.policy import effective_policy
from agent.plan.rehearsal import Lane, Rehearsal, rehearse
from agent.plan.rehearsal_text import describe_rehearsal

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


def week(items: list[dict[str, Any]], policy: dict[str, Any], days: int = 7) -> Rehearsal:
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
    until_at = BEGIN_AT + timedelta(days=days)
    return rehearse(held, allowed, BEGIN_AT, until_at, [Lane("sound")])


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
