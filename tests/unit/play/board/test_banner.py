"""A strip over what a face shows, judged by its pixels, and its record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from agent.clock import Now, mono_s
from agent.contract.report import Play
from agent.contract.scene import Element, Region, Scene, Turn
from agent.play.board.banner import add_banner
from agent.play.board.board_output import BoardOutput
from agent.play.board.scene_renderer import SceneContext, SceneRenderer, render
from agent.play.board.scene_state import SceneMoment
from agent.play.board.ticker import list_tickers
from agent.play.ipc import BoardReady, Shown, ShowScene, WorkerFault
from agent.play.item import Item, OutputContext
from tests.harness.sound_output_harness import (
    FakeLog,
    FakeRundown,
    SlowMediaFiles,
    build_clock,
    build_item,
    until,
)

ALL = [0, 0, 1000, 1000]
SIZE = (100, 100)
RED, YELLOW, BLACK = (255, 0, 0), (255, 255, 0), (0, 0, 0)


def plain(colour: str, box: list[int] = ALL) -> Element:
    return Element("text", box, text=" ", background=colour)


STRIP = Scene([plain("#ffff00")], 60_000)


def column(picture: Image.Image) -> list[object]:
    return [picture.getpixel((50, y)) for y in range(100)]


def draw(scene: Scene) -> Image.Image:
    return render(scene, SIZE, SceneContext("x", {}))


def test_a_banner_is_at_its_edge_and_the_rest_is_what_was_there() -> None:
    base = Scene([plain("#ff0000")], 60_000)
    assert column(draw(add_banner(base, STRIP, "bottom"))) == [RED] * 82 + [YELLOW] * 18
    assert column(draw(add_banner(base, STRIP, "top"))) == [YELLOW] * 18 + [RED] * 82


def test_alone_it_is_on_black_and_what_it_leaves_free_of_its_strip_is_black() -> None:
    half = Scene([plain("#ffff00", [0, 500, 1000, 500])], 60_000)
    assert column(draw(add_banner(None, half, "top"))) == [BLACK] * 9 + [YELLOW] * 9 + [BLACK] * 82


def test_it_is_in_front_of_regions_too() -> None:
    base = Scene([plain("#0000ff")], 60_000, [Region(ALL, [Turn([plain("#ff0000")], 9_000)])])
    renderer = SceneRenderer(add_banner(base, STRIP, "bottom"), {"": SIZE}, SceneContext("x", {}))
    assert column(renderer.draw("", SceneMoment(None))) == [RED] * 82 + [YELLOW] * 18


def test_a_text_that_runs_beneath_it_is_left_out_and_its_own_runs_on_the_strip() -> None:
    high = Element("text", [0, 0, 1000, 200], text="trên", ticker_ms=9_000)
    low = Element("text", [0, 780, 1000, 220], text="dưới", ticker_ms=9_000)
    own = Element("text", ALL, text="Cúp điện", ticker_ms=9_000)
    scene = add_banner(Scene([high, low], 1), Scene([own], 1), "bottom")
    assert [(one.text, one.box) for one in list_tickers(scene)] == [
        ("trên", [0, 0, 1000, 200]), ("Cúp điện", [0, 820, 1000, 180]),
    ]  # fmt: skip


@dataclass
class FakeBoard:
    """Shows each scene at once."""

    on_event: Callable[[Any], None]
    fails_at: int = 0
    shows: list[ShowScene] = field(default_factory=list)

    async def start(self) -> None:
        self.on_event(BoardReady(["mat"]))

    def send(self, command: Any, fd: int | None = None) -> None:
        if isinstance(command, ShowScene):
            self.shows.append(command)
            if len(self.shows) == self.fails_at:
                self.on_event(WorkerFault("E_FIT", "too long", command.id, ["mat"]))
                return
            self.on_event(Shown(command.id, "mat", "0" * 64, mono_s()))

    async def stop(self) -> None:
        pass


@dataclass
class NotingLog(FakeLog):
    opened: list[str] = field(default_factory=list)

    async def open_play(self, play: Play) -> int:
        self.opened.append(play.title)
        return await super().open_play(play)


@pytest.fixture
def media_files(tmp_path: Path) -> SlowMediaFiles:
    return SlowMediaFiles(tmp_path)


class Schedule(FakeRundown):
    def wanted(self, now: Now, done: Collection[str] = ()) -> Item | None:
        wanted = self.now_wanted[0]
        return (
            replace(wanted, banner=None) if wanted.banner and wanted.banner.key in done else wanted
        )


@dataclass
class Bench:
    """One board with one face, its programme and a banner of ten minutes."""

    output: BoardOutput
    rundown: Schedule
    log: NotingLog
    boards: list[FakeBoard]
    item: Item
    banner: Item

    async def show(self, item: Item, count: int) -> None:
        """Want it, and wait until the board has had so many scenes."""
        self.rundown.now_wanted[:] = [item]
        self.output.changed()
        await until(lambda: bool(self.boards) and len(self.boards[0].shows) == count)


def build(media_files: SlowMediaFiles, fails_at: int = 0) -> Bench:
    rundown, log, clock, boards = Schedule(), NotingLog(), build_clock(), list[FakeBoard]()

    def spawn(on_event: Any, _on_lost: Any) -> Any:
        boards.append(FakeBoard(on_event, fails_at))
        return boards[-1]

    context = OutputContext(rundown, clock, media_files, log, lambda *_: None)
    item = build_item("tin", clock.now().at, scene=Scene([plain("#ff0000")], 1), clips=())
    item = replace(item, end_at=item.start_at + timedelta(hours=1))
    banner = build_item("bang", item.start_at, scene=STRIP, clips=(), edge="top")
    banner = replace(banner, end_at=item.start_at + timedelta(minutes=10))
    output = BoardOutput("bang-tin", {"mat": rundown}, spawn, context)
    rundown.now_wanted.append(item)
    return Bench(output, rundown, log, boards, item, banner)


@pytest.mark.parametrize("is_over", [True, False])
async def test_a_banner_comes_and_goes_over_one_showing_with_a_record_of_its_own(
    media_files: SlowMediaFiles, *, is_over: bool
) -> None:
    bench = build(media_files)
    item, banner = bench.item, bench.banner
    if is_over:
        banner = replace(banner, end_at=item.start_at)
    running = asyncio.create_task(bench.output.run())
    await bench.show(item, 1)
    await bench.show(replace(item, banner=banner), 2)
    await until(lambda: bench.log.opened == ["tin", "bang"])
    await bench.show(item, 3)
    await until(lambda: bool(bench.log.plays))
    first, second, third = bench.boards[0].shows
    assert first.id == second.id == third.id
    assert second.scene == add_banner(item.scene, STRIP, "top")
    assert first.scene == third.scene == item.scene
    (play,) = bench.log.plays
    wanted = ("full", None) if is_over else ("cut", "withdrawn")
    assert (play.title, play.result, play.reason, play.zones) == ("bang", *wanted, ["mat"])
    running.cancel()
    await asyncio.wait([running])


async def test_a_banner_that_cannot_be_drawn_takes_nothing_from_what_is_beneath(
    media_files: SlowMediaFiles,
) -> None:
    bench = build(media_files, fails_at=2)
    running = asyncio.create_task(bench.output.run())
    await bench.show(bench.item, 1)
    await bench.show(replace(bench.item, banner=bench.banner), 3)
    assert bench.boards[0].shows[2].scene == bench.item.scene
    assert bench.output.on_air is not None
    assert [(play.title, play.result, play.reason) for play in bench.log.plays] == [
        ("bang", "failed", "E_FIT: too long")
    ]
    running.cancel()
    await asyncio.wait([running])


async def test_alone_it_is_drawn_anew_when_the_picture_beneath_it_changes(
    media_files: SlowMediaFiles,
) -> None:
    """Its standby picture is withdrawn meanwhile."""
    bench = build(media_files)
    running = asyncio.create_task(bench.output.run())
    over = add_banner(Scene([plain("#ff0000")], 1), STRIP, "top")
    alone = add_banner(None, STRIP, "top")
    await bench.show(replace(bench.item, scene=over), 1)
    await bench.show(replace(bench.item, scene=alone), 2)
    first, second = bench.boards[0].shows
    assert (first.scene, second.scene) == (over, alone)
    assert first.id == second.id
    assert bench.log.plays == []
    running.cancel()
    await asyncio.wait([running])
