"""What pixels on a network cost, by DDP: the driver, and beside it a bare sender in the same run.

`python tests/bench/bench_pixel_net.py [--only name,name] [--seconds 20]`. Processor time is of one
core, of the process that converts and sends the pixels. Nobody reads them: the port is open on this
machine, and the kernel drops what its buffer does not take.
"""

from __future__ import annotations

import argparse
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.play.realtime import take_picture_priority
from drivers.codec import ddp
from drivers.frame_sink import FacePlace
from drivers.led.pixel_net import PixelNetBoard
from drivers.led.slot_clock import SlotClock
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile
from tests.bench.bench_board import Cost, Figure, compare, flicker, measure

SECONDS = 20.0
PEER_S = 10.0
SIZE, RATE_HZ = (512, 256), 60
NAME = f"ddp_{SIZE[0]}x{SIZE[1]}_{RATE_HZ}fps"


def send_plainly(address: tuple[str, int], seconds: float) -> float:
    """What a bare sender of as many datagrams costs, in percent of a core."""
    end = SIZE[0] * SIZE[1] * 3
    datagrams = []
    for begin in range(0, end, ddp.MOST_BYTES):
        length = min(ddp.MOST_BYTES, end - begin)
        head = ddp.build_head(begin, length, ddp.RGB_8_BITS, is_last=begin + length == end)
        datagrams.append(head + bytes(length))
    clock = SlotClock(1 / RATE_HZ)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.connect(address)
        began_s, cpu_s = time.monotonic(), time.process_time()
        while time.monotonic() - began_s < seconds:
            slot = clock.choose(None)
            clock.wait(slot)
            for datagram in datagrams:
                line.send(datagram)
            clock.mark(slot, None)
    return 100 * (time.process_time() - cpu_s) / (time.monotonic() - began_s)


def measure_driver(address: tuple[str, int], seconds: float) -> Cost:
    """The driver's cost, every pixel new in each frame."""
    profile = load_profile("generic-ddp")
    if not isinstance(profile, BoardProfile):
        raise TypeError("no profile of a board")
    board = PixelNetBoard(f"{address[0]}:{address[1]}", profile, RATE_HZ)
    board.open({"face": FacePlace(width_px=SIZE[0], height_px=SIZE[1])})
    cost = measure(board, flicker(SIZE), seconds)
    board.close()
    return cost


def main(argv: list[str]) -> int:
    """Run all, or those that `--only a,b` names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options = parser.parse_args(argv)
    only = {name for name in options.only.split(",") if name}
    if only and not any(name.startswith(NAME) for name in only):
        return 0
    take_picture_priority()  # as the process of a board
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = nobody.getsockname()
        cost = measure_driver(address, options.seconds)
        plain_pct = send_plainly(address, min(options.seconds, PEER_S))
    for figure in (
        Figure(f"{NAME}_cpu_pct", cost.cpu_pct, "pct", "none", plain_pct),
        compare(NAME, cost, plain_pct),
        Figure(f"{NAME}_late_frames", cost.late, "count", "0"),
    ):
        if not only or figure.name in only:
            print(figure, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
