"""Configures glibc's allocator: one heap for all threads, and free memory goes back at once.

glibc gives each thread a heap (arena) of its own. What one thread frees, no other uses, so each of
the agent's eight threads keeps the peak of its own work: 4 MiB in all, for parallel allocations
that Python's lock rules out anyway. See mallopt(3).
"""

from __future__ import annotations

import ctypes

_TRIM_THRESHOLD, _ARENA_MAX = -1, -8  # malloc.h: M_TRIM_THRESHOLD, M_ARENA_MAX
TRIM_BYTES = 128 * 1024  # glibc's own value; naming it stops glibc from raising it


def limit_heap() -> None:
    """Call before the first thread starts: a thread keeps the heap that it already has.

    A C library without `mallopt` (musl) has no such heaps and is left as it is.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)
        mallopt(_TRIM_THRESHOLD, TRIM_BYTES)
