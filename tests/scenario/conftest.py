"""The testbed with one sound station, and the same with a programme on air."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody
from tests.harness.station_harness import site

__all__ = ["site"]


@pytest_asyncio.fixture
async def programme(site: Any) -> AsyncIterator[ContinuousPlay]:
    """A station that has its programme, and plays."""
    make_melody(site.studio / "nhac.opus", 14_000)
    await site.start()
    yield await ContinuousPlay(site).begin()
