"""Pixels on the network at programs that others wrote: OLA, the sacn package, Wireshark.

OLA's daemon refuses root, so that it runs as `nobody`. Both ends of the cable are in namespaces of
their own: nobody else hears their broadcasts.
"""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import sacn

from drivers.codec import artnet, e131
from drivers.frame_sink import FacePlace, Frame
from drivers.led.pixel_net import PixelNetBoard
from drivers.led.pixel_stream import CID
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile
from tests.harness.network_namespace import Cable, cable

__all__ = ["cable"]
pytestmark = pytest.mark.long
THEIRS, OURS = "10.9.0.1", "10.9.0.2"
LIMIT_S = 60.0
FACE = {"face": FacePlace(width_px=340, height_px=1)}  # two full universes
PIXELS = bytes((n * 7 + n // 256) % 256 for n in range(340 * 3))


class TwoHosts:
    """Our end of a cable in one namespace, theirs in another, each with a thread of its own."""

    def __init__(self, ours: Cable, theirs: Cable) -> None:
        self.ours, self.theirs = ours.run, theirs.run
        there = theirs.run(lambda: f"/proc/{os.getpid()}/task/{threading.get_native_id()}/ns/net")
        self._ip(ours, "link", "set", "far", "netns", there, "name", "end")
        self._ip(ours, "addr", "add", f"{OURS}/24", "brd", "+", "dev", "near")
        self._ip(theirs, "link", "set", "lo", "up")  # for OLA's own tools
        self._ip(theirs, "addr", "add", f"{THEIRS}/24", "brd", "+", "dev", "end")
        self._ip(theirs, "link", "set", "end", "up")

    def _ip(self, where: Cable, *words: str) -> None:
        where.run(lambda: subprocess.run(["ip", *words], check=True, timeout=20))


@pytest.fixture
def hosts(cable: Cable) -> Iterator[TwoHosts]:
    other = Cable()
    other.run(other.pull_adapter)
    yield TwoHosts(cable, other)
    other.close()


def open_board(profile_name: str, path: str) -> PixelNetBoard:
    profile = load_profile(profile_name)
    assert isinstance(profile, BoardProfile)
    board = PixelNetBoard(path, profile, 40.0, source=OURS)
    board.open(FACE)
    return board


def present_until(board: PixelNetBoard, is_done: Callable[[], bool]) -> None:
    limit_s = time.monotonic() + LIMIT_S
    while not is_done():
        assert time.monotonic() < limit_s, "the peer has not heard it"
        board.present({"face": Frame(PIXELS)})
        assert board.find_faults() == {}


class Ola:
    """The daemon, with a recorder of universes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.show = folder / "show"
        shutil.chown(folder, "nobody")
        self._started = [self._start("olad", "--config-dir", str(folder), "--no-http", "-l", "1")]
        self._wait(lambda: "E1.31" in self._ask("ola_dev_info"))
        for device, universe in ((self._find("ArtNet"), "0"), (self._find("E1.31"), "1")):
            for port in range(2):
                number = str(int(universe) + port + (16 if universe == "0" else 0))
                self._ask("ola_patch", "-d", device, "-p", str(port), "-i", "-u", number)
        universes = "16,17,1,2"
        record = ("--record", str(self.show), "--universes", universes)
        self._started.append(self._start("ola_recorder", *record))
        self._wait(self.show.exists)

    def heard(self, universe: int) -> bytes:
        """The last levels of a universe, as the recorder wrote them."""
        lines = self.show.read_text().splitlines()
        of_it = [
            line for line in lines if line.startswith(f"{universe} ") and line.count(",") > 500
        ]
        return bytes(map(int, of_it[-1].split(" ")[1].split(","))) if of_it else b""

    def stop(self) -> None:
        for process in reversed(self._started):
            process.terminate()
            process.wait(LIMIT_S)

    def _find(self, name: str) -> str:
        line = next(one for one in self._ask("ola_dev_info").splitlines() if name in one)
        return line.split(":")[0].removeprefix("Device ")

    def _start(self, *argv: str) -> subprocess.Popen[bytes]:
        quiet = subprocess.DEVNULL
        return subprocess.Popen(
            ["setpriv", "--reuid=nobody", "--clear-groups", *argv], stdout=quiet, stderr=quiet
        )

    def _ask(self, *argv: str) -> str:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=LIMIT_S)
        return done.stdout

    def _wait(self, is_done: Callable[[], bool]) -> None:
        limit_s = time.monotonic() + LIMIT_S
        while not is_done():
            assert time.monotonic() < limit_s
            time.sleep(0.2)


OTHERS = (
    *("dummy", "shownet", "espnet", "sandnet", "pathport", "karate", "milinst", "opendmx"),
    *("stageprofi", "uartdmx", "usbdmx", "usbserial", "ftdidmx", "gpio", "kinet", "osc"),
    *("renard", "spi", "openpixelcontrol"),
)


@pytest.fixture
def ola(hosts: TwoHosts, tmp_path: Path) -> Iterator[Ola]:
    if shutil.which("olad") is None or os.geteuid() != 0:
        pytest.skip("needs root and OLA: .ci/packages ola")
    folder = Path(f"/tmp/tramtin-ola-{os.getpid()}")  # pytest's own is closed to nobody
    folder.mkdir()
    for name in OTHERS:
        (folder / f"ola-{name}.conf").write_text("enabled = false\n")
    for name in ("artnet", "e131"):
        (folder / f"ola-{name}.conf").write_text(f"ip = {THEIRS}\n")
    for file in folder.iterdir():
        shutil.chown(file, "nobody")
    made = hosts.theirs(lambda: Ola(folder))
    yield made
    made.stop()
    shutil.rmtree(folder)


def test_ola_hears_every_channel_of_e131(hosts: TwoHosts, ola: Ola) -> None:
    board = hosts.ours(lambda: open_board("generic-e1-31", THEIRS))
    present_until(board, lambda: ola.heard(1) == PIXELS[:510] and ola.heard(2) == PIXELS[510:])
    board.close()


def test_ola_hears_every_channel_of_art_net_and_answers(hosts: TwoHosts, ola: Ola) -> None:
    board = hosts.ours(lambda: open_board("generic-art-net", THEIRS))
    present_until(board, lambda: ola.heard(16) == PIXELS[:510] and ola.heard(17) == PIXELS[510:])
    present_until(board, lambda: board._asked == 0 and board._ask_mono_s > 0)
    board.close()


def test_the_sacn_package_hears_the_groups_and_the_end(hosts: TwoHosts) -> None:
    heard: dict[int, bytes] = {}
    states: list[tuple[int, str]] = []

    def listen() -> sacn.sACNreceiver:
        receiver = sacn.sACNreceiver(bind_address=THEIRS)
        receiver.start()
        for universe in (1, 2):
            receiver.join_multicast(universe)

            def keep(packet: sacn.DataPacket, universe: int = universe) -> None:
                assert bytes(packet.cid) == CID
                assert packet.sourceName == "Tramtin"
                assert packet.syncAddr == 63_999
                heard[universe] = bytes(packet.dmxData[:510])

            receiver.register_listener("universe", keep, universe=universe)
        receiver.register_listener(
            "availability", lambda universe, changed: states.append((universe, changed))
        )
        return receiver

    receiver = hosts.theirs(listen)
    board = hosts.ours(lambda: open_board("generic-e1-31", "multicast"))
    present_until(board, lambda: heard == {1: PIXELS[:510], 2: PIXELS[510:]})
    board.close()
    limit_s = time.monotonic() + LIMIT_S
    while {one for one, state in states if state == "timeout"} != {1, 2}:
        assert time.monotonic() < limit_s
        time.sleep(0.05)
    receiver.stop()


def dissect(folder: Path, port: int, datagrams: Sequence[bytes], *fields: str) -> list[list[str]]:
    """The fields of each datagram, as tshark prints them."""
    if shutil.which("tshark") is None:
        pytest.skip("needs tshark")
    capture = folder / "pixels.pcap"
    # pcap: magic, 2.4, zone, accuracy, longest packet, packets that begin with IPv4
    content = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 228)
    for datagram in datagrams:
        udp = struct.pack(">HHHH", port, port, 8 + len(datagram), 0) + datagram
        head = struct.pack(
            ">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
            socket.inet_aton(OURS), socket.inet_aton(THEIRS),
        )  # fmt: skip
        content += struct.pack("<IIII", 0, 0, 20 + len(udp), 20 + len(udp)) + head + udp
    capture.write_bytes(content)
    names = [word for field in fields for word in ("-e", field)]
    switches = ("--enable-heuristic", "acn", "-o", "acn.dmx_enable:TRUE")
    result = subprocess.run(
        ["tshark", *switches, "-r", capture, "-T", "fields", *names],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return [line.split("\t") for line in result.stdout.splitlines()]


def test_wireshark_reads_art_net(tmp_path: Path) -> None:
    datagrams = [
        artnet.build_head(0x1234, 6) + bytes([1, 2, 3, 4, 5, 6]),
        artnet.build_sync(),
        artnet.build_poll(),
        artnet.build_poll_reply(bytes([10, 9, 0, 1]), "gate"),
    ]
    fields = ("artnet.header.opcode", "artnet.header.protver", "artnet.output.universe",
              "artnet.output.length", "artnet.poll_reply.short_name")  # fmt: skip
    rows = dissect(tmp_path, artnet.PORT, datagrams, *fields)
    assert [row[0] for row in rows] == ["0x5000", "0x5200", "0x2000", "0x2100"]
    assert [row[1] for row in rows[:3]] == ["14"] * 3
    assert rows[0][2:4] == [str(0x1234), "6"]
    assert rows[3][4] == "gate"


def test_wireshark_reads_e131(tmp_path: Path) -> None:
    head = e131.build_head(258, 3, cid=CID, source="Tramtin", priority=90, sync=7962)
    datagrams = [head + bytes([1, 2, 3]), e131.build_sync(7962, CID)]
    fields = ("acn.cid", "acn.dmx.source_name", "acn.dmx.priority", "acn.dmx.universe")
    rows = dissect(tmp_path, e131.PORT, datagrams, *fields)
    assert rows[0][0].replace("-", "") == CID.hex()
    assert rows[0][1:4] == ["Tramtin", "90", "258"]
