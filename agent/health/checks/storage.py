"""Checks the card or eMMC: errors counted by ext4, and wear where the chip reports it.

Layouts: `/sys/fs/ext4/<disk>/errors_count` (ext4's superblock field s_error_count, kept until a
file system check clears it); `/sys/block/<disk>/device/life_time` and `pre_eol_info`, which are the
registers DEVICE_LIFE_TIME_EST_TYP_A/B and PRE_EOL_INFO of JEDEC eMMC 5.0 (JESD84-B50):
life in tenths, 0x0B past its end; reserve blocks 1 normal, 2 four fifths used, 3 urgent. SD cards
report neither.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from agent.health.check import CheckFinding, NotCheckedError

SYSFS = Path("/sys")
WORN, WORN_OUT = 0x09, 0x0B  # tenths of life: the ninth is in use; past the end
RESERVE_LOW, RESERVE_URGENT = 2, 3


class StorageCheck:
    """Checks the block device under a folder.

    Args:
        folder: the state folder.
        sysfs: where sysfs is mounted.
    """

    name = "storage"
    period_s = 600.0

    def __init__(self, folder: Path, sysfs: Path = SYSFS) -> None:
        self._folder = folder
        self._sysfs = sysfs

    async def check(self) -> list[CheckFinding]:
        """See `Check.check`."""
        return await asyncio.to_thread(self._check)

    def _check(self) -> list[CheckFinding]:
        number = self._folder.stat().st_dev
        link = self._sysfs / f"dev/block/{os.major(number)}:{os.minor(number)}"
        if not link.exists():
            raise NotCheckedError("no_card")
        device = link.resolve()
        # A partition's folder lies inside its disk's and has the file `partition`.
        disk = device.parent if (device / "partition").exists() else device
        errors = _read_numbers(self._sysfs / "fs/ext4" / device.name / "errors_count", 10)
        life = _read_numbers(disk / "device/life_time", 16)
        reserve = _read_numbers(disk / "device/pre_eol_info", 16)
        if not errors and not life and not reserve:
            raise NotCheckedError("no_card")
        found = []
        if any(errors):
            found.append(
                CheckFinding("storage_errors", device.name, f"ext4 counted {errors[0]} errors")
            )
        return found + _check_wear(disk.name, life, reserve)


def _read_numbers(file: Path, base: int) -> list[int]:
    """The numbers of a sysfs file; none where the kernel does not have it."""
    try:
        return [int(word, base) for word in file.read_text().split()]
    except FileNotFoundError:
        return []


def _check_wear(disk: str, life: list[int], reserve: list[int]) -> list[CheckFinding]:
    used, blocks = max(life, default=0), max(reserve, default=0)
    hint = f"life_time {used:#04x}, pre_eol_info {blocks:#04x}"
    if used >= WORN_OUT or blocks >= RESERVE_URGENT:
        return [CheckFinding("storage_worn_out", disk, hint)]
    if used >= WORN or blocks >= RESERVE_LOW:
        return [CheckFinding("storage_wear", disk, hint)]
    return []
