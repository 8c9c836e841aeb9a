"""Checks whether the agent, an engine or a board restarts again and again.

The agent stores the number of its own short runs (under ten minutes, in a row): this needs no clock
and no systemd, and covers a box that reboots as well as a process that dies. The losses of workers
within the last hour are counted from the issues that began.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from agent.clock import mono_s
from agent.health.check import CheckFinding
from agent.health.check_memory import CheckMemory
from agent.health.hysteresis import Hysteresis

SHORT_RUN_S = 600.0
MANY = 3
WINDOW_S = 3600.0
KEY = "short_lives"
UNSTEADY: tuple[tuple[str, str], ...] = (
    ("engine_lost", "engine_unsteady"),
    ("board_lost", "board_unsteady"),
)


class RestartCheck:
    """Checks the agent and its workers.

    Args:
        memory: stores the count from one run to the next.
        begun: (kind, seconds) → subject to how often that kind began within them.
        now_mono_s: replaced in tests.
    """

    name = "restart"
    period_s = 60.0

    def __init__(
        self,
        memory: CheckMemory,
        begun: Callable[[str, float], Mapping[str, int]],
        *,
        now_mono_s: Callable[[], float] = mono_s,
    ) -> None:
        self._memory = memory
        self._begun = begun
        self._now_mono_s = now_mono_s
        self._started_mono_s = now_mono_s()
        self._short_runs: int | None = None
        self._bands: dict[tuple[str, str], Hysteresis] = {}

    async def check(self) -> list[CheckFinding]:
        """See `Check.check`."""
        return [*await self._own(), *self._workers()]

    async def _own(self) -> list[CheckFinding]:
        if self._short_runs is None:
            self._short_runs = int(await self._memory.read(KEY) or 0)
            await self._memory.write(KEY, str(self._short_runs + 1))
        if self._now_mono_s() - self._started_mono_s >= SHORT_RUN_S:
            self._short_runs = 0
            await self._memory.write(KEY, "0")
        if self._short_runs < MANY:
            return []
        hint = f"{self._short_runs} runs in a row were shorter than {SHORT_RUN_S / 60:.0f} min"
        return [CheckFinding("restarts_many", "agent", hint)]

    def _workers(self) -> Iterator[CheckFinding]:
        for lost, unsteady in UNSTEADY:
            counts = self._begun(lost, WINDOW_S)
            for subject in {*counts, *(name for kind, name in self._bands if kind == lost)}:
                times = counts.get(subject, 0)
                if self._bands.setdefault((lost, subject), Hysteresis(MANY, 0)).add_sample(times):
                    yield CheckFinding(unsteady, subject, f"lost {times} times within an hour")
