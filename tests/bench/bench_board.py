"""What boards cost: a ticker, a whole face that moves, pixels on raw Ethernet.

`python tests/bench/bench_board.py [--only name,name] [--seconds 60]`. Processor time is of one
core, of the process that moves, converts and sends the pixels; the text is drawn before. The
ticker's sink is the driver of screens on a graphics card that is plain memory; the line of raw
Ethernet is a veth pair, which needs root. Beside each, in the same run, a bare sender: frames that
were built before, one `send` each on the line, one copy of the whole face into a card's memory.
"""

from __future__ import annotations

import argparse
import mmap
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count, cycle
from pathlib import Path
from typing import cast

import msgspec

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.contract.scene import Element, Scene
from agent.play.board.board_config import BoardConfig
from agent.play.board.board_process import BoardProcess
from agent.play.board.moving_face import MovingFace
from agent.play.board.scene_box import PlaceNames
from agent.play.board.ticker import Strip, draw_strip
from agent.play.ipc import BoardEvent, Shown, ShowScene
from agent.play.realtime import take_picture_priority
from drivers.codec import colorlight
from drivers.frame_sink import FacePlace, Frame, FrameSink
from drivers.led.colorlight_board import ColorLightBoard
from drivers.led.hdmi_board import HdmiBoard
from drivers.led.kms_card import KmsCard
from drivers.led.slot_clock import SlotClock
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile
from tests.fakes.fake_kms import FakeKms
from tests.harness.network_namespace import Cable

SECONDS = 60.0
SHORT_S = 20.0  # for what has no target over a minute
PEER_S = 10.0
RATIO = "2.0"
FACE = (1600, 1000)
CROSS_MS = 6_000  # 4 px in each slot
STRIP_PX = 20_000_000
TEXT = "Ủy ban nhân dân xã thông báo: triều cường lên cao từ 16 giờ, bà con đi lại cẩn thận. "

NOTICE = [
    Element("text", [0, 0, 1000, 780], text="Phòng chống lũ"),
    Element("text", [0, 780, 1000, 220], text=TEXT, ticker_ms=CROSS_MS),
]


@dataclass(frozen=True)
class Cost:
    """Of a run: processor time of one core in percent, frames that missed their slot."""

    cpu_pct: float
    late: int


@dataclass(frozen=True)
class Wall:
    """A wall on raw Ethernet."""

    size: tuple[int, int]
    rate_hz: int

    def __str__(self) -> str:
        return f"colorlight_{self.size[0]}x{self.size[1]}_{self.rate_hz}fps"


@dataclass(frozen=True)
class Figure:
    """A line of the bench; `plain` is the bare sender's value."""

    name: str
    value: float
    unit: str
    target: str
    plain: float | None = None

    def __str__(self) -> str:
        value = f"{self.value:.1f}" if isinstance(self.value, float) else f"{self.value}"
        line = f"BENCH name={self.name} value={value} unit={self.unit} target={self.target}"
        peer = "" if self.plain is None else f" peer=plain_send peer_value={self.plain:.1f}"
        return line + peer


def compare(name: str, cost: Cost, plain_pct: float) -> Figure:
    """How many times as much as the bare sender."""
    return Figure(f"{name}_cpu_ratio", cost.cpu_pct / plain_pct, "x", RATIO, plain_pct)


def measure(sink: FrameSink, frames: Iterator[dict[str, Frame]], seconds: float) -> Cost:
    """Present one frame after another, each in the slot after the one before."""
    shown = sink.present(next(frames))
    began_s, cpu_s, late = time.monotonic(), time.process_time(), 0
    while time.monotonic() - began_s < seconds:
        shown = sink.present(next(frames), shown.slot + 1)
        late += shown.late
    used_s = time.process_time() - cpu_s
    return Cost(100 * used_s / (time.monotonic() - began_s), late)


def open_screen() -> HdmiBoard:
    """A graphics card without blanking: the clock sets the pace, 60 Hz."""
    card = FakeKms()
    card.has_blanking = False
    board = HdmiBoard("memory")
    board._card = cast("KmsCard", card)
    place = FacePlace(width_px=FACE[0], height_px=FACE[1], port="HDMI-A-1", mode="1920x1080@60")
    board.open({"face": place})
    return board


def measure_ticker(board: BoardProcess, agent: socket.socket, seconds: float) -> Cost:
    """A board process whose only face has a notice and a line that runs; drawn before."""
    shown = ShowScene("s1", Scene(NOTICE, 60_000), ["face"], {}, time.monotonic() + seconds + 60)
    agent.send(msgspec.json.encode(shown))
    while not _is_shown(agent):
        board.step()
    began_s, cpu_s, late = time.monotonic(), time.process_time(), board._faces.late
    while time.monotonic() - began_s < seconds:
        board.step()
        _is_shown(agent)
    used_s = time.process_time() - cpu_s
    return Cost(100 * used_s / (time.monotonic() - began_s), board._faces.late - late)


def _is_shown(agent: socket.socket) -> bool:
    """Take what the board says; has it shown its scene?"""
    found = False
    while select.select([agent], [], [], 0)[0]:
        found |= isinstance(msgspec.json.decode(agent.recv(65_536), type=BoardEvent), Shown)
    return found


