"""A clip on a real board process, decoded by a real ffmpeg; judged by the pictures on the board."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from msgspec import UNSET
from PIL import Image

from agent.clock import Clock
from agent.contract.document import Medium
from agent.contract.priority import Level
from agent.contract.report import Play
from agent.contract.scene import Element, Scene
from agent.play.board.board_config import board_argv
from agent.play.board.board_output import BoardOutput
from agent.play.ipc import BoardEvent
from agent.play.item import Item, OutputContext
from agent.play.worker_process import WorkerProcess
from agent.store.media import MediaStore
from drivers.frame_sink import FacePlace
from tests.harness.clip_file import encode_clip, store_clip, two_colours
from tests.harness.sound_output_harness import FakeLog, FakeRundown, build_clock, build_item

WIDE, SMALL = "ngang", "nho"
FACES = {WIDE: (128, 32), SMALL: (64, 32)}
RED, BLUE, BLACK, WHITE = (254, 0, 0), (0, 0, 254), (0, 0, 0), (255, 255, 255)
PATIENCE_S = 60


class Store(MediaStore):
    """The media of a box with loudspeakers that take everything."""

    high_pass_hz = 0


@dataclass
class Bench:
    """A board with two faces that show the same."""

    output: BoardOutput
    rundown: FakeRundown
    log: FakeLog
    media: Path
    board: Path
    item: Item
    clock: Clock
    faults: list[tuple[str, str, str | None]]

    def want(self, item: Item | None) -> None:
        self.rundown.now_wanted[:] = [item] if item is not None else []
        self.output.changed()

    def show(self, medium: Medium, *others: Element, is_loop: bool = False) -> None:
        clip = Element(
            "video", [0, 0, 1000, 1000], media=medium.sha256, loop=True if is_loop else UNSET
        )
        if others:
            clip = replace_box(clip, [0, 0, 500, 1000])
        scene = Scene([clip, *others], 60_000)
        self.item = replace(self.item, scene=scene, clips=(medium,), start_at=self.clock.now().at)
        self.want(self.item)

    def count_frames(self) -> int:
        """Of the clip, as the record will have them."""
        session = self.output.lanes[WIDE].session
        count = None if session is None else session._count
        return 0 if count is None else count.shown + count.left_out

    def is_on_air(self, key: str) -> bool:
        """On both faces?"""
        shown = [lane.on_air for lane in self.output.lanes.values()]
        return all(item is not None and item.key == key for item in shown)

    def has_failed(self) -> bool:
        return all(lane.failed.has(self.item) for lane in self.output.lanes.values())

    def colour(self, face: str, x: int, y: int) -> tuple[int, ...]:
        with Image.open(self.board / f"{face}-latest.png") as file:
            pixel = file.convert("RGB").getpixel((x, y))
        assert isinstance(pixel, tuple)
        return pixel

    def near(self, colour: tuple[int, ...], face: str, x: int = 0, y: int = 0) -> bool:
        """Lossy, and by the matrices of video: some steps off."""
        return all(abs(a - b) < 12 for a, b in zip(colour, self.colour(face, x, y), strict=True))


def replace_box(element: Element, box: list[int]) -> Element:
    return Element(element.kind, box, media=element.media, fit=element.fit, loop=element.loop)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds; it may read files."""
    async with asyncio.timeout(PATIENCE_S):
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110 - a board tells no events
            await asyncio.sleep(0.01)


@asynccontextmanager
async def board_at_work(tmp_path: Path) -> AsyncIterator[Bench]:
    media, board = tmp_path / "media", tmp_path / "board"
    rundown, log, clock = FakeRundown(), FakeLog(), build_clock()
    store = await asyncio.to_thread(Store, media)
    faults: list[tuple[str, str, str | None]] = []
    context = OutputContext(rundown, clock, store, log, lambda *one: faults.append(one))
    places = {face: FacePlace(width_px=size[0], height_px=size[1]) for face, size in FACES.items()}
    argv = board_argv("tv-cl-0007", "png", str(board), places, str(media))
    output = BoardOutput(
        "bang-tin",
        dict.fromkeys(FACES, rundown),
        lambda on_event, on_lost: WorkerProcess(argv, BoardEvent, on_event, on_lost),
        context,
        FACES,
    )
    running = asyncio.create_task(output.run())
    item = build_item("phim", clock.now().at, clips=())
    try:
        await until(lambda: output.is_ready)
        yield Bench(
            output, rundown, log, media, board,
            replace(item, end_at=item.start_at + timedelta(hours=1)), clock, faults,
        )  # fmt: skip
    finally:
        running.cancel()
        await asyncio.wait([running])


