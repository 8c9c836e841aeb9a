"""When a grant is renewed, and what a renewal that fails does; the clock is the test's own."""

from __future__ import annotations

import asyncio

import pytest

from agent.errors import StoreError
from central.live.grant_renewal import Failure, GrantRenewal

LOCKED = StoreError("E_DISK", "database", "locked")


class Publisher:
    """Publishes grants, fails where it is told to, and owns the time."""

    def __init__(self, *failing: range, until_s: float = 1200.0) -> None:
        self.now_s, self.until_s = 0.0, until_s
        self.failing = failing
        self.granted_s: list[float] = []
        self.reported: list[Failure] = []
        self.renewal = GrantRenewal(
            self.renew, 600.0, self.reported.append, lambda: self.now_s, self.sleep
        )

    async def renew(self) -> None:
        if any(round(self.now_s) in one for one in self.failing):
            raise LOCKED
        self.granted_s.append(self.now_s)

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        if self.now_s > self.until_s:
            raise asyncio.CancelledError

    async def run(self) -> None:
        await self.renewal.grant()
        await self.renewal.run()


async def test_a_grant_is_renewed_four_minutes_before_it_ends() -> None:
    publisher = Publisher()
    with pytest.raises(asyncio.CancelledError):
        await publisher.run()
    assert publisher.granted_s == [0, 360, 720, 1080]
    assert publisher.reported == []


async def test_a_renewal_that_fails_is_tried_again_and_the_voice_goes_on() -> None:
    publisher = Publisher(range(350, 380))
    with pytest.raises(asyncio.CancelledError):
        await publisher.run()
    # 360 fails, then after 1, 2, 4, 8 and 15 s
    assert publisher.granted_s == [0, 390, 750, 1110]
    assert publisher.reported == [LOCKED] * 5


async def test_a_grant_that_cannot_be_renewed_ends_the_voice_with_the_grant() -> None:
    publisher = Publisher(range(1, 2000))
    with pytest.raises(StoreError, match="E_DISK"):
        await publisher.run()
    assert 585 <= publisher.now_s < 600


async def test_a_first_grant_that_fails_is_not_tried_again() -> None:
    publisher = Publisher(range(1))
    with pytest.raises(StoreError):
        await publisher.run()
    assert publisher.reported == []
