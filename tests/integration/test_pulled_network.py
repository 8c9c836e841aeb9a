"""An interface that is taken down while a board sends: the faces are lost with a code, and return.

A whole output at work, agent's side and confined process, and a line that runs, so that every slot
sends. What comes at the wall is read at the cable's other end.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.contract.report import Play
from agent.contract.scene import Element, Scene
from agent.play.board.board_config import board_argv
from agent.play.board.board_output import BoardOutput
from agent.play.ipc import BoardEvent
from agent.play.item import OutputContext
from agent.play.worker_process import WorkerProcess
from agent.store.media import MediaStore
from drivers.frame_sink import FacePlace
from drivers.sim.sim_colorlight import ALL_FRAMES, OUTGOING, SimColorLight
from tests.harness.network_namespace import Cable, cable
from tests.harness.sound_output_harness import FakeLog, FakeRundown, build_clock, build_item

__all__ = ["cable"]
pytestmark = pytest.mark.long
PATIENCE_S = 60
SIZE = (96, 48)
FACE = "mat"
WALL_IP, BOX_IP = "10.9.0.1", "10.9.0.2"
LINE = Element("text", [0, 0, 1000, 1000], text="Lũ về", background="#004000", ticker_ms=4_000)


Action = Callable[[], None]
Answer = Callable[[bytes], bytes | None]


class Wall(threading.Thread):
    """What hangs at the far end of the cable: counts what comes, and answers it."""

    def __init__(self, handle: Answer) -> None:
        super().__init__(daemon=True)
        self.handle = handle
        self.line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_FRAMES))
        self.line.bind(("far", 0))
        self.line.settimeout(0.1)
        self.frames = 0
        self.is_over = threading.Event()

    def run(self) -> None:
        while not self.is_over.is_set():
            try:
                frame, address = self.line.recvfrom(2048)
            except OSError:  # nothing has come, or the line is down
                continue
            if address[2] != OUTGOING:
                self.frames += 1
                answer = self.handle(frame)
                if answer is not None:
                    self.line.send(answer)

    def close(self) -> None:
        self.is_over.set()
        self.join()
        self.line.close()


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, timeout=20)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - a board tells no events
            await asyncio.sleep(0.01)


@dataclass
class Bench:
    """A board with one face; `faults` are its issues as they came and went."""

    output: BoardOutput
    log: FakeLog
    faults: list[tuple[str, str, str | None]] = field(default_factory=list)

    def find_fault(self) -> str | None:
        """Why the face is lost, now."""
        told = [why for kind, where, why in self.faults if (kind, where) == ("face_lost", FACE)]
        return told[-1] if told else None

    async def lose_and_find(self, wall: Wall, pull: Action, plug: Action) -> str:
        """Pull the line while it sends, put it back; the code of what is told meanwhile."""
        await until(lambda: wall.frames > 100)
        await asyncio.to_thread(pull)  # a thread of this namespace's
        await until(lambda: self.find_fault() is not None)
        await until(lambda: bool(self.log.plays))
        assert self.output.on_air is None
        code = (self.find_fault() or "").split(":")[0]
        former = wall.frames
        await asyncio.to_thread(plug)
        await until(lambda: self.find_fault() is None and self.output.on_air is not None)
        await until(lambda: wall.frames > former + 100)
        return code


@asynccontextmanager
async def board_at_work(tmp_path: Path, profile: str, path: str) -> AsyncIterator[Bench]:
    rundown, log, clock = FakeRundown(), FakeLog(), build_clock()
    faults: list[tuple[str, str, str | None]] = []
    store = await asyncio.to_thread(MediaStore, tmp_path / "media")
    context = OutputContext(rundown, clock, store, log, lambda *one: faults.append(one))
    places = {FACE: FacePlace(width_px=SIZE[0], height_px=SIZE[1])}
    argv = board_argv("tv-cl-0007", profile, path, places, options={"rate_hz": 30})
    output = BoardOutput(
        "bang-tin",
        {FACE: rundown},
        lambda on_event, on_lost: WorkerProcess(argv, BoardEvent, on_event, on_lost),
        context,
        {FACE: SIZE},
    )
    running = asyncio.create_task(output.run())
    item = build_item("chu chay", clock.now().at, clips=())
    item = replace(item, scene=Scene([LINE], 60_000), end_at=item.start_at + timedelta(hours=1))
    try:
        await until(lambda: output.is_ready)
        rundown.now_wanted[:] = [item]
        output.changed()
        await until(lambda: output.on_air is not None)
        yield Bench(output, log, faults)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def pull() -> None:
    ip("link", "set", "near", "down")


def plug() -> None:
    ip("link", "set", "near", "up")


def introduce(wall: Wall) -> None:
    """The controller's address, which nobody there would tell."""
    address = wall.line.getsockname()[4].hex(":")
    ip("neigh", "replace", WALL_IP, "lladdr", address, "dev", "near")


def test_cards_on_raw_ethernet_are_lost_and_found_again(cable: Cable, tmp_path: Path) -> None:
    async def body(wall: Wall) -> None:
        async with board_at_work(tmp_path, "colorlight-5a-75", "near") as bench:
            assert await bench.lose_and_find(wall, pull, plug) == "E_LINK"
        _check(bench.log.plays)

    cards = SimColorLight(SIZE)
    cable.run(lambda: _run(Wall(lambda frame: cards.handle(frame, 100.0)), body))


def test_a_controller_on_the_network_is_lost_and_found_again(cable: Cable, tmp_path: Path) -> None:
    async def body(wall: Wall) -> None:
        def come_back() -> None:
            plug()
            introduce(wall)

        await asyncio.to_thread(ip, "addr", "add", f"{BOX_IP}/24", "dev", "near")
        await asyncio.to_thread(introduce, wall)
        async with board_at_work(tmp_path, "generic-ddp", WALL_IP) as bench:
            assert await bench.lose_and_find(wall, pull, come_back) == "E_NO_HOST"
        _check(bench.log.plays)

    cable.run(lambda: _run(Wall(lambda _: None), body))


def _run(wall: Wall, body: Callable[[Wall], Any]) -> None:
    wall.start()
    try:
        asyncio.run(body(wall))
    finally:
        wall.close()


def _check(plays: list[Play]) -> None:
    """What was on is cut by the loss, and begins anew with the line."""
    first, last = plays[0], plays[-1]
    assert (first.result, first.reason, first.zones) == ("cut", "face_lost", [FACE])
    assert (last.result, last.reason) == ("cut", "shutdown")
