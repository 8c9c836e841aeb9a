"""What arrives at a capture card, on a real board process: in time, and never in place of an alarm.

The card is simulated by a named pipe; a real ffmpeg feeds it and a real one, confined, reads it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import psutil
import pytest
from PIL import Image

from agent.contract.priority import Level
from agent.contract.scene import Element, Scene
from agent.play.board import video_feed
from agent.play.board.board_config import board_argv
from agent.play.board.board_output import BoardOutput
from agent.play.board.capture_pictures import CapturePictures
from agent.play.ipc import BoardEvent
from agent.play.item import Item, OutputContext
from agent.play.worker_process import WorkerProcess
from agent.store.media import MediaStore
from drivers.frame_sink import FacePlace
from drivers.sim.sim_video_input import SimVideoInput
from tests.harness.sound_output_harness import FakeLog, FakeRundown, build_clock, build_item

INPUT = "hdmi-vao"
WIDE, SMALL = "ngang", "nho"
FACES = {WIDE: (128, 32), SMALL: (64, 32)}
RED, BLUE, BLACK, WHITE = (254, 0, 0), (0, 0, 254), (0, 0, 0), (255, 255, 255)
ALARM = (176, 0, 0)
PATIENCE_S = 60


@dataclass
class Camera:
    """Feeds the pipe with squares of one colour, and anew when a reader has gone."""

    pipe: Path
    process: subprocess.Popen[bytes] | None = None

    def show(self, colour: str) -> None:
        self.switch_off()
        picture = f"color={colour}:size=64x64:rate=25"
        argv = [sys.executable, "-m", "drivers.sim.sim_video_input", str(self.pipe), picture]
        self.process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, start_new_session=True)

    def signal(self, number: int) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, number)

    def switch_off(self) -> None:
        if self.process is not None:
            self.signal(signal.SIGKILL)
            self.process.wait()
            self.process = None


@dataclass
class Bench:
    """A board with two faces and a capture card."""

    output: BoardOutput
    rundown: FakeRundown
    log: FakeLog
    board: Path
    camera: Camera
    item: Item
    faults: list[tuple[str, str, str | None]] = field(default_factory=list)

    def want(self, item: Item | None) -> None:
        self.rundown.now_wanted[:] = [item] if item is not None else []
        self.output.changed()

    def is_near(self, colour: tuple[int, ...], face: str, x: int, y: int = 1) -> bool:
        """Some steps off, by the matrices of video."""
        with Image.open(self.board / f"{face}-latest.png") as file:
            pixel = file.convert("RGB").getpixel((x, y))
        assert isinstance(pixel, tuple)
        return all(abs(a - b) < 12 for a, b in zip(colour, pixel, strict=True))

    def shows_camera(self, colour: tuple[int, ...]) -> bool:
        """The square is whole in the middle of each face, and black is beside it."""
        middle = self.is_near(colour, WIDE, 64) and self.is_near(colour, SMALL, 32)
        return middle and self.is_near(BLACK, WIDE, 4) and self.is_near(BLACK, SMALL, 4)

    def shows_own(self, colour: tuple[int, ...] = WHITE) -> bool:
        return self.is_near(colour, WIDE, 0) and self.is_near(colour, SMALL, 0)

    def lost(self) -> list[bool]:
        """Of each change of the issue: does it begin?"""
        hints = [
            hint for kind, name, hint in self.faults if (kind, name) == (video_feed.KIND, INPUT)
        ]
        known = [hint is not None for hint in hints]
        return [now for before, now in zip([False, *known], known, strict=False) if now != before]

    def is_lost(self) -> bool:
        """A machine that stands still for seconds loses it too, and finds it again."""
        return self.lost()[-1:] == [True]


async def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds; it may read files."""
    async with asyncio.timeout(PATIENCE_S):
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110 - a board tells no events
            await asyncio.sleep(0.01)


