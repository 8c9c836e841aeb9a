"""While somebody works at the station: what an output keeps off, and by which name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from agent.clock import Now
from agent.contract.document import StationConfig
from agent.contract.report import Why
from agent.contract.station_policy import ChimeCheck, SiteWorkPolicy, StationPolicy
from agent.plan.site_work import SiteWork
from agent.playout.output_schedule import BoardSchedule, SoundSchedule
from agent.playout.schedule import Schedule
from tests.harness.silent_schedule import HEAD, START, FakeHeld, emergency, playlist

NOW = Now(START + timedelta(seconds=10), "SYNCED", 0.01)
LOCKED, OPEN = SiteWork(is_locked_out=True), SiteWork(is_door_open=True)


class Box:
    """A loudspeaker and a face, and who works there."""

    def __init__(self, *held: FakeHeld) -> None:
        self.work = SiteWork()
        self.schedule = Schedule(None, lambda _digest: None, site_work=lambda: self.work)
        self.schedule.update([*held], NOW)
        self.sound = SoundSchedule(self.schedule, ["nga-ba"])
        self.picture = BoardSchedule(self.schedule, ["mat-truoc"])

    def wanted(self) -> list[str | None]:
        found = (self.sound.wanted(NOW), self.picture.wanted(NOW))
        return [None if one is None else one.level_name for one in found]


def config(**policy: Any) -> FakeHeld:
    signed = StationPolicy(quiet_hours=[], **policy)
    header = {"kind": "station-config", "class": "config", **HEAD, "doc_id": "ee" * 16}
    raw = {**header, "place": "84/29266/tv-cl-0007", "groups": [], "zones": []}
    policy_raw = msgspec.to_builtins(signed)
    return FakeHeld(msgspec.convert({**raw, "policy": policy_raw}, StationConfig))


def test_a_lockout_takes_the_programme_off_loudspeakers_and_boards_and_says_so() -> None:
    box = Box(playlist())
    news, notice = box.sound.wanted(NOW), box.picture.wanted(NOW)
    assert news is not None
    assert notice is not None
    box.work = LOCKED
    assert box.wanted() == [None, None]
    assert (box.sound.why_kept_off(news, NOW), box.picture.why_kept_off(notice, NOW)) == (
        "lockout", "lockout",
    )  # fmt: skip
    assert not box.sound.is_entitled(news, NOW)
    assert box.sound.explain(NOW, None) == Why(rule="lockout", over="news")
    box.work = SiteWork()
    assert box.wanted() == ["scheduled", "scheduled"]
    assert box.sound.why_silenced(news, NOW) is None


def test_boards_go_on_under_a_lockout_where_the_policy_says_so() -> None:
    box = Box(playlist(), config(site_work=SiteWorkPolicy(lockout_boards="show")))
    box.work = LOCKED
    assert box.wanted() == [None, "scheduled"]


def test_an_open_door_leaves_the_programme_alone_unless_the_policy_says_otherwise() -> None:
    box = Box(playlist())
    box.work = OPEN
    assert box.wanted() == ["scheduled", "scheduled"]
    box = Box(playlist(), config(site_work=SiteWorkPolicy(door="programme")))
    news = box.sound.wanted(NOW)
    assert news is not None
    box.work = OPEN
    assert box.wanted() == [None, "scheduled"]
    assert box.sound.why_silenced(news, NOW) == "door_open"


def test_the_chime_that_checks_loudspeakers_waits_for_nobody_at_the_cabinet() -> None:
    chime = ChimeCheck(weekdays=[1, 2, 3, 4, 5, 6, 7], at="08:00")
    box = Box(config(chime_check=chime))
    now = Now(START + timedelta(seconds=3), "SYNCED", 0.01)  # it lasts eight seconds
    item = box.sound.wanted(now)
    assert item is not None
    assert item.kind == "chime"
    for work, why in ((OPEN, "door_open"), (LOCKED, "lockout")):
        box.work = work
        assert box.sound.wanted(now) is None
        assert not box.sound.is_entitled(item, now)
        assert box.sound.why_kept_off(item, now) == why
    before = Now(START - timedelta(seconds=10), "SYNCED", 0.01)
    following = box.sound.upcoming(before)
    assert following is None or following.start_at > item.start_at
    box.work = SiteWork()
    assert box.sound.wanted(now) == item


def test_an_emergency_passes_both_and_waits_for_a_warning_under_a_lockout() -> None:
    box = Box(playlist(), emergency())
    box.work = OPEN
    assert box.wanted() == ["emergency", "emergency"]
    assert box.schedule.find_warning_s() == 0
    box.work = LOCKED
    assert box.wanted() == ["emergency", "emergency"]
    assert box.schedule.find_warning_s() == 30


def test_of_emergencies_under_a_lockout_the_exercise_and_the_unnamed_are_seen_and_not_heard() -> (
    None
):
    held = emergency()
    exercise = FakeHeld(msgspec.structs.replace(held.document, exercise=True))
    named = config(site_work=SiteWorkPolicy(lockout_issuers=["vn.84.00001"]))
    for box in (Box(exercise), Box(held, named)):
        alarm = box.sound.wanted(NOW)
        assert alarm is not None
        box.work = LOCKED
        assert box.wanted() == [None, "emergency"]
        assert box.sound.alarms(NOW) == []
        assert not box.sound.is_entitled(alarm, NOW)
        assert box.sound.why_silenced(alarm, NOW) == "lockout"


def test_the_longest_time_of_an_emergency_begins_behind_its_warning() -> None:
    box = Box(emergency())  # ten minutes at the longest
    box.work = LOCKED
    begin = box.sound.wanted(NOW)
    assert begin is not None
    warned = Now(NOW.at + timedelta(seconds=30), "SYNCED", 0.01)
    box.schedule.note_waiting(begin.source.doc_id, warned)
    late = Now(START + timedelta(minutes=10, seconds=35), "SYNCED", 0.01)
    assert box.sound.is_entitled(begin, late)
    over = Now(START + timedelta(minutes=10, seconds=50), "SYNCED", 0.01)
    assert not box.sound.is_entitled(begin, over)
