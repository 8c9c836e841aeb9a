"""Checks that the files of the next 24 hours are in store, while there is time to act."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.health.check import CheckFinding

AT_MOST = 10  # a whole missing schedule is one task for a person, not a hundred


class MediaCheck:
    """Checks the planned items.

    Args:
        lacking: title of each item that lacks a file → when it starts and why, soonest first.
    """

    name = "media"
    period_s = 120.0

    def __init__(self, lacking: Callable[[], Mapping[str, str]]) -> None:
        self._lacking = lacking
        self._before: frozenset[str] = frozenset()

    async def check(self) -> list[CheckFinding]:
        """See `Check.check`. Reports at the second check: new files need time to come."""
        lacking = self._lacking()
        before, self._before = self._before, frozenset(lacking)
        found = [
            CheckFinding("media_missing_next_day", title, why)
            for title, why in lacking.items()
            if title in before
        ]
        return found[:AT_MOST]
