"""Configures glibc's allocator: free memory goes back at once, and threads share a heap.

glibc gives each thread a heap (arena) of its own. What one thread frees, no other uses, so each of
the agent's eight threads keeps the peak of its own work: 4 MiB in all, for parallel allocations
that Python's lock rules out anyway.

It also raises the size from which a block is mapped by itself to that of the largest block that was
ever freed, at most 32 MiB. So a process of large pictures keeps most of them in its heap, with
holes: a third of what a board takes. See mallopt(3).
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping

# malloc.h: M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
TRIM_BYTES = 128 * 1024  # glibc's own value; naming it stops glibc from raising it
PICTURE_BYTES = 1024 * 1024  # a driver takes smaller blocks and gives them back in each frame


def limit_heap() -> None:
    """Call before the first thread starts: a thread keeps the heap that it already has.

    A C library without `mallopt` (musl) has no such heaps and is left as it is.
    """
    _set({_ARENA_MAX: 1, _TRIM_THRESHOLD: TRIM_BYTES})


def map_pictures() -> None:
    """Have each picture's memory go back when the picture is freed.

    A C library without `mallopt` (musl) is left as it is.
    """
    _set({_MMAP_THRESHOLD: PICTURE_BYTES, _TRIM_THRESHOLD: PICTURE_BYTES})


def _set(options: Mapping[int, int]) -> None:
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    for option, value in options.items():
        mallopt(option, value)
