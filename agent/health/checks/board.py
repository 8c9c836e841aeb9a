"""Checks that boards are drawn in time, by the heartbeats of the board processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.health.check import CheckFinding
from agent.health.hysteresis import Hysteresis

LATE, IN_TIME = 3, 0  # late pictures within one period


class BoardCheck:
    """Checks all boards.

    Args:
        late: name of each board → late pictures its process has counted so far.
    """

    name = "board"
    period_s = 300.0

    def __init__(self, late: Callable[[], Mapping[str, int]]) -> None:
        self._late = late
        self._before: dict[str, int] = {}
        self._bands: dict[str, Hysteresis] = {}

    async def check(self) -> list[CheckFinding]:
        """See `Check.check`."""
        found = []
        for name, total in self._late().items():
            before = self._before.get(name, 0)
            # A new process counts from zero again.
            fresh = total - before if total >= before else total
            self._before[name] = total
            if self._bands.setdefault(name, Hysteresis(LATE, IN_TIME)).add_sample(fresh):
                hint = f"{fresh} pictures late within {self.period_s / 60:.0f} min"
                found.append(CheckFinding("board_late", name, hint))
        return found
