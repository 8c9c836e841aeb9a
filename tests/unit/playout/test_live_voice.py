"""Where a live voice stands between the schedule, emergencies and silences."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.contract.document import StreamGrant
from agent.plan.live_stream import list_live_streams
from agent.plan.policy import EffectivePolicy
from agent.playout.output_schedule import BoardSchedule, SoundSchedule
from agent.playout.schedule import Schedule
from agent.state.live_voices import LiveVoice, LiveVoices
from tests.harness.live_documents import stream_grant
from tests.harness.silent_schedule import START, emergency, ordered, playlist

NOW = Now(START + timedelta(seconds=10), "SYNCED", 0.01)
KEY = Ed25519PrivateKey.generate()


def voice(class_: str, in_s: float = 0.6, **changes: Any) -> LiveVoice:
    grant = msgspec.convert(stream_grant(KEY, **{"class": class_, **changes}), StreamGrant)
    held = HeldDocument(grant, "ab" * 32, b"", START)
    (stream,) = list_live_streams([held], EffectivePolicy(()))[0].values()
    return LiveVoice(f"live/{class_}", stream, NOW.at + timedelta(seconds=in_s))


def build(*held: Any, voices: list[LiveVoice], is_silent: bool = False) -> Schedule:
    schedule = Schedule(None, lambda _digest: None, lambda: is_silent)
    schedule.update([playlist(), *held], NOW)
    schedule.voices.put(voices)
    return schedule


@pytest.mark.parametrize(
    ("class_", "level"),
    [("routine", "relay"), ("priority", "priority"), ("emergency", "emergency")],
)
def test_a_voice_goes_before_the_programme_by_its_class(class_: str, level: str) -> None:
    sound = SoundSchedule(build(voices=[voice(class_)]), ["nga-ba"])
    item = sound.wanted(NOW)
    assert item is not None
    assert (item.kind, item.level_name, item.when_cut) == ("live", level, "rejoin")
    assert item.start_at == NOW.at + timedelta(seconds=0.6)
    assert sound.is_entitled(item, NOW)
    scheduled = sound.wanted(NOW, [item.key])
    assert scheduled is not None
    assert scheduled.level_name == "scheduled"


def test_a_recorded_emergency_goes_before_a_voice_and_the_voice_behind_it() -> None:
    sound = SoundSchedule(build(emergency(), voices=[voice("emergency")]), ["nga-ba"])
    alarm = sound.wanted(NOW)
    assert alarm is not None
    assert alarm.kind == "file"
    item = sound.wanted(NOW, [alarm.key])
    assert item is not None
    assert item.kind == "live"


def test_the_higher_of_two_voices_is_heard() -> None:
    sound = SoundSchedule(build(voices=[voice("routine"), voice("priority")]), ["nga-ba"])
    item = sound.wanted(NOW)
    assert item is not None
    assert item.level_name == "priority"


def test_a_voice_for_another_zone_and_a_board_take_no_notice() -> None:
    schedule = build(voices=[voice("priority", zones=["tram-y-te"])])
    for rundown in (
        SoundSchedule(schedule, ["nga-ba"]), BoardSchedule(schedule, ["mat-truoc"]),
    ):  # fmt: skip
        item = rundown.wanted(NOW)
        assert item is not None
        assert item.kind == "file"


def test_a_voice_whose_beginning_is_too_near_is_joined_where_it_is() -> None:
    item = SoundSchedule(build(voices=[voice("routine", in_s=0.1)]), ["nga-ba"]).wanted(NOW)
    assert item is not None
    assert NOW.at - item.start_at >= timedelta(seconds=0.35)  # then an output joins it


@pytest.mark.parametrize(("class_", "is_heard"), [("priority", False), ("emergency", True)])
def test_the_silence_switch_and_a_pause_let_an_emergency_voice_pass(
    class_: str,
    is_heard: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    for schedule in (
        build(voices=[voice(class_)], is_silent=True),
        build(ordered(1), voices=[voice(class_)]),
    ):
        assert (SoundSchedule(schedule, ["nga-ba"]).wanted(NOW) is not None) is is_heard


def test_a_signed_stop_silences_every_voice() -> None:
    schedule = build(ordered(2), voices=[voice("emergency")])
    assert SoundSchedule(schedule, ["nga-ba"]).wanted(NOW) is None


def test_a_voice_that_is_over_is_not_entitled() -> None:
    schedule = build(voices=[voice("priority")])
    sound = SoundSchedule(schedule, ["nga-ba"])
    item = sound.wanted(NOW)
    assert item is not None
    schedule.voices.put([])
    assert not sound.is_entitled(item, NOW)


def test_a_voice_that_is_over_is_ended_with_its_reason() -> None:
    schedule = build(voices=[voice("priority"), voice("routine")])
    sound = SoundSchedule(schedule, ["nga-ba"])
    item = sound.wanted(NOW)
    assert item is not None
    assert sound.why_silenced(item, NOW) is None
    schedule.voices.note_over("live/priority", "E_STALLED: no good segment for 10 s")
    schedule.voices.put([])
    assert sound.why_silenced(item, NOW) == "E_STALLED: no good segment for 10 s"
    schedule.voices.note_over("live/priority", "")
    assert sound.why_silenced(item, NOW) is None


def test_voices_are_told_once_for_each_change() -> None:
    voices, told = LiveVoices(), []
    voices.changed.connect(lambda: told.append(1))
    one = voice("routine")
    voices.put([one])
    voices.put([one])
    voices.put([])
    assert len(told) == 2
