"""Checks free space of the state's file system, and that it takes and keeps writes.

Figures come from statvfs(3). The trial write is 4 KiB an hour: synced, dropped from the page cache
(posix_fadvise(2), POSIX_FADV_DONTNEED), and read back from the card.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path

from agent.clock import mono_s
from agent.health.check import CheckFinding
from agent.health.hysteresis import Hysteresis

MIB = 1 << 20
CANARY = ".trial-write"
CANARY_BYTES = 4096
CANARY_EVERY_S = 3600.0
# Low: a tenth of a small card, at most 2 GiB of a large one, which is about a month of bulletins.
LOW_SHARE, LOW_BYTES = 0.10, 2048 * MIB
# Full: many times what journal and database need to close cleanly.
FULL_SHARE, FULL_BYTES = 0.02, 256 * MIB
LOW_INODES_SHARE = 0.05
CLEAR = 1.2  # times the limit that must be free before the issue ends


class DiskCheck:
    """Checks the file system of one folder.

    Args:
        folder: the state folder.
        statvfs: queries a file system; replaced in tests.
        now_mono_s: for the hour between trial writes.
    """

    name = "disk"
    period_s = 20.0

    def __init__(
        self,
        folder: Path,
        *,
        statvfs: Callable[[Path], os.statvfs_result] = os.statvfs,
        now_mono_s: Callable[[], float] = mono_s,
    ) -> None:
        self._folder = folder
        self._statvfs = statvfs
        self._now_mono_s = now_mono_s
        self._full = Hysteresis(1.0, CLEAR)
        self._low = Hysteresis(1.0, CLEAR)
        self._inodes = Hysteresis(1.0, CLEAR)
        self._canary_at_mono_s: float | None = None

    async def check(self) -> list[CheckFinding]:
        """See `Check.check`."""
        return await asyncio.to_thread(self._check)

    def _check(self) -> list[CheckFinding]:
        try:
            status = self._statvfs(self._folder)
        except OSError as error:
            return [self._finding("disk_not_written", str(error))]
        if status.f_flag & os.ST_RDONLY:
            return [self._finding("disk_read_only", "the file system is mounted read-only")]
        return [*self._space(status), *self._trial()]

    def _space(self, status: os.statvfs_result) -> list[CheckFinding]:
        size_bytes = status.f_blocks * status.f_frsize
        free_bytes = status.f_bavail * status.f_frsize
        is_full = self._full.add_sample(free_bytes / min(FULL_BYTES, FULL_SHARE * size_bytes))
        is_low = self._low.add_sample(free_bytes / min(LOW_BYTES, LOW_SHARE * size_bytes))
        found = []
        if is_full or is_low:
            hint = f"{free_bytes // MIB} MiB free of {size_bytes // MIB} MiB"
            found.append(self._finding("disk_full" if is_full else "disk_low", hint))
        # btrfs and others allocate inodes on demand and report 0
        if status.f_files:
            share = status.f_favail / (LOW_INODES_SHARE * status.f_files)
            if self._inodes.add_sample(share):
                hint = f"{status.f_favail} inodes free of {status.f_files}"
                found.append(self._finding("disk_inodes_low", hint))
        return found

    def _trial(self) -> list[CheckFinding]:
        """Write once an hour, and at every check while it fails."""
        now = self._now_mono_s()
        if self._canary_at_mono_s is not None and now < self._canary_at_mono_s:
            return []
        try:
            write_and_read_back(self._folder / CANARY)
        except OSError as error:
            if error.errno == errno.EROFS:
                return [self._finding("disk_read_only", str(error))]
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                # Reported as full already, or the file system is too small for 4 KiB.
                return [] if self._full.is_on else [self._finding("disk_full", str(error))]
            return [self._finding("disk_not_written", str(error))]
        self._canary_at_mono_s = now + CANARY_EVERY_S
        return []

    def _finding(self, kind: str, hint: str) -> CheckFinding:
        return CheckFinding(kind, str(self._folder), hint)


def write_and_read_back(path: Path) -> None:
    """Write a small file, sync it, read it back from the card, remove it; blocks.

    Raises:
        OSError: refused, or (EIO) the bytes read back differ from those written.
    """
    content = os.urandom(CANARY_BYTES)
    flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    try:
        written = os.write(descriptor, content)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        back = os.pread(descriptor, CANARY_BYTES, 0)
    finally:
        os.close(descriptor)
        with contextlib.suppress(OSError):
            path.unlink()
    if written != CANARY_BYTES or back != content:
        raise OSError(errno.EIO, "the bytes read back differ from those written", str(path))
