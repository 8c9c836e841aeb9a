"""What boards cost: a ticker, a whole face that moves, each at 60 frames a second.

`python tests/bench/bench_board.py [--only name,name] [--seconds 60]`. Processor time is of one
core, of the process that moves, converts and sends the pixels; the text is drawn before. The
ticker's sink is the driver of screens on a graphics card that is plain memory.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.play.board import typeset
from drivers.frame_sink import FacePlace, Frame, FrameSink
from drivers.led.hdmi_board import HdmiBoard
from drivers.led.kms_card import KmsCard
from tests.fakes.fake_kms import FakeKms

SECONDS = 60.0
FACE = (1600, 1000)
TICKER_ROWS = (780, 1000)  # a fifth of the face
STEP_PX = 4  # 240 px a second
TEXT = "Ủy ban nhân dân xã thông báo: triều cường lên cao từ 16 giờ, bà con đi lại cẩn thận. "


@dataclass(frozen=True)
class Cost:
    """Of a run: processor time of one core in percent, frames that missed their slot."""

    cpu_pct: float
    late: int


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


def move_text(rows: tuple[int, int]) -> Iterator[dict[str, Frame]]:
    """A text that goes to the left in these rows of the face, drawn once."""
    strip, strip_px = draw_strip(rows[1] - rows[0])
    pixels = bytearray(FACE[0] * FACE[1] * 3)
    row_bytes, strip_bytes, x = FACE[0] * 3, strip_px * 3, 0
    while True:
        for y in range(rows[0], rows[1]):
            begin = (y - rows[0]) * strip_bytes + x * 3
            pixels[y * row_bytes : (y + 1) * row_bytes] = strip[begin : begin + row_bytes]
        yield {"face": Frame(pixels, rows)}
        x = (x + STEP_PX) % (strip_px - FACE[0])


def draw_strip(height_px: int) -> tuple[memoryview, int]:
    """The text several faces long, so that a window of one face always has something."""
    width_px = 4 * FACE[0]
    picture = Image.new("RGB", (width_px, height_px))
    layout = typeset.fit(TEXT, width_px, min(height_px, 220))
    typeset.draw(
        ImageDraw.Draw(picture), layout, (0, 0, width_px, height_px), align="left", colour="yellow"
    )
    return memoryview(picture.tobytes()), width_px


def bench_ticker(seconds: float) -> Iterator[tuple[str, float, str, str]]:
    """A line of text in a fifth of the face."""
    cost = measure(open_screen(), move_text(TICKER_ROWS), seconds)
    yield "ticker_1600x1000_60fps_cpu_pct", cost.cpu_pct, "pct", "25"
    yield "ticker_1600x1000_60fps_late_frames", cost.late, "count", "0"


def bench_scroll(seconds: float) -> Iterator[tuple[str, float, str, str]]:
    """All rows of the face move: the most that a screen can cost."""
    cost = measure(open_screen(), move_text((0, FACE[1])), min(seconds, 15.0))
    yield "scroll_1600x1000_60fps_cpu_pct", cost.cpu_pct, "pct", "none"
    yield "scroll_1600x1000_60fps_late_frames", cost.late, "count", "none"


BENCHES: dict[str, Callable[[float], Iterator[tuple[str, float, str, str]]]] = {
    "ticker_1600x1000": bench_ticker,
    "scroll_1600x1000": bench_scroll,
}


def main(argv: list[str]) -> int:
    """Run all, or those that `--only a,b` names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options = parser.parse_args(argv)
    only = {name for name in options.only.split(",") if name}
    for begin, bench in BENCHES.items():
        if only and not any(name.startswith(begin) for name in only):
            continue
        for name, value, unit, target in bench(options.seconds):
            if not only or name in only:
                shown = f"{value:.1f}" if isinstance(value, float) else value
                print(f"BENCH name={name} value={shown} unit={unit} target={target}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
