"""A USB stick that is plugged in: mounted where nobody sees it, read, written, and let go."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guest.machine import Machine, wait_until
from tests.guest.station import STATION, is_active

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
UNIT = "tramtin-stick@sda.service"
SECTOR, SECTORS, FAT_SECTORS = 512, 65_536, 64


def make_fat(path: Path) -> None:
    """An empty FAT16 of 32 MiB, by Microsoft's "FAT32 File System Specification" 1.03, page 9."""
    boot = struct.pack(
        "<3s8sHBHBHHBHHHII", b"\xeb\x3c\x90", b"MSWIN4.1", SECTOR, 4, 1, 2, 512, 0, 0xF8,
        FAT_SECTORS, 32, 64, 0, SECTORS,
    ) + struct.pack("<BBBI11s8s", 0x80, 0, 0x29, 0x84, b"STICK      ", b"FAT16   ")  # fmt: skip
    with path.open("wb") as file:
        file.write(boot.ljust(510, b"\0") + b"\x55\xaa")
        for copy in range(2):
            file.seek((1 + copy * FAT_SECTORS) * SECTOR)
            file.write(b"\xf8\xff\xff\xff")
        file.truncate(SECTORS * SECTOR)


@pytest.fixture
def stick(box: Machine, tmp_path: Path) -> Iterator[str]:
    """The name of a drive with an empty file system, not plugged in."""
    image = tmp_path / "stick.img"
    make_fat(image)
    file = {"driver": "file", "filename": str(image)}
    box.monitor.call("blockdev-add", {"driver": "raw", "node-name": "stick", "file": file})
    wait_until(lambda: is_active(box), "the service")
    yield "stick"
    box.unplug("stick")
    wait_until(lambda: not has_disk(box), "no stick")


def has_disk(box: Machine) -> bool:
    return "sda" in box.run("ls /dev", check=False).split()


def runs_done(box: Machine) -> int:
    """How often the unit has ended."""
    said = box.run(f"journalctl -u {UNIT} -o cat --no-pager", check=False)
    return said.count("Deactivated successfully")


def test_a_stick_is_read_by_itself_and_carries_the_journal_home(box: Machine, stick: str) -> None:
    box.plug("stick", "usb-storage", drive=stick)
    # nothing of ours is on it: it is let go at once
    wait_until(lambda: runs_done(box) == 1, "the first look")
    box.run("mount /dev/sda /mnt && mkdir -p /mnt/tramtin/stations && umount /mnt")
    box.unplug("stick")
    wait_until(lambda: not has_disk(box), "no stick")
    box.plug("stick", "usb-storage", drive=stick)
    wait_until(lambda: runs_done(box) == 2, "the visit", 300)
    assert "/dev/sda" not in box.run("cat /proc/mounts")
    box.run("mount -o ro /dev/sda /mnt")
    said = box.run(f"cat /mnt/tramtin/results/{STATION}.txt")
    names = box.run(f"ls /mnt/tramtin/up/{STATION}").split()
    box.run("umount /mnt")
    assert "USB không có tệp cho trạm này" in said
    assert "hello.json" in names
    assert any(name.endswith(".log.json") for name in names)
