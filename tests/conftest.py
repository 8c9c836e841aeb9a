"""What every test is held to: no task left, no blocking call in the loop, no stray socket."""

from __future__ import annotations

import asyncio
import inspect
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from blockbuster import BlockBuster
from hypothesis import settings

from agent import clock

# The tests live in November 2026, whatever the day of the newest release; set before any other
# module takes it over.
clock.BUILD_AT = datetime(2026, 11, 1, tzinfo=UTC)
# No test fails on a time: the other interpreters' run only when no other process wants the core.
# An officer's profile on this computer answers no question of a test.
os.environ["TRAMTIN_PROFILE"] = os.devnull
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")
TESTS = Path(__file__).resolve().parent
SETTLE_S = 1.0
TURNS = 5  # of the loop, until a child's transport has closed itself behind its last pipe
MAY_TALK = {"attack", "integration", "scenario", "bench"}
NETWORK = {socket.AF_INET, socket.AF_INET6}


class _SocketWatch:
    """Refuses network sockets while `armed`; an audit hook also sees TLS and C code."""

    def __init__(self) -> None:
        self.armed = False
        self.refused: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.armed or event not in ("socket.connect", "socket.bind", "socket.sendto"):
            return
        if args[0].family in NETWORK:
            self.refused.append(f"{event} {args[1]!r}")
            pytest.fail(f"sockets belong in tests/integration: {self.refused[-1]}")


_sockets = _SocketWatch()
_blockbuster = BlockBuster(scanned_modules=["agent", "drivers"])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("early") is None)


@pytest_asyncio.fixture
async def no_leftover_tasks() -> AsyncIterator[None]:
    """A test that leaves a task running has failed."""
    before = asyncio.all_tasks()
    yield
    for _ in range(TURNS):
        await asyncio.sleep(0)
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    if left:
        # One that was cancelled a moment ago may still be on its way out.
        _, left = await asyncio.wait(left, timeout=SETTLE_S)
    names = sorted(f"{task.get_name()}: {task.get_coro()!r}" for task in left)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    assert not names, f"tasks left running: {names}"


@pytest.fixture(autouse=True)
def _held_to_the_rules(request: pytest.FixtureRequest) -> Iterator[None]:
    """First in, last out: what the test's own fixtures leave behind counts too."""
    if inspect.iscoroutinefunction(request.function):
        request.getfixturevalue("no_leftover_tasks")
    _sockets.refused.clear()
    _sockets.armed = request.path.relative_to(TESTS).parts[0] not in MAY_TALK
    _blockbuster.activate()
    yield
    _blockbuster.deactivate()
    _sockets.armed = False
    assert not _sockets.refused, "a socket call was refused and the refusal was swallowed"
