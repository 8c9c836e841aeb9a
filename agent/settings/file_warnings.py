"""Risks of files: such as others may read or change, a state that may be lost, a missing voice."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from agent.settings.file_checks import is_read_only
from agent.settings.model import Settings, Speech
from strict_yaml.validation_fault import CodedText

SERVICE = "tramtin"  # the service's user and group: systemd/tramtin-sysusers.conf
VOICE = "espeak-ng"
MOUNTS = Path("/proc/self/mountinfo")  # proc(5): field 5 is the mount point, the type follows " - "
LOST = {"tmpfs": "state_lost", "ramfs": "state_lost", "overlay": "state_overlay"}
LOST |= {"vfat": "state_on_boot", "exfat": "state_on_boot", "msdos": "state_on_boot"}
LOST |= {"nfs": "state_remote", "nfs4": "state_remote", "cifs": "state_remote"}
CLEANED = (Path("/tmp"), Path("/var/tmp"), Path("/run"))  # noqa: S108 - warned about, not used

Risk = tuple[tuple[str | int, ...], str, str, CodedText | None]


def find_file_risks(
    settings: Settings,
    path: Path,
    type_of: Callable[[Path], str] | None = None,
    ids: tuple[int, frozenset[int]] | None = None,
) -> Iterator[Risk]:
    """Warnings about the settings' own file, the key, the root and the state folder.

    Args:
        settings: loaded from `path`.
        path: the settings' own file.
        type_of: returns the file system's type at a path; replaced in tests.
        ids: user and groups of the service, when root runs the check and can read more.
    """
    if settings.page is not None and settings.page.pin is not None and _mode(path) & 0o007:
        expected = CodedText("command", (f"chown root:{SERVICE} {path}; sudo chmod 640 {path}",))
        yield ("page", "pin"), "pin_readable", str(path), expected
    if ids is not None:
        yield from _find_unreadable(settings, path, *ids)
    key = settings.broker.key
    if _mode(Path(key)) & 0o077:
        yield ("broker", "key"), "key_readable", key, CodedText("command", (f"chmod 600 {key}",))
    for name, file in (("root", Path(settings.root)), ("", path)):
        if _mode(file) & 0o022:
            expected = CodedText("command", (f"chmod go-w {file}",))
            yield (name,) if name else (), "file_writable", str(file), expected
    if settings.speech != Speech() and shutil.which(VOICE) is None:
        expected = CodedText("command", (f"apt-get install {VOICE}",))
        yield ("speech",), "voice_missing", VOICE, expected
    state = Path(settings.state)
    if state.exists() and is_read_only(state):
        yield ("state",), "state_read_only", str(state), None
    what = LOST.get((type_of or read_type)(state))
    if what is None and any(state.is_relative_to(folder) for folder in CLEANED):
        what = "state_lost"
    if what is not None:
        yield ("state",), what, str(state), CodedText("rule", ("/var/lib/tramtin",))


def find_service() -> tuple[int, frozenset[int]] | None:
    """User and groups of the service; None unless root runs this where it is installed."""
    if os.geteuid() != 0:
        return None
    try:
        user = pwd.getpwnam(SERVICE)
    except KeyError:
        return None
    return user.pw_uid, frozenset(os.getgrouplist(SERVICE, user.pw_gid))


def _find_unreadable(
    settings: Settings, path: Path, user: int, groups: frozenset[int]
) -> Iterator[Risk]:
    """Files that root can read and the service cannot; not the key, which systemd provides."""
    files = {(): path, ("broker", "ca"): Path(settings.broker.ca)}
    files |= {("broker", "cert"): Path(settings.broker.cert), ("root",): Path(settings.root)}
    for key, file in files.items():
        try:
            status = file.stat()
        except OSError:
            continue
        mine = stat.S_IRGRP if status.st_gid in groups else stat.S_IROTH
        if not status.st_mode & (stat.S_IRUSR if status.st_uid == user else mine):
            expected = CodedText(
                "command", (f"chown root:{SERVICE} {file}; sudo chmod 640 {file}",)
            )
            yield key, "service_unreadable", str(file), expected


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
