"""One emergency on one output, with an engine that plays everything at once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agent.clock import Clock, mono_s
from agent.contract.document import Medium
from agent.contract.ids import Digest
from agent.contract.priority import Level
from agent.contract.report import Play
from agent.errors import PlayError, StoreError
from agent.play.ipc import Ended, EngineCommand, Fire, Started, StartSlot, WorkerFault
from agent.play.item import Item, ItemSource, LanguageClips, OutputContext, WordsForm
from agent.play.sound.emergency_segment import EmergencySegment
from agent.play.sound.emergency_sequence import EmergencySequence
from agent.play.sound.emergency_session import EmergencySession
from agent.play.sound.lockout_warning import LockoutWarning
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
    warning: LockoutWarning | None = None

    def __post_init__(self) -> None:
        context = OutputContext(None, Clock(), self.media_files, self.log, lambda *_: None)  # type: ignore[arg-type] # a session asks no rundown
        script = EmergencySequence(
            bodies_with_words(self.item), self.item.repeat, self.item.gap_ms / 1000
        )
        item = self.seen()
        self.session = EmergencySession(
            "loa", item, script, lines=[], send=self.send, context=context, warning=self.warning
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
