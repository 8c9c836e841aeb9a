"""One emergency on one output, with an engine that plays everything at once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.clock import Clock, mono_s
from agent.contract.document import Medium
from agent.contract.ids import Digest
from agent.contract.priority import Level
from agent.contract.report import Play
from agent.errors import PlayError, StoreError
from agent.play.ipc import Ended, EngineCommand, Fire, Load, Started, StartSlot, Stop, WorkerFault
from agent.play.item import Item, ItemSource, LanguageClips, OutputContext, WordsForm
from agent.play.sound import emergency_session, segment_loader
from agent.play.sound.emergency_segment import EmergencySegment
from agent.play.sound.emergency_sequence import EmergencySequence
from agent.play.sound.emergency_session import EmergencySession
from agent.play.sound.segment_loader import bodies_with_words
from agent.play.sound_source import Feed, SourceEnd

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LENGTHS_S = {"two-tone": 3.0, "line": 6.8, "exercise-line": 5.3}


def medium(letter: str, seconds: float = 8.0) -> Medium:
    return Medium(letter * 64, 1, "audio/mpeg", int(seconds * 1000), [])


def alarm(bodies: str = "a", texts: str = "", **more: Any) -> Item:
    """Bodies with words `v` and `k`…; `texts` are bodies of which nothing was recorded."""
    words = [LanguageClips(lang, (medium(lang),), is_here=False) for lang in bodies]
    words += [LanguageClips(lang, (), is_here=False) for lang in texts]
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
        bodies=tuple(words),
        **more,
    )


class FakeSource:
    """A pipe that nothing reads, with the end that the test sets."""

    def __init__(self, error: PlayError | None = None) -> None:
        self.read_fd, self._write_fd = os.pipe()
        self._error = error
        self.is_stopped = False

    async def wait_end(self) -> SourceEnd:
        return SourceEnd(None if self._error is None else str(self._error))

    async def stop(self) -> None:
        if not self.is_stopped:
            os.close(self._write_fd)
        self.is_stopped = True


@dataclass
class Shelf:
    """What is in store, what opens late or not at all, what breaks while it is decoded."""

    here: set[str] = field(default_factory=set)
    rotten: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    hung: asyncio.Event = field(default_factory=asyncio.Event)
    sources: list[FakeSource] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hung.set()

    async def open(self, digest: Digest, size_bytes: int) -> int:
        raise NotImplementedError

    def path(self, digest: Digest) -> Path:
        return Path(digest)

    async def decode(
        self, _media: object, clips: Sequence[Medium], form: WordsForm = "recording"
    ) -> EmergencySegment:
        (clip,) = clips
        letter = clip.sha256[0]
        await self.hung.wait()
        if letter in self.rotten:
            self.here.discard(letter)
            raise StoreError("E_MEDIA", letter, "the content has changed on the disk")
        if letter not in self.here:
            raise StoreError("E_MEDIA", letter, "not in store")
        error = PlayError("E_DECODE", "ffmpeg 1", "broken") if letter in self.broken else None
        source = FakeSource(error)
        self.sources.append(source)
        segment = EmergencySegment(
            source=source,
            feed=Feed(source.read_fd),
            length_s=clip.duration_ms / 1000,
            form=form,
            media=tuple(clips),
        )  # type: ignore[arg-type] # the test's
        segment.id = f"{letter}.{segment.id}"
        return segment


@dataclass
class FakeLog:
    opened: list[Play] = field(default_factory=list)
    plays: list[Play] = field(default_factory=list)

    async def open_play(self, play: Play) -> int:
        self.opened.append(play)
        return 1

    async def close_play(self, key: int, play: Play) -> None:
        self.plays.append(play)

    async def append(self, kind: Any, *, play: Play | None = None, detail: Any = None) -> None:
        if play is not None:
            self.plays.append(play)


@dataclass
class AlarmRun:
    """A session with its engine; `order` is what sounded, `_` before what was cut."""

    item: Item
    media_files: Shelf
    on_sound: Callable[[str], None] = lambda _name: None
    lengths: dict[str, float] = field(default_factory=lambda: dict(LENGTHS_S))
    order: list[str] = field(default_factory=list)
    commands: list[EngineCommand] = field(default_factory=list)
    log: FakeLog = field(default_factory=FakeLog)
    is_manual: bool = False
    limit: int = 30

    def __post_init__(self) -> None:
        context = OutputContext(None, Clock(), self.media_files, self.log, lambda *_: None)  # type: ignore[arg-type] # a session asks no rundown
        script = EmergencySequence(
            bodies_with_words(self.item), self.item.repeat, self.item.gap_ms / 1000
        )
        item = self.seen()
        self.session = EmergencySession(
            "loa", item, script, lines=[], send=self.send, context=context
        )

    def seen(self) -> Item:
        """The item as the rundown makes it, with what is in store."""
        bodies = (
            replace(body, is_here=bool(body.clips) and body.lang in self.media_files.here)
            for body in self.item.bodies
        )
        return replace(self.item, bodies=tuple(bodies))

    def arrive(self, letter: str) -> None:
        self.media_files.here.add(letter)
        self.session.update([self.seen()])

    def send(self, command: EngineCommand, fd: int | None = None) -> None:
        self.commands.append(command)
        if fd is not None:
            os.close(fd)
        if isinstance(command, Fire | StartSlot) and not self.is_manual:
            asyncio.get_running_loop().call_soon(self.play, command)

    def name(self, command: Fire | StartSlot) -> str:
        return command.clip if isinstance(command, Fire) else command.id.split(".")[0]

    def play(self, command: Fire | StartSlot) -> None:
        name = self.name(command)
        if not self.session.owns(command.id) or len(self.order) >= self.limit:
            return
        if isinstance(command, Fire) and name not in self.lengths:
            self.session.on_fault(WorkerFault("E_CLIP", "not held", command.id))
            return
        self.order.append(name)
        self.session.on_started(Started(command.id, mono_s()))
        self.on_sound(name)
        frames = int(self.lengths.get(name, 8.0) * 48_000)
        loop = asyncio.get_running_loop()
        loop.call_soon(self.end, Ended(command.id, frames, "end", mono_s()))

    def end(self, event: Ended) -> None:
        if self.session.owns(event.id):
            loop = asyncio.get_running_loop()
            self.ending = loop.create_task(self.session.on_ended(event), name="ended")

    async def announce(self) -> Play:
        async with asyncio.timeout(60):
            await self.session.announce()
        return self.log.plays[-1]


@pytest.fixture
def media_files(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    media_files = Shelf()
    monkeypatch.setattr(segment_loader, "decode_segment", media_files.decode)
    return media_files


def stop_behind(alarm_run: AlarmRun, count: int, reason: str = "over") -> None:
    """The emergency is over when so many segments have begun."""

    def on_sound(_name: str) -> None:
        if len(alarm_run.order) >= count:
            alarm_run.session.stop(reason)

    alarm_run.on_sound = on_sound


async def test_signal_words_and_rounds_play_as_signed_and_are_recorded(media_files: Shelf) -> None:
    media_files.here = {"a", "b"}
    alarm_run = AlarmRun(alarm("ab", repeat=2), media_files)
    play = await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "a", "b", "a", "b"]
    assert (play.result, play.reason, play.words_missing) == ("full", None, None)
    assert play.media == ["a" * 64, "b" * 64]
    assert play.duration_ms == 3_000 + 4 * 8_000
    assert all(source.is_stopped for source in media_files.sources)


async def test_attack_101_media_that_never_come_delay_neither_signal_nor_line(
    media_files: Shelf,
) -> None:
    alarm_run = AlarmRun(alarm("ab"), media_files)
    stop_behind(alarm_run, 4)
    play = await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "line", "line", "line"]
    assert play.words_missing == ["a", "b"]
    assert (play.result, play.reason, play.media) == ("cut", "over", [])


async def test_a_text_without_a_recording_is_announced_by_signal_and_line(
    media_files: Shelf,
) -> None:
    alarm_run = AlarmRun(alarm("", "vk"), media_files)
    stop_behind(alarm_run, 3)
    play = await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "line", "line"]
    assert (play.result, play.words_missing) == ("full", ["v", "k"])
    assert alarm_run.log.opened[0].words_missing == ["v", "k"]


async def test_an_exercise_plays_the_exercise_line(media_files: Shelf) -> None:
    alarm_run = AlarmRun(alarm("", "v", is_exercise=True), media_files)
    stop_behind(alarm_run, 2)
    await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "exercise-line"]


async def test_words_that_arrive_while_the_line_sounds_restart_the_sequence(
    media_files: Shelf,
) -> None:
    alarm_run = AlarmRun(alarm("a"), media_files)
    alarm_run.on_sound = lambda name: alarm_run.arrive("a") if name == "line" else None
    play = await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "line", "two-tone", "a"]
    assert (play.result, play.words_missing) == ("full", None)


async def test_which_languages_cannot_be_heard_now_is_known_while_it_sounds(
    media_files: Shelf,
) -> None:
    media_files.here, media_files.broken = {"a", "b"}, {"b"}
    alarm_run = AlarmRun(alarm("abc", "k", repeat=2), media_files)
    missing: list[tuple[str, list[str]]] = []
    alarm_run.on_sound = lambda name: missing.append((name, alarm_run.session.words_missing))
    await alarm_run.announce()
    assert missing == [
        ("two-tone", ["c", "k"]),
        ("a", ["c", "k"]),
        ("b", ["c", "k"]),
        ("a", ["b", "c", "k"]),  # it broke off half way
    ]


async def test_a_file_that_rotted_on_the_card_is_replaced_by_the_line(media_files: Shelf) -> None:
    media_files.here, media_files.rotten = {"a"}, {"a"}
    alarm_run = AlarmRun(alarm("a"), media_files)
    stop_behind(alarm_run, 2)
    play = await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "line"]
    assert play.words_missing == ["a"]


async def test_words_whose_decoder_breaks_were_not_heard(media_files: Shelf) -> None:
    media_files.here, media_files.broken = {"a", "b"}, {"a"}
    alarm_run = AlarmRun(alarm("ab"), media_files)
    play = await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "a", "b"]
    assert (play.result, play.words_missing) == ("full", ["a"])


async def test_a_card_that_hangs_does_not_delay_the_line(
    media_files: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_loader, "WORDS_LIMIT_S", 0.001)
    media_files.here = {"a"}
    media_files.hung.clear()
    alarm_run = AlarmRun(alarm("a"), media_files)
    alarm_run.on_sound = lambda name: media_files.hung.set() if name == "line" else None
    await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "line", "two-tone", "a"]


async def test_an_engine_that_holds_no_line_sounds_the_signal_instead(media_files: Shelf) -> None:
    alarm_run = AlarmRun(alarm("", "v"), media_files, lengths={"two-tone": 3.0})
    stop_behind(alarm_run, 2)
    await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "two-tone"]


async def test_a_recorded_signal_in_store_sounds_as_signed(media_files: Shelf) -> None:
    media_files.here = {"a", "s"}
    alarm_run = AlarmRun(alarm("a", signal=medium("s", 5)), media_files, lengths={"s": 5.0})
    await alarm_run.announce()
    assert alarm_run.order == ["s", "a"]


async def test_a_recorded_signal_that_is_not_here_is_the_built_in_one(media_files: Shelf) -> None:
    media_files.here = {"a"}
    alarm_run = AlarmRun(alarm("a", signal=medium("s", 5)), media_files)
    await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "a"]


async def test_the_built_in_signal_replaces_a_recorded_one_on_a_card_that_hangs(
    media_files: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_loader, "SIGNAL_LIMIT_S", 0.001)
    media_files.here = {"a", "s"}
    media_files.hung.clear()
    alarm_run = AlarmRun(alarm("a", signal=medium("s", 5)), media_files)
    alarm_run.on_sound = lambda _name: media_files.hung.set()
    await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "a"]


async def test_a_recorded_signal_that_breaks_off_is_followed_by_the_built_in_one(
    media_files: Shelf,
) -> None:
    media_files.here = {"a", "s"}
    alarm_run = AlarmRun(
        alarm("a", signal=medium("s", 5)), media_files, lengths=LENGTHS_S | {"s": 1.0}
    )
    await alarm_run.announce()
    assert alarm_run.order == ["s", "two-tone", "a"]


async def test_it_is_preempted_after_the_body_that_sounds(media_files: Shelf) -> None:
    media_files.here = {"a", "b"}
    alarm_run = AlarmRun(alarm("ab", repeat=3), media_files)
    alarm_run.on_sound = lambda name: alarm_run.session.preempt() if name == "a" else None
    play = await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "a"]
    assert (play.result, play.reason, play.words_missing) == ("cut", "replaced", ["b"])
    assert play.duration_ms == 11_000


async def test_words_are_ordered_right_behind_the_signal_while_that_sounds(
    media_files: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emergency_session, "AHEAD_S", 3600.0)
    media_files.here = {"a"}
    alarm_run = AlarmRun(alarm("a"), media_files, is_manual=True)
    telling = asyncio.create_task(alarm_run.announce())
    fire = await command(alarm_run, Fire)
    alarm_run.session.on_started(Started(fire.id, mono_s()))
    start = await command(alarm_run, StartSlot)
    assert (start.after, alarm_run.name(start)) == (fire.id, "a")
    assert await command(alarm_run, Load)
    alarm_run.session.preempt()
    assert [one.id for one in alarm_run.commands if isinstance(one, Stop)] == [start.id]
    await alarm_run.session.on_ended(Ended(fire.id, 144_000, "end", mono_s()))
    assert (await telling).reason == "replaced"


async def command(alarm_run: AlarmRun, kind: type[Any]) -> Any:
    async with asyncio.timeout(60):
        while True:
            found = [one for one in alarm_run.commands if isinstance(one, kind)]
            if found:
                return found[0]
            await asyncio.sleep(0)


async def test_a_higher_level_cuts_it_and_the_record_has_the_reason(media_files: Shelf) -> None:
    media_files.here = {"a"}
    alarm_run = AlarmRun(alarm("a"), media_files, is_manual=True)
    telling = asyncio.create_task(alarm_run.announce())
    fire = await command(alarm_run, Fire)
    alarm_run.session.on_started(Started(fire.id, mono_s()))
    await alarm_run.session.on_ended(Ended(fire.id, 48_000, "stopped", mono_s()))
    play = await telling
    assert (play.result, play.reason, play.duration_ms) == ("cut", "preempted", 1_000)


async def test_an_engine_that_is_lost_leaves_a_record_of_what_was_heard(media_files: Shelf) -> None:
    alarm_run = AlarmRun(alarm("a"), media_files, is_manual=True)
    telling = asyncio.create_task(alarm_run.session.announce())
    fire = await command(alarm_run, Fire)
    at_mono_s = mono_s()
    alarm_run.session.on_started(Started(fire.id, at_mono_s))
    await alarm_run.session.abandon("engine_lost", at_mono_s + 2)
    await telling
    (play,) = alarm_run.log.plays
    assert (play.result, play.reason, play.duration_ms) == ("cut", "engine_lost", 2_000)
    assert play.words_missing == ["a"]


async def test_what_was_stopped_before_its_first_sample_was_not_heard(media_files: Shelf) -> None:
    alarm_run = AlarmRun(alarm("a"), media_files)
    alarm_run.session.stop("withdrawn")
    with pytest.raises(PlayError, match="withdrawn"):
        await alarm_run.session.announce()
    await alarm_run.session.refuse("E_STOPPED: withdrawn")
    (play,) = alarm_run.log.plays
    assert (play.result, play.words_missing, play.media) == ("skipped", ["a"], [])
