"""The limits of each helper: `confine_argv` for other programs, `confine_*` for our own processes.

A mechanism that the kernel lacks is skipped, so that the box still sounds; `find_missing` names it.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from agent.sandbox import enforce, seccomp
from agent.sandbox.enforce import ALL_BUT_RUN, DRIVE, READ, READ_FILE, RUN, Rule

log = logging.getLogger(__name__)
LIBRARIES = ("/usr/lib", "/usr/local/lib", "/lib", "/lib64", "/etc/ld.so.cache")
# the dynamic loader is executed too; one of these belongs to this machine
LOADERS = (
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
    "/lib/ld-linux-armhf.so.3",
)
# what the resolver of the C library reads
NAME_SERVICE = (
    "/etc/resolv.conf", "/run/systemd/resolve", "/etc/hosts", "/etc/nsswitch.conf",
    "/etc/host.conf", "/etc/gai.conf", "/etc/services", "/etc/protocols",
)  # fmt: skip
FONTS = ("/usr/share/fonts", "/usr/local/share/fonts")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")


@dataclass(frozen=True)
class ProgramProfile:
    """The limits of an external program.

    Args:
        cpu_s: total processor time.
        memory_bytes: address space.
        readable: folders and files besides the libraries.
    """

    cpu_s: int
    memory_bytes: int
    readable: tuple[str, ...] = ()


DECODER = ProgramProfile(cpu_s=120, memory_bytes=1 << 30)
CLIP_DECODER = ProgramProfile(cpu_s=86_400, memory_bytes=1 << 30)  # a day of a clip in a loop
VIDEO_READER = ProgramProfile(cpu_s=86_400, memory_bytes=1 << 30)  # hours of a camera, as a clip
LIVE_DECODER = ProgramProfile(cpu_s=3600, memory_bytes=1 << 30)  # a day of speech on a slow box
LOUDNESS_METER = ProgramProfile(cpu_s=900, memory_bytes=1 << 30)  # an hour on a slow box
SPEAKER = ProgramProfile(
    cpu_s=10, memory_bytes=1 << 28, readable=("/usr/share/espeak-ng-data",)
)  # Debian keeps the voices with the libraries


def confine_argv(
    profile: ProgramProfile,
    argv: Sequence[str],
    fds: Collection[int],
    devices: Collection[int] = (),
) -> list[str]:
    """The command line that runs `argv` confined.

    Args:
        profile: its limits.
        argv: the program, searched in PATH, and its arguments.
        fds: inherited descriptors; their files may be opened again, whatever folder they are in.
        devices: inherited descriptors of devices, which may be driven too.
    """
    rules: list[Rule] = [(RUN, path) for path in LOADERS]
    rules += [(READ, path) for path in (*LIBRARIES, *DEVICES, *profile.readable)]
    lines = [f"{rights}:{where}" for rights, where in rules] + [f"{READ_FILE}:@{fd}" for fd in fds]
    lines += [f"{DRIVE}:@{fd}" for fd in devices]
    limits = f"{profile.cpu_s},{profile.memory_bytes}"
    calls = _program_filter("DRIVER" if devices else "PROGRAM")
    head = [sys.executable, "-I", "-S", enforce.__file__, limits, calls]
    return [*head, "\n".join(lines), *argv]


def confine_board(readable: Collection[str], writable: str) -> None:
    """Confine this board process, whose driver is open.

    It may read code, fonts and media, and write its own folder. Call it while there is one thread:
    Landlock confines only the calling thread.

    Args:
        readable: folders of media.
        writable: the board's path; a folder gets write access, a device is already open.

    Raises:
        OSError: the kernel refuses a mechanism that it announces.
    """
    paths = (*_list_code(), *LIBRARIES, *FONTS, *DEVICES, *readable)
    rules: list[Rule] = [(READ, path) for path in paths]
    if Path(writable).is_dir():
        rules.append((ALL_BUT_RUN, writable))
    if enforce.query_landlock_abi():
        enforce.restrict_files(rules)
    _install(seccomp.BOARD)


def confine_capture() -> None:
    """Confine this capture process, whose input is open: no files, programs or connections.

    Landlock and the filter confine the calling thread, which does all the work; a sound server's
    client library may have started one of its own before.

    Raises:
        OSError: the kernel refuses a mechanism that it announces.
    """
    if enforce.query_landlock_abi():
        enforce.restrict_files([(READ, path) for path in (*_list_code(), *LIBRARIES, *DEVICES)])
    _install(seccomp.CAPTURE)


def confine_courier(port: str | None) -> None:
    """Confine this process, which talks to a sign: no connections, no programs, no other files.

    It has the code that it needs loaded, one thread, and heard nothing from the sign yet. A serial
    port that is pulled and put back is another file, which it may not open.

    Args:
        port: the sign's serial port; None: the sign is on a network, and somebody else connects.

    Raises:
        OSError: the kernel refuses a mechanism that it announces.
    """
    rules: list[Rule] = [(READ, path) for path in (*_list_code(), *LIBRARIES, *DEVICES)]
    if port is not None:
        rules.append((READ_FILE | enforce.WRITE_FILE | enforce.IOCTL_DEV, port))
    if enforce.query_landlock_abi():
        enforce.restrict_files(rules)
    _install(seccomp.CAPTURE if port is None else seccomp.SERIAL_COURIER)


def confine_puller(readable: Collection[str]) -> None:
    """Confine this process, which pulls a radio: connections to the internet, and nothing else.

    Call it while there is one thread: Landlock confines the calling thread and its later ones.

    Args:
        readable: files besides code and name service, such as trusted authorities.

    Raises:
        OSError: the kernel refuses a mechanism that it announces.
    """
    paths = (*_list_code(), *LIBRARIES, *DEVICES, *NAME_SERVICE, *readable)
    if enforce.query_landlock_abi():
        enforce.restrict_files([(READ, path) for path in paths], enforce.BIND_TCP)
    _install(seccomp.PULLER)


def confine_stick_reader(folder: str) -> None:
    """Confine this process, which reads a stick and has its connection to the agent open.

    Call it while there is one thread. It may read code, and read and write below the stick; no
    other file, no further connection, no program.

    Args:
        folder: where the stick is mounted.

    Raises:
        OSError: the kernel refuses a mechanism that it announces.
    """
    rules: list[Rule] = [(READ, path) for path in (*_list_code(), *LIBRARIES, *DEVICES)]
    rules.append((ALL_BUT_RUN, folder))
    if enforce.query_landlock_abi():
        enforce.restrict_files(rules)
    _install(seccomp.STICK_READER)


def confine_renderer(board: int) -> None:
    """Confine this renderer, forked from a board process, further: no writes, no new processes.

    Args:
        board: the board's pid; the renderer ends with it, and cannot undo that.

    Raises:
        OSError: the board has ended, or the kernel refuses a mechanism that it announces.
    """
    enforce.die_with(board)
    _install(seccomp.RENDERER)


def find_missing() -> list[str]:
    """Which of `Landlock` and `seccomp` this kernel does not offer to this process."""
    missing = [] if enforce.query_landlock_abi() else ["Landlock"]
    return missing if has_seccomp() else [*missing, "seccomp"]


def has_seccomp() -> bool:
    """Does the kernel filter system calls, and does the table have this machine's numbers?"""
    return enforce.has_seccomp() and bool(_assemble(seccomp.PROGRAM))


def _install(policy: seccomp.SyscallPolicy) -> None:
    if has_seccomp():
        enforce.install_filter(_assemble(policy))


@cache
def _program_filter(policy: Literal["PROGRAM", "DRIVER"]) -> str:
    """The filter in hexadecimal; logs a missing mechanism once while the agent runs."""
    for missing in find_missing():
        log.warning("this kernel does not confine helpers by %s: see `tramtin doctor`", missing)
    return _assemble(getattr(seccomp, policy)).hex() if has_seccomp() else ""


def _assemble(policy: seccomp.SyscallPolicy) -> bytes:
    """The assembled filter; empty on a machine without a table of system calls."""
    try:
        return seccomp.assemble(policy, seccomp.find_architecture())
    except KeyError:
        return b""


def _list_code() -> list[str]:
    """Folders of Python's modules and ours. Not all of `sys.path`: its first may be any folder."""
    own = Path(__file__).parents[1]
    installed = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    return [*installed, sys.base_prefix, str(own), str(own.with_name("drivers"))]
