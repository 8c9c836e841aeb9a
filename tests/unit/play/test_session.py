"""A session whose alarm sounds while its message cannot be had."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.clock import Clock, Now, mono_s
from agent.contract.document import Medium
from agent.contract.ident import Digest
from agent.contract.report import Play
from agent.errors import StoreError
from agent.play.item import EMERGENCY, Item, Neighbours, Source
from agent.play.session import SoundSession
from agent.play.wire import Ended, EngineCommand, Fire, Started, Stop

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ALARM = Item(
    key="x/sound",
    source=Source("ab" * 16, "cd" * 32, "x", "vn.84.em", "", "", "emergency"),
    title="Khẩn cấp",
    lang="vi",
    level=EMERGENCY,
    level_name="emergency",
    zones=("*",),
    start_at=AT,
    end_at=AT + timedelta(minutes=1),
    latest_end_at=AT + timedelta(minutes=1),
    clips=(Medium("ef" * 32, 1, "audio/mpeg", 1000, []),),
    attention="two-tone",
)


class FakeShelf:
    async def open(self, digest: Digest, size_bytes: int) -> int:
        raise StoreError("E_MEDIA", digest, "rotten on the card")

    folder = Path()

    def path(self, digest: Digest) -> Path:
        return Path(digest)


class FakeRundown:
    def wanted(self, now: Now, done: Collection[str] = ()) -> Item | None:
        return None

    def scheduled(self, now: Now) -> Item | None:
        return None

    def due(self, since_at: datetime, now: Now) -> list[Item]:
        return []

    def upcoming(self, now: Now) -> Item | None:
        return None

    def held_up(self, now: Now) -> Item | None:
        return None

    def is_silenced(self, item: Item, now: Now) -> bool:
        return False

    def is_entitled(self, item: Item, now: Now) -> bool:
        return True


@dataclass
class FakeLog:
    opened: list[Play] = field(default_factory=list)
    closed: list[Play] = field(default_factory=list)
    appended: list[Play] = field(default_factory=list)

    async def open_play(self, play: Play) -> int:
        self.opened.append(play)
        return 1

    async def close_play(self, key: int, play: Play) -> None:
        self.closed.append(play)

    async def append(self, kind: Any, *, play: Play | None = None, detail: Any = None) -> None:
        if play is not None:
            self.appended.append(play)


async def fired() -> tuple[SoundSession, list[EngineCommand], FakeLog]:
    sent: list[EngineCommand] = []
    log = FakeLog()
    near = Neighbours(FakeRundown(), Clock(), FakeShelf(), log, lambda *_: None)

    def send(command: EngineCommand, fd: int | None = None) -> None:
        sent.append(command)

    session = SoundSession("loa", ALARM, 0, lines=[], send=send, near=near)
    with pytest.raises(StoreError):
        await session.fire()
    return session, sent, log


async def test_an_alarm_heard_without_its_message_is_recorded_as_cut_with_the_reason() -> None:
    session, sent, log = await fired()
    (fire,) = sent
    assert isinstance(fire, Fire)
    session.on_started(Started(fire.id, mono_s()))
    await session.give_up("E_MEDIA: rotten on the card")
    assert sent[1:] == [Stop(fire.id, 20)]
    assert await session.on_ended(Ended(fire.id, 4800, "stopped", mono_s()))
    (play,) = log.closed
    assert (play.result, play.reason) == ("cut", "E_MEDIA: rotten on the card")
    assert play.duration_ms == 100
    assert log.appended == []


async def test_an_alarm_whose_signal_is_over_already_ends_at_once() -> None:
    session, sent, log = await fired()
    fire = sent[0]
    assert isinstance(fire, Fire)
    session.on_started(Started(fire.id, mono_s()))
    assert not await session.on_ended(Ended(fire.id, 144_000, "end", mono_s()))
    await session.give_up("E_MEDIA")
    assert session.over.is_set()
    assert [(play.result, play.duration_ms) for play in log.closed] == [("cut", 3000)]
