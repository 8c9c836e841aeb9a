"""Keeps Python's state of a thread that C has started, from one call back to the next.

Each call back from C ends with the thread's state deleted, and the next makes it anew: with 16 KiB
from the kernel and back, a sixth of what a callback of sound costs. One more `PyGILState_Ensure`
than `PyGILState_Release` keeps it.
"""

from __future__ import annotations

import ctypes

_LOCKED = 0  # PyGILState_LOCKED: Python's lock was held before, and stays so


class CallbackThread:
    """The state of one thread.

    Attributes:
        is_retired: set by another thread: this one ends soon, and gives its state back before.
    """

    def __init__(self) -> None:
        self.is_retired = False
        self._is_kept = False

    def keep_state(self) -> None:
        """Call first in each callback."""
        if self._is_kept is not self.is_retired:
            return
        self._is_kept = not self._is_kept
        if self._is_kept:
            ctypes.pythonapi.PyGILState_Ensure()
        else:
            # That of the caller, behind the callback, is then the last and deletes the state.
            ctypes.pythonapi.PyGILState_Release(_LOCKED)
