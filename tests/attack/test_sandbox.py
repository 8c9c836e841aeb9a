"""A hostile file has taken a helper over: what its code reaches then (docs/trust.md, 112)."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
import wave
from pathlib import Path

import pytest

from agent.clock import mono_s
from agent.contract.scene import Scene
from agent.play.ipc import Brightness, ShowScene, WorkerFault
from agent.sandbox import enforce
from agent.sandbox.profile import find_missing
from tests.harness.board_harness import Start, start

__all__ = ["start"]

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PLAIN: tuple[str, ...] = ()
UNIT = (sys.executable, str(ROOT / "tests" / "harness" / "unit_filter.py"))
# what only Landlock keeps from a helper
FILES = {"read_key", "read_state", "environ", "memory", "shell"}
SPAWN = """
    import asyncio, os, sys
    from agent.play.decode.decoder import start_decoder
    from agent.play.decode.clip_sequence import Track

    async def main() -> None:
        track = Track(os.open(sys.argv[1], os.O_RDONLY), "audio/wav", 1000)
        decoder = await start_decoder([track])
        with os.fdopen(decoder.read_fd, "rb") as pipe:
            heard, _ = await asyncio.gather(asyncio.to_thread(pipe.read), decoder.wait())
        sys.stdout.buffer.write(heard)

    asyncio.run(main())
"""
SPAWN_READER = """
    import asyncio, os, sys
    from agent.play.board.video_reader import VideoReader
    from drivers.video_input import VideoStream

    async def main() -> None:
        fd = os.open(sys.argv[1], os.O_RDWR)
        reader = VideoReader({"mat": (64, 32)})
        stream = VideoStream(fd=fd, demuxer="v4l2", codecs=("rawvideo",), is_device=True)
        await reader.start(stream)
        with os.fdopen(reader.pipes.pop("mat"), "rb") as pipe:
            heard, _ = await asyncio.gather(asyncio.to_thread(pipe.read), reader.process.wait())
        sys.stdout.buffer.write(heard)

    asyncio.run(main())
