"""Apply Landlock, seccomp and limits to this process; also the launcher that confines a program.

`python -I -S enforce.py LIMITS FILTER RULES PROGRAM ARGS...` confines itself, then executes
PROGRAM. The launcher is a process of its own because the agent has threads: no Python may run
between its fork and exec. It keeps its pid, so its parent waits for it and ends it like the
program. It starts for each medium, so this module has few imports, no dataclasses and no typing.

LIMITS is `cpu_s,memory_bytes`, FILTER the BPF program in hexadecimal or empty, RULES the Landlock
rules as `rights:path` or `rights:@descriptor`, separated by newlines.

Sources: landlock(7), linux/landlock.h, seccomp(2), linux/filter.h. Debian 12's kernel has Landlock
ABI 2: files, no network. The rights of later ABIs (truncation, TCP, ioctls of devices, signals and
abstract sockets outside the own domain) are refused where the kernel supports them.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import stat
import struct
import sys

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
PR_SET_NO_NEW_PRIVS = 38
PR_SET_PDEATHSIG, _SIGKILL = 1, 9
# the same numbers on every architecture
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG, _PATH_BENEATH = 1, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE, IOCTL_DEV = 1, 2, 4, 8, 1 << 14, 1 << 15
READ = READ_FILE | READ_DIR
RUN = EXECUTE | READ_FILE
DRIVE = READ_FILE | WRITE_FILE | IOCTL_DEV
ALL_BUT_RUN = 0xFFFF & ~EXECUTE
_RIGHTS_ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
# an ABI and its number of file rights: bits 0 to 12, then refer, truncate, ioctl_dev
_RIGHTS_OF_ABI = ((5, 16), (3, 15), (2, 14), (1, 13))
_TCP_OF_ABI, _SCOPES_OF_ABI = 4, 6
BIND_TCP, CONNECT_TCP = 1, 2
NOT_FOUND = 127  # the exit code of a shell

Rule = tuple[int, str | int]  # rights below a path, or on the file of a descriptor
_LIBC = ctypes.CDLL(None, use_errno=True)


class _SockFprog(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = (("len", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def query_landlock_abi() -> int:
    """The kernel's Landlock version; 0 without Landlock, or where a filter forbids the query."""
    try:
        return _syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)
    except OSError:
        return 0


def restrict_files(rules: list[Rule], refused_tcp: int = BIND_TCP | CONNECT_TCP) -> None:
    """Confine this thread and its later children to `rules`; this cannot be undone.

    A path that does not exist is skipped. `refused_tcp` is what of TCP is refused besides.

    Raises:
        OSError: the kernel has no Landlock, or refuses.
    """
    abi = _syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)
    attribute = build_ruleset_attr(abi, refused_tcp)
    ruleset = _syscall(_CREATE_RULESET, attribute, len(attribute), 0)
    try:
        for rights, where in rules:
            _add_rule(ruleset, rights & list_rights(abi), where)
        forbid_new_privileges()
        _syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def list_rights(abi: int) -> int:
    """The file rights that a Landlock ABI can restrict, as bits."""
    return next((1 << count) - 1 for least, count in _RIGHTS_OF_ABI if abi >= least)


def build_ruleset_attr(abi: int, refused_tcp: int = BIND_TCP | CONNECT_TCP) -> bytes:
    """A landlock_ruleset_attr with the fields of this ABI, which refuses everything else."""
    attribute = struct.pack("<Q", list_rights(abi))
    if abi >= _TCP_OF_ABI:
        attribute += struct.pack("<Q", refused_tcp)
    if abi >= _SCOPES_OF_ABI:
        attribute += struct.pack("<Q", 0b11)  # abstract sockets, signals
    return attribute


def install_filter(program: bytes) -> None:
    """Filter the system calls of this thread and its later children; this cannot be undone.

    Args:
        program: an array of struct sock_filter.

    Raises:
        OSError: the kernel refuses.
    """
    forbid_new_privileges()
    code = ctypes.create_string_buffer(program, len(program))
    fprog = _SockFprog(len(program) // 8, ctypes.addressof(code))
    _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(fprog))


def has_seccomp() -> bool:
    """Does the kernel filter system calls? A null filter gives EFAULT only where it does."""
    try:
        _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, 0)
    except OSError as error:
        return error.errno == errno.EFAULT
    return False  # unreachable: a filter at address 0 is never accepted


def forbid_new_privileges() -> None:
    """Disable set-user-id programs from now on; Landlock and seccomp require it.

    Raises:
        OSError: the kernel refuses.
    """
    _prctl(PR_SET_NO_NEW_PRIVS, 1, 0)


def die_with(parent: int) -> None:
    """Have the kernel end this process when the thread that forked it ends.

    Args:
        parent: its pid, read before the fork: the parent may have ended since.

    Raises:
        OSError: the kernel refuses.
        ProcessLookupError: the parent has ended.
    """
    _prctl(PR_SET_PDEATHSIG, _SIGKILL, 0)
    if os.getppid() != parent:
        raise ProcessLookupError(parent)


def set_limits(cpu_s: int, memory_bytes: int) -> None:
    """Limit CPU time and address space; forbid writing files, core files included.

    A limit that is already lower stays.
    """
    for what, wanted in (
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),  # pipes have no size
    ):
        hard = resource.getrlimit(what)[1]
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(what, (limit, limit))


def _add_rule(ruleset: int, rights: int, where: str | int) -> None:
    try:
        fd = os.open(where, os.O_PATH | os.O_CLOEXEC) if isinstance(where, str) else where
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            rights &= _RIGHTS_ON_FILES
        _syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("<Qi", rights, fd), 0)
    except OSError:
        return  # EBADFD: a pipe or memory file is in no folder and needs no right
    finally:
        if isinstance(where, str):
            os.close(fd)


def _prctl(option: int, first: int, second: int) -> None:
    _check(_LIBC.prctl(option, *map(ctypes.c_ulong, (first, second, 0, 0))))


def _syscall(number: int, *args: int | bytes | None) -> int:
    passed = [ctypes.c_long(arg) if isinstance(arg, int) else ctypes.c_char_p(arg) for arg in args]
    return _check(_LIBC.syscall(ctypes.c_long(number), *passed))


def _check(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def _try(enforce: object, *args: object) -> None:
    """Continue unconfined on an error: a silent alarm is worse than a missing confinement."""
    try:
        enforce(*args)  # type: ignore[operator]  # typing costs the launcher its start-up time
    except OSError as error:
        sys.stderr.write(f"not confined: {error}\n")


def _find_program(name: str) -> str | None:
    folders = [""] if "/" in name else os.get_exec_path()
    paths = [os.path.join(folder, name) for folder in folders]  # noqa: PTH118 - pathlib starts slowly
    return next((path for path in paths if os.access(path, os.X_OK)), None)


def main(argv: list[str]) -> int:
    """Execute the program; returns only when it does not exist.

    Raises:
        OSError: it cannot be executed.
    """
    limits, program_filter, rules, name, *args = argv
    path = _find_program(name)
    if path is None:
        sys.stderr.write(f"{name} is not installed\n")
        return NOT_FOUND
    _try(restrict_files, [(RUN, path), *map(_parse_rule, rules.splitlines())])
    set_limits(*map(int, limits.split(",")))
    if program_filter:
        _try(install_filter, bytes.fromhex(program_filter))
    return os.execv(path, [name, *args])  # noqa: S606 - a fixed command line, no shell


def _parse_rule(text: str) -> Rule:
    rights, _, where = text.partition(":")
    return int(rights), int(where[1:]) if where.startswith("@") else where


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
