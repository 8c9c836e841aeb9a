"""Adverts on loudspeakers, and maintenance, from the policy's text. 2026-11-23 is a Monday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from agent.contract.document import Document, Playlist, StationConfig
from agent.plan.policy import effective_policy
from agent.plan.timeline import Timeline, build_timeline
from agent.settings.model import LocalAdverts, Policy

DAY = "2026-11-23"
HEADER = {
    "issuer": "vn.84", "to": ["84/*/*"], "epoch": 1, "seq": 1, "doc_id": "1" * 32,
    "issued": "2026-01-01T00:00:00Z", "not_before": "2026-01-01T00:00:00Z",
    "expires": "2027-01-01T00:00:00Z",
}  # fmt: skip


@dataclass(frozen=True)
class FakeHeld:
    document: Document
    sha256: str = "0" * 64


def item(id_: str, at: str, minutes: float, **members: Any) -> tuple[dict[str, Any], float]:
    when = {"at": [f"{at}:00"], "weekdays": [1], "from": DAY, "until": DAY}
    digest = f"{int(minutes * 1000):064x}"
    entry = {"id": id_, "title": id_, "lang": "vi", "zones": ["*"], "start": {"kind": "at"},
             "body": {"media": [digest]}, "when": when, **members}  # fmt: skip
    return entry, minutes


def advert(id_: str, at: str, minutes: float, **members: Any) -> tuple[dict[str, Any], float]:
    return item(id_, at, minutes, advert=True, **members)


def plan(
    policy: dict[str, Any], *items: tuple[dict[str, Any], float], local: Policy | None = None
) -> Timeline:
    media = {
        entry["body"]["media"][0]: {
            "sha256": entry["body"]["media"][0], "bytes": 1, "mime": "audio/mpeg", "urls": [],
            "duration_ms": round(minutes * 60_000),
        }
        for entry, minutes in items
        if "media" in entry["body"]
    }  # fmt: skip
    held = FakeHeld(msgspec.convert(
        {**HEADER, "kind": "playlist", "class": "routine", "slot": "tuan",
         "entries": [entry for entry, _ in items], "media": list(media.values())},
        Playlist,
    ))  # fmt: skip
    config = msgspec.convert(
        {**HEADER, "kind": "station-config", "class": "config", "slot": "station",
         "place": "84/29266/tv-cl-0007", "groups": [], "zones": [],
         "policy": {"quiet_hours": [], **policy}},
        StationConfig,
    )  # fmt: skip
    begin = datetime.fromisoformat(f"{DAY}T00:00:00+07:00").astimezone(UTC)
    until = begin + timedelta(days=1)
    return build_timeline([held], effective_policy(config, local), begin, until)


def played(timeline: Timeline) -> list[str]:
    return [one.entry.id for one in timeline.occurrences]


def refused(timeline: Timeline) -> list[tuple[str, str, str]]:
    return [(one.entry_id, one.code, one.rule) for one in timeline.refusals]


MORNING = {"adverts": {"windows": ["08:00-10:00"]}}


def test_loudspeakers_play_no_advert_where_the_policy_has_no_word_of_them() -> None:
    shown = {"body": {"text": {"show": "Gạo"}}, "max_ms": 60_000}
    timeline = plan({}, item("tin", "08:00", 5), advert("gao", "08:05", 1),
                    advert("bang", "08:10", 1, **shown))  # fmt: skip
    assert played(timeline) == ["tin", "bang"]
    assert refused(timeline) == [("gao", "E_POLICY", "adverts none")]


def test_an_advert_lies_wholly_within_a_window_and_other_items_need_none() -> None:
    timeline = plan(
        MORNING, advert("som", "07:59", 2), advert("dau", "08:00", 2), advert("cuoi", "09:58", 2),
        advert("qua", "09:59", 2), item("tin", "12:00", 5),
    )  # fmt: skip
    assert played(timeline) == ["dau", "cuoi", "tin"]
    assert refused(timeline) == [
        ("som", "E_POLICY", "advert_hours 08:00-10:00"),
        ("qua", "E_POLICY", "advert_hours 08:00-10:00"),
    ]


def test_an_advert_that_was_cut_does_not_come_back_after_its_window() -> None:
    timeline = plan(MORNING, advert("gao", "09:00", 2))
    assert timeline.occurrences[0].latest_end_at == datetime(2026, 11, 23, 3, tzinfo=UTC)


def test_adverts_are_at_most_their_share_of_what_was_planned_until_then() -> None:
    adverts = {"adverts": {"windows": ["00:00-24:00"], "day_pct": 10}}
    # 18 minutes of news bear 2 minutes of adverts: 2 of 20 are 10 %
    timeline = plan(
        adverts, advert("dau", "04:00", 1), item("tin", "05:00", 18), advert("a", "05:30", 1),
        advert("b", "05:32", 1), advert("c", "05:34", 0.1), item("tin2", "06:00", 0.9),
        advert("d", "06:10", 0.1),
    )  # fmt: skip
    assert played(timeline) == ["tin", "a", "b", "tin2", "d"]
    assert refused(timeline) == [
        ("dau", "E_POLICY", "advert_day_pct 10"), ("c", "E_POLICY", "advert_day_pct 10"),
    ]  # fmt: skip


def test_a_session_has_a_share_of_its_own() -> None:
    adverts = {"adverts": {"windows": ["00:00-24:00"], "session_pct": 20}}
    timeline = plan(
        adverts, item("sang", "05:00", 40), item("trua", "11:00", 4), advert("a", "11:04", 1),
        advert("b", "11:06", 1),
    )  # fmt: skip
    assert played(timeline) == ["sang", "trua", "a"]
    assert refused(timeline) == [("b", "E_POLICY", "advert_session_pct 20")]


def test_nothing_sounds_in_a_maintenance_and_the_refusal_calls_it_so() -> None:
    timeline = plan(
        {"quiet_hours": ["21:00-05:00"], "maintenance": ["10:00-11:00"]},
        item("som", "04:59", 5), item("truoc", "09:55", 5), item("vao", "09:58", 5),
        item("trong", "10:30", 5), item("sau", "11:00", 5),
    )  # fmt: skip
    assert played(timeline) == ["truoc", "sau"]
    assert refused(timeline) == [
        ("som", "E_HOURS", "quiet_hours 21:00-05:00"),
        ("vao", "E_HOURS", "maintenance 10:00-11:00"),
        ("trong", "E_HOURS", "maintenance 10:00-11:00"),
    ]


@pytest.mark.parametrize(
    ("local", "rule"),
    [
        (Policy(adverts=LocalAdverts(windows=["09:00-11:00"])),
         "advert_hours 08:00-10:00; 09:00-11:00"),
        (Policy(adverts=LocalAdverts(windows=[])), "advert_hours 08:00-10:00; none"),
        (Policy(adverts=LocalAdverts(day_pct=0)), "advert_day_pct 0"),
        (Policy(weekdays=[2, 3]), "weekdays [2, 3]"),
        (Policy(sessions_per_day=0), "sessions_per_day 0"),
        (Policy(minutes_per_session=1), "minutes_per_session 1"),
    ],
)  # fmt: skip
def test_a_station_may_allow_less_than_was_signed(local: Policy, rule: str) -> None:
    timeline = plan(MORNING, advert("gao", "08:30", 2), local=local)
    assert refused(timeline) == [("gao", "E_POLICY", rule)]


def test_a_station_cannot_allow_adverts_that_nobody_signed() -> None:
    local = Policy(adverts=LocalAdverts(windows=["00:00-24:00"], day_pct=100))
    timeline = plan({}, advert("gao", "08:30", 2), local=local)
    assert refused(timeline) == [("gao", "E_POLICY", "adverts none")]
