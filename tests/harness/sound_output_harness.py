"""A sound output with fake engines, a fake schedule and media files of adjustable speed."""

from __future__ import annotations

import asyncio
import hashlib
import io
import threading
import wave
from collections.abc import AsyncIterator, Callable, Collection, Container
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.clock import BUILD_AT, Clock, Now, boot_s
from agent.contract.document import Medium
from agent.contract.ids import Digest
from agent.contract.priority import Level
from agent.contract.report import Play
from agent.play.ipc import (
    EngineCommand,
    Ready,
)
from agent.play.item import (
    FULL_VOLUMES,
    Item,
    ItemSource,
    LanguageClips,
    OutputContext,
    Volumes,
)
from agent.play.sound.sound_output import SoundOutput
from agent.play.sound_moments import SoundMoments
from agent.play.source_table import build_sources
from agent.play.speaker_line import SpeakerLine
from agent.play.supervisor import SameWorker
from agent.store.media import MediaStore

NOW_AT = BUILD_AT + timedelta(days=30)
LIMIT_S = 60.0


def make_wav(seconds: float = 2.0) -> bytes:
    raw = io.BytesIO()
    with wave.open(raw, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(48_000)
        wav.writeframes(b"\x00\x10" * int(48_000 * seconds))
    return raw.getvalue()


WAV = make_wav()
DIGEST = hashlib.sha256(WAV).hexdigest()
CLIP = Medium(DIGEST, len(WAV), "audio/wav", 2000, [])
WORDS = Medium(DIGEST, len(WAV), "audio/wav", 50, [])  # no more than a pipe holds: nobody reads it


def build_item(name: str, start_at: datetime, level: int = 1, **more: Any) -> Item:
    usual = {"clips": (CLIP,), "end_at": start_at + timedelta(seconds=2)}
    return Item(
        key=name,
        source=ItemSource("ab" * 16, "cd" * 32, name, "vn.84", "", "", "routine"),
        title=name,
        lang="vi",
        level=level,
        level_name="emergency" if level == Level.EMERGENCY else "scheduled",
        zones=("*",),
        start_at=start_at,
        latest_end_at=start_at + timedelta(minutes=5),
        **(usual | more),
    )


@dataclass
class FakeRundown:
    """Returns what the test sets."""

    now_wanted: list[Item] = field(default_factory=list)
    next_item: Item | None = None
    plan: list[Item] = field(default_factory=list)
    taken_back: set[str] = field(default_factory=set)
    silence: str | None = None
    behind: dict[str, Item] = field(default_factory=dict)
    is_complete: bool = True
    kept_off: dict[str, str] = field(default_factory=dict)

    def wanted(self, now: Now, done: Collection[str] = ()) -> Item | None:
        return next((item for item in self.now_wanted if item.key not in done), None)

    def scheduled(self, now: Now, done: Container[str] = ()) -> Item | None:
        below = [item for item in self.now_wanted if item.level < Level.EMERGENCY]
        wanted = [item for item in below if item.key not in done]
        return wanted[0] if wanted else None

    def due(self, since_at: datetime, now: Now, known: Container[str] = ()) -> list[Item]:
        due = (item for item in self.plan if since_at <= item.start_at <= now.at)
        return [item for item in due if item.key not in known]

    def started(self, since_at: datetime, now: Now) -> list[Item]:
        return self.due(since_at, now)

    def why_kept_off(self, item: Item, now: Now) -> str | None:
        return self.silence or self.kept_off.get(item.key)

    def unended(self, at: datetime, now: Now) -> list[Item]:
        return [one for one in self.plan if one.start_at <= at < one.latest_end_at]

    def is_planned(self, item: Item) -> bool:
        return item in self.plan

    def upcoming(self, now: Now, done: Container[str] = ()) -> Item | None:
        item = self.next_item
        return item if item is not None and item.start_at > now.at else None

    def following(self, key: str, now: Now) -> Item | None:
        return self.behind.get(key)

    def alarms(self, now: Now) -> list[Item]:
        return [item for item in self.now_wanted if item.bodies]

    def why_silenced(self, item: Item, now: Now) -> str | None:
        return self.silence

    def is_entitled(self, item: Item, now: Now, sounds_at: datetime | None = None) -> bool:
        return item.key not in self.taken_back


@dataclass
class FakeLog:
    plays: list[Play] = field(default_factory=list)

    async def open_play(self, play: Play) -> int:
        return 1

    async def close_play(self, key: int, play: Play) -> None:
        self.plays.append(play)

    async def append(self, kind: Any, *, play: Play | None = None, detail: Any = None) -> None:
        if play is not None:
            self.plays.append(play)


class SlowMediaFiles(MediaStore):
    """A card that does not answer until the test releases it."""

    high_pass_hz = 0

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.let_go = threading.Event()
        self.let_go.set()

    def open_verified(self, digest: Digest, size_bytes: int) -> int:
        self.let_go.wait(LIMIT_S)
        return super().open_verified(digest, size_bytes)


class FakeEngine:
    """Records commands; the test sends its events."""

    def __init__(self, on_event: Callable[[Any], None], on_lost: Callable[[str], None]) -> None:
        self.on_event = on_event
        self.sent: list[EngineCommand] = []

    async def start(self) -> None:
        self.on_event(Ready(48_000, 240, "none"))

    def send(self, command: EngineCommand, fd: int | None = None) -> None:
        self.sent.append(command)

    async def stop(self) -> None:
        pass

    def all(self, kind: type[Any]) -> list[Any]:
        return [command for command in self.sent if isinstance(command, kind)]


@dataclass
class Bench:
    output: SoundOutput
    engine: FakeEngine
    rundown: FakeRundown
    log: FakeLog
    clock: Clock
    muted: set[str]
    faults: dict[tuple[str, str], str | None]
    moments: SoundMoments


def build_clock() -> Clock:
    clock = Clock()
    assert clock.fix(NOW_AT, boot_s()).is_good
    return clock


@pytest.fixture
def media_files(tmp_path: Path) -> SlowMediaFiles:
    """A card with the clip on it, in working order until `let_go` is cleared."""
    media_files = SlowMediaFiles(tmp_path)
    media_files.path(Digest(DIGEST)).write_bytes(WAV)
    return media_files


@asynccontextmanager
async def at_work(
    media_files: SlowMediaFiles,
    lines: list[SpeakerLine],
    *,
    volumes: Volumes = FULL_VOLUMES,
    fade_in_ms: int = 0,
    delay_s: float = 0.0,
) -> AsyncIterator[Bench]:
    rundown, log, clock = FakeRundown(), FakeLog(), build_clock()
    engines: list[FakeEngine] = []

    def spawn(on_event: Any, on_lost: Any) -> Any:
        engines.append(FakeEngine(on_event, on_lost))
        return engines[-1]

    muted: set[str] = set()
    faults: dict[tuple[str, str], str | None] = {}

    def note(kind: str, subject: str, hint: str | None) -> None:
        faults[kind, subject] = hint

    moments = SoundMoments([line.name for line in lines])
    context = OutputContext(
        rundown, clock, media_files, log, note, build_sources(media_files),
        is_muted=lambda zone: zone in muted, volumes=volumes, fade_in_ms=fade_in_ms,
        delay_s=delay_s, moments=moments,
    )  # fmt: skip
    output = SoundOutput("loa", lines, SameWorker(spawn), context)
    running = asyncio.create_task(output.run())
    try:
        await until(lambda: output.is_ready and bool(engines[0].sent))
        yield Bench(output, engines[0], rundown, log, clock, muted, faults, moments)
    finally:
        media_files.let_go.set()
        running.cancel()
        await asyncio.wait([running])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110 - the fakes tell no events
            await asyncio.sleep(0.01)


def alarm(bench: Bench, name: str = "bao/sound", **more: Any) -> Item:
    at = bench.clock.now().at
    usual: dict[str, Any] = {"clips": (), "bodies": (LanguageClips("vi", (WORDS,), is_here=True),)}
    return build_item(name, at, Level.EMERGENCY, **(usual | more))


TEXT = (LanguageClips("vi", (), is_here=False),)  # nothing was recorded: signal and built-in line
