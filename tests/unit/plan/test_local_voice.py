"""Who may speak at the box, and until when: the signed policy's rules, by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from agent.clock import Now
from agent.contract.document import StationConfig
from agent.plan.calendar import parse_window
from agent.plan.local_voice import (
    VoicePermit,
    VoiceRefusal,
    is_emergency_voice_allowed,
    judge_voice,
    refuse_voice,
)
from agent.plan.policy import EffectivePolicy
from agent.plan.zone_classes import ZoneClasses
from tests.harness.silent_schedule import HEAD, FakeHeld

# 08:00 on Tuesday, 24 November 2026, in Vietnam (UTC+7)
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def now(at: datetime, quality: Any = "SYNCED") -> Now:
    return Now(at, quality, 0.01)


def policy(**more: Any) -> EffectivePolicy:
    usual = {"quiet": (parse_window("21:00-05:00"),), "mic": True}
    return EffectivePolicy(**(usual | more))


def test_a_microphone_that_no_policy_allows_is_refused_with_that_rule() -> None:
    assert refuse_voice(policy(mic=False), now(MORNING)) == VoiceRefusal("E_POLICY", "mic: false")


def test_in_quiet_hours_nobody_speaks_and_before_them_only_until_they_begin() -> None:
    nine_pm = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
    refusal = judge_voice(policy(), now(nine_pm), [])
    assert refusal == VoiceRefusal("E_HOURS", "quiet_hours 21:00-05:00")
    permit = judge_voice(policy(), now(nine_pm - 3 * MINUTE), [])
    assert permit == VoicePermit(nine_pm, "quiet_hours 21:00-05:00")


def test_without_a_trusted_clock_an_ordinary_voice_is_refused() -> None:
    refusal = refuse_voice(policy(), now(MORNING, "FLOOR"))
    assert refusal == VoiceRefusal("E_CLOCK", "no trusted clock")


def test_a_weekday_without_sound_has_no_voices_either() -> None:
    refusal = refuse_voice(policy(weekdays=frozenset({1, 3})), now(MORNING))  # Tuesday is 2
    assert refusal == VoiceRefusal("E_POLICY", "weekdays [1, 3]")


def test_a_voice_is_a_session_of_the_day_unless_it_joins_one() -> None:
    two_a_day = policy(sessions_per_day=2)
    first = (MORNING - 120 * MINUTE, MORNING - 110 * MINUTE)
    second = (MORNING - 60 * MINUTE, MORNING - 50 * MINUTE)
    assert isinstance(judge_voice(two_a_day, now(MORNING), [first]), VoicePermit)
    refusal = judge_voice(two_a_day, now(MORNING), [second, first])
    assert refusal == VoiceRefusal("E_POLICY", "sessions_per_day 2")
    joined = (second[0], MORNING - 4 * MINUTE)  # five minutes of pause still count as one session
    assert isinstance(judge_voice(two_a_day, now(MORNING), [joined, first]), VoicePermit)


def test_the_minutes_of_the_session_that_it_joins_end_it() -> None:
    begun = (MORNING - 20 * MINUTE, MORNING - MINUTE)
    permit = judge_voice(policy(minutes_per_session=30), now(MORNING), [begun])
    assert permit == VoicePermit(MORNING + 10 * MINUTE, "minutes_per_session 30")


TWO_KINDS = ZoneClasses(
    {"special": frozenset({"priority"})}, {"nga-ba": "ordinary", "truong-hoc": "special"}
)


def test_a_voice_is_of_class_routine_and_is_heard_where_that_may_sound() -> None:
    allowed = policy(zone_classes=TWO_KINDS)
    for zones, heard in (["*"], ("nga-ba",)), (["truong-hoc", "nga-ba"], ("nga-ba",)):
        permit = judge_voice(allowed, now(MORNING), [], zones)
        assert isinstance(permit, VoicePermit)
        assert (permit.zones, permit.left_out) == (heard, "zone_classes special: truong-hoc")
    permit = judge_voice(allowed, now(MORNING), [], ["nga-ba"])
    assert isinstance(permit, VoicePermit)
    assert (permit.zones, permit.left_out) == (("nga-ba",), "")


def test_a_voice_for_closed_clusters_alone_is_refused_by_name_and_ended_when_they_close() -> None:
    refused = VoiceRefusal("E_POLICY", "zone_classes special: truong-hoc")
    allowed = policy(zone_classes=TWO_KINDS)
    assert judge_voice(allowed, now(MORNING), [], ["truong-hoc"]) == refused
    assert refuse_voice(allowed, now(MORNING), ["nga-ba"]) is None
    assert refuse_voice(allowed, now(MORNING), ["*"]) == refused  # it sounds there already


def config(issued: str, *, mic: bool, expires: str = "2027-01-01T00:00:00Z") -> FakeHeld:
    quiet = ["21:00-05:00"]
    lists: dict[str, Any] = {"quiet_hours": quiet, "caps": [], "relay_hosts": [], "media_hosts": []}
    limits = {"sessions_per_day": None, "minutes_per_session": None, "weekdays": None}
    raw = {
        **HEAD, "kind": "station-config", "class": "routine", "place": "84/29266/tv-cl-0007",
        "groups": [], "zones": [], "policy": {**lists, **limits, "mic": mic}, "issued": issued,
        "not_before": issued, "expires": expires,
    }  # fmt: skip
    return FakeHeld(msgspec.convert(raw, StationConfig))


@pytest.mark.parametrize("mic", [True, False])
def test_the_emergency_microphone_asks_the_newest_station_config_whatever_its_dates(
    mic: bool,  # noqa: FBT001 - the case itself
) -> None:
    older = config("2026-01-01T00:00:00Z", mic=not mic)
    newest = config("2026-02-01T00:00:00Z", mic=mic, expires="2026-03-01T00:00:00Z")
    held: Any = [newest, older]
    assert is_emergency_voice_allowed(held) is mic


def test_a_box_without_a_station_config_has_no_emergency_microphone() -> None:
    assert not is_emergency_voice_allowed([])
