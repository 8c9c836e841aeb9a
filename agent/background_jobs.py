"""Background work: services that run as long as the agent, and short jobs that may end later."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from types import TracebackType
from typing import Any, Protocol, Self

from agent.errors import AgentError
from agent.signals import Signal

log = logging.getLogger(__name__)
CLOSE_S = 1.0


class Service(Protocol):
    """A part of the agent that runs as long as the agent does."""

    async def run(self) -> None:
        """Live until cancelled."""


class BackgroundJobs:
    """A context that accepts jobs, also while the parts that were entered after it stop.

    Leaving it waits `CLOSE_S` for the running jobs and cancels those that have not ended by then.

    Attributes:
        ended: emitted with (the job's function, its error or None), unless it was cancelled.
    """

    def __init__(self) -> None:
        self.ended = Signal[[str, BaseException | None]]()
        self._jobs: set[asyncio.Task[object]] = set()
        self._is_open = False

    def start(self, job: Coroutine[Any, Any, object]) -> None:
        """Run a job; outside the context nothing starts. A failure is logged and stops nothing."""
        if not self._is_open:
            job.close()
            return
        task = asyncio.create_task(job, name=getattr(job, "__qualname__", "job"))
        self._jobs.add(task)
        task.add_done_callback(self._on_done)

    def _on_done(self, task: asyncio.Task[object]) -> None:
        self._jobs.discard(task)
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            log.error("a background job failed", exc_info=error)
        self.ended.emit(task.get_name(), error)

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
        """Wait for the running jobs, then accept no more."""
        try:
            if self._jobs:
                await asyncio.wait(set(self._jobs), timeout=CLOSE_S)
        finally:
            self._is_open = False
            for task in list(self._jobs):
                task.cancel()
            if self._jobs:
                await asyncio.wait(set(self._jobs))


async def run_logged(step: Awaitable[object]) -> None:
    """Await a step whose `AgentError` is logged and stops nothing."""
    try:
        await step
    except AgentError:
        log.exception("a step failed; the agent goes on")
