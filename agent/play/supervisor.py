"""Keeps one worker running: starts it, passes on its events in order, replaces it when lost.

Which worker that is, a `WorkerSource` decides: always the same one, or the best of several. A
better one that comes later takes over at a quiet moment, and the present one plays until it is
ready.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from agent.clock import mono_s
from agent.errors import PlayError
from agent.play.ipc import BoardCommand, EngineCommand
from agent.play.speaker_line import FaultSink
from agent.play.task_end import end_task
from agent.play.worker_process import WorkerProcess

log = logging.getLogger(__name__)
RESPAWN_S = (0.0, 0.1, 0.5, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 5.0)
REMEMBERED_S = 60.0  # how long a death delays the next restart
QUIET_STEP_S = 1.0

E = TypeVar("E")
Spawn = Callable[[Callable[[E], None], Callable[[str], None]], WorkerProcess[E]]


class RestartPause:
    """0 after a single loss, longer the more the last minute saw."""

    def __init__(self) -> None:
        self._losses: deque[float] = deque(maxlen=len(RESPAWN_S))

    def after_loss(self) -> float:
        """Count a loss now; the seconds until the next start."""
        now_s = mono_s()
        while self._losses and now_s - self._losses[0] > REMEMBERED_S:
            self._losses.popleft()
        self._losses.append(now_s)
        return RESPAWN_S[len(self._losses) - 1]

    def forget(self) -> None:
        """What kept the worker from running may be over: start soon."""
        self._losses.clear()


@dataclass(frozen=True)
class WorkerChoice(Generic[E]):
    """One worker that may be started.

    Args:
        spawn: makes it, not started.
        on_ready: called when it runs and is the one in use.
        on_failed: called with the reason when it did not start.
    """

    spawn: Spawn[E]
    on_ready: Callable[[], None] = lambda: None
    on_failed: Callable[[str], None] = lambda _reason: None


class WorkerSource(Protocol[E]):
    """Which worker to start."""

    def next(self) -> WorkerChoice[E]:
        """The one to start now."""

    def better(self) -> Sequence[WorkerChoice[E]]:
        """Those that would be better than the present one, the best first."""

    async def wait_better(self) -> None:
        """Wait until trying `better` may be of use."""

    async def pause_after(self, reason: str) -> None:
        """After a loss, or a start that failed: wait until `next` is to be started."""


class SameWorker(Generic[E]):
    """A `WorkerSource` with one worker.

    Args:
        spawn: makes it.
    """

    def __init__(self, spawn: Spawn[E]) -> None:
        self._spawn = spawn
        self._pause = RestartPause()

    def next(self) -> WorkerChoice[E]:
        """See `WorkerSource.next`."""
        return WorkerChoice(self._spawn)

    def better(self) -> Sequence[WorkerChoice[E]]:
        """None."""
        return ()

    async def wait_better(self) -> None:
        """Wait until cancelled."""
        await asyncio.Event().wait()

    async def pause_after(self, _reason: str) -> None:
        """Wait the longer the more losses the last minute saw."""
        await asyncio.sleep(self._pause.after_loss())


@dataclass(eq=False)
class _Run(Generic[E]):
    """A worker, and what it has reported; a text is its loss, None its replacement."""

    choice: WorkerChoice[E]
    events: asyncio.Queue[E | str | None] = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        self.worker = self.choice.spawn(self.events.put_nowait, self.events.put_nowait)


class Supervisor(Generic[E]):
    """One worker for the life of its output.

    Args:
        name: the output's name.
        issue: the issue's kind while the worker is away, such as `engine_lost`.
        source: which worker to start.
        on_event: handles each event, one after the other; the first one reports readiness.
        on_lost: called with a reason after a worker is lost, before the next one starts.
        on_fault: begins and ends the issue.
        is_quiet: may the worker be replaced now, without anybody noticing?
    """

    def __init__(
        self,
        name: str,
        issue: str,
        source: WorkerSource[E],
        *,
        on_event: Callable[[E], Awaitable[None]],
        on_lost: Callable[[str], Awaitable[None]],
        on_fault: FaultSink,
        is_quiet: Callable[[], bool] = lambda: False,
    ) -> None:
        self.name = name
        self.is_ready = False
        self._issue = issue
        self._source = source
        self._on_event = on_event
        self._on_lost = on_lost
        self._on_fault = on_fault
        self._is_quiet = is_quiet
        self._run: _Run[E] | None = None

    def send(self, command: EngineCommand | BoardCommand, fd: int | None = None) -> None:
        """Send a command to the present worker (see `WorkerProcess.send`).

        Raises:
            PlayError: it is gone; `on_event` prepares its successor.
        """
        if self._run is None:
            if fd is not None:
                os.close(fd)
            raise PlayError("E_WORKER", self.name, "not running")
        self._run.worker.send(command, fd)

    def lose(self, reason: str) -> None:
        """The present worker does not do its work: replace it, as if it were gone."""
        if self._run is not None:
            self._run.events.put_nowait(reason)

    async def run(self) -> None:
        """Live until cancelled; no worker is left after that."""
        while True:
            reason = await self._live()
            log.error("%s of %s: %s", self._issue, self.name, reason)
            self._on_fault(self._issue, self.name, reason)
            await self._on_lost(reason)
            await self._source.pause_after(reason)

    async def _live(self) -> str:
        """Run one worker, and those that replace it, until one is lost; returns the reason."""
        self._run = run = _Run(self._source.next())
        improving: asyncio.Task[None] | None = None
        try:
            await run.worker.start()
            self._on_fault(self._issue, self.name, None)
            run.choice.on_ready()
            improving = asyncio.create_task(self._improve(), name=f"better for {self.name}")
            return await self._follow(run)
        except PlayError as error:
            run.choice.on_failed(str(error))
            return str(error)
        finally:
            self.is_ready = False
            if improving is not None:
                await end_task(improving)
            await (self._run or run).worker.stop()

    async def _follow(self, run: _Run[E]) -> str:
        """Handle events until the worker is lost; returns the reason."""
        while True:
            event = await run.events.get()
            if isinstance(event, str):
                return event
            if event is None:
                run = self._run or run
                continue
            await self._pass_on(event)
            self.is_ready = True

    async def _improve(self) -> None:
        """Replace the worker by a better one whenever there is one, at a quiet moment."""
        while True:
            await self._source.wait_better()
            while not self._is_quiet():  # noqa: ASYNC110 - no event tells that nothing is due
                await asyncio.sleep(QUIET_STEP_S)
            for choice in self._source.better():
                if await self._replace(choice):
                    break

    async def _replace(self, choice: WorkerChoice[E]) -> bool:
        """Start another worker beside the present one; let it take over if all is still quiet."""
        successor, former = _Run(choice), self._run
        try:
            await successor.worker.start()
        except PlayError as error:
            choice.on_failed(str(error))
            return False
        if former is None or not self._is_quiet():
            await successor.worker.stop()
            return True
        self._run = successor
        former.events.put_nowait(None)
        choice.on_ready()
        log.info("%s: a better one of %s has taken over", self._issue, self.name)
        await former.worker.stop()
        return True

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
