"""Real children that have ended, or not: the loop learns how."""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import PIPE

from agent.play.process_end import kill_process


async def test_a_child_that_is_ending_keeps_its_exit_code() -> None:
    for _ in range(10):
        process = await asyncio.create_subprocess_exec("sh", "-c", "exit 3", stdout=PIPE)
        assert process.stdout is not None
        await process.stdout.read()  # its pipe is closed before it has ended
        kill_process(process)
        assert await process.wait() in (3, -signal.SIGKILL)
        kill_process(process)  # once more does nothing


async def test_a_child_that_runs_is_killed() -> None:
    process = await asyncio.create_subprocess_exec("cat", stdin=PIPE)
    kill_process(process)
    assert await process.wait() == -signal.SIGKILL
