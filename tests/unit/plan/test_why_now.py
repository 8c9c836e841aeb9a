"""What a running box says of why an output plays what it does. 2026-11-23 is a Monday, at UTC+7."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from agent.clock import Now
from agent.contract.priority import Level
from agent.contract.report import Why
from agent.plan.policy import effective_policy
from agent.plan.why_now import NOTHING, Playing, explain_now
from tests.harness.planned_playlists import FREE, FakeHeld, entry, local, plan, playlist

MORNING = playlist(entry("sang", "06:00:00", title="Sáng"), minutes=10)
REMINDER = playlist(
    entry("nhac", "06:05:00", title="Nhắc"), doc_id="2" * 32, slot="nhac", minutes=1
)
RAIN = playlist(
    entry("mua", "06:05:00", title="Mưa lớn"), doc_id="3" * 32, slot="mua", **{"class": "priority"}
)


def ask(clock: str, *held: FakeHeld, playing: str | None = None, **more: Any) -> Why:
    """Ask at a local time; `playing` is the title of what the output plays."""
    timeline = plan(*held, policy=more.get("policy", FREE))
    ones = [one for one in timeline.occurrences if one.entry.title == playing]
    on_air = Playing(ones[0].key, ones[0].level) if ones else more.get("voice")
    now = Now(local(f"2026-11-23T{clock}"), more.get("quality", "SYNCED"), 0.01)
    return explain_now(
        held, timeline, now, "sound", frozenset({"ap-1"}),
        playing=on_air, off=more.get("off"),
    )  # fmt: skip


def test_an_item_alone_needs_no_reason_and_no_byte() -> None:
    assert ask("06:01:00", MORNING, playing="Sáng") == NOTHING
    assert msgspec.json.encode(NOTHING) == b"{}"


@pytest.mark.parametrize(("other", "rule"), [(REMINDER, "start"), (RAIN, "level")])
def test_what_gives_way_now_and_what_will_are_named_with_the_rule(
    other: FakeHeld, rule: str
) -> None:
    before = ask("06:01:00", MORNING, other, playing="Sáng")
    assert (before.rule, before.next_rule, before.next_over) == (None, rule, "Sáng")
    title = "Nhắc" if rule == "start" else "Mưa lớn"
    now = ask("06:05:30", MORNING, other, playing=title)
    assert (now.rule, now.over, now.losers) == (rule, "Sáng", None)
    assert len(msgspec.json.encode(now)) < 100


def test_a_voice_goes_before_everything_that_is_due() -> None:
    voice = Playing("live/1", Level.EMERGENCY)
    now = ask("06:05:30", MORNING, REMINDER, voice=voice)
    assert (now.rule, now.over, now.losers) == ("level", "Nhắc", 2)


def test_what_goes_on_behind_its_end_gives_no_false_reason() -> None:
    late = Playing("1/sang@yesterday", Level.SCHEDULED)
    assert ask("06:05:30", REMINDER, voice=late) == NOTHING


def test_a_silence_and_an_unknown_time_are_reasons_for_nothing() -> None:
    assert ask("06:01:00", MORNING, off="silence") == Why(rule="silence", over="Sáng")
    assert ask("07:00:00", MORNING, off="silence") == Why(rule="silence")
    assert ask("06:01:00", MORNING, quality="FLOOR") == Why(rule="clock")


def test_a_start_at_a_quarter_past_three_is_told_while_it_would_be_on() -> None:
    relay = playlist(entry("tiep-am", "03:15:00", title="Tiếp âm " + "x" * 60), minutes=10)
    built_in = effective_policy(None, None)
    title = "Tiếp âm " + "x" * 31 + "…"
    now = ask("03:20:00", relay, policy=built_in)
    assert now == Why(refused=(title, "E_HOURS", "quiet_hours 21:00-05:00"))
    assert ask("03:25:00", relay, policy=built_in) == NOTHING
    assert ask("03:14:59", relay, policy=built_in) == NOTHING


def test_what_is_refused_elsewhere_is_no_reason_here() -> None:
    relay = playlist(entry("tiep-am", "03:15:00", zones=["ap-2"]), minutes=10)
    assert ask("03:20:00", relay, policy=effective_policy(None, None)) == NOTHING
