"""A simulated chain of ColorLight 5A-75 cards that listens on a network interface.

It has what matters of a wall: rows are collected and shown at the command, the last picture stays
when nothing comes, a firmware from 13 on shows nothing unless brightness and command come twice,
each card counts its frames and its time since it was switched on. Run as

    python -m drivers.sim.sim_colorlight INTERFACE WIDTH HEIGHT PICTURE.png [STATE]

it keeps in PICTURE.png what the wall shows now, dimmed. STATE is a JSON file that an operator edits
meanwhile:

    {"firmware": [10, 2], "receivers": 1, "power_cuts": 0, "fault": null}

`fault` is one of `FAULTS`: `silent` cards do not answer, `half` ones answer half, `another` is the
answer of a card that is not in the chain.
"""

from __future__ import annotations

import select
import socket
import struct
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drivers.codec import colorlight
from drivers.codec.colorlight import ReceiverReply
from drivers.sim.state_file import read_state

FAULTS = ("silent", "half", "another")
DOUBLED_FROM = 13
SHOW_WITHIN_S = 0.05  # the two commands of such a firmware
ALL_FRAMES = 3  # ETH_P_ALL
PICTURE_S = 0.2
OUTGOING = 4  # PACKET_OUTGOING


class SimColorLight:
    """The chain as one picture.

    Args:
        size: width and height of the wall.

    Attributes:
        firmware: of all cards.
        receivers: number of cards.
        fault: one of `FAULTS`, or None.
        shown: RGB pixels of the picture that is shown, before dimming.
        pictures: number of commands that showed one.
        broken: frames that make no sense.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self.firmware = (10, 2)
        self.receivers = 1
        self.fault: str | None = None
        self.pictures = 0
        self.broken = 0
        self.cut_power(0.0)

    def cut_power(self, now_s: float) -> None:
        """Start again: black, full brightness, counters at 0."""
        black = bytes(self.size[0] * self.size[1] * 3)
        self.shown, self._rows = black, bytearray(black)
        self.level = 255
        self._level_seen = 0
        self._show_s = -1.0
        self._packets = 0
        self._on_since_s = now_s

    def handle(self, frame: bytes, now_s: float) -> bytes | None:
        """Take one frame; returns the answer that a card gives.

        Args:
            frame: as it comes from the line.
            now_s: monotonic seconds.
        """
        if frame[:6] != colorlight.CARD_MAC or len(frame) <= 13:
            return None
        self._packets += 1
        type_, data = frame[12], frame[13:]
        if type_ == colorlight.ROW:
            self._take_row(data)
        elif type_ == colorlight.BRIGHTNESS:
            self.level = max(data[:3])
            self._level_seen += 1
        elif type_ == colorlight.SHOW:
            self._show(now_s)
        elif type_ == colorlight.DISCOVER and data[3] < self.receivers:
            return self._answer(data[3], now_s)
        return None

    def _take_row(self, data: bytes) -> None:
        if len(data) < 8:
            self.broken += 1
            return
        row, x_px, count = struct.unpack_from(">HHH", data)
        pixels = data[8 : 8 + count * 3]
        if len(pixels) != count * 3 or not 0 < count <= colorlight.MAX_PIXELS:
            self.broken += 1
        elif row < self.size[1] and x_px < self.size[0]:
            count = min(count, self.size[0] - x_px)
            at = (row * self.size[0] + x_px) * 3
            self._rows[at : at + count * 3] = pixels[: count * 3]

    def _show(self, now_s: float) -> None:
        is_first = now_s - self._show_s > SHOW_WITHIN_S
        self._show_s = now_s
        if self.firmware[0] >= DOUBLED_FROM and (is_first or self._level_seen < 2):
            return
        self.shown = bytes(self._rows)
        self.pictures += 1
        self._level_seen = 0
        self._show_s = -1.0

    def _answer(self, index: int, now_s: float) -> bytes | None:
        if self.fault == "silent":
            return None
        index = 77 if self.fault == "another" else index
        uptime_ms = int((now_s - self._on_since_s) * 1000)
        answer = colorlight.build_reply(
            ReceiverReply(index, self.firmware, *self.size, self._packets, uptime_ms)
        )
        return answer[: len(answer) // 20] if self.fault == "half" else answer


class _WallState:
    """The state file, applied when it changes."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._applied: Mapping[str, Any] = {"power_cuts": 0}

    def apply(self, wall: SimColorLight, now_s: float) -> None:
        state = read_state(self._file, FAULTS) if self._file is not None else {}
        if not state or state == self._applied:
            return
        wall.firmware = tuple(state.get("firmware", wall.firmware))
        wall.receivers = state.get("receivers", wall.receivers)
        wall.fault = state.get("fault")
        if state.get("power_cuts", 0) != self._applied.get("power_cuts", 0):
            wall.cut_power(now_s)
        self._applied = state


def run(interface: str, size: tuple[int, int], picture: Path, state: Path | None) -> None:
    """Listen until interrupted.

    Raises:
        OSError: no such interface, or no right to listen.
    """
    wall, settings, due_s = SimColorLight(size), _WallState(state), 0.0
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_FRAMES)) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 * 1024 * 1024)
        line.bind((interface, 0))
        wall.cut_power(time.monotonic())
        while True:
            if select.select([line], [], [], PICTURE_S)[0]:
                frame, address = line.recvfrom(2048)
                answer = wall.handle(frame, time.monotonic())
                if answer is not None and address[2] != OUTGOING:
                    line.send(answer)
            if time.monotonic() >= due_s:
                due_s = time.monotonic() + PICTURE_S
                settings.apply(wall, time.monotonic())
                write_picture(wall, picture)


def write_picture(wall: SimColorLight, path: Path) -> None:
    """What the wall shows now, as a PNG file that appears whole."""
    from PIL import Image

    shown = Image.frombytes("RGB", wall.size, wall.shown)
    dimmed = shown.point([value * wall.level // 255 for value in range(256)] * 3)
    fresh = path.with_name(f".{path.name}")
    dimmed.save(fresh, "PNG", compress_level=1)
    fresh.replace(path)


if __name__ == "__main__":
    name, width, height, file = sys.argv[1:5]
    run(
        name,
        (int(width), int(height)),
        Path(file),
        Path(sys.argv[5]) if len(sys.argv) > 5 else None,
    )
