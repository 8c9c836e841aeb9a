"""The forms of an emergency's words: recording, phrases of a bank, read aloud, built-in line."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.clock import Clock, mono_s
from agent.contract.document import Medium
from agent.contract.priority import Level
from agent.contract.report import Play
from agent.errors import PlayError, StoreError
from agent.play.ipc import Ended, EngineCommand, Fire, Started, StartSlot
from agent.play.item import Item, ItemSource, LanguageClips, OutputContext
from agent.play.sound import segment_loader
from agent.play.sound.emergency_queue import EmergencyQueue
from agent.play.sound.emergency_segment import EmergencySegment
from agent.play.sound.emergency_session import EmergencySession
from agent.play.sound_source import Feed, SourceEnd
from speech.dialect import SOUTH
from speech.reading import Reading

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
WHOLE = SourceEnd()
FLOOD = Reading("lũ về lúc mười bảy giờ", SOUTH)
PHRASES = tuple(Medium(letter * 64, 1, "audio/mpeg", 2000, []) for letter in "bc")
RECORDED = (Medium("a" * 64, 1, "audio/mpeg", 4000, []),)


def alarm(*bodies: LanguageClips) -> Item:
    return Item(
        key="x/sound",
        source=ItemSource("ab" * 16, "cd" * 32, "x", "vn.84.em", "", "", "emergency"),
        title="Khẩn cấp",
        lang="vi",
        level=Level.EMERGENCY,
        level_name="emergency",
        zones=("*",),
        start_at=AT,
        end_at=AT + timedelta(minutes=1),
        latest_end_at=AT + timedelta(minutes=1),
        bodies=bodies,
        repeat=2,
    )


@dataclass
class FakeVoice:
    """What was read; `error` when the voice does not work, `end` how its sound ends."""

    error: PlayError | None = None
    read: list[str] = field(default_factory=list)
    end: SourceEnd = WHOLE

    def make(self, item: Item) -> Any:
        assert item.reading is not None
        self.read.append(item.reading.words)
        return FakeReading(self.error, end=self.end)


@dataclass
class FakeReading:
    error: PlayError | None = None
    end: SourceEnd = WHOLE
    is_endless: bool = False
    _write_fd: int = -1

    async def prepare(self, offset_ms: int) -> Feed:
        if self.error is not None:
            raise self.error
        read_fd, self._write_fd = os.pipe()
        return Feed(read_fd)

    async def wait_end(self) -> SourceEnd:
        return self.end

    async def stop(self) -> None:
        if self._write_fd >= 0:
            os.close(self._write_fd)
            self._write_fd = -1


class FakeLog:
    def __init__(self) -> None:
        self.plays: list[Play] = []

    async def open_play(self, play: Play) -> int:
        return 1

    async def close_play(self, key: int, play: Play) -> None:
        self.plays.append(play)

    async def append(self, kind: str, *, play: Play) -> None:
        self.plays.append(play)


class Run:
    """One session with an engine that plays everything at once; `order` is what sounded."""

    def __init__(self, item: Item, voice: FakeVoice, limit: int = 6) -> None:
        self.order: list[str] = []
        self.on_sound: Callable[[str], None] = lambda _name: None
        self.log, self.queue, self.limit = FakeLog(), EmergencyQueue(), limit
        sources = {"speech": voice.make}
        context: Any = OutputContext(None, Clock(), None, self.log, lambda *_: None, sources)  # type: ignore[arg-type] # neither rundown nor media
        self.session = EmergencySession(
            "loa", item, self.queue.sequence(item), lines=[], send=self.send, context=context
        )

    def send(self, command: EngineCommand, fd: int | None = None) -> None:
        if fd is not None:
            os.close(fd)
        if isinstance(command, Fire | StartSlot):
            asyncio.get_running_loop().call_soon(self.play, command)

    def play(self, command: Fire | StartSlot) -> None:
        if not self.session.owns(command.id):
            return
        self.order.append(command.clip if isinstance(command, Fire) else "words")
        self.session.on_started(Started(command.id, mono_s()))
        self.on_sound(self.order[-1])
        loop = asyncio.get_running_loop()
        self.ending = loop.create_task(
            self.session.on_ended(Ended(command.id, 144_000, "end", mono_s())), name="ended"
        )
        if len(self.order) >= self.limit:
            self.session.stop("over")

    async def announce(self) -> Play:
        async with asyncio.timeout(60):
            await self.session.announce()
        return self.log.plays[-1]


async def test_a_text_without_a_recording_is_read_behind_the_signal_in_every_round() -> None:
    voice = FakeVoice()
    run = Run(alarm(LanguageClips("vi", (), is_here=False, reading=FLOOD)), voice)
    play = await run.announce()
    assert run.order == ["two-tone", "words", "words"]
    assert voice.read == [FLOOD.words] * 2
    assert (play.result, play.words, play.said) == ("full", {"vi": "speech"}, {"vi": FLOOD.words})
    assert (play.voice, play.words_missing, play.media) == ("vi-vn-x-south", None, [])


async def test_a_voice_that_fails_leaves_the_built_in_line_and_the_record_says_so() -> None:
    voice = FakeVoice(PlayError("E_SPEECH", "espeak-ng", "not installed"))
    run = Run(alarm(LanguageClips("vi", (), is_here=False, reading=FLOOD)), voice, limit=3)
    play = await run.announce()
    assert run.order[:2] == ["two-tone", "line"]
    assert (play.words, play.said, play.words_missing) == ({"vi": "line"}, None, ["vi"])


async def test_what_cannot_be_read_is_missing_beside_what_is_read() -> None:
    khmer = LanguageClips("km", RECORDED, is_here=False)
    run = Run(alarm(LanguageClips("vi", (), is_here=False, reading=FLOOD), khmer), FakeVoice())
    play = await run.announce()
    assert (play.words, play.words_missing) == ({"vi": "speech"}, ["km"])


def test_a_recording_that_comes_after_the_voice_has_failed_gets_its_turn() -> None:
    item = alarm(LanguageClips("vi", RECORDED, is_here=False, reading=FLOOD))
    queue = EmergencyQueue()
    sequence = queue.sequence(item)
    sequence.begin(sequence.next({0}), {0})
    sequence.begin(sequence.next({0}), {0})
    sequence.fail(0)
    assert queue.due([item], {item.key}) is None
    arrived = replace(item, bodies=(replace(item.bodies[0], is_here=True),))
    assert queue.due([arrived], {item.key}) is arrived


async def test_what_was_read_before_the_recording_came_stays_on_record() -> None:
    awaited = LanguageClips("vi", RECORDED, is_here=False, reading=FLOOD)
    run = Run(alarm(awaited), FakeVoice())
    run.session.record.on_words_started(0, "speech")
    run.session.record.on_words_started(0, "recording", RECORDED)
    run.session.record.on_words_heard(0)
    await run.session.record.close("full", None)
    (play,) = run.log.plays
    assert (play.words, play.said) == ({"vi": "recording"}, {"vi": FLOOD.words})
    assert play.media == [RECORDED[0].sha256]


async def test_a_recording_that_breaks_off_gives_way_to_phrases_to_speech_and_to_the_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """That a whole file is no sound shows while it plays: its pipe ends with a reason."""
    broken = SourceEnd("E_DECODE: ffmpeg 1")

    async def decode(_media: object, clips: Any, form: Any = "recording") -> EmergencySegment:
        tried.append(form)
        source: Any = FakeReading(end=broken)
        feed = await source.prepare(0)
        return EmergencySegment(source=source, feed=feed, length_s=4.0, form=form, media=clips)

    tried: list[str] = []
    monkeypatch.setattr(segment_loader, "decode_segment", decode)
    words = LanguageClips("vi", RECORDED, is_here=True, reading=FLOOD, phrases=PHRASES)
    voice = FakeVoice(end=broken)
    run = Run(alarm(words), voice, limit=7)
    play = await run.announce()
    assert tried == ["recording", "phrases"]
    assert voice.read == [FLOOD.words]
    assert run.order == [*["two-tone", "words"] * 3, "line"]
    assert (play.words, play.words_missing) == ({"vi": "speech"}, ["vi"])
    assert play.media == ["a" * 64, "b" * 64, "c" * 64]


async def test_phrases_take_the_place_of_a_recording_that_cannot_be_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def decode(_media: object, clips: Any, form: Any = "recording") -> EmergencySegment:
        if form == "recording":
            raise StoreError("E_MEDIA", "a", "the content has changed on the disk")
        source: Any = FakeReading()
        feed = await source.prepare(0)
        return EmergencySegment(source=source, feed=feed, length_s=4.0, form=form, media=clips)

    monkeypatch.setattr(segment_loader, "decode_segment", decode)
    words = LanguageClips("km", RECORDED, is_here=True, phrases=PHRASES)
    play = await (run := Run(alarm(words), FakeVoice())).announce()
    assert run.order == ["two-tone", "words", "words"]
    assert (play.words, play.words_missing) == ({"km": "phrases"}, None)
    assert play.media == ["b" * 64, "c" * 64]


def test_a_recording_that_comes_after_phrases_have_failed_gets_its_turn() -> None:
    item = alarm(LanguageClips("km", PHRASES, is_here=True, form="phrases"))
    queue = EmergencyQueue()
    sequence = queue.sequence(item)
    for _ in range(2):
        sequence.begin(sequence.next({0}), {0})
    queue.due([item], {item.key})
    sequence.fail(0)
    assert queue.due([item], {item.key}) is None
    arrived = alarm(LanguageClips("km", RECORDED, is_here=True, phrases=PHRASES))
    assert queue.due([arrived], {item.key}) is arrived


async def test_a_voice_that_is_installed_while_the_line_sounds_reads_the_rest() -> None:
    silent = alarm(LanguageClips("vi", (), is_here=False))
    run = Run(silent, FakeVoice(), limit=4)
    installed = alarm(LanguageClips("vi", (), is_here=False, reading=FLOOD))
    run.on_sound = lambda name: run.session.update([installed]) if name == "line" else None
    play = await run.announce()
    assert run.order[:3] == ["two-tone", "line", "words"]
    assert (play.words, play.words_missing) == ({"vi": "speech"}, None)
