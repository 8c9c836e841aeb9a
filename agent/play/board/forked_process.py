"""Forks a process from the board that is confined more than the board, and may hang or die.

It holds the standard descriptors and those that it is given: not the driver's, not the agent's.
"""

from __future__ import annotations

import logging
import os
import resource
import signal
from collections.abc import Callable, Collection

from agent.sandbox.profile import confine_renderer

LOGGER = logging.getLogger(__name__)
_DESCRIPTORS = 4096


def fork_process(
    name: str, work: Callable[[], None], fds: Collection[int], memory_bytes: int
) -> int:
    """Run `work` in a process of its own; returns its pid.

    Args:
        name: for its log.
        work: its whole life.
        fds: the descriptors that it keeps; they stay open here too.
        memory_bytes: what it may allocate, including the share inherited from the board.

    Raises:
        OSError: no process can be started.
    """
    board = os.getpid()
    pid = os.fork()
    if pid == 0:
        _run(name, work, fds, memory_bytes, board)
    return pid


def reap(pid: int) -> bool:
    """Has a killed process ended? Never waits: one may hang on a dying card."""
    return os.waitpid(pid, os.WNOHANG)[0] == pid


def kill(pid: int) -> None:
    """End it now; it is to be reaped."""
    os.kill(pid, signal.SIGKILL)


def _run(
    name: str, work: Callable[[], None], fds: Collection[int], memory_bytes: int, board: int
) -> None:
    """Run the forked process; never returns into the board's code."""
    code = 1
    try:
        _keep_only(fds)
        _limit(memory_bytes)
        confine_renderer(board)
        work()
        code = 0
    except BaseException:  # no code of the board may run in this process
        LOGGER.exception("%s", name)
    finally:
        os._exit(code)


def _keep_only(fds: Collection[int]) -> None:
    """Close all descriptors but these and the standard three, above all the driver's."""
    kept = sorted({0, 1, 2, *fds})
    for before, after in zip(kept, [*kept[1:], _DESCRIPTORS], strict=True):
        os.closerange(before + 1, after)


def _limit(memory_bytes: int) -> None:
    """Limit memory: RLIMIT_DATA counts allocations, neither libraries nor shared memory."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
