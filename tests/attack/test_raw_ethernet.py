"""Attack 154: a process of the box is taken over and wants to forge frames (docs/trust.md)."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from central.authority.demo_authority import make_demo_authority
from central.testbed.certificates import make_demo_ca
from drivers.bus import raw_ethernet
from drivers.bus.packet_opener import serve
from drivers.bus.packet_sockets import ask_packet_sockets
from drivers.errors import DeviceUnreachable
from tests.harness.board_harness import ON_FD_3
from tests.harness.network_namespace import Cable, cable

__all__ = ["cable"]

STATION = "tv-cl-0021"
PATIENCE_S = 60.0
ALL_FRAMES = 0x0003
ROW = 0x55  # of ColorLight's frames: a row of pixels
NET_RAW = 1 << 13  # linux/capability.h
SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
# In a mount namespace of its own, where /run is a folder of the test's.
OWN_RUN = ("unshare", "--mount", "sh", "-c", 'mount --bind "$0" /run && exec "$@"')
NO_RIGHTS = ("setpriv", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all")
RAW_ALONE = ("setpriv", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all,+net_raw")
OPEN = "from drivers.bus.raw_ethernet import RawEthernet as R; R('near', 0x805).open()"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    probe = subprocess.run([*OWN_RUN, folder, *NO_RIGHTS, "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"needs root, for a mount namespace of its own: {probe.stderr!r}")
    return folder


@pytest.fixture
def begin(cable: Cable, run: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a program on the box's network, with rights that `setpriv` is told."""
    children: list[subprocess.Popen[bytes]] = []

    def start(*argv: str, rights: tuple[str, ...], **more: object) -> subprocess.Popen[bytes]:
        words = [*OWN_RUN, str(run), *rights, *argv]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
        made: subprocess.Popen[bytes] = cable.run(
            lambda: subprocess.Popen(words, env=env, **more)  # type: ignore[call-overload]  # as given
        )
        children.append(made)
        return made

    yield start
    for child in children:
        child.send_signal(signal.SIGTERM)
    for child in children:
        child.communicate(timeout=PATIENCE_S)


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A station with a wall on raw Ethernet and a second board."""
    authority = make_demo_authority(tmp_path / "authority")
    ca = make_demo_ca(tmp_path / "ca")
    identity = ca.issue_device(STATION)
    path = tmp_path / "station.yaml"
    path.write_text(
        f"station: {STATION}\n"
        f"broker: {{host: 127.0.0.1, port: 1, ca: {ca.ca}, cert: {identity.cert},"
        f" key: {identity.key}}}\n"
        f"root: {authority.root}\nstate: {tmp_path}/state\n"
        "outputs:\n"
        "  - name: tuong-led\n"
        "    board: {profile: colorlight-5a-75, path: near, options: {rate_hz: 25}}\n"
        "    faces: [{name: mat-truoc, width_px: 64, height_px: 8}]\n"
        "  - name: bang-tin\n"
        f"    board: {{profile: png, path: {tmp_path}/board}}\n"
        "    faces: [{name: cong, width_px: 64, height_px: 32}]\n"
    )
    return path


def read_rights(pid: int) -> dict[str, int]:
    """Its sets of capabilities; of a process that has ended, such as a renderer: none."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return dict.fromkeys(SETS, 0)
    return {
        name: int(value, 16)
        for name, value in re.findall(r"^(Cap\w+):\s+(\w+)$", text, re.MULTILINE)
    }


def list_tree(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    with contextlib.suppress(OSError):  # it has ended
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text(encoding="ascii").split():
                found += list_tree(int(child))
    return found


def list_sockets(pid: int) -> set[str]:
    """The inodes of its sockets."""
    links = []
    with contextlib.suppress(OSError):
        for fd in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):  # closed meanwhile
                links.append(str(fd.readlink()))
    return {link[8:-1] for link in links if link.startswith("socket:[")}


