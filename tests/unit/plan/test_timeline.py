"""Moments are worked out by hand from a wall calendar: 2026-11-23 is a Monday, local = UTC+7."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from agent.contract.document import Cancel, StationConfig
from agent.contract.priority import Level
from agent.plan.occurrence import Refusal, limit_refusals
from agent.plan.policy import EffectivePolicy, effective_policy
from agent.plan.timeline import build_timeline
from agent.settings.model import Policy
from tests.harness.planned_playlists import (
    HEADER,
    A,
    B,
    FakeHeld,
    entry,
    local,
    plan,
    playlist,
    refusals,
    starts,
    utc,
)

BUILT_IN = effective_policy(None, None)


# --- calendar ---


def test_five_in_the_morning_is_ten_in_the_evening_before_in_utc() -> None:
    timeline = plan(playlist(entry(at="05:00:00")), last="2026-11-23")
    assert starts(timeline) == [utc("2026-11-22T22:00:00")]


def test_monday_to_saturday_leaves_out_sunday() -> None:
    timeline = plan(playlist(entry(at="17:00:00", weekdays=[1, 2, 3, 4, 5, 6])))
    assert starts(timeline) == [utc(f"2026-11-{day}T10:00:00") for day in range(23, 29)]


def test_a_weekday_is_the_stations_and_not_greenwichs() -> None:
    # Monday 05:00 at the station is still Sunday in UTC
    timeline = plan(playlist(entry(at="05:00:00", weekdays=[1])))
    assert starts(timeline) == [utc("2026-11-22T22:00:00")]


def test_from_and_until_are_both_included() -> None:
    timeline = plan(playlist(entry(at="12:00:00", from_="2026-11-24", until="2026-11-26")))
    assert starts(timeline) == [utc(f"2026-11-{day}T05:00:00") for day in (24, 25, 26)]


def test_except_dates_are_left_out() -> None:
    # Tết Đinh Mùi: the first day of the lunar year is 2027-02-06, a Saturday
    tet = ["2027-02-05", "2027-02-06", "2027-02-07"]
    timeline = plan(
        playlist(entry(at="05:00:00", except_=tet)), first="2027-02-04", last="2027-02-08"
    )
    assert starts(timeline) == [local("2027-02-04T05:00:00"), local("2027-02-08T05:00:00")]


def test_the_plan_goes_over_the_end_of_the_year() -> None:
    timeline = plan(playlist(entry(at="06:00:00")), first="2026-12-31", last="2027-01-01")
    assert starts(timeline) == [utc("2026-12-30T23:00:00"), utc("2026-12-31T23:00:00")]


def test_the_leap_day_is_planned() -> None:
    held = playlist(entry(at="06:00:00", until="2028-12-31"), expires="2029-01-01T00:00:00Z")
    timeline = plan(held, first="2028-02-29", last="2028-02-29")
    assert starts(timeline) == [utc("2028-02-28T23:00:00")]


def test_sound_over_midnight_belongs_to_the_day_on_which_it_starts() -> None:
    held = playlist(entry(at="23:50:00", weekdays=[1]), minutes=30)
    tuesday = plan(held, first="2026-11-24", last="2026-11-24")
    assert starts(tuesday) == [local("2026-11-23T23:50:00")]
    assert tuesday.playing(local("2026-11-24T00:19:59"), "sound") is not None
    assert tuesday.playing(local("2026-11-24T00:20:00"), "sound") is None


# --- bounds of the document ---


def test_not_before_is_included_and_expires_excluded() -> None:
    held = playlist(
        entry(at="05:00:00"), minutes=1,
        not_before="2026-11-23T22:00:00Z", expires="2026-11-25T22:00:00Z",
    )  # fmt: skip
    assert starts(plan(held)) == [utc("2026-11-23T22:00:00"), utc("2026-11-24T22:00:00")]


def test_sound_that_would_outlive_its_document_is_refused() -> None:
    held = playlist(entry(at="05:00:00"), minutes=2, expires="2026-11-22T22:01:00Z")
    timeline = plan(held)
    assert starts(timeline) == []
    want = (utc("2026-11-22T22:00:00"), "E_EXPIRED", "expires 2026-11-22T22:01:00Z")
    assert refusals(timeline) == [want]


def test_a_cancel_of_its_class_withdraws_a_playlist() -> None:
    document = {**HEADER, "kind": "cancel", "doc_id": "9" * 32, "cancels": "1" * 32}
    cancel = FakeHeld(msgspec.convert(document, Cancel))
    other = FakeHeld(msgspec.convert({**document, "class": "emergency"}, Cancel))
    assert starts(plan(playlist(entry()), cancel)) == []
    assert len(starts(plan(playlist(entry()), other))) == 7


# --- duration ---


@pytest.mark.parametrize(
    ("body", "max_ms", "seconds"),
    [
        ({"media": [A]}, None, 60),
        ({"media": [B, A, B]}, None, 80),
        ({"media": [B], "repeat": 3, "gap_ms": 5_000}, None, 40),
        ({"media": [A]}, 45_000, 45),
        ({"media": [A]}, 75_000, 60),
    ],
)
def test_sound_lasts_its_media_times_repeat_with_gaps_up_to_the_limit(
    body: dict[str, Any], max_ms: int | None, seconds: int
) -> None:
    timeline = plan(playlist(entry(body=body, max_ms=max_ms)), last="2026-11-23")
    (one,) = timeline.occurrences
    assert one.end_at - one.start_at == timedelta(seconds=seconds)


# --- policy ---


def test_without_a_station_config_nothing_sounds_from_nine_to_five() -> None:
    held = playlist(entry(at=["04:59:00", "05:00:00", "20:59:00", "20:59:01", "21:00:00"]))
    timeline = plan(held, policy=BUILT_IN, last="2026-11-23")
    assert starts(timeline) == [local("2026-11-23T05:00:00"), local("2026-11-23T20:59:00")]
    assert refusals(timeline) == [
        (local(f"2026-11-23T{at}"), "E_HOURS", "quiet_hours 21:00-05:00")
        for at in ("04:59:00", "20:59:01", "21:00:00")
    ]


def test_a_quarter_past_three_is_refused() -> None:
    # 5 December 2025: an hour set wrongly woke a whole commune
    held = playlist(entry(at="03:15:00"), **{"class": "priority"})
    timeline = plan(held, policy=BUILT_IN, last="2026-11-23")
    assert starts(timeline) == []
    assert [code for _, code, _ in refusals(timeline)] == ["E_HOURS"]


def config(**policy: Any) -> StationConfig:
    document = {
        **HEADER, "kind": "station-config", "class": "config", "place": "84/29266/tv-cl-0007",
        "groups": [], "zones": [], "policy": {"quiet_hours": [], **policy},
    }  # fmt: skip
    return msgspec.convert(document, StationConfig)


def test_local_quiet_hours_only_add_to_the_signed_ones() -> None:
    policy = effective_policy(
        config(quiet_hours=["22:00-04:30"]), Policy(quiet_hours=["11:00-13:00"])
    )
    held = playlist(entry(at=["04:45:00", "12:00:00", "13:00:00", "21:30:00", "22:00:00"]))
    timeline = plan(held, policy=policy, last="2026-11-23")
    day = "2026-11-23T"
    assert starts(timeline) == [local(day + at) for at in ("04:45:00", "13:00:00", "21:30:00")]
    assert [rule for _, _, rule in refusals(timeline)] == [
        "quiet_hours 11:00-13:00",
        "quiet_hours 22:00-04:30",
    ]


def staggered(group: int, gap_ms: int = 0, **policy: Any) -> EffectivePolicy:
    turn = {"group": group, "gap_ms": gap_ms}
    return effective_policy(config(stagger=turn, **policy), None)


def staggered_entry(gap_ms: int, at: str = "05:00:00") -> dict[str, Any]:
    return entry(at=at, sync={"kind": "staggered", "gap_ms": gap_ms})


@pytest.mark.parametrize(
    ("group", "own_ms", "gap_ms", "clock"),
    [
        (0, 0, 90_000, "05:00:00"),
        (1, 0, 90_000, "05:01:30"),
        (3, 0, 90_000, "05:04:30"),
        (3, 10_000, 90_000, "05:04:30"),  # the entry's gap goes before the station's
        (3, 10_000, 0, "05:00:30"),
    ],
)
def test_a_staggered_entry_starts_when_its_group_has_its_turn(
    group: int, own_ms: int, gap_ms: int, clock: str
) -> None:
    timeline = plan(
        playlist(staggered_entry(gap_ms)), policy=staggered(group, own_ms), last="2026-11-23"
    )
    assert starts(timeline) == [local(f"2026-11-23T{clock}")]


def test_what_is_simultaneous_is_not_shifted_and_without_a_turn_nothing_is() -> None:
    timeline = plan(playlist(entry()), policy=staggered(3, 90_000), last="2026-11-23")
    assert starts(timeline) == [local("2026-11-23T05:00:00")]
    timeline = plan(playlist(staggered_entry(90_000)), last="2026-11-23")
    assert starts(timeline) == [local("2026-11-23T05:00:00")]


def test_quiet_hours_are_judged_by_the_shifted_start() -> None:
    held = playlist(staggered_entry(60_000, "20:58:00"))
    policy = [staggered(group, quiet_hours=["21:00-05:00"]) for group in (1, 2)]
    assert starts(plan(held, policy=policy[0], last="2026-11-23")) == [local("2026-11-23T20:59")]
    assert refusals(plan(held, policy=policy[1], last="2026-11-23")) == [
        (local("2026-11-23T21:00"), "E_HOURS", "quiet_hours 21:00-05:00")
    ]


def test_a_shift_over_midnight_belongs_to_the_day_on_which_it_is_heard() -> None:
    held = playlist(staggered_entry(120_000, "23:59:00"))
    timeline = plan(held, policy=staggered(1), first="2026-11-24", last="2026-11-24")
    assert starts(timeline) == [local("2026-11-24T00:01")]


def test_a_shifted_end_behind_the_expiry_is_refused() -> None:
    held = playlist(staggered_entry(60_000), expires="2026-11-22T22:01:30Z")  # 05:01:30
    first = plan(held, policy=staggered(0), last="2026-11-23")
    second = plan(held, policy=staggered(1), last="2026-11-23")
    assert (len(first.occurrences), refusals(first)) == (1, [])
    assert refusals(second) == [
        (local("2026-11-23T05:01"), "E_EXPIRED", "expires 2026-11-22T22:01:30Z")
    ]


def test_a_shift_of_more_than_six_hours_is_refused() -> None:
    timeline = plan(playlist(staggered_entry(3_600_000)), policy=staggered(7), last="2026-11-23")
    assert starts(timeline) == []
    rule = "staggered by 7:00:00, at most 6:00:00"
    assert refusals(timeline) == [(local("2026-11-23T12:00"), "E_POLICY", rule)]


def test_quiet_hours_that_touch_are_one_stretch_under_both_names() -> None:
    policy = effective_policy(config(quiet_hours=["21:00-00:00", "00:00-05:00"]), None)
    timeline = plan(playlist(entry(at="23:59:30")), policy=policy, last="2026-11-23")
    ((_, _, rule),) = refusals(timeline)
    assert rule == "quiet_hours 21:00-00:00, 00:00-05:00"


def test_pictures_are_not_subject_to_quiet_hours() -> None:
    scene = {"elements": [{"kind": "text", "box": [0, 0, 1000, 1000], "text": "x"}]}
    held = playlist(entry(at="22:00:00", body={"scene": {**scene, "ms": 3_600_000}}))
    timeline = plan(held, policy=BUILT_IN, last="2026-11-23")
    assert timeline.playing(local("2026-11-23T22:59:59"), "picture") is not None
    assert timeline.playing(local("2026-11-23T22:59:59"), "sound") is None


def test_a_third_session_of_a_day_is_refused_and_the_next_day_counts_from_zero() -> None:
    held = playlist(entry(at=["05:00:00", "11:00:00", "17:00:00"]))
    timeline = plan(held, policy=effective_policy(config(sessions_per_day=2), None),
                    last="2026-11-24")  # fmt: skip
    hours = (("23", "05"), ("23", "11"), ("24", "05"), ("24", "11"))
    assert starts(timeline) == [local(f"2026-11-{d}T{h}:00:00") for d, h in hours]
    want = [(local(f"2026-11-{d}T17:00:00"), "E_POLICY", "sessions_per_day 2") for d in (23, 24)]
    assert refusals(timeline) == want


def test_items_close_together_are_one_session() -> None:
    held = playlist(entry(at=["05:00:00", "05:01:00", "05:07:00", "05:13:01"]))
    timeline = plan(held, policy=effective_policy(config(sessions_per_day=1), None),
                    last="2026-11-23")  # fmt: skip
    # 05:01-05:02, then exactly 5 min to 05:07-05:08; 05:13:01 is more than 5 min later
    assert len(starts(timeline)) == 3
    assert refusals(timeline) == [(local("2026-11-23T05:13:01"), "E_POLICY", "sessions_per_day 1")]


def test_the_item_that_makes_a_session_too_long_is_refused_whole() -> None:
    held = playlist(entry(at=["05:00:00", "05:20:00", "05:25:01"]), minutes=20)
    timeline = plan(held, policy=effective_policy(config(minutes_per_session=45), None),
                    last="2026-11-23")  # fmt: skip
    assert len(starts(timeline)) == 2
    want = (local("2026-11-23T05:25:01"), "E_POLICY", "minutes_per_session 45")
    assert refusals(timeline) == [want]


def test_days_off_by_policy_are_refused() -> None:
    policy = effective_policy(config(weekdays=[1, 2, 3, 4, 5]), None)
    timeline = plan(playlist(entry(at="05:00:00")), policy=policy)
    assert [at for at, _, _ in refusals(timeline)] == [
        local("2026-11-28T05:00:00"),
        local("2026-11-29T05:00:00"),
    ]


def test_the_sessions_of_today_count_also_when_planning_begins_at_noon() -> None:
    policy = effective_policy(config(sessions_per_day=2), None)
    held = playlist(entry(at=["05:00:00", "11:00:00", "17:00:00"]))
    timeline = build_timeline(
        [held], policy, local("2026-11-23T12:00:00"), local("2026-11-24T00:00:00")
    )
    assert starts(timeline) == []
    assert refusals(timeline) == [(local("2026-11-23T17:00:00"), "E_POLICY", "sessions_per_day 2")]


# --- what is not built yet answers so ---


@pytest.mark.parametrize(
    ("change", "code", "rule"),
    [
        ({"body": {"relay": {"url": "https://a.vn/"}}}, "E_MEDIA", "no duration"),
        (
            {"body": {"relay": {"url": "https://a.vn:8443/"}}, "max_ms": 60_000},
            "E_POLICY",
            "relay_hosts a.vn:8443",
        ),
        (
            {"body": {"text": {"say": "xin chào", "show": "xin chào"}}},
            "E_UNSUPPORTED",
            "body text.say beside text.show",
        ),
        ({"body": {"media": ["c" * 64]}}, "E_MEDIA", "not listed: " + "c" * 64),
    ],
)
def test_an_entry_that_cannot_be_planned_is_refused_once(
    change: dict[str, Any], code: str, rule: str
) -> None:
    timeline = plan(playlist(entry(**change)))
    assert timeline.occurrences == []
    assert refusals(timeline) == [(local("2026-11-23T05:00:00"), code, rule)]


def test_a_playlist_of_the_emergency_class_is_refused() -> None:
    timeline = plan(playlist(entry(), **{"class": "emergency"}))
    assert [(code, rule) for _, code, rule in refusals(timeline)] == [("E_PRIO", "class emergency")]


# --- arbitration ---


def test_priority_wins_over_a_later_routine_item() -> None:
    routine = playlist(entry("r", at="05:00:30"), doc_id="2" * 32)
    priority = playlist(entry("p", at="05:00:00"), **{"class": "priority"})
    one = plan(routine, priority).playing(local("2026-11-23T05:00:40"), "sound")
    assert one is not None
    assert (one.entry.id, one.level) == ("p", Level.PRIORITY)


def test_at_one_level_the_later_start_stops_what_plays_and_hands_back() -> None:
    held = playlist(
        entry("long", at="05:00:00"),
        entry("short", at="05:00:20", body={"media": [B]}),
    )
    timeline = plan(held)

    def who(second: int) -> str | None:
        one = timeline.playing(local(f"2026-11-23T05:00:{second:02d}"), "sound")
        return one.entry.id if one else None

    assert [who(second) for second in (19, 20, 29, 30)] == ["long", "short", "short", "long"]


def test_of_two_that_start_together_the_newer_document_wins() -> None:
    old = playlist(entry("old"), doc_id="f" * 32, slot="a", seq=3)
    new = playlist(entry("new"), doc_id="0" * 32, slot="b", seq=4)
    one = plan(new, old).playing(local("2026-11-23T05:00:00"), "sound")
    assert one is not None
    assert one.entry.id == "new"


def test_zones_choose_what_an_output_hears() -> None:
    held = playlist(entry("e1", zones=["nga-ba"]), entry("e2", at="05:30:00", zones=["cho"]))
    timeline = plan(held)
    at = local("2026-11-23T05:00:00")
    assert timeline.playing(at, "sound", {"cho"}) is None
    assert timeline.playing(at, "sound", {"nga-ba", "chua"}) is not None
    coming = timeline.upcoming(at, "sound", {"cho"})
    assert coming is not None
    assert coming.start_at == local("2026-11-23T05:30:00")


def test_upcoming_leaves_out_what_would_lose() -> None:
    priority = playlist(entry("p", at="05:00:00"), **{"class": "priority"})
    routine = playlist(entry("r", at=["05:00:30", "06:00:00"]), doc_id="2" * 32)
    coming = plan(priority, routine).upcoming(local("2026-11-23T05:00:00"), "sound")
    assert coming is not None
    assert coming.start_at == local("2026-11-23T06:00:00")


def test_all_that_starts_in_an_interval_is_listed_for_our_zones_and_medium() -> None:
    priority = playlist(entry("p", at="05:00:00"), **{"class": "priority"})
    routine = playlist(
        entry("r", at=["05:00:30", "06:00:00"]),
        entry("x", at="05:30:00", zones=["cho"]),
        doc_id="2" * 32,
    )
    coming = plan(priority, routine).starting(
        local("2026-11-23T05:00:00"), local("2026-11-23T06:00:00"), "sound", {"nga-ba"}
    )
    assert [occurrence.start_at for occurrence in coming] == [
        local("2026-11-23T05:00:30"),
        local("2026-11-23T06:00:00"),
    ]
    later = plan(priority).starting(
        local("2026-11-23T05:00:00"), local("2026-11-23T23:00:00"), "sound"
    )
    assert list(later) == []


def test_keys_survive_a_rebuild() -> None:
    held = playlist(entry())
    whole, part = plan(held), plan(held, first="2026-11-25", last="2026-11-25")
    assert part.occurrences[0] in whole.occurrences


def test_a_document_that_policy_refuses_completely_gives_few_refusals() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    refusals = [
        Refusal(f"e{number}", doc_id, at, "E_HOURS", "quiet_hours 21:00-05:00")
        for doc_id in ("a" * 32, "b" * 32)
        for number in range(2000 if doc_id[0] == "a" else 8)
    ]
    told = limit_refusals(refusals)
    assert [one.entry_id for one in told] == [*(f"e{n}" for n in range(8)), "*"] + [
        f"e{n}" for n in range(8)
    ]
    assert told[8].rule == "1992 further entries, such as e8: quiet_hours 21:00-05:00"


@pytest.mark.parametrize(
    ("hosts", "ends_at"),
    [
        (["radio.vn:8443"], ["06:00:00"]),
        (["radio.vn"], []),  # that is port 443
        (["vov.vn"], []),
        ([], []),
    ],
)
def test_a_relay_sounds_for_its_time_where_policy_names_its_host(
    hosts: list[str], ends_at: list[str]
) -> None:
    relay = {"body": {"relay": {"url": "https://radio.vn:8443/vov1"}}, "max_ms": 1_800_000}
    policy = effective_policy(config(relay_hosts=hosts), None)
    timeline = plan(playlist(entry(at="05:30:00", **relay)), policy=policy, last="2026-11-23")
    ends = [one.end_at for one in timeline.occurrences]
    assert ends == [local(f"2026-11-23T{clock}") for clock in ends_at]
    refused = [rule for _, _, rule in refusals(timeline)]
    assert refused == ([] if ends_at else ["relay_hosts radio.vn:8443"])
