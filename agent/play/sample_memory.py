"""Samples in memory, as an engine gets them."""

from __future__ import annotations

import os


def open_samples(name: str, samples: bytes) -> int:
    """Samples in memory as a readable descriptor, at its beginning; the caller owns it."""
    fd = os.memfd_create(name)
    with open(fd, "wb", closefd=False) as file:
        file.write(samples)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd
