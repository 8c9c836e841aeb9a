"""A box that must read a text aloud and cannot says so; a voice installed later is found."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from agent.contract.accepted import HeldDocument
from agent.contract.document import Document, EmergencyBody, Playlist, TextBody
from agent.health.check import CheckFinding
from agent.health.checks.voice import VoiceCheck
from agent.play.speech.voice import Voice, find_voice
from agent.playout.spoken_text import list_read_aloud
from agent.settings.model import Speech
from tests.harness.silent_schedule import HEAD, emergency, entry

AT = datetime(2026, 11, 24, tzinfo=UTC)


def held(document: Document) -> HeldDocument:
    return HeldDocument(document, "12" * 32, b"", AT)


def reading(lang: str = "vi") -> HeldDocument:
    text = {"text": {"say": "Họp lúc 17h30", "show": None}, "repeat": 1, "gap_ms": 0}
    raw = {"kind": "playlist", "class": "routine", "media": [], **HEAD}
    entries = [{**entry("Họp thôn", text), "lang": lang}]
    return held(msgspec.convert({**raw, "entries": entries}, Playlist))


def spoken_alarm(media: list[str] | None) -> HeldDocument:
    bodies = [EmergencyBody("vi", media, TextBody(say="Lũ về"))]
    return held(msgspec.structs.replace(emergency().document, bodies=bodies))


def test_items_and_emergencies_of_text_need_a_voice_and_a_recorded_one_does_not() -> None:
    alarm = f"emergency {'ef' * 16}"
    assert list_read_aloud([reading(), spoken_alarm(None)], Speech()) == ["Họp thôn", alarm]
    assert list_read_aloud([reading("km"), spoken_alarm(["ab" * 32])], Speech()) == []


def test_a_station_whose_settings_speak_of_a_voice_needs_one() -> None:
    assert list_read_aloud([], Speech(dialect="south")) == ["speech in station.yaml"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which programs are looked for."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


async def test_the_issue_ends_and_texts_are_read_once_the_program_is_there(folder: Path) -> None:
    voice = await asyncio.to_thread(find_voice, Speech())
    changes: list[bool] = []
    voice.changed.connect(lambda: changes.append(voice.is_installed))
    check = VoiceCheck(voice.look, lambda: ["Họp thôn"])
    hint = "not installed, needed for: Họp thôn"
    assert await check.check() == [CheckFinding("voice_missing", "espeak-ng", hint)]
    assert (voice.read("vi", TextBody(say="Lũ về")), changes) == (None, [])

    program = folder / "espeak-ng"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert await check.check() == []
    assert (voice.read("vi", TextBody(say="Lũ về")) is not None, changes) == (True, [True])
    assert await check.check() == []
    assert changes == [True]


async def test_where_nothing_is_to_be_read_nothing_is_missing(folder: Path) -> None:
    voice = Voice(Speech(), is_installed=False)
    assert await VoiceCheck(voice.look, list).check() == []


async def test_many_texts_are_named_by_a_few() -> None:
    async def look() -> bool:
        return False

    (finding,) = await VoiceCheck(look, lambda: [f"bài {n}" for n in range(9)]).check()
    assert finding.hint.endswith("bài 0, bài 1, bài 2 and 6 more")
