"""What the process of a board with two large faces takes of memory, also at its worst moment.

`python tests/bench/bench_board_memory.py [--only name]`, about half a minute. The process is the
one that the agent starts, with two screens on a graphics card in memory, which is not counted: the
kernel does not count a real one either. Both faces have notices with a line that runs, replaced
again and again, each drawn while the one before it still runs.

A proportional share (PSS) counts a page that several processes map in parts.
"""

from __future__ import annotations

import argparse
import os
import select
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import psutil

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.contract.scene import Element, Scene
from agent.play.board.board_config import board_argv
from agent.play.ipc import Alive, BoardCommand, BoardEvent, Shown, ShowScene, WorkerFault
from drivers.frame_sink import FacePlace
from tests.harness.measured_box import BOX_PYTHON, pss_mib
from tests.harness.screen_board import CARD

NAMES = {"board_process_pss_mib", "board_process_peak_pss_mib"}
TARGET = "90"
FACES = {"near": "HDMI-A-1", "far": "HDMI-A-2"}
SIZE = (1600, 1000)
MODE = "1920x1080@60"
ROUNDS = 5
REST_S = 1.0
LIMIT_S = 60.0
ON_FD_3 = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.execv(sys.argv[2], sys.argv[2:])"
TEXT = "Ủy ban nhân dân xã thông báo: triều cường lên cao từ 16 giờ, bà con đi lại cẩn thận. "


class Memory:
    """Reads what a process takes. Its largest resident size is kept by the kernel, not sampled.

    Args:
        process: the board's.
    """

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._files = Path(f"/proc/{process.pid}")

    def read_share_mib(self) -> float:
        """The proportional share now, without the pictures of its graphics card."""
        return pss_mib(self._process) - self._read_card_mib()

    def read_resident_mib(self, name: str) -> float:
        """`VmRSS`, or `VmHWM`, the largest since `forget`."""
        lines = (self._files / "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024

    def forget(self) -> None:
        """The largest resident size begins anew: see proc_pid_clear_refs(5)."""
        (self._files / "clear_refs").write_text("5")

    def _read_card_mib(self) -> float:
        found, is_card = 0, False
        for line in (self._files / "smaps").read_text().splitlines():
            if "-" in line.split(" ", 1)[0]:
                is_card = CARD in line
            elif is_card and line.startswith("Pss:"):
                found += int(line.split()[1])
        return found / 1024


class Board:
    """The board process, and the agent's end of its socket."""

    def __init__(self) -> None:
        places = {
            face: FacePlace(width_px=SIZE[0], height_px=SIZE[1], port=port, mode=MODE)
            for face, port in FACES.items()
        }
        config = board_argv("bench", "hdmi", "memory", places)[-1]
        argv = [BOX_PYTHON, "-m", "tests.harness.screen_board", config]
        self.agent, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            fd = theirs.fileno()
            self.child = subprocess.Popen(
                [BOX_PYTHON, "-c", ON_FD_3, str(fd), *argv], pass_fds=(fd,), env=_build_env()
            )
        self.agent.settimeout(LIMIT_S)
        self._shows = 0

    def tell(self, command: BoardCommand) -> None:
        """Send it."""
        self.agent.send(msgspec.json.encode(command))

    def show(self, scene: Scene, faces: list[str]) -> None:
        """Show a scene on these faces, and wait until it is there."""
        self._shows += 1
        name = f"s{self._shows}"
        self.tell(ShowScene(name, scene, faces, {}, time.monotonic() + 3 * LIMIT_S))
        until_s = time.monotonic() + LIMIT_S
        while time.monotonic() < until_s:
            self.tell(Alive())
            event = msgspec.json.decode(self.agent.recv(65_536), type=BoardEvent)
            match event:
                case WorkerFault():
                    raise RuntimeError(f"{event.code}: {event.detail}")
                case Shown() if event.id == name:
                    return
        raise TimeoutError(name)

    def rest(self, seconds: float) -> None:
        """Let it run."""
        until_s = time.monotonic() + seconds
        while (left_s := until_s - time.monotonic()) > 0:
            if select.select([self.agent], [], [], left_s)[0]:
                self.agent.recv(65_536)

    def close(self) -> None:
        """End it."""
        self.agent.close()
        self.child.wait(LIMIT_S)


def _build_env() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def build_notice(number: int) -> Scene:
    """A notice with a line that runs."""
    title = Element("text", [0, 0, 1000, 780], text=f"Phòng chống lũ {number}")
    line = Element("text", [0, 780, 1000, 220], text=f"{number}. {TEXT}", ticker_ms=6_000)
    return Scene([title, line], 600_000)


def measure(board: Board) -> tuple[float, float]:
    """The share with two notices on, and at the worst moment of their replacements, MiB.

    The peak is the share of the settled process, and by how much it was resident more: with the
    pages that it shares with what draws counted in full, so at most too much.
    """
    memory = Memory(psutil.Process(board.child.pid))
    for face in FACES:
        board.show(build_notice(0), [face])
    board.rest(REST_S)
    memory.forget()
    settled_mib = more_mib = 0.0
    for number in range(1, ROUNDS + 1):
        before_mib = memory.read_resident_mib("VmRSS")
        board.show(build_notice(number), list(FACES))
        board.rest(REST_S)
        settled_mib = max(settled_mib, memory.read_share_mib())
        more_mib = max(more_mib, memory.read_resident_mib("VmHWM") - before_mib)
    return settled_mib, settled_mib + more_mib


def main(argv: list[str]) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    only = {name for name in parser.parse_args(argv).only.split(",") if name}
    if only and not only & NAMES:
        return 0
    board = Board()
    try:
        settled_mib, peak_mib = measure(board)
    finally:
        board.close()
    for name, value in (
        ("board_process_pss_mib", settled_mib),
        ("board_process_peak_pss_mib", peak_mib),
    ):
        print(f"BENCH name={name} value={value:.1f} unit=MiB target={TARGET}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
