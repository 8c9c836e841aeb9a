"""Ends an asyncio task."""

from __future__ import annotations

import asyncio
from typing import Any


async def end_task(task: asyncio.Task[Any]) -> None:
    """Cancel a task and wait until it has ended, whatever it ends with.

    `suppress(CancelledError)` around an `await` of it would also swallow the cancellation of the
    caller, which would then run for ever.
    """
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.exception()  # retrieved, so that asyncio does not log it
