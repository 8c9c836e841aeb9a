"""An event loop whose time passes as fast as its work is done: nothing ever sleeps."""

from __future__ import annotations

import asyncio
import selectors
import time as real_time
from collections.abc import Coroutine
from typing import Any

import pytest

from agent import system_clock

BEGIN_S = 1000.0


class VirtualTime:
    """Stands for the module `time` where the agent reads its clocks."""

    CLOCK_BOOTTIME = real_time.CLOCK_BOOTTIME
    CLOCK_MONOTONIC_RAW = real_time.CLOCK_MONOTONIC_RAW

    def __init__(self) -> None:
        self.now_s = BEGIN_S

    def monotonic(self) -> float:
        return self.now_s

    def clock_gettime(self, _clock: int) -> float:
        return self.now_s

    def thread_time(self) -> float:
        return 0.0


class _Selector(selectors.SelectSelector):
    """Instead of waiting it moves the time on."""

    def __init__(self, time: VirtualTime) -> None:
        super().__init__()
        self._time = time

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if not found and timeout is not None and timeout > 0:
            self._time.now_s += timeout
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs coroutines that use no threads, processes or sockets."""

    def __init__(self, time: VirtualTime) -> None:
        super().__init__(_Selector(time))
        self._time = time
        self._clock_resolution = 1e-9

    def time(self) -> float:
        return self._time.now_s


def run_virtually(work: Coroutine[Any, Any, None], patch: pytest.MonkeyPatch) -> None:
    """Run a coroutine to its end in virtual time; the agent's clocks read the same time."""
    time = VirtualTime()
    patch.setattr(system_clock, "time", time)
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(time)) as runner:
        runner.run(work)