def list_packet_sockets() -> set[str]:
    """The inodes of the packet sockets in the network namespace of this thread."""
    rows = Path("/proc/thread-self/net/packet").read_text(encoding="ascii").splitlines()[1:]
    return {row.split()[-1] for row in rows}


def wait_for_rows(
    line: socket.socket, asked: socket.socket, start: Callable[[], subprocess.Popen[bytes]]
) -> subprocess.Popen[bytes]:
    """Until a row of pixels comes; starts the opener whenever somebody asks, as systemd does."""
    opener: subprocess.Popen[bytes] | None = None
    until_mono_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < until_mono_s:
        readable = select.select([line, asked], [], [], 0.1)[0]
        if line in readable and line.recv(2048)[12] == ROW:
            assert opener is not None
            return opener
        if asked in readable and (opener is None or opener.poll() is not None):
            opener = start()
            time.sleep(0.1)
    raise AssertionError("no picture")


def test_attack_154_no_process_of_a_running_box_may_open_raw_ethernet_and_the_board_alone_has_it(
    cable: Cable, run: Path, settings: Path, begin: Callable[..., subprocess.Popen[bytes]]
) -> None:
    asked = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    asked.bind(str(run / "tramtin-raw-ethernet.sock"))
    asked.listen()
    opener_argv = [sys.executable, "-m", "drivers.bus.packet_opener", "0805"]
    python = (sys.executable, "-c", ON_FD_3, str(asked.fileno()))
    far = cable.run(
        lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_FRAMES))
    )
    far.bind(("far", 0))
    with asked, far:
        agent = begin(
            sys.executable, "-m", "agent", "run", str(settings), "--demo", rights=NO_RIGHTS
        )
        opener = wait_for_rows(
            far,
            asked,
            lambda: begin(*python, *opener_argv, rights=RAW_ALONE, pass_fds=(asked.fileno(),)),
        )
        assert read_rights(opener.pid)["CapEff"] in (NET_RAW, 0)  # 0: it has ended unasked
        tree = list_tree(agent.pid)
        assert len(tree) >= 3  # the agent and two boards
        for pid in tree:
            assert {name: read_rights(pid)[name] for name in SETS} == dict.fromkeys(SETS, 0)
        packet = cable.run(list_packet_sockets) - list_sockets(os.getpid())
        holders = [pid for pid in tree if list_sockets(pid) & packet]
        assert len(holders) == 1
        assert b"colorlight-5a-75" in Path(f"/proc/{holders[0]}/cmdline").read_bytes()


def test_attack_154_without_the_service_nothing_of_the_box_opens_raw_ethernet(
    begin: Callable[..., subprocess.Popen[bytes]],
) -> None:
    child = begin(sys.executable, "-c", OPEN, rights=NO_RIGHTS, stderr=subprocess.PIPE)
    assert child.stderr is not None
    assert b"E_RIGHT: needs CAP_NET_RAW" in child.stderr.read()
    assert child.wait(PATIENCE_S) == 1


@pytest.mark.parametrize("code", [errno.EPERM, errno.EACCES, errno.EAFNOSUPPORT])
def test_whatever_keeps_the_right_from_a_process_is_said_as_one_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(raw_ethernet, "open_packet_sockets", refuse)
    with pytest.raises(DeviceUnreachable, match="E_RIGHT: needs CAP_NET_RAW"):
        raw_ethernet.RawEthernet("lo", 0x0805, tmp_path / "none").open()


def test_attack_154_what_opens_raw_ethernet_receives_one_type_of_frames_and_ends_unasked(
    cable: Cable, tmp_path: Path
) -> None:
    def body() -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asked:
            asked.bind(str(tmp_path / "opener"))
            asked.listen()
            asker = pool.submit(ask_packet_sockets, tmp_path / "opener")
            assert select.select([asked], [], [], PATIENCE_S)[0]
            serve(asked, 0x0805, idle_s=0.0)
            sender, receiver = asker.result()
        with sender, receiver:
            assert sender.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_RAW
            assert receiver.getsockname()[1] == 0x0805

    with ThreadPoolExecutor(1) as pool:
        cable.run(body)
