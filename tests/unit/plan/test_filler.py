"""Filler: below everything, no programme of a session, and never a clash. Moments by hand."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import Any

import msgspec

from agent.contract.document import Playlist
from agent.contract.priority import Level
from agent.contract.station_policy import LanguageDuty
from agent.plan.language_duty import judge_weeks
from agent.plan.policy import EffectivePolicy, effective_policy
from agent.plan.rehearsal import Lane, Rehearsal, rehearse
from agent.plan.rehearsal_text import describe_rehearsal, describe_why
from agent.plan.timeline import Timeline
from agent.plan.week_picture import draw_week
from agent.plan.why import explain
from tests.harness.planned_playlists import FREE, FakeHeld, entry, local, plan, playlist

BASE = {"slot": "base", "doc_id": "b" * 32, "filler": True, "crit": ["filler"]}
MONDAY = "2026-11-23"
NEXT = {"kind": "next"}
SOUND = Lane("sound")


def song(at: str = "05:00:00", minutes: float = 60, **more: Any) -> FakeHeld:
    header = {name: more.pop(name) for name in ("filler", "crit") if name in more}
    return playlist(entry("nhac", at, title="Nhạc", **more), minutes=minutes, **BASE | header)


def day(*held: FakeHeld, policy: EffectivePolicy = FREE) -> Timeline:
    return plan(*held, policy=policy, first=MONDAY, last=MONDAY)


def rehearsed(*held: FakeHeld, policy: EffectivePolicy = FREE) -> Rehearsal:
    until_at = local(MONDAY) + timedelta(days=1)
    return rehearse(held, policy, local(MONDAY), until_at, [SOUND])


def test_programme_goes_before_filler_that_starts_later_and_gives_it_back() -> None:
    timeline = day(playlist(entry("tin", "05:00:00"), minutes=30), song("05:10:00"))
    titles = [
        (one.entry.id if one else None, None if one is None else one.level)
        for minute in (5, 20, 40)
        if [one := timeline.playing(local(f"{MONDAY}T05:{minute:02d}:00"), "sound")] != []
    ]
    assert titles == [
        ("tin", Level.SCHEDULED), ("tin", Level.SCHEDULED), ("nhac", Level.FILLER),
    ]  # fmt: skip


def test_slot_base_of_a_centre_that_knows_no_filler_is_programme_as_ever() -> None:
    old = playlist(entry("nhac", "05:10:00"), minutes=60, slot="base", doc_id="b" * 32)
    timeline = day(playlist(entry("tin", "05:00:00"), minutes=30), old)
    playing = timeline.playing(local(f"{MONDAY}T05:20:00"), "sound")
    assert playing is not None
    assert (playing.entry.id, playing.level) == ("nhac", Level.SCHEDULED)


def test_what_waits_does_not_wait_for_filler_and_filler_waits_for_all() -> None:
    news = playlist(entry("tin", "05:10:00", start=NEXT), minutes=5)
    found = day(song(), news).occurrences
    assert [(one.entry.id, one.start_at) for one in found] == [
        ("nhac", local(f"{MONDAY}T05:00:00")), ("tin", local(f"{MONDAY}T05:10:00")),
    ]  # fmt: skip
    at_once = playlist(entry("tin", "05:00:00"), minutes=30)
    waiting = day(at_once, song("05:10:00", start=NEXT)).occurrences[1]
    assert waiting.start_at == local(f"{MONDAY}T05:30:00")


def test_filler_takes_no_session_and_no_minutes() -> None:
    policy = EffectivePolicy((), sessions_per_day=1, minutes_per_session=30)
    news = playlist(entry("tin", "06:02:00"), minutes=30)
    timeline = day(song(), news, policy=policy)
    assert [one.entry.id for one in timeline.occurrences] == ["nhac", "tin"]
    assert timeline.refusals == []


def test_quiet_hours_and_weekdays_hold_for_filler() -> None:
    refused = day(song("20:30:00"), policy=effective_policy(None, None)).refusals
    assert [one.code for one in refused] == ["E_HOURS"]
    sundays = EffectivePolicy((), weekdays=frozenset({7}))
    assert [one.code for one in day(song(), policy=sundays).refusals] == ["E_POLICY"]


def test_filler_is_no_speech_of_a_language_duty() -> None:
    khmer = playlist(entry("km", "07:00:00", lang="km"), minutes=30)
    spoken = day(song(), khmer).occurrences
    monday = local(MONDAY).date() + timedelta(days=1)
    assert [one.is_met for one in judge_weeks(spoken, [LanguageDuty("km", 100)], [monday])] == [
        True
    ]


def test_filler_is_shown_as_filler_and_clashes_with_nothing() -> None:
    held = [playlist(entry("tin", "05:10:00", title="Tin"), minutes=5), song()]
    week = rehearsed(*held)
    assert [(one.kind, one.filler) for one in week.events] == [
        ("interrupted", True), ("plays", False),
    ]  # fmt: skip
    lines = describe_rehearsal(week, "Ngã Ba", "vi")
    told = {" ".join(line.split()) for line in lines}
    assert "05:00–06:00 nền Nhạc: nhường “Tin” lúc 05:10, vì hạng cao hơn" in told
    assert lines[-1].endswith("1 mục phát đủ, 0 bị ngắt, 0 trùng giờ, 0 bị từ chối, "
                              "0 dài hơn khung giờ, 1 mục nền")  # fmt: skip
    picture = draw_week(week, "Ngã Ba", "vi")
    assert "nền, nhường mọi mục" in picture
    ET.fromstring(picture)  # noqa: S314 - our own
    assert "nền" not in draw_week(rehearsed(held[0]), "Ngã Ba", "vi")


def test_why_says_that_filler_plays_and_who_goes_before_it() -> None:
    held = [playlist(entry("tin", "05:10:00", title="Tin"), minutes=5), song()]
    (before,) = explain(held, FREE, local(f"{MONDAY}T05:00:00"), [SOUND])
    assert "“Nhạc”, đến 06:00 (nền)" in describe_why(before, "vi")[0]
    assert (before.filler, before.next_title) == (True, "Tin")
    (during,) = explain(held, FREE, local(f"{MONDAY}T05:12:00"), [SOUND])
    assert (during.filler, during.title, during.next_title) == (False, "Tin", "Nhạc")
    assert [(one.title, one.rule) for one in during.losers] == [("Nhạc", "level")]


def test_filler_stays_out_of_a_document_that_is_none() -> None:
    plain = playlist(entry()).document
    assert isinstance(plain, Playlist)
    assert b"filler" not in msgspec.json.encode(plain)
