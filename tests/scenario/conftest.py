"""The station's stage of the integration tests, and the same with a programme on air."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody
from tests.harness.station_harness import stage

__all__ = ["stage"]


@pytest_asyncio.fixture
async def air(stage: Any) -> AsyncIterator[ContinuousPlay]:
    """A station that has its programme, and plays."""
    make_melody(stage.studio / "nhac.opus", 14_000)
    await stage.start()
    yield await ContinuousPlay(stage).begin()