"""

pytestmark = pytest.mark.skipif("seccomp" in find_missing(), reason="the kernel has no seccomp")
under = pytest.mark.parametrize("wrapper", [PLAIN, UNIT], ids=["bare", "under the unit's filter"])


@pytest.fixture
def station(tmp_path: Path) -> Path:
    """A folder with a key, a state and one medium; the medium's folder is not the helper's."""
    (tmp_path / "device.key").write_text("secret")
    (tmp_path / "state.db").write_text("state of the box")
    with wave.open(str(tmp_path / "medium"), "wb") as out:
        out.setparams((1, 2, 48_000, 0, "NONE", ""))
        out.writeframes(bytes(range(256)) * 375)
    return tmp_path


def build_escape(station: Path) -> Path:
    """The hostile program under the name of the helper whose place it takes."""
    program = station / "bin" / "ffmpeg"
    program.parent.mkdir()
    names = {"KEY": "device.key", "STATE": "state.db", "FRESH": "fresh"}
    defines = [f'-D{name}="{station / file}"' for name, file in names.items()]
    compiler = ["gcc", "-w", *defines, '-DSHELL="/bin/sh"', "-o", str(program)]
    subprocess.run([*compiler, str(HERE / "escape.c")], check=True)
    return program


def spawn(
    station: Path, wrapper: tuple[str, ...], folder: Path | None = None, code: str = SPAWN
) -> bytes:
    """What comes out of a decoder that an agent starts, with `folder` first in its PATH."""
    path = f"{folder}:/usr/bin:/bin" if folder else "/usr/bin:/bin"
    argv = [*wrapper, sys.executable, "-c", textwrap.dedent(code), str(station / "medium")]
    env = {"PATH": path, "PYTHONPATH": str(ROOT)}
    return subprocess.run(argv, env=env, check=True, capture_output=True, timeout=60).stdout


def read_attempts(output: bytes) -> dict[str, int]:
    return {name: int(code) for name, code in map(str.split, output.decode().splitlines())}


def test_without_confinement_each_of_these_attempts_succeeds(station: Path) -> None:
    program = build_escape(station)
    output = subprocess.run([program, "-i", station / "medium"], capture_output=True, check=True)
    attempts = read_attempts(output.stdout)
    # the namespace and io_uring may be closed to everybody on a machine
    open_to_all = {k: v for k, v in attempts.items() if k not in ("namespace", "io_uring")}
    assert set(open_to_all.values()) == {0}, attempts
    assert not (station / "state.db").exists()


@under
def test_attack_112_code_in_the_decoder_reaches_nothing_but_its_medium(
    station: Path, wrapper: tuple[str, ...]
) -> None:
    attempts = read_attempts(spawn(station, wrapper, build_escape(station).parent))
    assert attempts.pop("medium") == 0
    if not enforce.query_landlock_abi():
        attempts = {name: code for name, code in attempts.items() if name not in FILES}
    assert len(attempts) >= 20
    assert {name for name, code in attempts.items() if code == 0} == set()
    assert (station / "state.db").read_text() == "state of the box"
    assert not (station / "fresh").exists()


@under
def test_attack_159_code_in_the_reader_of_a_capture_card_reaches_nothing_but_its_card(
    station: Path, wrapper: tuple[str, ...]
) -> None:
    """It drives the card, which is opened for writing too; it writes no file by that."""
    found = spawn(station, wrapper, build_escape(station).parent, SPAWN_READER)
    attempts = read_attempts(found)
    assert attempts.pop("medium") == 0
    if not enforce.query_landlock_abi():
        attempts = {name: code for name, code in attempts.items() if name not in FILES}
    assert len(attempts) >= 20
    assert {name for name, code in attempts.items() if code == 0} == set()
    assert (station / "state.db").read_text() == "state of the box"
    assert not (station / "fresh").exists()


@under
def test_a_real_medium_is_decoded_in_the_same_confinement(
    station: Path, wrapper: tuple[str, ...]
) -> None:
    assert shutil.which("ffmpeg", path="/usr/bin:/bin")
    assert spawn(station, wrapper) == bytes(range(256)) * 375


# Runs before the board's own code and takes over: the renderer while it draws, the board itself
# when it is told to dim. What succeeded comes back as the fault's text.
TAKEN_OVER = """
    import ctypes, fcntl, os, socket, sys

    AGENT, FOLDER = os.getppid(), {folder!r}
    LIBC = ctypes.CDLL(None, use_errno=True)

    def fork():
        if os.fork() == 0:
            os._exit(0)

    def call(name, *args):
        if getattr(LIBC, name)(*args) < 0:
            raise OSError(ctypes.get_errno(), name)

    ATTEMPTS = dict(
        read_key=lambda: open(FOLDER + "/device.key"),
        read_state=lambda: open(FOLDER + "/state.db"),
        write_state=lambda: open(FOLDER + "/state.db", "r+"),
        chmod_state=lambda: os.chmod(FOLDER + "/state.db", 0o600),
        unlink_state=lambda: os.unlink(FOLDER + "/state.db"),
        write_fresh=lambda: open(FOLDER + "/fresh", "w"),
        write_media=lambda: open(FOLDER + "/media/fresh", "w"),
        write_code=lambda: open({code!r} + "/fresh.py", "w"),
        inet=lambda: socket.socket(),
        unix=lambda: socket.socket(socket.AF_UNIX),
        netlink=lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
        environ=lambda: open(f"/proc/{{AGENT}}/environ"),
        pidfd=lambda: os.pidfd_open(AGENT),
        priority=lambda: os.setpriority(os.PRIO_PROCESS, AGENT, 1),
        namespace=lambda: call("unshare", 0x10000000),
        trace=lambda: call("ptrace", 16, AGENT, 0, 0),
        shell=lambda: os.posix_spawn("/bin/sh", ["sh", "-c", ":"], {{}}),
        signal=lambda: os.kill(AGENT, 0),
        owner=lambda: fcntl.fcntl(0, fcntl.F_SETOWN, AGENT),
        write_board=lambda: open(FOLDER + "/board/fresh", "w"),
        fork=fork,
        outlive=lambda: call("prctl", 1, 0, 0, 0, 0),
        agent_socket=lambda: os.fstat(3),
    )

    def try_all():
        reached = []
        for name, attempt in ATTEMPTS.items():
            try:
                attempt()
            except OSError:
                continue
            reached.append(name)
        return " ".join(reached) or "nothing"

    def take_over(*_):
        from agent.errors import PlayError

        raise PlayError("E_TAKEN", "reached", try_all())

    def on_dim(*_):
        from drivers.errors import UnsupportedFeature

        raise UnsupportedFeature("board", "reached", try_all())

    def profile(frame, event, _):
        if event == "call" and frame.f_code.co_name == "confine_board":
            import agent.play.board.scene_renderer
            import drivers.led.png_folder

            agent.play.board.scene_renderer.SceneRenderer.draw = take_over
            drivers.led.png_folder.PngFolder.set_brightness = on_dim
            sys.setprofile(None)

    sys.setprofile(profile)
"""


@under
def test_attack_112_code_in_the_board_or_its_renderer_reaches_no_key_no_socket_no_other_file(
    station: Path, wrapper: tuple[str, ...], start: Start
) -> None:
    code = station / "code"
    for folder in ("code", "media"):
        (station / folder).mkdir()
    text = TAKEN_OVER.format(folder=str(station), code=str(ROOT / "agent"))
    (code / "sitecustomize.py").write_text(textwrap.dedent(text))
    child = start(code=code, wrapper=wrapper)
    child.next()
    child.tell(ShowScene("s1", Scene([], 1), ["mat-sau"], {}, mono_s() + 60))
    fault = child.next()
    assert isinstance(fault, WorkerFault)
    assert (fault.code, fault.detail) == ("E_TAKEN", "reached: nothing")
    child.tell(Brightness(40))
    fault = child.next()
    assert isinstance(fault, WorkerFault)
    # the board itself may write its own folder, fork renderers and talk to the agent
    allowed = {"write_board", "fork", "agent_socket", "signal", "outlive"}
    assert set(fault.detail.rpartition(": ")[2].split()) <= allowed
    assert "write_board" in fault.detail
    assert (station / "state.db").read_text() == "state of the box"
