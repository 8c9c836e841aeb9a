"""The filter's numbers by libseccomp's tables, its decisions by a small BPF interpreter."""

from __future__ import annotations

import ctypes
import errno
import struct

import pytest

from agent.sandbox import seccomp, syscall_table
from agent.sandbox.seccomp import (
    ARCHITECTURES,
    BOARD,
    DRIVER,
    PROGRAM,
    PULLER,
    RENDERER,
    SyscallPolicy,
)

ALLOW = 0x7FFF0000
EPERM, ENOSYS = 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
KILL = 0x80000000
GROUPS = [
    table for name, table in vars(syscall_table).items() if name.isupper() and name != "HIGHEST"
]
EVERY = pytest.mark.parametrize("arch", ARCHITECTURES)


@pytest.fixture(scope="module")
def libseccomp() -> ctypes.CDLL:
    """Debian's own; apt and systemd depend on it."""
    try:
        return ctypes.CDLL("libseccomp.so.2")
    except OSError:
        pytest.skip("libseccomp2 is not installed")


def number_of(libseccomp: ctypes.CDLL, arch: str, name: str) -> int | None:
    token = ctypes.c_uint32(ARCHITECTURES[arch][1])
    number = libseccomp.seccomp_syscall_resolve_name_arch(token, name.encode())
    return number if number >= 0 else None  # negative: this architecture lacks it


def decide(program: bytes, arch: int, number: int, *args: int) -> int:
    """What a filter answers, by the rules of classic BPF."""
    data = struct.pack("<iIQ6Q", number, arch, 0, *args, *[0] * (6 - len(args)))
    code = list(struct.iter_unpack("<HBBI", program))
    loaded = at = 0
    while True:
        operation, yes, no, value = code[at]
        at += 1
        match operation:
            case 0x20:
                (loaded,) = struct.unpack_from("<I", data, value)
            case 0x06:
                return int(value)
            case 0x15:
                at += yes if loaded == value else no
            case 0x25:
                at += yes if loaded > value else no
            case 0x35:
                at += yes if loaded >= value else no
            case 0x45:
                at += yes if loaded & value else no


@EVERY
def test_every_number_of_the_table_equals_libseccomps(libseccomp: ctypes.CDLL, arch: str) -> None:
    column = ARCHITECTURES[arch][0]
    for group in GROUPS:
        for name, row in group.items():
            assert row[column] == number_of(libseccomp, arch, name), name


@EVERY
@pytest.mark.parametrize("policy", [PROGRAM, DRIVER, BOARD, PULLER, RENDERER])
def test_a_policy_refuses_its_calls_and_allows_the_calls_of_every_program(
    libseccomp: ctypes.CDLL, arch: str, policy: SyscallPolicy
) -> None:
    program, token = seccomp.assemble(policy, arch), ARCHITECTURES[arch][1]
    for name in policy.refused:
        if (number := number_of(libseccomp, arch, name)) is not None:
            assert decide(program, token, number) == EPERM, name
    needed = (
        "read write close mmap mmap2 mprotect munmap brk futex exit_group rt_sigaction pipe2 poll "
        "ppoll select newselect pselect6 recvfrom sendto recvmsg sendmsg ioctl fcntl fstat lseek "
        "getrandom set_robust_list rseq madvise clock_gettime clock_nanosleep prctl wait4 ftruncate"
    )
    for name in needed.split():
        if (number := number_of(libseccomp, arch, name)) is not None:
            assert decide(program, token, number) == ALLOW, name


@EVERY
def test_a_foreign_architecture_is_killed_and_a_newer_call_returns_enosys(arch: str) -> None:
    program, token = seccomp.assemble(PROGRAM, arch), ARCHITECTURES[arch][1]
    assert decide(program, 0x40000003, 1) == KILL  # i386
    assert decide(program, token, 452) == ENOSYS  # fchmodat2 of Linux 6.6
    assert decide(program, token, 0x40000000 | 41) == ENOSYS if arch != "arm" else True  # x32
    arm_set_tls = 0x0F0005
    assert decide(program, token, arm_set_tls) == (ALLOW if arch == "arm" else ENOSYS)


@EVERY
def test_calls_are_filtered_by_their_arguments(libseccomp: ctypes.CDLL, arch: str) -> None:
    token = ARCHITECTURES[arch][1]

    def ask(policy: SyscallPolicy, name: str, *args: int) -> int:
        number = number_of(libseccomp, arch, name)
        assert number is not None
        return decide(seccomp.assemble(policy, arch), token, number, *args)

    thread, fork, user_namespace = 0x3D0F00, 0x1200011, 0x10000011
    for policy in (PROGRAM, RENDERER):
        assert ask(policy, "openat", 0, 0, 0o2000000) == ALLOW  # O_RDONLY | O_CLOEXEC
        for flags in (0o1, 0o2, 0o100, 0o1000, 0o20200001):  # the last: O_TMPFILE | O_WRONLY
            assert ask(policy, "openat", 0, 0, flags) == EPERM
        assert ask(policy, "clone", thread) == ALLOW
        assert ask(policy, "clone", fork) == EPERM
        assert ask(policy, "prctl", 1, 0) == EPERM  # PR_SET_PDEATHSIG
    assert ask(PULLER, "connect") == ALLOW
    families = {2: ALLOW, 10: ALLOW, 16: ALLOW, 1: EPERM, 17: EPERM, 40: EPERM}  # linux/socket.h
    for family, answer in families.items():  # internet, netlink; not unix, packet, vsock
        assert ask(PULLER, "socket", family, 1) == answer
        assert ask(RENDERER, "socket", family, 1) == EPERM
    assert ask(DRIVER, "openat", 0, 0, 0o2) == ALLOW  # O_RDWR, of a device that is there
    for flags in (0o1, 0o100, 0o102, 0o1002, 0o20200001):  # nothing is made, or cut short
        assert ask(DRIVER, "openat", 0, 0, flags) == EPERM
    assert ask(DRIVER, "clone", fork) == EPERM
    assert ask(BOARD, "openat", 0, 0, 0o1) == ALLOW
    assert ask(BOARD, "clone", fork) == ALLOW
    assert ask(BOARD, "prctl", 1, 9) == ALLOW  # its renderers end with it
    for policy in (PROGRAM, BOARD, RENDERER):
        assert ask(policy, "clone", user_namespace) == EPERM
        assert ask(policy, "clone3") == ENOSYS
        assert ask(policy, "openat2") == ENOSYS
        assert ask(policy, "prctl", 38, 1) == ALLOW  # PR_SET_NO_NEW_PRIVS
        assert ask(policy, "prlimit64", 0) == ALLOW
        assert ask(policy, "prlimit64", 1) == EPERM
    # the call's number counts again after each of them
    assert ask(PROGRAM, "getpid", 7) == ALLOW
