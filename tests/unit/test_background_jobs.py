"""Background jobs: begun while the parts stop, ended before the process does."""

from __future__ import annotations

import asyncio
import logging

import pytest

from agent import background_jobs
from agent.background_jobs import BackgroundJobs


async def test_a_job_that_begins_while_the_parts_stop_is_completed() -> None:
    done: list[str] = []

    async def note(what: str) -> None:
        await asyncio.sleep(0)
        done.append(what)

    async def part(jobs: BackgroundJobs) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            jobs.start(note("a fault while closing"))

    async def live() -> None:
        async with BackgroundJobs() as jobs, asyncio.TaskGroup() as group:
            group.create_task(part(jobs))

    life = asyncio.create_task(live())
    for _ in range(3):
        await asyncio.sleep(0)
    life.cancel()
    await asyncio.wait([life])
    assert life.cancelled()
    assert done == ["a fault while closing"]


async def test_a_job_that_hangs_is_cancelled_and_no_job_begins_outside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(background_jobs, "CLOSE_S", 0.0)
    jobs, begun = BackgroundJobs(), asyncio.Event()

    async def hang() -> None:
        begun.set()
        await asyncio.Event().wait()

    jobs.start(hang())
    async with jobs:
        await asyncio.sleep(0)
        assert not begun.is_set()
        jobs.start(hang())
    jobs.start(hang())


async def test_a_job_that_fails_is_logged_and_stops_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail() -> None:
        raise KeyError("x")

    with caplog.at_level(logging.ERROR):
        async with BackgroundJobs() as jobs:
            jobs.start(fail())
    assert "a background job failed" in caplog.text