def make(source: str, folder: Path) -> bytes:
    return encode_clip(source, folder / "c.mp4").read_bytes()


def find_decoders() -> list[psutil.Process]:
    """The ffmpeg that this process has started."""
    return [one for one in psutil.Process().children() if one.name() == "ffmpeg"]


def outcome(play: Play) -> tuple[str, str | None]:
    return play.result, None if play.reason is None else play.reason.split(":")[0]


async def test_a_clip_is_whole_beside_a_text_on_faces_of_two_sizes_and_its_last_frame_stays(
    tmp_path: Path,
) -> None:
    raw = await asyncio.to_thread(make, two_colours("64x64", 0.4), tmp_path)
    async with board_at_work(tmp_path) as bench:
        medium = await asyncio.to_thread(store_clip, raw, bench.media, 800)
        note = Element("text", [500, 0, 500, 1000], text="Lũ", background="#ffffff")
        bench.show(medium, note)
        await until(lambda: all(bench.near(RED, face, x, 16) for face, x in
                                ((WIDE, 32), (SMALL, 16))))  # fmt: skip
        await until(lambda: all(bench.near(BLUE, face, x, 16) for face, x in
                                ((WIDE, 32), (SMALL, 16))))  # fmt: skip
        # the square is whole in a box of 64 x 32: 16 columns on either side are background
        await until(lambda: [bench.near(BLACK, WIDE, x, 16) for x in (0, 15, 20, 44, 50)] ==
                    [True, True, False, False, True])  # fmt: skip
        await until(lambda: bench.near(WHITE, WIDE, 66, 1))
        await until(lambda: not find_decoders())
        assert all(not lane.failed.keys for lane in bench.output.lanes.values())
        await until(lambda: bench.count_frames() == 20)
        bench.want(None)
        await until(lambda: bool(bench.log.plays))
        await until(lambda: bench.near(BLACK, WIDE, 32, 16))
    (play,) = bench.log.plays
    assert (outcome(play), play.zones) == (("cut", "withdrawn"), [WIDE, SMALL])
    assert play.clip_frames is not None
    assert sorted(play.clip_frames) == ["late", "left_out", "shown"]
    assert play.clip_frames["shown"] + play.clip_frames["left_out"] == 20


