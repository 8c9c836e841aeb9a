"""Under the local silence switch nothing sounds but an emergency; boards go on."""

from __future__ import annotations

from datetime import timedelta

from agent.clock import Now
from agent.playout.output_schedule import BoardSchedule, SoundSchedule
from agent.playout.schedule import Schedule
from tests.harness.silent_schedule import START, emergency, ordered, playlist


def test_an_ordered_stop_takes_everything_off_an_emergency_too() -> None:
    schedule = Schedule(None, lambda _digest: None)
    now = Now(START + timedelta(seconds=10), "SYNCED", 0.01)
    schedule.update([playlist(), emergency()], now)
    sound, picture = SoundSchedule(schedule, ["nga-ba"]), BoardSchedule(schedule, ["mat-truoc"])
    alarms = [rundown.wanted(now) for rundown in (sound, picture)]
    assert all(alarm is not None and alarm.level_name == "emergency" for alarm in alarms)
    schedule.update([playlist(), emergency(), ordered(2)], now)
    for rundown, alarm in zip((sound, picture), alarms, strict=True):
        assert alarm is not None
        assert rundown.wanted(now) is None
        assert rundown.upcoming(now) is None
        assert not rundown.is_entitled(alarm, now)
        assert rundown.why_silenced(alarm, now) == "silenced"


def test_the_silence_key_is_why_an_emergency_is_off_and_withdraws_nothing() -> None:
    locked = [False]
    schedule = Schedule(None, lambda _digest: None, is_locked=lambda: locked[0])
    now = Now(START + timedelta(seconds=10), "SYNCED", 0.01)
    schedule.update([playlist(), emergency()], now)
    rundowns = SoundSchedule(schedule, ["nga-ba"]), BoardSchedule(schedule, ["mat-truoc"])
    alarms = [rundown.wanted(now) for rundown in rundowns]
    locked[0] = True
    for rundown, alarm in zip(rundowns, alarms, strict=True):
        assert alarm is not None
        assert not rundown.is_entitled(alarm, now)
        assert rundown.why_silenced(alarm, now) == "silence_key"
        locked[0] = False
        assert rundown.why_silenced(alarm, now) is None
        locked[0] = True


def test_an_ordered_pause_takes_the_schedule_off_the_board_too_and_no_emergency() -> None:
    schedule = Schedule(None, lambda _digest: None)
    now = Now(START + timedelta(seconds=10), "SYNCED", 0.01)
    schedule.update([playlist(), ordered(1)], now)
    sound, picture = SoundSchedule(schedule, ["nga-ba"]), BoardSchedule(schedule, ["mat-truoc"])
    assert sound.wanted(now) is None
    assert picture.wanted(now) is None
    schedule.update([playlist(), emergency(), ordered(1)], now)
    for rundown in (sound, picture):
        alarm = rundown.wanted(now)
        assert alarm is not None
        assert alarm.level_name == "emergency"
        assert rundown.is_entitled(alarm, now)
        assert rundown.why_silenced(alarm, now) is None
    over = Now(START + timedelta(minutes=10), "SYNCED", 0.01)
    schedule.update([playlist(), ordered(1)], over)
    assert picture.wanted(over) is None  # its notice was for the minute at 08:00
    assert sound.upcoming(over) is not None


def test_silence_takes_the_schedule_off_the_loudspeakers_and_leaves_the_board_alone() -> None:
    silent = [False]
    schedule = Schedule(None, lambda _digest: None, lambda: silent[0])
    now = Now(START + timedelta(seconds=10), "SYNCED", 0.01)
    schedule.update([playlist()], now)
    sound, picture = SoundSchedule(schedule, ["nga-ba"]), BoardSchedule(schedule, ["mat-truoc"])
    news = sound.wanted(now)
    assert news is not None
    assert sound.is_entitled(news, now)
    silent[0] = True
    assert sound.wanted(now) is None
    assert sound.upcoming(now) is None
    assert not sound.is_entitled(news, now)
    notice = picture.wanted(now)
    assert notice is not None
    assert picture.is_entitled(notice, now)


def test_silence_never_stops_an_emergency() -> None:
    schedule = Schedule(None, lambda _digest: None, lambda: True)
    now = Now(START + timedelta(seconds=10), "SYNCED", 0.01)
    schedule.update([playlist(), emergency()], now)
    alarm = SoundSchedule(schedule, ["nga-ba"]).wanted(now)
    assert alarm is not None
    assert alarm.level_name == "emergency"
    assert SoundSchedule(schedule, ["nga-ba"]).is_entitled(alarm, now)
