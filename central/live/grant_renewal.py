"""Keeps a stream granted while it lasts: each grant is renewed long before it ends.

A renewal that fails is tried again until the last grant ends: a database that is locked for a
minute does not end what somebody is saying.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from agent.errors import AgentError

RENEW_BEFORE_S = 240.0  # a grant that a station missed comes with its next hello
FIRST_RETRY_S, MOST_RETRY_S = 1.0, 15.0

Failure = AgentError | OSError
log = logging.getLogger(__name__)


def log_failure(error: Failure) -> None:
    """For callers that tell nobody."""
    log.warning("the grant is not renewed yet: %s", error)


@dataclass
class GrantRenewal:
    """The grants of one stream.

    Args:
        renew: drafts, signs and publishes a grant.
        life_s: of each grant.
        report: gets each failure that is followed by another attempt.
        now_s: monotonic seconds.
        sleep: waits so many seconds.
    """

    renew: Callable[[], Awaitable[None]]
    life_s: float
    report: Callable[[Failure], None]
    now_s: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _ends_s: float = 0.0

    async def grant(self) -> None:
        """Publish a grant, the first or a further one.

        Raises:
            AgentError: it cannot be published.
        """
        # Counted from before the publication: the grant's own time begins then.
        ends_s = self.now_s() + self.life_s
        await self.renew()
        self._ends_s = ends_s

    async def run(self) -> None:
        """Renew until cancelled.

        Raises:
            AgentError, OSError: the last grant has ended, and no further one could be published.
        """
        while True:
            before_s = min(self.life_s / 2, RENEW_BEFORE_S)
            await self.sleep(self._ends_s - before_s - self.now_s())
            await self._renew_in_time()

    async def _renew_in_time(self) -> None:
        retry_s = FIRST_RETRY_S
        while True:
            try:
                await self.grant()
            except (AgentError, OSError) as error:
                if self.now_s() + retry_s >= self._ends_s:
                    raise
                self.report(error)
            else:
                return
            await self.sleep(retry_s)
            retry_s = min(MOST_RETRY_S, 2 * retry_s)