def scroll_rows(rows: tuple[int, int]) -> Iterator[dict[str, Frame]]:
    """A text that goes to the left in these rows of the face."""
    box = [0, rows[0] * 1000 // FACE[1], 1000, (rows[1] - rows[0]) * 1000 // FACE[1]]
    line = Element("text", box, text=TEXT, ticker_ms=CROSS_MS)
    drawn = draw_strip(line, FACE, PlaceNames(""), STRIP_PX)
    window = (0, rows[0], FACE[0], rows[0] + drawn.height)
    strip = Strip(drawn.tobytes(), drawn.width, window, CROSS_MS)
    face = MovingFace(bytes(FACE[0] * FACE[1] * 3), FACE[0], [strip], 1 / 60)
    face.begin(0)
    return ({"face": face.draw(slot)} for slot in count())


def copy_plainly(seconds: float) -> float:
    """What copying a whole face, ready as a card wants it, costs in each slot, in percent."""
    pictures = [bytes([shade]) * (FACE[0] * FACE[1] * 4) for shade in (40, 200)]
    memory, clock = mmap.mmap(-1, len(pictures[0])), SlotClock(1 / 60)
    began_s, cpu_s = time.monotonic(), time.process_time()
    for picture in cycle(pictures):
        slot = clock.choose(None)
        clock.wait(slot)
        memory[:] = picture
        clock.mark(slot, None)
        if time.monotonic() - began_s > seconds:
            break
    return 100 * (time.process_time() - cpu_s) / (time.monotonic() - began_s)


def send_plainly(wall: Wall, seconds: float) -> float:
    """What a bare sender of as many frames costs, in percent of a core."""
    width_px, height_px = wall.size
    frames = [colorlight.build_brightness(255)]
    for y in range(height_px):
        for x in range(0, width_px, colorlight.MAX_PIXELS):
            count = min(colorlight.MAX_PIXELS, width_px - x)
            frames.append(colorlight.build_row_head(y, x, count) + bytes(count * 3))
    frames.append(colorlight.build_show(255))
    clock = SlotClock(1 / wall.rate_hz)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as line:
        line.bind(("near", 0))
        began_s, cpu_s = time.monotonic(), time.process_time()
        while time.monotonic() - began_s < seconds:
            slot = clock.choose(None)
            clock.wait(slot)
            for frame in frames:
                line.send(frame)
            clock.mark(slot, None)
    return 100 * (time.process_time() - cpu_s) / (time.monotonic() - began_s)


def flicker(size: tuple[int, int]) -> Iterator[dict[str, Frame]]:
    """Two pictures in turn: every pixel changes."""
    pictures = [bytes([shade]) * (size[0] * size[1] * 3) for shade in (40, 200)]
    for picture in cycle(pictures):
        yield {"face": Frame(picture)}


def measure_wall(wall: Wall, seconds: float) -> tuple[Cost, float]:
    """The driver's cost, and that of a bare sender; in the namespace of a cable."""
    take_picture_priority()  # this thread of the namespace does not inherit it
    profile = load_profile("colorlight-5a-75")
    if not isinstance(profile, BoardProfile):
        raise TypeError("no profile of a board")
    board = ColorLightBoard("near", profile, wall.rate_hz)
    board.open({"face": FacePlace(width_px=wall.size[0], height_px=wall.size[1])})
    cost = measure(board, flicker(wall.size), seconds)
    board.close()
    return cost, send_plainly(wall, min(seconds, PEER_S))


def bench_ticker(seconds: float) -> Iterator[Figure]:
    """A line that runs in a fifth of the face, in the board process."""
    agent, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    place = FacePlace(width_px=FACE[0], height_px=FACE[1])
    board = BoardProcess(BoardConfig("bench", "hdmi", "", {"face": place}), open_screen(), ours)
    with agent, ours:
        cost = measure_ticker(board, agent, seconds)
        board.close()
    plain_pct = copy_plainly(min(seconds, PEER_S))
    yield Figure("ticker_1600x1000_60fps_cpu_pct", cost.cpu_pct, "pct", "25", plain_pct)
    yield compare("ticker_1600x1000_60fps", cost, plain_pct)
    yield Figure("ticker_1600x1000_60fps_late_frames", cost.late, "count", "0")


def bench_scroll(seconds: float) -> Iterator[Figure]:
    """All rows of the face move: the most that a screen can cost."""
    cost = measure(open_screen(), scroll_rows((0, FACE[1])), min(seconds, SHORT_S))
    yield Figure("scroll_1600x1000_60fps_cpu_pct", cost.cpu_pct, "pct", "none")
    yield Figure("scroll_1600x1000_60fps_late_frames", cost.late, "count", "none")


def bench_colorlight(wall: Wall, target: str, seconds: float) -> Iterator[Figure]:
    """A wall of receiving cards on a line of its own."""
    try:
        cable = Cable()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"# {wall}: needs root and veth: {error}")
        return
    cost, plain_pct = cable.run(lambda: measure_wall(wall, min(seconds, SHORT_S)))
    cable.close()
    yield Figure(f"{wall}_cpu_pct", cost.cpu_pct, "pct", target, plain_pct)
    yield compare(str(wall), cost, plain_pct)
    yield Figure(f"{wall}_late_frames", cost.late, "count", "0")


BENCHES: dict[str, Callable[[float], Iterator[Figure]]] = {
    "ticker_1600x1000": bench_ticker,
    "scroll_1600x1000": bench_scroll,
    "colorlight_512x256": partial(bench_colorlight, Wall((512, 256), 60), "25"),
    "colorlight_800x500": partial(bench_colorlight, Wall((800, 500), 30), "none"),
}


def main(argv: list[str]) -> int:
    """Run all, or those that `--only a,b` names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options = parser.parse_args(argv)
    only = {name for name in options.only.split(",") if name}
    take_picture_priority()  # as the process of a board
    for begin, bench in BENCHES.items():
        if only and not any(name.startswith(begin) for name in only):
            continue
        for figure in bench(options.seconds):
            if not only or figure.name in only:
                print(figure, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
