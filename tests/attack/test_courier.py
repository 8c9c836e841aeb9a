"""Attack 153: a sign has taken over the process that talks to it (docs/trust.md)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from agent.play.board.sink_opening import COURIER_ARGV
from agent.sandbox import enforce
from agent.sandbox.profile import find_missing
from drivers.bus.courier_line import CourierLine
from drivers.profile.load import load_profile

ROOT = Path(__file__).parents[2]
UNIT = (sys.executable, str(ROOT / "tests" / "harness" / "unit_filter.py"))
PATIENCE_S = 60

pytestmark = pytest.mark.skipif("seccomp" in find_missing(), reason="the kernel has no seccomp")

# Takes the place of the courier's loop once it is confined; says what succeeded as the fault.
TAKEN_OVER = """
    import ctypes, fcntl, os, socket, sys

    PARENT, FOLDER, OTHER, OWN = os.getppid(), {folder!r}, {other!r}, {own!r}
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
        write_code=lambda: open({code!r} + "/fresh.py", "w"),
        other_port=lambda: os.open(OTHER, os.O_RDWR | os.O_NOCTTY),
        own_port=lambda: os.open(OWN, os.O_RDWR | os.O_NOCTTY),
        inet=lambda: socket.socket(),
        inet6=lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
        unix=lambda: socket.socket(socket.AF_UNIX),
        netlink=lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
        packet=lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0),
        environ=lambda: open(f"/proc/{{PARENT}}/environ"),
        pidfd=lambda: os.pidfd_open(PARENT),
        priority=lambda: os.setpriority(os.PRIO_PROCESS, PARENT, 1),
        namespace=lambda: call("unshare", 0x10000000),
        trace=lambda: call("ptrace", 16, PARENT, 0, 0),
        shell=lambda: os.posix_spawn("/bin/sh", ["sh", "-c", ":"], {{}}),
        signal=lambda: os.kill(PARENT, 0),
        owner=lambda: fcntl.fcntl(0, fcntl.F_SETOWN, PARENT),
        fork=fork,
    )

    def take_over(courier):
        reached = []
        for name, attempt in ATTEMPTS.items():
            try:
                attempt()
            except OSError:
                continue
            reached.append(name)
        courier._line.send(dict(fault=" ".join(reached)))

    def profile(frame, event, _):
        if event == "call" and frame.f_code.co_name == "confine_courier":
            import drivers.content_board.courier

            drivers.content_board.courier.Courier.run = take_over
            sys.setprofile(None)

    sys.setprofile(profile)
"""


@pytest.fixture
def ports() -> Iterator[tuple[str, str]]:
    """Two serial ports: the sign's, and an amplifier's."""
    pairs = [os.openpty(), os.openpty()]
    for _, port in pairs:
        tty.setraw(port)
    yield os.ttyname(pairs[0][1]), os.ttyname(pairs[1][1])
    for end in (end for pair in pairs for end in pair):
        os.close(end)


def reach(
    folder: Path, profile: str, path: str, ports: tuple[str, str], wrapper: tuple[str, ...]
) -> set[str]:
    """What code in the courier of a sign reaches."""
    (folder / "device.key").write_text("secret")
    (folder / "state.db").write_text("state of the box")
    code = folder / "code"
    code.mkdir()
    text = TAKEN_OVER.format(
        folder=str(folder), code=str(ROOT / "agent"), own=ports[0], other=ports[1]
    )
    (code / "sitecustomize.py").write_text(textwrap.dedent(text))
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(PATIENCE_S)
    settings = {
        "fd": theirs.fileno(), "path": path, "profile": load_profile(profile), "options": {},
    }  # fmt: skip
    argv = [*wrapper, *COURIER_ARGV, msgspec.json.encode(settings).decode()]
    python_path = os.pathsep.join([str(code), *(entry for entry in sys.path if entry)])
    env = {**os.environ, "PYTHONPATH": python_path}
    with ours, subprocess.Popen(argv, pass_fds=(theirs.fileno(),), env=env) as process:
        theirs.close()
        found = CourierLine(ours).receive()
        assert process.wait(PATIENCE_S) == 0
    assert found is not None
    assert (folder / "state.db").read_text() == "state of the box"
    reached = set(found[0]["fault"].split())
    if not enforce.query_landlock_abi():
        reached -= {"read_key", "read_state", "environ", "own_port", "other_port", "write_state"}
    return reached


def test_attack_153_code_in_the_courier_of_a_sign_on_a_network_reaches_nothing(
    tmp_path: Path, ports: tuple[str, str]
) -> None:
    assert reach(tmp_path, "huidu-sdk-2-0", "127.0.0.1:10001", ports, ()) == set()


def test_attack_153_code_in_the_courier_of_a_serial_sign_reaches_its_port_alone(
    tmp_path: Path, ports: tuple[str, str]
) -> None:
    assert reach(tmp_path, "generic-modbus-text", ports[0], ports, UNIT) == {"own_port"}


def test_attack_153_what_opens_connections_opens_them_to_the_sign_alone() -> None:
    from drivers.content_board.connection_opener import ConnectionOpener, OpenerLostError, _serve

    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with socket.create_server(("127.0.0.1", 0)) as sign:
        serving = threading.Thread(target=_serve, args=(theirs, sign.getsockname()))
        serving.start()
        opener = ConnectionOpener(ours)
        with opener.connect() as made:
            assert made.getpeername() == sign.getsockname()
            assert made.gettimeout() is not None
    with pytest.raises(OSError, match="refused"):
        opener.connect()  # the sign is gone: said, and the opener goes on
    ours.shutdown(socket.SHUT_WR)
    serving.join(PATIENCE_S)
    theirs.close()
    with pytest.raises(OpenerLostError):
        opener.connect()
    ours.close()
