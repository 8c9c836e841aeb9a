"""A memory cgroup for a process and its children, as the unit's `MemoryMax` makes one."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
LIMIT_BYTES = 400 * 1024 * 1024  # systemd/tramtin.service


@dataclass(frozen=True)
class MemoryGroup:
    """One cgroup, of either version of the interface.

    Args:
        folder: in the cgroup file system.
    """

    folder: Path

    @property
    def is_v2(self) -> bool:
        return (self.folder / "memory.max").exists()

    def limit(self) -> None:
        name = "memory.max" if self.is_v2 else "memory.limit_in_bytes"
        (self.folder / name).write_text(str(LIMIT_BYTES))

    def killed(self) -> int:
        """How many processes the kernel has killed for want of memory."""
        name = "memory.events" if self.is_v2 else "memory.oom_control"
        rows = (line.split() for line in (self.folder / name).read_text().splitlines())
        return int(dict(rows).get("oom_kill", 0))

    def wrap(self, python: str, script: Path) -> str:
        """An interpreter that begins inside this group."""
        script.write_text(f'#!/bin/sh\necho $$ > {self.folder}/cgroup.procs\nexec {python} "$@"\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        return str(script)


@contextlib.contextmanager
def memory_group(name: str) -> Iterator[MemoryGroup | None]:
    """A group with the unit's limit; None where this machine permits none."""
    v1 = ROOT / "memory"
    folder = (v1 if v1.is_dir() else ROOT) / f"{name}-{os.getpid()}"
    group = MemoryGroup(folder)
    try:
        folder.mkdir()
        group.limit()
    except OSError:
        with contextlib.suppress(OSError):
            folder.rmdir()
        yield None
        return
    try:
        yield group
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove the group; its processes have ended, but the kernel may report that a little later."""
    for _ in range(50):
        try:
            folder.rmdir()
        except OSError:
            time.sleep(0.1)
        else:
            return
