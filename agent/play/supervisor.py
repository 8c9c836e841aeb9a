"""Keeps one worker running: starts it, passes on its events in order, replaces it when lost."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from agent.clock import mono_s
from agent.errors import PlayError
from agent.play.ipc import BoardCommand, EngineCommand
from agent.play.speaker_line import FaultSink
from agent.play.worker_process import WorkerProcess

log = logging.getLogger(__name__)
RESPAWN_S = (0.0, 0.5, 1.0, 2.0, 5.0)
REMEMBERED_S = 60.0  # how long a death delays the next restart

E = TypeVar("E")
Spawn = Callable[[Callable[[E], None], Callable[[str], None]], WorkerProcess[E]]


class Supervisor(Generic[E]):
    """One worker for the life of its output.

    Args:
        name: the output's name.
        issue: the issue's kind while the worker is away, such as `engine_lost`.
        spawn: makes a worker (not started) that calls back with events and with its loss.
        on_event: handles each event, one after the other; the first one reports readiness.
        on_lost: called with a reason after a worker is lost, before the next one starts.
        on_fault: begins and ends the issue.
    """

    def __init__(
        self,
        name: str,
        issue: str,
        spawn: Spawn[E],
        *,
        on_event: Callable[[E], Awaitable[None]],
        on_lost: Callable[[str], Awaitable[None]],
        on_fault: FaultSink,
    ) -> None:
        self.name = name
        self.is_ready = False
        self._issue = issue
        self._spawn = spawn
        self._on_event = on_event
        self._on_lost = on_lost
        self._on_fault = on_fault
        self._worker: WorkerProcess[E] | None = None
        self._deaths: deque[float] = deque(maxlen=len(RESPAWN_S))

    def send(self, command: EngineCommand | BoardCommand, fd: int | None = None) -> None:
        """Send a command to the present worker (see `WorkerProcess.send`).

        Raises:
            PlayError: it is gone; `on_event` prepares its successor.
        """
        if self._worker is None:
            raise PlayError("E_WORKER", self.name, "not running")
        self._worker.send(command, fd)

    async def run(self) -> None:
        """Live until cancelled; no worker is left after that."""
        while True:
            reason = await self._live()
            log.error("%s of %s: %s", self._issue, self.name, reason)
            self._on_fault(self._issue, self.name, reason)
            await self._on_lost(reason)
            await asyncio.sleep(self._pause_s())

    async def _live(self) -> str:
        """Run one worker from its start to its loss; returns the reason of the loss."""
        events: asyncio.Queue[E | str] = asyncio.Queue()
        worker = self._worker = self._spawn(events.put_nowait, events.put_nowait)
        try:
            await worker.start()
            self._on_fault(self._issue, self.name, None)
            while True:
                event = await events.get()
                if isinstance(event, str):
                    return event
                await self._pass_on(event)
                self.is_ready = True
        except PlayError as error:  # it did not start
            return str(error)
        finally:
            self.is_ready = False
            await worker.stop()

    async def _pass_on(self, event: E) -> None:
        try:
            await self._on_event(event)
        except PlayError as error:
            log.warning("%s: %s", self.name, error)  # the loss itself follows as an event
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # What it waited for was cancelled, not this task: it must not end silently.
            raise RuntimeError(f"{self.name}: an event was not handled to its end") from error

    def _pause_s(self) -> float:
        """0 after a single death, longer the more deaths the last minute saw."""
        now_s = mono_s()
        while self._deaths and now_s - self._deaths[0] > REMEMBERED_S:
            self._deaths.popleft()
        self._deaths.append(now_s)
        return RESPAWN_S[len(self._deaths) - 1]
