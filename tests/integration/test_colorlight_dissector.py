"""Frames of ours in Wireshark, read by the dissectors of Falcon Player and of Riata.

They are not part of this project: they are fetched at the revisions of `SCRIPTS`, and count by
their hash alone. Without a way to the network, put them into a folder under the names below and
name it in $COLORLIGHT_DISSECTORS. Debian's tshark runs them.

Riata's reads bytes 12 and 13 as an EtherType. It also reads place and count with their bytes the
other way round, and says so itself; that is compared here as it is.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from drivers.codec import colorlight
from drivers.codec.colorlight import ReceiverReply
from drivers.frame_sink import FacePlace, Frame
from drivers.led.colorlight_board import ColorLightBoard
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile
from drivers.sim.sim_colorlight import ALL_FRAMES, OUTGOING, SimColorLight
from tests.harness.network_namespace import Cable, cable

__all__ = ["cable"]
pytestmark = pytest.mark.long
FOLDER = os.environ.get("COLORLIGHT_DISSECTORS", "")
RAW = os.environ.get("COLORLIGHT_DISSECTORS_AT", "https://raw.githubusercontent.com")
FETCH_S = 20.0
LIMIT_S = 60.0
SCRIPTS = {
    "fpp.lua": (
        "FalconChristmas/fpp/d49ad41ed8394c34460015dd3816e29215b22879/docs/ColorLight_Wireshark.lua",
        "c815a3b716b1ea43934a87159c0bf3579274103386ca10a7f292437b54c991cf",
    ),
    "riata.lua": (
        "JoinRiata/Wireshark-Scripts/7771860507b6535d7a0ef0dea722ad8958488264/colorlight.lua",
        "f4792a7a03b6d6b3cc180c11ee684d809a08ca64a6c415aad6eadab2a7a59733",
    ),
}
PIXELS = bytes(range(1, 31))
FRAMES = [
    colorlight.build_brightness(128),
    colorlight.build_row_head(258, 497, 10) + PIXELS,
    colorlight.build_show(128),
    colorlight.build_discover(3),
    colorlight.build_reply(ReceiverReply(3, (13, 7), 512, 256, 70_000, 123_456)),
]
FACE = FacePlace(width_px=520, height_px=4)  # wider than one frame carries
PICTURE = bytes((n * 31 + n // 253) % 256 for n in range(FACE.width_px * FACE.height_px * 3))
PICTURES = 5


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both dissectors."""
    if shutil.which("tshark") is None:
        pytest.skip("needs tshark")
    folder = Path(FOLDER) if FOLDER else tmp_path_factory.mktemp("dissectors")
    for name, (source, sha256) in SCRIPTS.items():
        if not FOLDER:
            (folder / name).write_bytes(fetch(f"{RAW}/{source}"))
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256, name
    return {name: folder / name for name in SCRIPTS}


def fetch(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=FETCH_S) as answer:  # noqa: S310 - a constant
            content: bytes = answer.read()
            return content
    except OSError as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        pytest.skip(f"cannot fetch {url} ({error}); see $COLORLIGHT_DISSECTORS")


def write_capture(path: Path, frames: Sequence[bytes]) -> Path:
    # pcap: magic, 2.4, zone, accuracy, longest frame, Ethernet
    content = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    for frame in frames:
        content += struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame
    path.write_bytes(content)
    return path