@asynccontextmanager
async def board_at_work(tmp_path: Path) -> AsyncIterator[Bench]:
    media, board, pipe = tmp_path / "media", tmp_path / "board", tmp_path / "hdmi"
    await asyncio.to_thread(os.mkfifo, pipe)
    rundown, log, clock = FakeRundown(), FakeLog(), build_clock()
    store = await asyncio.to_thread(MediaStore, media)
    faults: list[tuple[str, str, str | None]] = []
    context = OutputContext(rundown, clock, store, log, lambda *one: faults.append(one))
    places = {face: FacePlace(width_px=size[0], height_px=size[1]) for face, size in FACES.items()}
    argv = board_argv("tv-cl-0007", "png", str(board), places, str(media))
    videos = {INPUT: SimVideoInput(INPUT, path=str(pipe))}
    output = BoardOutput(
        "bang-tin",
        dict.fromkeys(FACES, rundown),
        lambda on_event, on_lost: WorkerProcess(argv, BoardEvent, on_event, on_lost),
        context,
        FACES,
        partial(CapturePictures, videos, FACES, clock, context.on_fault),
    )
    running = asyncio.create_task(output.run())
    own = Element("text", [0, 0, 1000, 1000], text="Lễ hội", background="#ffffff", colour="#fefefe")
    item = build_item("le-hoi", clock.now().at, scene=Scene([own], 60_000, input=INPUT), clips=())
    camera = Camera(pipe)
    try:
        await until(lambda: output.is_ready)
        item = replace(item, end_at=item.start_at + timedelta(hours=1))
        yield Bench(output, rundown, log, board, camera, item, faults)
    finally:
        running.cancel()
        await asyncio.wait([running])
        await asyncio.to_thread(camera.switch_off)


def find_readers() -> list[psutil.Process]:
    """The ffmpeg that this process has started; the camera's belong to the camera."""
    return [one for one in psutil.Process().children() if one.name() == "ffmpeg"]


async def test_the_picture_of_the_card_is_on_both_faces_and_gives_way_to_an_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video_feed, "RETRY_S", 0.1)
    monkeypatch.setattr(video_feed, "FIRST_S", 600.0)
    async with board_at_work(tmp_path) as bench:
        bench.want(bench.item)
        await until(bench.shows_own)  # nothing comes yet: the item's own picture
        await asyncio.to_thread(bench.camera.show, "red")
        await until(lambda: bench.shows_camera(RED))
        await asyncio.to_thread(bench.camera.switch_off)
        await until(bench.shows_own)
        await until(bench.is_lost)
        await asyncio.to_thread(bench.camera.show, "blue")
        await until(lambda: bench.shows_camera(BLUE) and not bench.is_lost())
        flood = Element("text", [0, 0, 1000, 1000], text="Lũ", background="#b00000")
        alarm = replace(bench.item, key="lu", scene=Scene([flood], 1), level=int(Level.EMERGENCY))
        bench.want(alarm)
        await until(lambda: bench.shows_own(ALARM))
        await until(lambda: not find_readers())
        bench.want(None)
        await until(lambda: len(bench.log.plays) == 2)
    festival, _ = bench.log.plays
    assert (festival.title, festival.result, festival.reason) == ("le-hoi", "cut", "preempted")
    assert bench.lost()
    assert not bench.is_lost()


@pytest.mark.long
async def test_a_picture_that_stands_still_in_its_cable_gives_way_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video_feed, "RETRY_S", 0.1)
    monkeypatch.setattr(video_feed, "FIRST_S", 600.0)
    async with board_at_work(tmp_path) as bench:
        await asyncio.to_thread(bench.camera.show, "red")
        bench.want(bench.item)
        await until(lambda: bench.shows_camera(RED))
        bench.camera.signal(signal.SIGSTOP)
        await until(bench.shows_own)
        await until(bench.is_lost)
        await asyncio.to_thread(bench.camera.show, "blue")
        await until(lambda: bench.shows_camera(BLUE))
        bench.camera.signal(signal.SIGSTOP)  # else the next reader has a picture within a moment
        for one in await asyncio.to_thread(find_readers):
            one.kill()
        await until(bench.shows_own)
        await asyncio.to_thread(bench.camera.show, "red")
        await until(lambda: bench.shows_camera(RED))
        bench.want(None)
        await until(lambda: bool(bench.log.plays))
    (festival,) = bench.log.plays
    assert (festival.result, festival.reason) == ("cut", "withdrawn")
    assert festival.zones == [WIDE, SMALL]
