"""A technician's pictures on a board: over the schedule only, and handed back by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.clock import mono_s
from agent.contract.scene import Scene
from agent.errors import PlayError
from agent.play import commissioning_test as trial_module
from agent.play import ipc
from agent.play.board.board_output import BoardOutput
from agent.play.commissioning_test import pattern_commands
from agent.play.ipc import Blank, BoardReady, Shown, ShowScene, Snap, Snapped
from agent.play.item import Item, OutputContext
from tests.harness.sound_output_harness import (
    FakeLog,
    FakeRundown,
    SlowMediaFiles,
    build_clock,
    build_item,
    until,
)

FACES = ["mat-truoc", "mat-sau"]


@dataclass
class FakeBoard:
    """Records commands; reports each scene as shown at once."""

    on_event: Callable[[Any], None]
    sent: list[Any] = field(default_factory=list)

    async def start(self) -> None:
        self.on_event(BoardReady(FACES))

    def send(self, command: Any, fd: int | None = None) -> None:
        self.sent.append(command)
        if isinstance(command, ShowScene):
            for face in command.faces:
                self.on_event(Shown(command.id, face, "", mono_s()))

    async def stop(self) -> None:
        pass

    def all(self, kind: type[Any]) -> list[Any]:
        return [command for command in self.sent if isinstance(command, kind)]


@dataclass
class Bench:
    output: BoardOutput
    board: FakeBoard
    rundown: FakeRundown
    log: FakeLog
    item: Item


@pytest.fixture
def media_files(tmp_path: Path) -> SlowMediaFiles:
    return SlowMediaFiles(tmp_path)


@asynccontextmanager
async def at_work(media_files: SlowMediaFiles) -> AsyncIterator[Bench]:
    rundown, log, clock = FakeRundown(), FakeLog(), build_clock()
    boards: list[FakeBoard] = []

    def spawn(on_event: Any, on_lost: Any) -> Any:
        boards.append(FakeBoard(on_event))
        return boards[-1]

    context = OutputContext(rundown, clock, media_files, log, lambda *_: None)
    output = BoardOutput("bang-tin", dict.fromkeys(FACES, rundown), spawn, context)
    item = build_item("notice", clock.now().at, scene=Scene([], 1), clips=())
    item = replace(item, end_at=item.start_at + timedelta(hours=1))
    running = asyncio.create_task(output.run())
    try:
        await until(lambda: output.is_ready)
        yield Bench(output, boards[0], rundown, log, item)
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_a_test_covers_the_schedule_and_returns_to_it(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_module, "STEP_S", 0.0)
    async with at_work(media_files) as bench:
        bench.rundown.now_wanted.append(bench.item)
        await until(lambda: bench.output.on_air is not None)
        await bench.output.start_face_test("pattern", "mat-truoc", pattern_commands("mat-truoc"))
        await until(lambda: len(bench.board.all(ShowScene)) == 2)
        assert bench.output.face_test is None
        assert bench.output.on_air == bench.item
    # on the tested face the showing before and the one after are two records, the test is none
    ended = [(play.zones, play.result, play.reason) for play in bench.log.plays]
    assert ended == [
        (["mat-truoc"], "cut", "trial"),
        (["mat-truoc"], "cut", "shutdown"),
        (["mat-sau"], "cut", "shutdown"),
    ]


async def test_a_test_shows_its_pictures_on_its_face_and_leaves_it_black(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files) as bench:
        await bench.output.start_face_test("pattern", "mat-truoc", pattern_commands("mat-truoc"))
        await until(lambda: bool(bench.board.all(ipc.Test)))
        assert bench.board.all(ipc.Test) == [ipc.Test("bars", ["mat-truoc"])]
        assert bench.output.face_test is not None
        bench.rundown.now_wanted.append(bench.item)  # something new begins: the trial gives way
        await until(lambda: bench.output.on_air is not None)
        assert bench.output.face_test is None
        assert Blank(["mat-truoc"]) in bench.board.sent
    assert [play.title for play in bench.log.plays] == ["notice"]


async def test_a_test_never_covers_more_than_the_schedule(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files) as bench:
        bench.rundown.now_wanted.append(replace(bench.item, level=3))
        await until(lambda: bench.output.on_air is not None)
        with pytest.raises(PlayError) as caught:
            await bench.output.start_face_test(
                "pattern", "mat-truoc", pattern_commands("mat-truoc")
            )
        assert caught.value.code == "E_BUSY"
        assert bench.board.all(ipc.Test) == []


async def test_a_snapshot_is_what_the_board_answers(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files) as bench:
        asking = asyncio.create_task(bench.output.snap("mat-sau", "old"))
        await until(lambda: bool(bench.board.all(Snap)))
        assert bench.board.all(Snap) == [Snap("mat-sau", known="old")]
        answer = Snapped("mat-sau", "new", 1.0, b"png")
        bench.board.on_event(Snapped("mat-truoc", "other", 1.0, b"png"))
        bench.board.on_event(answer)
        assert await asking == answer


async def test_a_board_that_does_not_answer_has_no_picture(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.play.board.face_snaps.SNAP_S", 0.02)
    async with at_work(media_files) as bench:
        assert await bench.output.snap("mat-sau") is None
