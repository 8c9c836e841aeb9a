"""A clip that cannot be shown is an issue of its board, until one is shown again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.clock import mono_s
from agent.contract.document import Medium
from agent.contract.scene import Element, Scene
from agent.play.board.board_output import BoardOutput
from agent.play.ipc import BoardReady, Shown, ShowScene, WorkerFault
from agent.play.item import OutputContext
from tests.harness.sound_output_harness import (
    FakeLog,
    FakeRundown,
    SlowMediaFiles,
    build_clock,
    build_item,
    until,
)

FACE = "mat-truoc"
CLIP = Element("video", [0, 0, 1000, 1000], media="ab" * 32)
STRIP = Scene([Element("text", [0, 0, 1000, 1000], text="Cúp điện")], 60_000)


class FakeBoard:
    """Shows what it is given, and says then what the test wants."""

    def __init__(self, on_event: Callable[[Any], None]) -> None:
        self.say = on_event
        self.shows: list[ShowScene] = []

    async def start(self) -> None:
        self.say(BoardReady([FACE]))

    def send(self, command: Any, fd: int | None = None) -> None:
        if isinstance(command, ShowScene):
            self.shows.append(command)
            self.say(Shown(command.id, FACE, "0" * 64, mono_s()))

    async def stop(self) -> None:
        pass


@pytest.fixture
def media_files(tmp_path: Path) -> SlowMediaFiles:
    return SlowMediaFiles(tmp_path)


async def test_a_clip_that_fails_is_an_issue_until_one_is_shown_and_its_banner_is_not_blamed(
    media_files: SlowMediaFiles,
) -> None:
    rundown, log, clock = FakeRundown(), FakeLog(), build_clock()
    boards: list[FakeBoard] = []
    issues: list[tuple[str, str, str | None]] = []

    def spawn(on_event: Any, _on_lost: Any) -> Any:
        boards.append(FakeBoard(on_event))
        return boards[-1]

    context = OutputContext(rundown, clock, media_files, log, lambda *one: issues.append(one))
    output = BoardOutput("bang", {FACE: rundown}, spawn, context, {FACE: (64, 32)})
    running = asyncio.create_task(output.run())
    at = clock.now().at
    medium = Medium("ab" * 32, 100, "video/mp4", 60_000, [])
    first = replace(
        build_item("phim", at, scene=Scene([CLIP], 60_000), clips=(medium,)),
        end_at=at + timedelta(hours=1),
    )
    strip = replace(build_item("cúp điện", at, scene=STRIP, clips=()), end_at=first.end_at)
    try:
        await until(lambda: output.is_ready)
        rundown.now_wanted[:] = [replace(first, banner=replace(strip, edge="bottom"))]
        output.changed()
        await until(lambda: output.on_air is not None)
        boards[0].say(WorkerFault("E_FLASH", "it flashes", boards[0].shows[-1].id, [FACE]))
        await until(lambda: output.on_air is None)
        assert issues[-1] == ("clip_failed", "bang", "phim: E_FLASH: it flashes")
        rundown.now_wanted[:] = [replace(first, key="phim khác")]
        output.changed()
        await until(lambda: output.on_air is not None)
        assert issues[-1] == ("clip_failed", "bang", None)
    finally:
        running.cancel()
        await asyncio.wait([running])
    failed = [(play.title, play.reason) for play in log.plays if play.result == "failed"]
    assert failed == [("phim", "E_FLASH: it flashes")]
