"""A worker is replaced when lost, and by a better one at a quiet moment; no process is started."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from agent.errors import PlayError
from agent.play.ipc import EngineBeat, EngineEvent, Ready
from agent.play.supervisor import Supervisor, WorkerChoice

PATIENCE_S = 30.0


class FakeWorker:
    """Reports readiness when started, if it can start."""

    def __init__(self, name: str, on_event: Any, on_lost: Any, *, can_start: bool = True) -> None:
        self.name = name
        self.on_event, self.on_lost = on_event, on_lost
        self.can_start = can_start
        self.is_alive = False
        self.sent: list[Any] = []

    async def start(self) -> None:
        if not self.can_start:
            raise PlayError("E_DEVICE", self.name, "absent")
        self.is_alive = True
        self.on_event(Ready(48_000, 240, self.name))

    def send(self, command: Any, _fd: int | None = None) -> None:
        self.sent.append(command)

    async def stop(self) -> None:
        self.is_alive = False


class FakeSource:
    """A worse worker first; the better one when the test says so."""

    def __init__(self) -> None:
        self.workers: list[FakeWorker] = []
        self.is_better_there = asyncio.Event()
        self.can_better_start = True
        self.in_use = ""
        self.failed: list[str] = []

    def _choose(self, name: str) -> WorkerChoice[EngineEvent]:
        def spawn(on_event: Any, on_lost: Any) -> Any:
            can_start = name != "better" or self.can_better_start
            self.workers.append(FakeWorker(name, on_event, on_lost, can_start=can_start))
            return self.workers[-1]

        return WorkerChoice(spawn, lambda: setattr(self, "in_use", name), self.failed.append)

    def next(self) -> WorkerChoice[EngineEvent]:
        return self._choose("worse")

    def better(self) -> Sequence[WorkerChoice[EngineEvent]]:
        return [self._choose("better")]

    async def wait_better(self) -> None:
        await self.is_better_there.wait()
        self.is_better_there.clear()

    async def pause_after(self, _reason: str) -> None:
        pass


class Bench:
    def __init__(self) -> None:
        self.source = FakeSource()
        self.is_quiet = True
        self.events: list[EngineEvent] = []
        self.lost: list[str] = []
        self.issues: list[tuple[str, str | None]] = []
        self.supervisor: Supervisor[EngineEvent] = Supervisor(
            "loa",
            "engine_lost",
            self.source,
            on_event=_append_to(self.events),
            on_lost=_append_to(self.lost),
            on_fault=lambda kind, _subject, hint: self.issues.append((kind, hint)),
            is_quiet=lambda: self.is_quiet,
        )

    @property
    def alive(self) -> list[str]:
        return [worker.name for worker in self.source.workers if worker.is_alive]


def _append_to(found: list[Any]) -> Callable[[Any], Awaitable[None]]:
    async def append(one: Any) -> None:
        found.append(one)

    return append


@asynccontextmanager
async def at_work() -> AsyncIterator[Bench]:
    bench = Bench()
    running = asyncio.create_task(bench.supervisor.run())
    try:
        await until(lambda: bool(bench.events))
        yield bench
    finally:
        running.cancel()
        await asyncio.wait([running])
        assert bench.alive == []


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - the fakes tell no events
            await asyncio.sleep(0.001)


async def test_a_better_worker_takes_over_and_the_former_one_ends() -> None:
    async with at_work() as bench:
        bench.source.is_better_there.set()
        await until(lambda: bench.alive == ["better"])
        await until(lambda: len(bench.events) == 2)
        assert isinstance(bench.events[1], Ready)  # it is prepared like any new one
        assert bench.source.in_use == "better"
        assert bench.supervisor.is_ready
        assert bench.lost == []
        bench.source.workers[-1].on_event(EngineBeat(1, 1.0, 0))
        await until(lambda: len(bench.events) == 3)
        bench.source.workers[-1].on_lost("E_WORKER: it ended")
        await until(lambda: bench.alive == ["worse"])
        assert bench.lost == ["E_WORKER: it ended"]


async def test_a_better_worker_that_does_not_start_changes_nothing() -> None:
    async with at_work() as bench:
        bench.source.can_better_start = False
        bench.source.is_better_there.set()
        await until(lambda: bool(bench.source.failed))
        assert bench.source.failed == ["E_DEVICE: better: absent"]
        assert bench.alive == ["worse"]
        assert bench.supervisor.is_ready
        assert bench.issues == [("engine_lost", None)]


async def test_what_begins_while_the_better_worker_starts_is_not_cut() -> None:
    async with at_work() as bench:
        quiet = iter([True, False])
        bench.supervisor._is_quiet = lambda: next(quiet, False)
        bench.source.is_better_there.set()
        await until(lambda: len(bench.source.workers) == 2)
        await until(lambda: bench.alive == ["worse"])
        assert len(bench.events) == 1
