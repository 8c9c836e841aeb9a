"""Ends a child process of the event loop."""

from __future__ import annotations

import os
import signal
from asyncio.subprocess import Process


def kill_process(process: Process) -> None:
    """Kill it, if it has not ended; its exit code stays the loop's to collect.

    `Process.kill` looks first whether the process has ended, and so takes its exit code away from
    the loop, which then reports 255 for a process that ended in order (CPython issue 87744).
    """
    if process.returncode is not None:
        return
    try:
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # its end is on the way to the loop
