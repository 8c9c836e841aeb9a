"""Which classes sound at which clusters. 2026-11-23 is a Monday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from agent.contract.document import Document, Playlist, StationConfig, StreamGrant
from agent.plan.live_stream import list_live_streams
from agent.plan.policy import EffectivePolicy, effective_policy
from agent.plan.timeline import Timeline, build_timeline

HEADER = {
    "issuer": "vn.84", "to": ["84/*/*"], "epoch": 1, "seq": 1, "doc_id": "1" * 32,
    "issued": "2026-01-01T00:00:00Z", "not_before": "2026-01-01T00:00:00Z",
    "expires": "2027-01-01T00:00:00Z",
}  # fmt: skip
DAY = "2026-11-23"
BEGIN_AT = datetime(2026, 11, 22, 17, tzinfo=UTC)
KINDS = {"nga-ba": "ordinary", "truong-hoc": "special", "chua": "special"}
QUIET_AT_SCHOOLS = [{"zone_kind": "special", "classes": ["priority"]}]


@dataclass(frozen=True)
class FakeHeld:
    document: Document
    sha256: str = "0" * 64


def make_config(rules: list[dict[str, Any]], **policy: Any) -> StationConfig:
    return msgspec.convert(
        {**HEADER, "kind": "station-config", "class": "config", "slot": "station",
         "place": "84/29266/tv-cl-0007", "groups": [], "zones": [],
         "policy": {"quiet_hours": [], "zone_classes": rules, **policy}},
        StationConfig,
    )  # fmt: skip


def policy(rules: list[dict[str, Any]]) -> EffectivePolicy:
    return effective_policy(make_config(rules), None, KINDS)


def plan(rules: list[dict[str, Any]], class_: str, zones: list[str], **body: Any) -> Timeline:
    when = {"at": ["08:00:00"], "weekdays": [1], "from": DAY, "until": DAY}
    entry = {"id": "e1", "title": "Bản tin", "lang": "vi", "zones": zones, "when": when,
             "start": {"kind": "at"}, "body": body or {"media": ["a" * 64]}}  # fmt: skip
    media = {"sha256": "a" * 64, "bytes": 1, "mime": "audio/mpeg", "duration_ms": 9, "urls": []}
    document = {**HEADER, "kind": "playlist", "class": class_, "slot": "tuan", "media": [media],
                "entries": [entry]}  # fmt: skip
    held = FakeHeld(msgspec.convert(document, Playlist))
    return build_timeline([held], policy(rules), BEGIN_AT, BEGIN_AT + timedelta(days=1))


@pytest.mark.parametrize(
    ("zones", "left", "rule"),
    [
        (["*"], ["nga-ba"], "zone_classes special: truong-hoc, chua"),
        (["nga-ba", "chua"], ["nga-ba"], "zone_classes special: chua"),
        (["nga-ba"], ["nga-ba"], None),
        (["truong-hoc"], None, "zone_classes special: truong-hoc"),
        (["cho"], ["cho"], None),
    ],
)
def test_a_class_sounds_at_the_clusters_that_are_open_to_it(
    zones: list[str], left: list[str] | None, rule: str | None
) -> None:
    timeline = plan(QUIET_AT_SCHOOLS, "routine", zones)
    assert [one.entry.zones for one in timeline.occurrences] == ([left] if left else [])
    said = [(one.entry_id, one.code, one.rule) for one in timeline.refusals]
    assert said == ([("e1", "E_POLICY", rule)] if rule else [])


def test_a_listed_class_a_kind_without_a_rule_and_a_picture_are_untouched() -> None:
    for timeline in (
        plan(QUIET_AT_SCHOOLS, "priority", ["*"]),
        plan([], "routine", ["*"]),
        plan(QUIET_AT_SCHOOLS, "routine", ["*"], text={"show": "Tin"}),
    ):
        assert [one.entry.zones for one in timeline.occurrences] == [["*"]]
        assert timeline.refusals == []


def test_an_output_of_closed_clusters_alone_has_nothing_to_play() -> None:
    timeline = plan(QUIET_AT_SCHOOLS, "routine", ["*"])
    at = BEGIN_AT + timedelta(hours=8)
    assert timeline.playing(at, "sound", {"truong-hoc"}) is None
    assert timeline.playing(at, "sound", {"truong-hoc", "nga-ba"}) is not None


def test_the_chime_that_checks_loudspeakers_is_a_routine_sound() -> None:
    check = {"weekdays": [1], "at": "17:00", "zones": ["*"]}
    config = make_config(QUIET_AT_SCHOOLS, chime_check=check)
    allowed = effective_policy(config, None, KINDS)
    until_at = BEGIN_AT + timedelta(days=1)
    timeline = build_timeline([FakeHeld(config)], allowed, BEGIN_AT, until_at)
    assert [one.entry.zones for one in timeline.occurrences] == [["nga-ba"]]
    assert [one.rule for one in timeline.refusals] == ["zone_classes special: truong-hoc, chua"]


@pytest.mark.parametrize(
    ("class_", "zones", "left"),
    [
        ("routine", ["*"], ("nga-ba",)), ("routine", ["chua"], None), ("priority", ["*"], ("*",)),
        ("emergency", ["*"], ("*",)), ("emergency", ["chua"], ("chua",)),
    ],
)  # fmt: skip
def test_a_live_voice_is_heard_where_its_class_may_sound(
    class_: str, zones: list[str], left: tuple[str, ...] | None
) -> None:
    grant = {**HEADER, "kind": "stream-grant", "class": class_, "slot": "live", "stream_id": "ab",
             "stream_key": "cd", "first_seq": 0, "codec": "opus", "max_segment_bytes": 1,
             "hosts": [], "zones": zones}  # fmt: skip
    held = FakeHeld(msgspec.convert(grant, StreamGrant))
    closed = [{"zone_kind": "special", "classes": []}] if class_ == "emergency" else None
    streams, refusals = list_live_streams([held], policy(closed or QUIET_AT_SCHOOLS))
    assert [one.zones for one in streams.values()] == ([left] if left else [])
    assert [one.rule for one in refusals] == ([] if left else ["zone_classes special: chua"])
