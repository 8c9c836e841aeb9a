"""Run a program under the system call filter of systemd/tramtin.service, as systemd makes it.

`python unit_filter.py PROGRAM ARGS...`: systemd's own sets are asked of `systemd-analyze`, the
filter is built by libseccomp, as systemd builds it. MemoryDenyWriteExecute is the kernel's own.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

UNIT = Path(__file__).resolve().parents[2] / "systemd" / "tramtin.service"
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM


@cache
def list_set(name: str) -> frozenset[str]:
    """The calls of a set such as @process, sets within it unfolded."""
    argv = ["systemd-analyze", "syscall-filter", "--no-pager", name]
    listing = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    words = [line.strip() for line in listing.splitlines() if re.match(r"^ {4}[@a-z]", line)]
    return frozenset().union(*(list_set(w) if w[0] == "@" else {w} for w in words))


def list_allowed() -> frozenset[str]:
    """systemd.exec(5): the first line makes a list of what is allowed, later ones add, ~ takes."""
    allowed = list_set("@default")
    for line in re.findall(r"^SystemCallFilter=(.*)$", UNIT.read_text(), re.MULTILINE):
        words = line.lstrip("~").split()
        named = frozenset().union(*(list_set(w) if w[0] == "@" else {w} for w in words))
        allowed = allowed - named if line.startswith("~") else allowed | named
    return allowed


def install() -> None:
    """Filter this process for good."""
    lib = ctypes.CDLL("libseccomp.so.2")
    lib.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(REFUSE)))
    for name in sorted(list_allowed()):
        number = lib.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            lib.seccomp_rule_add_array(context, ctypes.c_uint32(ALLOW), number, 0, None)
    if lib.seccomp_load(context) != 0:
        raise OSError("the filter is refused")
    set_mdwe, refuse_exec_gain = 65, 1  # linux/prctl.h; older kernels lack it
    ctypes.CDLL(None).prctl(set_mdwe, *map(ctypes.c_ulong, (refuse_exec_gain, 0, 0, 0)))


if __name__ == "__main__":
    install()
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 - the test's own command line
