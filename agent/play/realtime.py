"""Priority of the processes that give or take samples, or show pictures, where the box grants it.

A card asks for a block every few milliseconds. Under the ordinary scheduler a process that is ready
waits behind whatever else the box does, however low that work's priority is. Under SCHED_RR
(sched(7)) it runs at once. The budget of RLIMIT_RTTIME keeps a fault from taking a core for good:
who computes for so long without waiting for anything once is ended by the kernel (SIGXCPU,
getrlimit(2)), and the agent starts the next one.

Such a process stays on one core, the last one. Under SCHED_RR a thread wakes at once on whichever
core is free, and finds cold caches there: on two cores that costs an engine a fifth more processor
time (docs/decisions/0051). Python runs one of its threads at a time anyway.

A board shows a picture in each slot of a sixtieth of a second; it goes behind the sound, on any
core, and what it forks to draw is ordinary work.
"""

from __future__ import annotations

import contextlib
import os
import resource

PICTURE_PRIORITY = 5  # behind the sound
PRIORITY = 10  # above all ordinary work, below the kernel's threads for interrupts (50)
BUDGET_S = (
    1.0  # longer than a start on a small box computes, shorter than the agent waits for beats
)
PICTURE_BUDGET_S = 2.0  # two large faces of a small box are hashed in less
NICE = -11


def raise_priority() -> None:
    """Run ahead of decoders and agent by the nice value."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, NICE)


def take_realtime_priority() -> None:
    """Run ahead of all ordinary work: SCHED_RR on one core, or else a raised nice value.

    The unit grants both (LimitRTPRIO, LimitNICE); where it grants neither, all is as before. Call
    it before threads and children begin: they inherit it.
    """
    if not _become_realtime(os.SCHED_RR, PRIORITY, BUDGET_S):
        raise_priority()
        return
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def take_picture_priority() -> None:
    """Run ahead of all ordinary work but behind the sound: SCHED_RR where the unit grants it.

    What it forks is ordinary work with a nice value of 0. A raised nice value is no substitute.
    """
    _become_realtime(os.SCHED_RR | os.SCHED_RESET_ON_FORK, PICTURE_PRIORITY, PICTURE_BUDGET_S)


def _become_realtime(policy: int, priority: int, budget_s: float) -> bool:
    """Take a priority with a budget of processor time; False where it is not granted."""
    try:
        os.sched_setscheduler(0, policy, os.sched_param(priority))
    except PermissionError:
        return False
    budget_us = int(budget_s * 1e6)
    _, most = resource.getrlimit(resource.RLIMIT_RTTIME)
    if most != resource.RLIM_INFINITY:
        budget_us = min(budget_us, most)
    resource.setrlimit(resource.RLIMIT_RTTIME, (budget_us, most))
    return True
