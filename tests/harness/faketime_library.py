"""The faketime library that Debian installs, for tests that move a process's clock."""

from __future__ import annotations

from pathlib import Path

FAKETIME = "/usr/lib/{}/faketime/libfaketime.so.1"
TRIPLETS = ("x86_64-linux-gnu", "aarch64-linux-gnu", "arm-linux-gnueabihf")


def find_faketime_library() -> str:
    return next(p for t in TRIPLETS if Path(p := FAKETIME.format(t)).exists())
