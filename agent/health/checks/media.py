"""Does an item of the next 24 hours lack a file? It would be silent, and there is time to act."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.health.check import CheckFinding

AT_MOST = 10  # a whole schedule that is missing is one errand, not a hundred


class MediaCheck:
    """Of what is planned.

    Args:
        lacking: title of each item that lacks a file → when it starts and why, soonest first.
    """

    name = "media"
    period_s = 120.0

    def __init__(self, lacking: Callable[[], Mapping[str, str]]) -> None:
        self._lacking = lacking
        self._before: frozenset[str] = frozenset()

    async def check(self) -> list[CheckFinding]:
        """See `Check.check`. Two looks in a row: a new schedule's files take a moment to come."""
        lacking = self._lacking()
        before, self._before = self._before, frozenset(lacking)
        found = [
            CheckFinding("media_missing_next_day", title, why)
            for title, why in lacking.items()
            if title in before
        ]
        return found[:AT_MOST]
