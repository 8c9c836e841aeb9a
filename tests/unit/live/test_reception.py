"""Which voices are heard, from when on and until when; the attacks are in `tests/attack`."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

import pytest

from agent.contract.priority import Level
from agent.live.stream_reception import LEAD_S
from agent.settings.model import Policy
from tests.harness.live_box import LiveBox, say
from tests.harness.live_documents import Studio, later
from tests.harness.signed_documents import AT

STREAM = "live/vn.84.29266/56af4bde70a47ae7d0f1ebb30e45ed33"


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> LiveBox:
    return LiveBox(monkeypatch)


def test_a_voice_begins_with_its_first_segment_at_stamp_and_delay(box: LiveBox) -> None:
    studio = Studio()
    box.allow(studio.grant(delay_ms=3000))
    assert not box.is_on
    say(box, studio)
    (voice,) = box.voices.now
    assert (voice.key, voice.stream.level) == (f"{STREAM}/1", Level.PRIORITY)
    assert voice.start_at == AT + timedelta(seconds=3 - LEAD_S)


def test_who_comes_late_joins_the_same_timeline(box: LiveBox) -> None:
    studio = Studio()
    studio.skip(20)
    box.boot_s += 4
    box.allow(studio.grant())
    say(box, studio)
    assert box.voices.now[0].start_at == AT + timedelta(seconds=4 + 1 - LEAD_S)


def test_a_signed_end_lets_it_be_heard_out_and_never_come_back(box: LiveBox) -> None:
    studio = Studio()
    box.allow(studio.grant())
    say(box, studio)
    stream = box.stream
    box.take(studio, studio.end())
    assert stream.why_over == ""
    assert box.is_on  # a second of it is still to sound
    say(box, studio)
    assert stream.refused == {}
    box.pass_time(7)
    assert not box.is_on
    say(box, studio)
    assert not box.is_on


def test_a_renewed_grant_goes_on_without_a_break(box: LiveBox) -> None:
    studio = Studio()
    box.allow(studio.grant())
    say(box, studio)
    box.boot_s += 590
    box.allow(studio.grant(seq=43, expires=later(1200)))
    studio.at_us = box.now_us
    say(box, studio)
    box.pass_time(9)
    assert box.is_on
    assert box.voices.now[0].stream.end_at == AT + timedelta(seconds=1200)


def test_a_grant_that_ends_without_another_ends_its_voice(box: LiveBox) -> None:
    studio = Studio()
    box.allow(studio.grant(expires=later(5)))
    say(box, studio, 24)
    stream = box.stream
    box.pass_time(0.1)
    assert (box.is_on, stream.why_over) == (True, None)
    box.pass_time(0.2)
    assert (box.is_on, stream.why_over) == (False, "E_EXPIRED")
    assert box.voices.why_over(f"{STREAM}/1") == "E_EXPIRED"


async def test_a_second_voice_of_a_day_with_one_session_is_refused_on_record(
    box: LiveBox,
) -> None:
    box.reception._local = Policy(sessions_per_day=1)
    box.reception._sounded = lambda: list(box.voices.spoken)
    first, second = Studio(), Studio(stream_id="cd" * 16)
    box.allow(first.grant(expires=later(5)))
    say(box, first, 24)
    box.pass_time(0.5)
    assert not box.is_on  # its grant has ended
    box.boot_s += 600
    grant = second.grant(seq=50, not_before=later(600), expires=later(900), slot="live-2")
    box.allow(grant)
    second.at_us = box.now_us
    say(box, second)
    assert not box.is_on
    writing = asyncio.create_task(box.reception.run())
    while not box.records:  # noqa: ASYNC110 - it tells no event
        await asyncio.sleep(0)
    writing.cancel()
    assert [(one["code"], one["hint"]) for one in box.records] == [
        ("E_POLICY", "sessions_per_day 1")
    ]
    urgent = second.grant(seq=51, not_before=later(600), expires=later(900), slot="live-2",
                          **{"class": "emergency"})  # fmt: skip
    box.allow(urgent)
    second.at_us = box.now_us
    say(box, second)
    assert box.is_on


def test_the_minutes_of_the_session_that_a_voice_joins_end_it_also_when_it_is_renewed(
    box: LiveBox,
) -> None:
    box.reception._local = Policy(minutes_per_session=30)
    news = (AT - timedelta(minutes=28), AT - timedelta(minutes=1))
    box.reception._sounded = lambda: [news]
    studio = Studio()
    box.allow(studio.grant())
    say(box, studio)
    box.allow(studio.grant(seq=43, expires=later(1200)))
    assert box.voices.now[0].stream.end_at == AT + timedelta(minutes=2)
    box.reception._sounded = tuple  # a later plan ends nobody in the middle of a sentence
    say(box, studio, 10)
    assert box.is_on
    stream = box.stream
    box.pass_time(119)
    assert (box.is_on, stream.why_over) == (False, "E_HOURS")


def test_ten_seconds_without_a_good_segment_end_a_voice(box: LiveBox) -> None:
    studio, thief = Studio(), Studio()
    box.allow(studio.grant())
    say(box, studio)
    stream = box.stream
    say(box, thief, 48)  # what is no good segment keeps nothing alive
    box.pass_time(0.3)
    assert (box.is_on, stream.why_over) == (True, None)
    box.pass_time(0.2)
    assert (box.is_on, stream.why_over) == (False, "E_STALLED: no good segment for 10 s")
    assert box.voices.why_over(f"{STREAM}/1") == "E_STALLED: no good segment for 10 s"


def test_a_cancelled_voice_is_over_at_once(box: LiveBox) -> None:
    studio = Studio()
    box.allow(studio.grant())
    say(box, studio)
    stream = box.stream
    box.allow()
    assert not box.is_on
    assert stream.why_over == "withdrawn"


def test_a_voice_that_stalled_is_no_issue_beyond_its_grant(box: LiveBox) -> None:
    studio = Studio()
    box.allow(studio.grant())
    say(box, studio)
    box.pass_time(11)
    assert box.issues == [("live_stalled", True)]
    box.pass_time(600)
    assert box.issues == [("live_stalled", True), ("live_stalled", False)]


def test_without_a_trusted_clock_only_an_emergency_sounds_by_its_arrival(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    box = LiveBox(monkeypatch, is_synced=False)
    routine, alarm = Studio(), Studio(stream_id="ab" * 16)
    box.allow(routine.grant(), alarm.grant(**{"class": "emergency", "slot": "khan"}))
    assert box.asked == 2
    say(box, routine, 3)
    assert not box.is_on
    say(box, alarm)
    (voice,) = box.voices.now
    assert voice.stream.level is Level.EMERGENCY
    in_s = (voice.start_at - box.clock.at_of(box.boot_s)) / timedelta(seconds=1)
    assert in_s == pytest.approx(1.0 - LEAD_S, abs=0.001)


def test_a_voice_by_arrival_begins_anew_when_the_clock_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    box = LiveBox(monkeypatch, is_synced=False)
    alarm = Studio()
    box.allow(alarm.grant(**{"class": "emergency"}))
    say(box, alarm)
    first = box.voices.now[0].key
    box.clock.fix(AT + timedelta(seconds=1), box.boot_s)
    box.reception.update()
    alarm.at_us += 1_000_000
    say(box, alarm)
    assert box.voices.now[0].key != first


async def test_refused_segments_leave_one_record_of_each_sort(box: LiveBox) -> None:
    studio, thief = Studio(), Studio()
    box.allow(studio.grant())
    say(box, studio)
    say(box, thief, 3)
    running = asyncio.create_task(box.reception.run())
    await asyncio.sleep(0)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    told = [(one["code"], one["kind"]) for one in box.records]
    assert told == [("E_REPLAY", "live"), ("E_THRESHOLD", "live")]


def raise_error(*_: object, **__: object) -> None:
    raise KeyError("seq")


def test_a_failure_of_the_software_ends_one_voice_and_is_an_issue_until_it_sounds_again(
    box: LiveBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, other = Studio(), Studio(stream_id="ab" * 16)
    box.allow(studio.grant(), other.grant(slot="khac"))
    say(box, studio)
    say(box, other)
    stream = next(
        found for one in box.voices.now
        if one.stream.grant.stream_id == studio.stream_id
        and (found := box.reception.find(one.key)) is not None
    )  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr(stream, "receive", raise_error)
        say(box, studio)
        say(box, other)
    assert [one.stream.grant.stream_id for one in box.voices.now] == [other.stream_id]
    assert stream.why_over == "E_INTERNAL: KeyError: 'seq'"
    assert box.issues == [("internal_error", True)]
    studio.at_us = box.now_us
    say(box, studio, 5)  # it is left alone for ten seconds
    assert len(box.voices.now) == 1
    for _ in range(20):
        box.pass_time(1)
        studio.at_us = other.at_us = box.now_us
        say(box, studio)
        say(box, other)
    assert len(box.voices.now) == 2
    assert box.issues[-1] == ("internal_error", False)


def test_what_a_player_of_the_segments_reports_ends_the_voice(box: LiveBox) -> None:
    studio = Studio()
    box.allow(studio.grant())
    say(box, studio)
    stream = box.stream
    stream.failure = "ValueError: packet"
    box.pass_time(0.5)
    assert not box.is_on
    assert stream.why_over == "E_INTERNAL: ValueError: packet"
    box.pass_time(600)  # its grant is over
    assert box.issues == [("internal_error", True), ("internal_error", False)]
