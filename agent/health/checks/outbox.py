"""Checks how long the oldest journal record has waited for the centre's receipt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from agent.health.check import CheckFinding
from agent.health.hysteresis import Hysteresis

OLD_S, FRESH_S = 24 * 3600.0, 3600.0


class OutboxCheck:
    """Checks the journal.

    Args:
        outbox: how many records wait, and the age of the oldest in seconds.
    """

    name = "outbox"
    period_s = 300.0

    def __init__(self, outbox: Callable[[], Awaitable[tuple[int, float]]]) -> None:
        self._outbox = outbox
        self._old = Hysteresis(OLD_S, FRESH_S)

    async def check(self) -> list[CheckFinding]:
        """See `Check.check`."""
        rows, oldest_s = await self._outbox()
        if not self._old.add_sample(oldest_s):
            return []
        hint = f"{rows} records, the oldest {oldest_s / 3600:.0f} h old"
        return [CheckFinding("outbox_old", "journal", hint)]
