"""A text in a playlist and in an emergency, as a sound output gets it."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from agent.clock import Now
from agent.contract.document import Emergency, EmergencyBody, Medium, Playlist, TextBody
from agent.play.item import Item
from agent.play.speech.voice import Voice
from agent.playout.output_schedule import SoundSchedule
from agent.playout.schedule import Schedule
from agent.settings.model import Speech
from tests.harness.silent_schedule import HEAD, START, FakeHeld, emergency, entry

SAY = {"text": {"say": "Họp lúc 17h30", "show": None}, "repeat": 2, "gap_ms": 1000}
SAID = "Họp lúc mười bảy giờ ba mươi phút"
SAY_FLOOD = TextBody(say="Lũ về lúc 17h30")
NOW = Now(START + timedelta(seconds=10), "SYNCED", 0.01)


def sound(*held: FakeHeld, is_installed: bool = True) -> SoundSchedule:
    voice = Voice(Speech(), is_installed=is_installed)
    schedule = Schedule(None, lambda _digest: "E_MEDIA: not here", read=voice.read)
    schedule.update(list(held), NOW)
    return SoundSchedule(schedule, ["nga-ba"])


def reading() -> FakeHeld:
    raw = {
        "kind": "playlist", "class": "routine", "media": [], "entries": [entry("hop", SAY)], **HEAD,
    }  # fmt: skip
    return FakeHeld(msgspec.convert(raw, Playlist))


def test_a_text_is_an_item_that_is_read_and_ends_within_its_planned_time() -> None:
    item = sound(reading()).wanted(NOW)
    assert item is not None
    assert item.reading is not None
    assert (item.kind, item.medium, item.missing) == ("speech", "sound", None)
    assert (item.reading.words, item.repeat) == (SAID, 2)
    # eight syllables at 100 a minute, twice, and the gap
    assert item.end_at - item.start_at == timedelta(seconds=2 * 4.8 + 1)


def test_a_box_without_a_voice_names_the_reason() -> None:
    item = sound(reading(), is_installed=False).wanted(NOW)
    assert item is not None
    assert item.missing == "E_SPEECH: this box cannot read it aloud"


def test_an_emergency_has_its_words_read_while_its_recording_is_not_here() -> None:
    held = emergency()
    document = held.document
    assert isinstance(document, Emergency)
    body = msgspec.structs.replace(document.bodies[0], text=TextBody(say="Lũ về lúc 17h30"))
    spoken = FakeHeld(msgspec.structs.replace(document, bodies=[body]))
    item = sound(spoken).wanted(NOW)
    assert item is not None
    (words,) = item.bodies
    assert (words.is_here, words.reading is not None) == (False, True)
    silent = sound(spoken, is_installed=False).wanted(NOW)
    assert silent is not None
    assert silent.bodies[0].reading is None


@pytest.mark.parametrize(
    ("here", "ways"),
    [
        ("abc", ["recording", "phrases", "speech"]),
        ("a", ["recording", "speech"]),
        ("bc", ["phrases", "speech"]),
        ("b", ["speech"]),
        ("", ["speech"]),
    ],
)
def test_the_words_of_an_emergency_are_the_best_that_is_here(here: str, ways: list[str]) -> None:
    """Recording, then phrases of a bank, then the box's voice; the built-in line needs nothing."""
    item = forms(here, EmergencyBody("vi", ["a" * 64], SAY_FLOOD, ["b" * 64, "c" * 64]))
    assert [form for form, _media in item.bodies[0].ways] == ways


def test_phrases_are_no_recording_where_nothing_else_was_recorded() -> None:
    """They are `media` too, so that boxes of 0.1.0 play them."""
    digests = ["b" * 64, "c" * 64]
    (body,) = forms("bc", EmergencyBody("km", digests, None, digests)).bodies
    assert [form for form, _media in body.ways] == ["phrases"]
    assert [clip.sha256 for clip in body.clips] == digests
    (awaited,) = forms("b", EmergencyBody("km", digests, None, digests)).bodies
    assert (awaited.ways, len(awaited.clips), awaited.is_here) == ([], 2, False)


def forms(here: str, body: EmergencyBody) -> Item:
    """The emergency with this body as a sound output gets it; `here`: the media in store."""
    media = [Medium(letter * 64, 1, "audio/mpeg", 2000, []) for letter in "abc"]
    held = FakeHeld(msgspec.structs.replace(emergency().document, bodies=[body], media=media))
    schedule = Schedule(
        None,
        lambda digest: None if digest[0] in here else "E_MEDIA: not here",
        read=Voice(Speech(), is_installed=True).read,
    )
    schedule.update([held], NOW)
    item = SoundSchedule(schedule, ["nga-ba"]).wanted(NOW)
    assert item is not None
    return item
