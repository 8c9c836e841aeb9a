"""What runs beside the rest: parts that live as long as the agent, short jobs that outlive them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Protocol, Self

log = logging.getLogger(__name__)
CLOSE_S = 1.0


class Service(Protocol):
    """A part of the agent that lives as long as that does."""

    async def run(self) -> None:
        """Live until cancelled."""


class BackgroundJobs:
    """A context: jobs are accepted inside it, also while the parts within it stop.

    Leaving it waits `CLOSE_S` for the jobs that still run, and cancels the others.
    """

    def __init__(self) -> None:
        self._jobs: set[asyncio.Task[object]] = set()
        self._is_open = False

    def start(self, job: Coroutine[Any, Any, object]) -> None:
        """Run a job; none is begun outside the context. Its failure is logged and stops nothing."""
        if not self._is_open:
            job.close()
            return
        task = asyncio.create_task(job, name="background job")
        self._jobs.add(task)
        task.add_done_callback(self._on_done)

    def _on_done(self, task: asyncio.Task[object]) -> None:
        self._jobs.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a background job failed", exc_info=error)

    async def __aenter__(self) -> Self:
        """Accept jobs from now on."""
        self._is_open = True
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Accept no more jobs once those that run have ended."""
        try:
            if self._jobs:
                await asyncio.wait(set(self._jobs), timeout=CLOSE_S)
        finally:
            self._is_open = False
            for task in list(self._jobs):
                task.cancel()
            if self._jobs:
                await asyncio.wait(set(self._jobs))
