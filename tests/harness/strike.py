"""What may befall a process: it is killed, stopped for seconds, or starved of the processor."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

STOPPED_S = 3.0
STARVED_S = 3.0
Strike = Callable[[list[psutil.Process]], Awaitable[None]]


async def kill(victims: list[psutil.Process]) -> None:
    for victim in victims:
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.kill()


async def stop(victims: list[psutil.Process]) -> None:
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for victim in victims:
            with contextlib.suppress(psutil.NoSuchProcess):
                victim.send_signal(number)
        await asyncio.sleep(STOPPED_S if number == signal.SIGSTOP else 0)


async def starve(victims: list[psutil.Process]) -> None:
    """Whoever else wants the processor goes before them, and somebody always does."""
    with busy_loops(2 * (os.cpu_count() or 1)):
        former = [one for victim in victims for one in lower_priority(victim)]
        await asyncio.sleep(STARVED_S)
    for thread, policy, priority in former:
        with contextlib.suppress(OSError):  # it has ended, or may not be raised again
            os.sched_setscheduler(thread, policy, os.sched_param(priority))


def lower_priority(victim: psutil.Process) -> list[tuple[int, int, int]]:
    """Each thread of it at SCHED_IDLE (sched(7)); what it had before."""
    former = []
    with contextlib.suppress(OSError):
        for path in Path(f"/proc/{victim.pid}/task").iterdir():
            thread = int(path.name)
            policy, param = os.sched_getscheduler(thread), os.sched_getparam(thread)
            os.sched_setscheduler(thread, os.SCHED_IDLE, os.sched_param(0))
            former.append((thread, policy, param.sched_priority))
    return former


@contextmanager
def busy_loops(count: int) -> Iterator[None]:
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