async def test_what_is_no_clip_fails_with_a_reason_and_the_faces_are_black(
    tmp_path: Path,
) -> None:
    raw = await asyncio.to_thread(make, "color=red:s=64x32:d=0.4", tmp_path)
    playlist = b"#EXTM3U\nhttp://127.0.0.1/x.ts\n"
    short = raw  # a minute is signed
    async with board_at_work(tmp_path) as bench:
        for number, given in enumerate((raw[: len(raw) // 3], playlist, short)):
            bench.item = replace(bench.item, key=f"phim {number}")
            bench.show(await asyncio.to_thread(store_clip, given, bench.media, 60_000))
            await until(bench.has_failed)
            await until(lambda: all(bench.near(BLACK, face) for face in FACES))
    assert {outcome(play) for play in bench.log.plays} == {("failed", "E_DECODE")}
    reasons = [play.reason or "" for play in bench.log.plays]
    assert any("ended after 0.4 of 60.0 s" in reason for reason in reasons), reasons


async def test_an_alarm_comes_over_a_decoder_that_hangs_and_a_killed_one_leaves_black(
    tmp_path: Path,
) -> None:
    raw = await asyncio.to_thread(make, two_colours("64x32", 0.4), tmp_path)
    async with board_at_work(tmp_path) as bench:
        medium = await asyncio.to_thread(store_clip, raw, bench.media, 800)
        bench.show(medium, is_loop=True)
        await until(lambda: bench.near(BLUE, WIDE, 64, 16))
        await until(lambda: bench.near(RED, WIDE, 64, 16))  # it has begun again
        await until(lambda: bench.is_on_air("phim"))
        for one in await asyncio.to_thread(find_decoders):
            one.send_signal(signal.SIGSTOP)
        alarm = Element("text", [0, 0, 1000, 1000], text="Lũ", background="#b00000")
        emergency = replace(
            bench.item, key="lu", clips=(), scene=Scene([alarm], 1), level=int(Level.EMERGENCY)
        )
        bench.want(emergency)
        await until(lambda: bench.is_on_air("lu"))
        await until(lambda: bench.near((176, 0, 0), WIDE))
        await until(lambda: not find_decoders())
        bench.show(medium, is_loop=True)
        await until(lambda: bench.is_on_air("phim") and len(find_decoders()) == 2)
        for one in await asyncio.to_thread(find_decoders):
            one.kill()
        await until(lambda: all(bench.near(BLACK, face) for face in FACES))
        await until(lambda: outcome(bench.log.plays[-1])[0] == "failed")
    assert [outcome(play) for play in bench.log.plays[:2]] == [
        ("cut", "preempted"), ("cut", "preempted"),
    ]  # fmt: skip


async def test_a_clip_that_never_ends_ends_with_its_item_and_a_flashing_one_before_it_flashes(
    tmp_path: Path,
) -> None:
    """Whoever signed it: four changes of the whole picture within 0.4 s."""
    raw = await asyncio.to_thread(make, two_colours("64x32", 0.4), tmp_path)
    flicker = "color=black:s=64x32:r=25:d=4,geq=lum='255*mod(floor(N/3),2)':cb=128:cr=128"
    flashing = await asyncio.to_thread(make, flicker, tmp_path)
    async with board_at_work(tmp_path) as bench:
        medium = await asyncio.to_thread(store_clip, raw, bench.media, 800)
        bench.show(medium, is_loop=True)
        await until(lambda: bench.near(BLUE, WIDE, 64, 16))
        bench.want(replace(bench.item, end_at=bench.clock.now().at + timedelta(seconds=1)))
        await until(lambda: all(bench.near(BLACK, face) for face in FACES))
        bench.want(None)
        await until(lambda: not find_decoders())
        assert not bench.has_failed()
        bench.item = replace(
            bench.item, key="chớp", end_at=bench.clock.now().at + timedelta(hours=1)
        )
        bench.show(await asyncio.to_thread(store_clip, flashing, bench.media, 4_000))
        await until(bench.has_failed)
        await until(lambda: all(bench.near(BLACK, face) for face in FACES))
        await until(lambda: not find_decoders())
        plays = bench.log.plays
        assert [(play.result, (play.reason or "")[:7]) for play in plays[-1:]] == [
            ("failed", "E_FLASH"),
        ]  # fmt: skip
    assert bench.faults[-1][:2] == ("clip_failed", "bang-tin")


@pytest.mark.long
async def test_a_decoder_that_hangs_fails_its_item_and_leaves_the_wall_safe(
    tmp_path: Path,
) -> None:
    raw = await asyncio.to_thread(make, two_colours("64x32", 0.4), tmp_path)
    async with board_at_work(tmp_path) as bench:
        medium = await asyncio.to_thread(store_clip, raw, bench.media, 800)
        bench.show(medium, is_loop=True)
        await until(lambda: bench.is_on_air("phim"))
        for one in await asyncio.to_thread(find_decoders):
            one.send_signal(signal.SIGSTOP)
        await until(bench.has_failed)
        await until(lambda: all(bench.near(BLACK, face) for face in FACES))
        await until(lambda: not find_decoders())
        assert bench.faults[-1][:2] == ("clip_failed", "bang-tin")
    assert {outcome(play) for play in bench.log.plays} == {("failed", "E_DECODE")}
    assert all("behind" in (play.reason or "") for play in bench.log.plays)
