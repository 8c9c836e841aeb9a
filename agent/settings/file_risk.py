"""Risks of where things lie: files that others may read or change, a state that is lost or worn."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from agent.settings.fault import Words
from agent.settings.model import Settings

MOUNTS = Path("/proc/self/mountinfo")  # proc(5): the 5th field is where, after " - " the type
LOST = {"tmpfs": "state_lost", "ramfs": "state_lost", "overlay": "state_overlay"}
LOST |= {"vfat": "state_on_boot", "exfat": "state_on_boot", "msdos": "state_on_boot"}
LOST |= {"nfs": "state_remote", "nfs4": "state_remote", "cifs": "state_remote"}
CLEANED = (Path("/tmp"), Path("/var/tmp"), Path("/run"))  # noqa: S108 - warned about, not used

Risk = tuple[tuple[str | int, ...], str, str, Words | None]


def find_file_risks(
    settings: Settings, path: Path, type_of: Callable[[Path], str] | None = None
) -> Iterator[Risk]:
    """Warnings about the settings' own file, the key, the root and the state folder.

    Args:
        settings: loaded from `path`.
        path: the settings' own file.
        type_of: the file system's type at a path; replaced in tests.
    """
    if settings.page is not None and settings.page.pin is not None and _mode(path) & 0o007:
        yield ("page", "pin"), "pin_readable", str(path), Words("command", (f"chmod o= {path}",))
    key = settings.broker.key
    if _mode(Path(key)) & 0o077:
        yield ("broker", "key"), "key_readable", key, Words("command", (f"chmod 600 {key}",))
    for name, file in (("root", Path(settings.root)), ("", path)):
        if _mode(file) & 0o022:
            want = Words("command", (f"chmod go-w {file}",))
            yield (name,) if name else (), "file_writable", str(file), want
    state = Path(settings.state)
    what = LOST.get((type_of or read_type)(state))
    if what is None and any(state.is_relative_to(folder) for folder in CLEANED):
        what = "state_lost"
    if what is not None:
        yield ("state",), what, str(state), Words("rule", ("/var/lib/tramtin",))


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0


def read_type(path: Path, mounts: Path = MOUNTS) -> str:
    """The type of the file system that holds a path, such as `ext4`; empty if unknown."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    real = os.path.realpath(path)
    best, found = "", ""
    for line in lines:
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        where = fields[4].replace("\\040", " ")
        if len(where) >= len(best) and Path(real).is_relative_to(where):
            best, found = where, after.split()[0]
    return found
