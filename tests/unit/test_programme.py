"""The seam between plan and play."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from agent.clock import Now
from agent.contract.document import (
    Body,
    Document,
    Emergency,
    EmergencyBody,
    Entry,
    Medium,
    Playlist,
    Start,
    When,
)
from agent.contract.moment import encode_utc
from agent.play.item import Item
from agent.programme import Programme, SoundRundown

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DIGEST = "ab" * 32


@dataclass(frozen=True)
class FakeHeld:
    document: Document
    sha256: str
    accepted_at: datetime


def now(seconds: float) -> Now:
    return Now(START + timedelta(seconds=seconds), "SYNCED", 0.01)


def emergency() -> FakeHeld:
    document = Emergency(
        kind="emergency",
        issuer="vn.84.em",
        class_="emergency",
        to=["84/29266/*"],
        doc_id="cd" * 16,
        slot="khan-cap",
        epoch=1,
        seq=1,
        issued=encode_utc(START),
        not_before=encode_utc(START),
        expires=encode_utc(START + timedelta(hours=1)),
        event_id="ef" * 16,
        exercise=False,
        attention="two-tone",
        media=[Medium(DIGEST, 1000, "audio/mpeg", 8000, ["https://a.example.vn/x"])],
        bodies=[EmergencyBody("vi", [DIGEST])],
        repeat=1,
        gap_ms=0,
        max_ms=600_000,
    )
    return FakeHeld(document, "12" * 32, START)


def test_an_emergency_whose_sound_comes_late_is_still_told() -> None:
    missing: list[str] = ["E_MEDIA: not here"]
    programme = Programme(None, lambda _digest: missing[0] if missing else None)
    programme.update([emergency()], now(0))
    rundown = SoundRundown(programme, ["nga-ba"])
    # 3 s of signal, 8 s of message, 10 s of slack: without waiting it would be over at 21 s
    assert rundown.wanted(now(1)) is None
    assert rundown.wanted(now(60)) is None
    missing.clear()
    item = rundown.wanted(now(61))
    assert item is not None
    assert item.clips[0].sha256 == DIGEST
    assert rundown.is_entitled(item, now(75))
    assert rundown.wanted(now(61), done={item.key}) is None


KHMER = "cd" * 32


def test_an_emergency_whose_sound_does_not_come_cuts_no_other() -> None:
    """The host of the second is dead; the first goes on until the second can be told."""
    first, missing = emergency(), {KHMER: "E_MEDIA: not here"}
    assert isinstance(first.document, Emergency)
    later = msgspec.structs.replace(
        first.document,
        doc_id="34" * 16,
        event_id="56" * 16,
        seq=2,
        media=[Medium(KHMER, 1000, "audio/mpeg", 5000, ["https://b.example.vn/x"])],
        bodies=[EmergencyBody("km", [KHMER])],
    )
    programme = Programme(None, missing.get)
    programme.update([first], now(0))
    rundown = SoundRundown(programme, ["nga-ba"])
    on_air = rundown.wanted(now(1))
    assert on_air is not None
    programme.update([first, FakeHeld(later, "78" * 32, START + timedelta(seconds=2))], now(2))
    assert rundown.wanted(now(3)) == on_air
    assert rundown.is_entitled(on_air, now(3))
    assert rundown.held_up(now(3)) is not None
    missing.clear()
    assert digests(rundown.wanted(now(4))) == [KHMER]
    assert not rundown.is_entitled(on_air, now(4))


def in_two_languages() -> FakeHeld:
    held = emergency()
    document = held.document
    assert isinstance(document, Emergency)
    khmer = Medium(KHMER, 1000, "audio/mpeg", 5000, ["https://b.example.vn/x"])
    both = msgspec.structs.replace(
        document,
        media=[*document.media, khmer],
        bodies=[*document.bodies, EmergencyBody("km", [KHMER])],
    )
    return FakeHeld(both, held.sha256, held.accepted_at)


def digests(item: Item | None) -> list[str] | None:
    return None if item is None else [clip.sha256 for clip in item.clips]


def test_a_language_that_does_not_come_does_not_silence_the_others() -> None:
    missing = {KHMER: "E_MEDIA: not here"}
    programme = Programme(None, missing.get)
    programme.update([in_two_languages()], now(0))
    rundown = SoundRundown(programme, ["nga-ba"])
    assert rundown.wanted(now(0)) is None
    assert rundown.wanted(now(9)) is None
    part = rundown.wanted(now(10))
    assert part is not None
    assert (digests(part), part.lang) == ([DIGEST], "vi")
    assert rundown.is_entitled(part, now(20))
    assert rundown.held_up(now(20)) is not None, "what is missing is still told"
    # 3 s of signal, 8 s of message, 10 s of slack
    assert not rundown.is_entitled(part, now(31))
    assert rundown.wanted(now(300), done={part.key}) is None
    missing.clear()
    whole = rundown.wanted(now(301), done={part.key})
    assert digests(whole) == [DIGEST, KHMER]
    assert not rundown.is_entitled(part, now(301))


def test_the_rest_that_comes_while_a_part_is_told_begins_the_whole_anew() -> None:
    missing = {KHMER: "E_MEDIA: not here"}
    programme = Programme(None, missing.get)
    programme.update([in_two_languages()], now(0))
    rundown = SoundRundown(programme, ["nga-ba"])
    rundown.wanted(now(0))
    part = rundown.wanted(now(12))
    assert part is not None
    missing.clear()
    whole = rundown.wanted(now(15))
    assert digests(whole) == [DIGEST, KHMER]
    assert not rundown.is_entitled(part, now(15)), "it gives way to the whole"


def test_a_file_that_is_lost_after_the_telling_brings_no_alarm_back() -> None:
    missing: dict[str, str] = {}
    programme = Programme(None, missing.get)
    programme.update([in_two_languages()], now(0))
    rundown = SoundRundown(programme, ["nga-ba"])
    whole = rundown.wanted(now(0))
    assert whole is not None
    assert digests(whole) == [DIGEST, KHMER]
    missing[KHMER] = "E_MEDIA: not here"
    assert rundown.wanted(now(20), done={whole.key}) is None
    # 3 s of signal, 13 s of messages, 10 s of slack: over, whatever is done or comes again
    assert rundown.wanted(now(120)) is None
    missing.clear()
    assert rundown.wanted(now(121)) is None


def test_an_emergency_never_outlives_its_expiry() -> None:
    programme = Programme(None, lambda _digest: None)
    programme.update([emergency()], now(0))
    assert SoundRundown(programme, ["nga-ba"]).wanted(now(3601)) is None


def playlist() -> FakeHeld:
    """Two items a day, 09:00 and 10:00 local, each with a medium of its own."""
    entries = [
        Entry(
            id=id_,
            title=title,
            lang="vi",
            zones=["*"],
            when=When([at], [1, 2, 3, 4, 5, 6, 7], "2026-11-01", "2026-12-31", []),
            start=Start("at"),
            body=Body(media=[digest]),
        )
        for id_, title, at, digest in (
            ("e1", "Bản tin", "09:00:00", DIGEST),
            ("e2", "Nước sạch", "10:00:00", "cd" * 32),
        )
    ]
    document = Playlist(
        kind="playlist",
        issuer="vn.84.29266",
        class_="routine",
        to=["84/29266/*"],
        doc_id="34" * 16,
        slot="tuan",
        epoch=1,
        seq=1,
        issued=encode_utc(START),
        not_before=encode_utc(START - timedelta(days=1)),
        expires=encode_utc(START + timedelta(days=30)),
        media=[Medium(d, 1000, "audio/mpeg", 8000, []) for d in (DIGEST, "cd" * 32)],
        entries=entries,
    )
    return FakeHeld(document, "56" * 32, START)


def test_what_the_next_day_lacks_is_named_with_its_start_and_reason() -> None:
    programme = Programme(None, lambda digest: None if digest == DIGEST else "E_MEDIA: not here")
    programme.update([playlist()], now(0))
    lacking = SoundRundown(programme, ["nga-ba"]).lacking(now(0), timedelta(hours=24))
    # START is 08:00 local, so ten o'clock is two hours ahead
    assert [(item.title, item.start_at, item.missing) for item in lacking] == [
        ("Nước sạch", START + timedelta(hours=2), "E_MEDIA: not here")
    ]
    assert SoundRundown(programme, ["nga-ba"]).lacking(now(0), timedelta(hours=1)) == []


def test_a_medium_is_needed_when_it_is_to_be_played_next() -> None:
    programme = Programme(None, lambda _digest: None)
    programme.update([playlist()], now(0))
    hour = 3600
    assert programme.needed(now(0)) == {
        DIGEST: START + timedelta(hours=1),
        "cd" * 32: START + timedelta(hours=2),
    }
    assert programme.needed(now(1.5 * hour)) == {
        DIGEST: START + timedelta(hours=25),
        "cd" * 32: START + timedelta(hours=2),
    }


def test_a_pause_is_missed_shortly_before_sound_and_during_an_alarm() -> None:
    programme = Programme(None, lambda _digest: None)
    programme.update([playlist()], now(0))
    rundown, minute = SoundRundown(programme, ["nga-ba"]), timedelta(minutes=1)
    assert not rundown.is_needed(now(0), minute, None)
    assert rundown.is_needed(now(3550), minute, None)  # the first item begins at 3,600
    assert rundown.is_needed(now(3605), minute, rundown.wanted(now(3605)))
    programme.update([emergency()], now(0))
    assert rundown.is_needed(now(1), minute, None)


def test_what_came_due_is_named_also_while_an_emergency_is_on() -> None:
    programme = Programme(None, lambda _digest: None)
    programme.update([playlist(), emergency()], now(0))
    rundown = SoundRundown(programme, ["nga-ba"])
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
    programme = Programme(None, lambda _digest: None)
    programme.update([first, second], now(0))
    due = SoundRundown(programme, ["nga-ba"]).due(START, now(3600))
    assert [item.source.doc_id for item in due] == ["78" * 16]


def test_the_key_on_the_box_goes_before_an_emergency() -> None:
    locked = [False]
    programme = Programme(None, lambda _: None, is_locked=lambda: locked[0])
    programme.update([emergency()], now(0))
    sound = SoundRundown(programme, [])
    item = sound.wanted(now(1))
    assert item is not None
    locked[0] = True
    assert sound.wanted(now(1)) is None
    assert not sound.is_entitled(item, now(1))
