"""The system's clock jumps by an hour and by ten years: the programme does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio

from central.clip import make_melody
from tests.scenario.air import Air

FAKETIME = "/usr/lib/{}/faketime/libfaketime.so.1"
TRIPLETS = ("x86_64-linux-gnu", "aarch64-linux-gnu", "arm-linux-gnueabihf")
HOUR_S = 3600
TEN_YEARS_S = 10 * 365 * 86_400


def _library() -> str:
    return next(p for t in TRIPLETS if Path(p := FAKETIME.format(t)).exists())


@pytest_asyncio.fixture
async def jumping(stage: Any, tmp_path: Path) -> AsyncIterator[tuple[Air, Path]]:
    """A station whose system clock is that of a file, in seconds off the truth."""
    offset = tmp_path / "offset"
    offset.write_text("+0\n")
    stage.station.env |= {
        "LD_PRELOAD": _library(),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    make_melody(stage.studio / "nhac.opus", 14_000)
    await stage.start()
    yield await Air(stage).begin(), offset


async def test_steps_of_the_system_clock_move_nothing(jumping: tuple[Air, Path]) -> None:
    air, offset = jumping
    since = air.planned + timedelta(seconds=1)
    for step_s in (HOUR_S, -HOUR_S, TEN_YEARS_S, -TEN_YEARS_S, 0):
        offset.write_text(f"{step_s:+d}\n")
        await air.pass_time(3)
    assert air.stage.collected_plays() == []  # it has not been interrupted
    ear = await air.hear()
    air.assert_in_its_place(ear, since, 14)
    await air.assert_truth()
    synced = [r for r in air.stage.collected() if r["clock"]["quality"] == "SYNCED"]
    assert synced
    for record in synced:
        off = abs(datetime.fromisoformat(record["at"]) - air.planned)
        assert off < timedelta(minutes=5), record