def dissect(script: Path, capture: Path, *fields: str) -> list[list[str]]:
    """The fields of each frame, as tshark prints them."""
    names = [word for field in fields for word in ("-e", f"colorlight.{field}")]
    result = subprocess.run(
        ["tshark", "-X", f"lua_script:{script}", "-r", capture, "-T", "fields", *names],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    lines = [line for line in result.stdout.splitlines() if "EtherType from" not in line]
    return [line.split("\t") for line in lines]


def test_falcon_players_dissector_reads_every_field(
    scripts: dict[str, Path], tmp_path: Path
) -> None:
    capture = write_capture(tmp_path / "frames.pcap", FRAMES)
    common = ("type", "brightness", "brightnessB", "brightnessG", "brightnessR")
    row = ("pixel_row_number", "pixel_offset", "pixel_count", "pixel_data")
    card = ("receiver", "firmware_major", "firmware_minor", "uptime", "packet_count")
    rows = dissect(scripts["fpp.lua"], capture, *common, *row, *card)
    assert rows[0][:5] == ["0x0a", "", "128", "128", "128"]
    assert rows[1][5:9] == ["258", "497", "10", PIXELS.hex()]
    assert rows[2][:5] == ["0x01", "128", "128", "128", "128"]
    assert (rows[3][0], rows[3][9]) == ("0x07", "3")
    assert (rows[4][0], *rows[4][9:]) == ("0x08", "3", "13", "7", "123456", "70000")


def test_riatas_dissector_knows_every_frame(scripts: dict[str, Path], tmp_path: Path) -> None:
    capture = write_capture(tmp_path / "frames.pcap", FRAMES)
    fields = ("pixel_row_number", "pixel_offset", "pixel_count", "pixel_unknown1", "pixel_data")
    row = dissect(scripts["riata.lua"], capture, *fields)[1]
    swapped = [str(swap(one)) for one in (497, 10)]
    assert row == ["258", *swapped, "0x08", PIXELS.hex()]


def swap(number: int) -> int:
    """Its two bytes the other way round."""
    return int.from_bytes(number.to_bytes(2, "big"), "little")


class Capture:
    """Wireshark on the far end of a cable, where a simulated card answers the board."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.answers = 0
        self._wall = SimColorLight((FACE.width_px, FACE.height_px))
        self._line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_FRAMES))
        self._line.bind(("far", 0))
        self._line.settimeout(0)
        self._tshark = subprocess.Popen(
            ["tshark", "-q", "-i", "far", "-w", path],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def answer(self) -> None:
        """The card answers what has come."""
        while True:
            try:
                frame, address = self._line.recvfrom(2048)
            except OSError:
                return
            answer = None if address[2] == OUTGOING else self._wall.handle(frame, 1.0)
            if answer is not None:
                self._line.send(answer)
                self.answers += 1

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def close(self) -> None:
        self._line.close()
        self._tshark.send_signal(signal.SIGINT)
        self._tshark.wait(timeout=LIMIT_S)


def show(capture: Capture) -> None:
    """Show the picture until the capture holds it, an answer of the card, and it again."""
    profile = load_profile("colorlight-5a-75")
    assert isinstance(profile, BoardProfile)
    board = ColorLightBoard("near", profile, 50.0)
    board.open({"front": FACE})

    def show_until(is_so: Callable[[], bool]) -> None:
        limit_s = time.monotonic() + LIMIT_S
        while not is_so():
            assert time.monotonic() < limit_s, "not in time"
            board.present({"front": Frame(PICTURE)})
            board.find_faults()
            capture.answer()
            time.sleep(0.02)

    show_until(lambda: capture.size > PICTURES * len(PICTURE))
    answers = capture.answers
    show_until(lambda: capture.answers > answers)
    size = capture.size + PICTURES * len(PICTURE)
    show_until(lambda: capture.size > size)
    board._line.close()  # not `close`, which would send a black picture


@pytest.fixture
def live(scripts: dict[str, Path], cable: Cable, tmp_path: Path) -> Path:
    """A capture of a board at work."""
    assert scripts
    capture = cable.run(lambda: Capture(tmp_path / "live.pcapng"))
    try:
        cable.run(lambda: show(capture))
    finally:
        capture.close()
    return capture.path


def rebuild(rows: Sequence[Sequence[str]], *, swapped: bool) -> bytes:
    """The last picture that these rows, places, counts and pixels make."""
    wall = bytearray(len(PICTURE))
    for row, x_px, count, pixels in rows:
        place, size = (swap(int(one)) if swapped else int(one) for one in (x_px, count))
        at = (int(row) * FACE.width_px + place) * 3
        assert len(bytes.fromhex(pixels)) == size * 3
        wall[at : at + size * 3] = bytes.fromhex(pixels)
    return bytes(wall)


def test_a_live_capture_holds_the_picture_that_was_shown(
    scripts: dict[str, Path], live: Path
) -> None:
    fields = ("pixel_row_number", "pixel_offset", "pixel_count", "pixel_data")
    theirs = dissect(scripts["fpp.lua"], live, "type", "receiver", *fields)
    types = [row[0] for row in theirs]
    assert set(types) <= {"", "0x0a", "0x55", "0x01", "0x07", "0x08"}  # nothing of configuration
    assert rebuild([row[2:] for row in theirs if row[0] == "0x55"], swapped=False) == PICTURE
    for asked_or_answered in ("0x07", "0x08"):
        assert sorted({row[1] for row in theirs if row[0] == asked_or_answered}) == ["0"]
    # a frame: brightness, its pieces in order, show
    shown = [kind for kind in types if kind in {"0x0a", "0x55", "0x01"}]
    last = len(shown) - shown[::-1].index("0x01")
    pieces = 2 * FACE.height_px
    assert shown[last - pieces - 2 : last] == ["0x0a", *["0x55"] * pieces, "0x01"]
    riatas = dissect(scripts["riata.lua"], live, *fields)
    assert rebuild([row for row in riatas if row[0]], swapped=True) == PICTURE
