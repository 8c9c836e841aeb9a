"""What outputs are given from the documents in force; a query changes no state."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from msgspec.structs import replace

from agent.clock import Now
from agent.contract.document import (
    Emergency,
    EmergencyBody,
    Medium,
    Playlist,
    TextBody,
)
from agent.plan.prepared_alarm import Press
from agent.playout.output_schedule import BoardSchedule, SoundSchedule
from agent.playout.schedule import Schedule
from tests.harness.schedule_documents import (
    DIGEST,
    START,
    FakeHeld,
    emergency,
    night_playlist,
    now,
    playlist,
)


def test_an_emergency_is_wanted_at_once_whatever_its_media() -> None:
    missing: list[str] = ["E_MEDIA: not here"]
    schedule = Schedule(None, lambda _digest: missing[0] if missing else None)
    schedule.update([emergency()], now(0))
    rundown = SoundSchedule(schedule, ["nga-ba"])
    item = rundown.wanted(now(0))
    assert item is not None
    assert [(body.lang, body.is_here) for body in item.bodies] == [("vi", False)]
    missing.clear()
    later = rundown.wanted(now(61))
    assert later is not None
    assert later.key == item.key
    assert [body.is_here for body in later.bodies] == [True]
    assert rundown.is_entitled(item, now(599))
    assert not rundown.is_entitled(item, now(600))
    assert rundown.wanted(now(61), done={item.key}) is None


KHMER = "cd" * 32


def in_two_languages() -> FakeHeld:
    held = emergency()
    document = held.document
    assert isinstance(document, Emergency)
    khmer = Medium(KHMER, 1000, "audio/mpeg", 5000, ["https://b.example.vn/x"])
    both = msgspec.structs.replace(
        document,
        media=[*document.media, khmer],
        bodies=[
            *document.bodies,
            EmergencyBody("km", [KHMER]),
            EmergencyBody("en", None, TextBody(say="Flood", show=None)),
        ],
    )
    return FakeHeld(both, held.sha256, held.accepted_at)


def test_each_language_states_whether_its_media_are_here() -> None:
    schedule = Schedule(None, {KHMER: "E_MEDIA: not here"}.get)
    schedule.update([in_two_languages()], now(0))
    (item,) = SoundSchedule(schedule, ["nga-ba"]).alarms(now(1))
    assert [(body.lang, body.is_here) for body in item.bodies] == [
        ("vi", True), ("km", False), ("en", False),
    ]  # fmt: skip
    assert [[clip.sha256 for clip in body.clips] for body in item.bodies] == [[DIGEST], [KHMER], []]


def test_a_text_without_a_text_to_show_is_heard_and_shown() -> None:
    held = emergency()
    assert isinstance(held.document, Emergency)
    said = msgspec.structs.replace(
        held.document,
        media=[],
        bodies=[EmergencyBody("vi", None, TextBody(say="Lũ về", show=None))],
    )
    schedule = Schedule(None, lambda _digest: None)
    schedule.update([FakeHeld(said, held.sha256, held.accepted_at)], now(0))
    assert SoundSchedule(schedule, ["nga-ba"]).wanted(now(1)) is not None
    picture = BoardSchedule(schedule, ["mat-truoc"]).wanted(now(1))
    assert picture is not None
    assert picture.scene is not None
    assert [element.text for element in picture.scene.elements] == ["Lũ về"]


def test_a_later_emergency_leaves_the_former_one_in_force() -> None:
    first = emergency()
    assert isinstance(first.document, Emergency)
    second = msgspec.structs.replace(first.document, doc_id="34" * 16, event_id="56" * 16, seq=2)
    later = FakeHeld(second, "78" * 32, START + timedelta(seconds=2))
    schedule = Schedule(None, lambda _digest: None)
    schedule.update([first, later], now(2))
    rundown = SoundSchedule(schedule, ["nga-ba"])
    alarms = rundown.alarms(now(3))
    assert [item.source.entry for item in alarms] == ["56" * 16, "ef" * 16]
    assert all(rundown.is_entitled(item, now(3)) for item in alarms)
    board = BoardSchedule(schedule, ["mat-truoc"])
    assert len(board.alarms(now(3))) <= 1


def test_an_emergency_never_outlives_its_expiry() -> None:
    schedule = Schedule(None, lambda _digest: None)
    schedule.update([emergency()], now(0))
    assert SoundSchedule(schedule, ["nga-ba"]).wanted(now(3601)) is None


def test_what_the_next_day_lacks_is_named_with_its_start_and_reason() -> None:
    schedule = Schedule(None, lambda digest: None if digest == DIGEST else "E_MEDIA: not here")
    schedule.update([playlist()], now(0))
    lacking = SoundSchedule(schedule, ["nga-ba"]).lacking(now(0), timedelta(hours=24))
    # START is 08:00 local, so ten o'clock is two hours ahead
    assert [(item.title, item.start_at, item.missing) for item in lacking] == [
        ("Nước sạch", START + timedelta(hours=2), "E_MEDIA: not here")
    ]
    assert SoundSchedule(schedule, ["nga-ba"]).lacking(now(0), timedelta(hours=1)) == []


def test_a_medium_is_needed_when_it_is_to_be_played_next() -> None:
    schedule = Schedule(None, lambda _digest: None)
    schedule.update([playlist()], now(0))
    hour = 3600
    assert schedule.needed(now(0)) == {
        DIGEST: START + timedelta(hours=1),
        "cd" * 32: START + timedelta(hours=2),
    }
    assert schedule.needed(now(1.5 * hour)) == {
        DIGEST: START + timedelta(hours=25),
        "cd" * 32: START + timedelta(hours=2),
    }


def test_a_pause_is_missed_shortly_before_sound_and_during_an_alarm() -> None:
    schedule = Schedule(None, lambda _digest: None)
    schedule.update([playlist()], now(0))
    rundown, minute = SoundSchedule(schedule, ["nga-ba"]), timedelta(minutes=1)
    assert not rundown.is_needed(now(0), minute, None)
    assert rundown.is_needed(now(3550), minute, None)  # the first item begins at 3,600
    assert rundown.is_needed(now(3605), minute, rundown.wanted(now(3605)))
    schedule.update([emergency()], now(0))
    assert rundown.is_needed(now(1), minute, None)


def test_what_came_due_is_named_also_while_an_emergency_is_on() -> None:
    schedule = Schedule(None, lambda _digest: None)
    schedule.update([playlist(), emergency()], now(0))
    rundown = SoundSchedule(schedule, ["nga-ba"])
    due = rundown.due(START, now(3600))
    assert [(item.title, item.start_at) for item in due] == [
        ("Bản tin", START + timedelta(hours=1))
    ]
    assert rundown.due(START, now(3599)) == []
    assert rundown.due(START + timedelta(hours=1), now(7000)) == due  # its own moment counts
    upcoming = rundown.upcoming(now(1))
    assert upcoming is not None
    assert upcoming.title == "Bản tin"


def test_of_two_that_came_due_at_once_the_winner_is_named() -> None:
    first, second = playlist(), playlist()
    second = FakeHeld(
        msgspec.structs.replace(second.document, doc_id="78" * 16, slot="moi", seq=2),
        "9a" * 32,
        START,
    )
    schedule = Schedule(None, lambda _digest: None)
    schedule.update([first, second], now(0))
    due = SoundSchedule(schedule, ["nga-ba"]).due(START, now(3600))
    assert [item.source.doc_id for item in due] == ["78" * 16]


def test_the_key_on_the_box_goes_before_an_emergency() -> None:
    locked = [False]
    schedule = Schedule(None, lambda _: None, is_locked=lambda: locked[0])
    schedule.update([emergency()], now(0))
    sound = SoundSchedule(schedule, [])
    item = sound.wanted(now(1))
    assert item is not None
    locked[0] = True
    assert sound.wanted(now(1)) is None
    assert not sound.is_entitled(item, now(1))


def test_what_is_prepared_is_judged_by_the_hour_at_which_it_begins() -> None:
    """Without a config it is quiet from 20:00 to 05:00, when this item begins."""
    held = playlist()
    assert isinstance(held.document, Playlist)
    first = held.document.entries[0]
    early = replace(first, when=replace(first.when, at=["05:00:00"]))
    document = replace(held.document, entries=[early, *held.document.entries[1:]])
    schedule = Schedule(None, lambda _: None)
    schedule.update([FakeHeld(document, held.sha256, START)], now(0))
    sound, before = SoundSchedule(schedule, ["nga-ba"]), now(21 * 3600 - 3)
    item = sound.upcoming(before)
    assert item is not None
    assert item.start_at == START + timedelta(hours=21)
    assert sound.is_entitled(item, before, item.start_at)
    assert not sound.is_entitled(item, before)  # what sounds already, where the clock is set back
    assert not sound.is_entitled(item, before, item.start_at - timedelta(seconds=1))


def state_of(schedule: Schedule) -> dict[str, object]:
    """All that a schedule remembers, also what it keeps to itself."""
    parts = vars(schedule).items()
    return {name: dict(value) if isinstance(value, dict) else value for name, value in parts}


def test_no_query_changes_the_state_also_when_it_is_asked_twice() -> None:
    local = emergency()
    assert isinstance(local.document, Emergency)
    pressed = msgspec.structs.replace(local.document, trigger="key", doc_id="34" * 16)
    press = Press(FakeHeld(pressed, "56" * 32, START), pressed, "nut", 1, START)
    schedule = Schedule(None, lambda _digest: None, pressed=lambda: press)
    schedule.update([playlist(), emergency()], now(0))
    sound, board = SoundSchedule(schedule, ["nga-ba"]), BoardSchedule(schedule, ["mat-truoc"])

    def ask(moment: Now) -> list[object]:
        day = timedelta(days=1)
        answers: list[object] = [schedule.needed(moment), schedule.silence(moment)]
        for one in (sound, board):
            item = one.wanted(moment)
            answers += [item, one.scheduled(moment), one.due(START, moment)]
            answers += [one.alarms(moment), one.upcoming(moment), one.lacking(moment, day)]
            answers += [one.is_needed(moment, day, None), schedule.alarms(moment, one.sense)]
            if item is not None:
                answers += [one.is_entitled(item, moment), one.why_silenced(item, moment)]
        return answers

    for moment in (now(1), now(3_600), now(20 * 3_600)):  # the last is out of the middle
        before = state_of(schedule)
        assert ask(moment) == ask(moment)
        assert state_of(schedule) == before


def test_a_refusal_is_taken_once() -> None:
    schedule = Schedule(None, lambda _digest: None)
    schedule.update([night_playlist()], now(0))
    assert [one.entry_id for one in schedule.take_new_refusals()] == ["e1"]
    assert schedule.take_new_refusals() == []


def test_the_timeline_is_built_anew_when_the_clock_has_left_its_middle() -> None:
    schedule = Schedule(None, lambda _digest: None)
    schedule.update([playlist()], now(0))
    first, hour = schedule.timeline, 3_600
    schedule.refresh(now(12 * hour))
    assert schedule.timeline is first
    schedule.refresh(now(12 * hour + 1))
    assert schedule.timeline is not first
    assert schedule.built_at == START + timedelta(hours=12, seconds=1)
