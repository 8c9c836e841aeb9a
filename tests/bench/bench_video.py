"""What clips on a board cost: 1920 x 1080, 25 frames a second, two faces of 800 x 500 (40 m2, P10).

`python tests/bench/bench_video.py [--seconds 30]`. Each face has a clip and a decoder of its own,
as two programmes have. Processor time is of one core, of the board process, both decoders
and reader together; the sink is the driver of screens on a graphics card that is plain memory,
60 Hz. In the same run: two mpv that play the same clips into nothing at the clips' pace, with the
frames that they drop, and a plain ffmpeg that decodes and scales them as fast as it can: its
processor time for each second of the clips. Then the same beside `--busy` loops that do nothing.
"""

from __future__ import annotations

import argparse
import fcntl
import resource
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import msgspec
import psutil

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.contract.document import Medium
from agent.contract.scene import Element, Scene
from agent.play.board.board_config import BoardConfig
from agent.play.board.board_process import BoardProcess
from agent.play.board.clip_feeder import PIPE_BYTES
from agent.play.board.film import Film, decoder_argv
from agent.play.clip_messages import AddClip
from agent.play.ipc import ShowScene
from agent.sandbox.profile import CLIP_DECODER, confine_argv
from drivers.frame_sink import FacePlace
from drivers.led.hdmi_board import HdmiBoard
from drivers.led.kms_card import KmsCard
from tests.fakes.fake_kms import FakeKms
from tests.harness.clip_file import encode_clip, store_clip
from tests.harness.mpv_clip import MpvClip

SECONDS, WARM_UP_S = 30.0, 3.0
CLIP_S = 8
SIZE, FPS = (800, 500), 25
FACES = ("near", "far")
FILL = (
    f"scale={SIZE[0]}:{SIZE[1]}:flags=area:force_original_aspect_ratio=increase"
    f",format=rgb24,crop={SIZE[0]}:{SIZE[1]}"
)
SOURCE = f"testsrc2=s=1920x1080:r={FPS}:d={CLIP_S},noise=alls=12:allf=t"


def open_wall() -> tuple[HdmiBoard, dict[str, FacePlace]]:
    """Two rectangles of one mode, paced by the clock."""
    card = FakeKms()
    card.has_blanking = False
    board = HdmiBoard("memory")
    board._card = cast("KmsCard", card)
    places = {
        face: FacePlace(
            width_px=SIZE[0],
            height_px=SIZE[1],
            port="HDMI-A-1",
            mode="1920x1080@60",
            x_px=number * SIZE[0],
        )
        for number, face in enumerate(FACES)
    }
    board.open(places)
    return board, places


def start_clip(
    agent: socket.socket, face: str, medium: Medium, path: Path, seconds: float
) -> subprocess.Popen[bytes]:
    """Show a clip on one face, as the agent does."""
    element = Element("video", [0, 0, 1000, 1000], media=medium.sha256, fit="cover", loop=True)
    until_s = time.monotonic() + seconds + 60
    show = ShowScene(face, Scene([element], 60_000), [face], {medium.sha256: str(path)}, until_s)
    agent.send(msgspec.json.encode(show))
    film = Film(element, medium, SIZE, 0, round(seconds + 60) * 1000)
    with path.open("rb") as file:
        argv = confine_argv(CLIP_DECODER, decoder_argv(film, file.fileno()), [file.fileno()])
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, pass_fds=[file.fileno()])
    assert process.stdout is not None
    fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    clip = AddClip(face, [face], *SIZE, FPS, 0)
    socket.send_fds(agent, [msgspec.json.encode(clip)], [process.stdout.fileno()])
    process.stdout.close()
    return process


@dataclass(frozen=True)
class Cost:
    """Processor time in percent of a core, and frames that were late or dropped."""

    cpu_pct: float
    late: int


