"""A seccomp filter, assembled by hand: it refuses system calls that a helper never needs.

It lists refused calls, not allowed ones: a new libc or ffmpeg that uses an unforeseen call must
still play (docs/decisions/0027). Calls that are newer than our table return ENOSYS, so that no new
call is allowed unseen. Sources: seccomp(2), linux/bpf_common.h, linux/seccomp.h, linux/audit.h,
linux/sched.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from agent.sandbox.enforce import PR_SET_PDEATHSIG
from agent.sandbox.syscall_table import (
    EXEC,
    FORK,
    HIGHEST,
    INSPECT,
    IPC,
    JUDGED,
    KERNEL,
    METADATA,
    NETWORK,
    SCHEDULE,
    SIGNAL,
    WRITE,
    Row,
)

# column of the table, AUDIT_ARCH of linux/audit.h
ARCHITECTURES: dict[str, tuple[int, int]] = {
    "x86_64": (0, 0xC000003E),
    "aarch64": (1, 0xC00000B7),
    "arm": (2, 0x40000028),
}
ARM_PRIVATE = 0x0F0000  # set_tls, cacheflush: not in the table, but they pass through the filter
# offsets in struct seccomp_data; all three architectures are little-endian
_NR, _ARCH, _ARGS = 0, 4, 16
_LOAD, _JEQ, _JGT, _JGE, _JSET, _RETURN = 0x20, 0x15, 0x25, 0x35, 0x45, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_WRITE_FLAGS = 0o3 | 0o100 | 0o1000  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC
# F_SETOWN, F_SETSIG, F_SETOWN_EX; FIOSETOWN, SIOCSPGRP: with them a descriptor that becomes
# readable sends any signal to any process of the same user
_NAME_OWNER = {"fcntl": (8, 10, 15), "fcntl64": (8, 10, 15), "ioctl": (0x8901, 0x8902)}
# AF_INET, AF_INET6, and AF_NETLINK, by which getaddrinfo lists the own addresses: no AF_UNIX, so no
# sound server, no D-Bus
_INTERNET = (2, 10, 16)
_CLONE_THREAD = 0x00010000
_CLONE_NEW = 0x7E020000  # all namespaces

_NEVER: dict[str, Row] = {**NETWORK, **INSPECT, **SCHEDULE, **IPC, **KERNEL, **METADATA}


@dataclass(frozen=True)
class SyscallPolicy:
    """The calls that are refused with EPERM.

    Args:
        refused: names in the table with their numbers.
        may_open_for_writing: allowed here; Landlock limits the folders.
        may_drive: a device that stands there may be opened for reading and writing; nothing may be
            made or cut short.
        may_fork: new processes are allowed, not only threads.
    """

    refused: dict[str, Row]
    may_open_for_writing: bool = False
    may_drive: bool = False
    may_fork: bool = False


# a program that the launcher executes: execve must stay allowed
PROGRAM = SyscallPolicy({**_NEVER, **SIGNAL, **WRITE, **FORK, "execveat": EXEC["execveat"]})
# the same where it reads a device by ioctls, which is opened for both
DRIVER = SyscallPolicy(PROGRAM.refused, may_drive=True)
# the board process: writes the output of its driver, forks renderers and ends them
BOARD = SyscallPolicy({**_NEVER, **EXEC}, may_open_for_writing=True, may_fork=True)
# a capture, whose device is open: it reads that and writes pipes
CAPTURE = SyscallPolicy({**_NEVER, **SIGNAL, **WRITE, **FORK, **EXEC})
# what talks to a sign on a serial line: that port is opened again after a fault
SERIAL_COURIER = SyscallPolicy(CAPTURE.refused, may_open_for_writing=True)
# what reads a stick: it writes there, and renames what is whole
STICK_READER = SyscallPolicy({**_NEVER, **SIGNAL, **FORK, **EXEC}, may_open_for_writing=True)
# what pulls a radio: it connects to the internet, and is no server
PULLER = SyscallPolicy(
    {name: row for name, row in CAPTURE.refused.items() if name not in ("socket", "connect")}
)
# a renderer, forked from the board: it only returns pixels
RENDERER = SyscallPolicy({**_NEVER, **SIGNAL, **WRITE, **FORK, **EXEC})


def assemble(policy: SyscallPolicy, architecture: str) -> bytes:
    """The BPF program of a policy, as an array of struct sock_filter.

    Args:
        policy: the refused calls.
        architecture: a key of `ARCHITECTURES`.
    """
    column, arch = ARCHITECTURES[architecture]
    refuse = _ERRNO | errno.EPERM
    code = [_load(_ARCH), (_JEQ, 1, 0, arch), (_RETURN, 0, 0, _KILL), _load(_NR)]
    code += _refuse_unknown(column)
    for row in policy.refused.values():
        if (refused := row[column]) is not None:
            code += [(_JEQ, 0, 1, refused), (_RETURN, 0, 0, refuse)]
    for name, row in JUDGED.items():
        if (number := row[column]) is not None:
            code += _filter_arguments(name, number, policy)
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("<HBBI", op, yes, no, value) for op, yes, no, value in code)


def find_architecture() -> str:
    """The key of `ARCHITECTURES` for this process: a 32-bit program may run on a 64-bit kernel.

    Raises:
        KeyError: no table for this machine.
    """
    machine = os.uname().machine
    if ctypes.sizeof(ctypes.c_void_p) == 4 and machine.startswith(("arm", "aarch64")):
        return "arm"
    if ctypes.sizeof(ctypes.c_void_p) == 8 and machine in ARCHITECTURES:
        return machine
    raise KeyError(machine)


_Instruction = tuple[int, int, int, int]


def _load(offset: int) -> _Instruction:
    return (_LOAD, 0, 0, offset)


def _refuse_unknown(column: int) -> Iterable[_Instruction]:
    """Refuse calls above the table, including x32 calls, which have bit 30 set."""
    answer = (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)
    if column == ARCHITECTURES["arm"][0]:
        return [(_JGT, 0, 2, HIGHEST), (_JGE, 1, 0, ARM_PRIVATE), answer]
    return [(_JGT, 0, 1, HIGHEST), answer]


def _filter_arguments(name: str, number: int, policy: SyscallPolicy) -> Iterable[_Instruction]:
    """Filter one call by its arguments; afterwards the call's number is loaded again."""
    refuse = (_RETURN, 0, 0, _ERRNO | errno.EPERM)
    unknown = (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)
    if name in (
        "openat2",
        "clone3",
    ):  # their flags are in memory; libc falls back to the older call
        return [(_JEQ, 0, 1, number), unknown]
    if name in ("open", "openat"):
        if policy.may_open_for_writing:
            return []
        flags = _ARGS + 8 * (1 if name == "open" else 2)
        refused = _WRITE_FLAGS & ~os.O_RDWR if policy.may_drive else _WRITE_FLAGS
        test = [_load(flags), (_JSET, 0, 1, refused), refuse]
    elif name == "clone":
        allowed = (_JSET, 0, 1, _CLONE_NEW) if policy.may_fork else (_JSET, 1, 0, _CLONE_THREAD)
        test = [_load(_ARGS), allowed, refuse]
    elif name == "prctl":  # PR_SET_PDEATHSIG must stay as it is set
        if policy.may_fork:
            return []
        test = [_load(_ARGS), (_JEQ, 0, 1, PR_SET_PDEATHSIG), refuse]
    elif name == "socket":
        if name in policy.refused:
            return []
        last = len(_INTERNET)
        allowed_families = [(_JEQ, last - at, 0, one) for at, one in enumerate(_INTERNET)]
        test = [_load(_ARGS), *allowed_families, refuse]
    elif name in _NAME_OWNER:
        *others, last = _NAME_OWNER[name]
        equal = [(_JEQ, len(others) - place, 0, one) for place, one in enumerate(others)]
        test = [_load(_ARGS + 8), *equal, (_JEQ, 0, 1, last), refuse]
    else:  # prlimit64, only on itself
        test = [_load(_ARGS), (_JEQ, 1, 0, 0), refuse]
    return [(_JEQ, 0, len(test) + 1, number), *test, _load(_NR)]
