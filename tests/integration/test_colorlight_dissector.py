"""Frames of ours in Wireshark, read by the dissectors of Falcon Player and of Riata.

They are not part of this project. Put them into a folder under the names below, at the revisions of
`REVISIONS`, and name it in $COLORLIGHT_DISSECTORS; Debian's tshark runs them.

Riata's reads bytes 12 and 13 as an EtherType. It also reads place and count with their bytes the
other way round, and says so itself; that is compared here as it is.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from drivers.codec import colorlight
from drivers.codec.colorlight import ReceiverReply

pytestmark = pytest.mark.long
FOLDER = Path(os.environ.get("COLORLIGHT_DISSECTORS", "/nonexistent"))
REVISIONS = {
    "fpp.lua": (
        "FalconChristmas/fpp docs/ColorLight_Wireshark.lua",
        "c815a3b716b1ea43934a87159c0bf3579274103386ca10a7f292437b54c991cf",
    ),
    "riata.lua": (
        "JoinRiata/Wireshark-Scripts colorlight.lua",
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


def find(name: str) -> Path:
    path = FOLDER / name
    if shutil.which("tshark") is None or not path.exists():
        pytest.skip(f"needs tshark and {REVISIONS[name][0]} as $COLORLIGHT_DISSECTORS/{name}")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == REVISIONS[name][1]
    return path


def dissect(script: Path, folder: Path, *fields: str) -> list[list[str]]:
    """The fields of each frame, as tshark prints them."""
    capture = folder / "frames.pcap"
    # pcap: magic, 2.4, zone, accuracy, longest frame, Ethernet
    content = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    for frame in FRAMES:
        content += struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame
    capture.write_bytes(content)
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


def test_falcon_players_dissector_reads_every_field(tmp_path: Path) -> None:
    fields = ("type", "brightness", "brightnessB", "brightnessG", "brightnessR")
    rows = dissect(find("fpp.lua"), tmp_path, *fields)
    assert rows[0] == ["0x0a", "", "128", "128", "128"]
    assert rows[2] == ["0x01", "128", "128", "128", "128"]
    row = dissect(
        find("fpp.lua"),
        tmp_path,
        "pixel_row_number",
        "pixel_offset",
        "pixel_count",
        "pixel_data",
    )[1]
    assert row == ["258", "497", "10", PIXELS.hex()]
    fields = ("type", "receiver", "firmware_major", "firmware_minor", "uptime", "packet_count")
    rows = dissect(find("fpp.lua"), tmp_path, *fields)
    assert rows[3][:2] == ["0x07", "3"]
    assert rows[4] == ["0x08", "3", "13", "7", "123456", "70000"]


def test_riatas_dissector_knows_every_frame(tmp_path: Path) -> None:
    fields = ("pixel_row_number", "pixel_offset", "pixel_count", "pixel_unknown1", "pixel_data")
    row = dissect(find("riata.lua"), tmp_path, *fields)[1]
    swapped = [str(int.from_bytes(one.to_bytes(2, "big"), "little")) for one in (497, 10)]
    assert row == ["258", *swapped, "0x08", PIXELS.hex()]