@contextmanager
def busy(count: int) -> Iterator[None]:
    """So many processes beside that take what they can get."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for one in loops:
            one.kill()
            one.wait()


def measure(folder: Path, medium: Medium, seconds: float) -> Cost:
    """Two clips on the board."""
    agent, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sink, places = open_wall()
    board = BoardProcess(BoardConfig("bench", "hdmi", "", places), sink, ours)
    path = folder / medium.sha256
    decoders = [start_clip(agent, face, medium, path, seconds) for face in FACES]
    try:
        while len(board._clips.count()) < len(FACES) or not all(
            count.shown for count in board._clips.count().values()
        ):
            _step(board, agent)
        pids = [one.pid for one in decoders]
        pids += [one._pid for one in board._clips._readers.values() if one._pid is not None]
        processes = [psutil.Process(), *map(psutil.Process, pids)]
        began_s, used_s, late = time.monotonic(), _used_s(processes), _late(board)
        while time.monotonic() - began_s < seconds:
            _step(board, agent)
        spent_s = _used_s(processes) - used_s
        return Cost(100 * spent_s / (time.monotonic() - began_s), _late(board) - late)
    finally:
        board.close()
        for one in decoders:
            one.wait()


def _step(board: BoardProcess, agent: socket.socket) -> None:
    board.step()
    while select.select([agent], [], [], 0)[0]:
        agent.recv(65_536)


def _late(board: BoardProcess) -> int:
    return board._clips.late + board._faces.late


def _used_s(processes: list[psutil.Process]) -> float:
    times = [one.cpu_times() for one in processes]
    return sum(one.user + one.system for one in times)


def play_in_mpv(folder: Path, medium: Medium, seconds: float) -> Cost:
    """Two mpv with the same clips, scaled and cut to the same size."""
    path = folder / medium.sha256
    players = [MpvClip(path, f"fps={FPS},{FILL}", folder / face) for face in FACES]
    try:
        time.sleep(WARM_UP_S)
        processes = [one.process for one in players]
        used_s, dropped = _used_s(processes), sum(one.count_dropped() for one in players)
        time.sleep(seconds)
        spent_s = _used_s(processes) - used_s
        late = sum(one.count_dropped() for one in players) - dropped
        return Cost(100 * spent_s / seconds, late)
    finally:
        for one in players:
            one.stop()


def run_plainly(path: Path) -> float:
    """A plain ffmpeg for each face, in percent of a core at the clip's own pace."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    argv = ["ffmpeg", "-v", "error", "-nostdin", "-threads", "2", "-i", str(path)]
    argv += ["-vf", f"fps={FPS},{FILL}", "-f", "null", "-"]
    for _ in FACES:
        subprocess.run(argv, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 100 * used_s / CLIP_S


def bench(seconds: float, loops: int) -> Iterator[str]:
    """The lines."""
    with tempfile.TemporaryDirectory(dir="/tmp") as scratch:  # a socket needs a short path
        folder = Path(scratch)
        path = encode_clip(SOURCE, folder / "clip.mp4", "-b:v", "6M")
        medium = store_clip(path.read_bytes(), folder, CLIP_S * 1000)
        ours, mpv = measure(folder, medium, seconds), play_in_mpv(folder, medium, seconds)
        yield _line("cpu_pct", f"{ours.cpu_pct:.1f}", "pct", "mpv", f"{mpv.cpu_pct:.1f}")
        plain = f"{run_plainly(path):.1f}"
        yield _line("cpu_over_plain_pct", f"{ours.cpu_pct:.1f}", "pct", "plain_ffmpeg", plain)
        yield _line("late_frames", str(ours.late), "count", "mpv", str(mpv.late))
        with busy(loops):
            ours, mpv = measure(folder, medium, seconds), play_in_mpv(folder, medium, seconds)
        yield _line("busy_cpu_pct", f"{ours.cpu_pct:.1f}", "pct", "mpv", f"{mpv.cpu_pct:.1f}")
        yield _line("busy_late_frames", str(ours.late), "count", "mpv", str(mpv.late))


def _line(name: str, value: str, unit: str, peer: str, peer_value: str) -> str:
    return (
        f"BENCH name=video_1080p_two_faces_{name} value={value} unit={unit} target=none"
        f" peer={peer} peer_value={peer_value}"
    )


def main(argv: list[str]) -> int:
    """Print what clips cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--busy", type=int, default=2)
    options = parser.parse_args(argv)
    only = [name for name in options.only.split(",") if name]
    if not only or any(name.startswith("video_1080p") for name in only):
        for line in bench(options.seconds, options.busy):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
