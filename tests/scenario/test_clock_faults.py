"""The system's clock jumps by an hour and by ten years: the programme does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from central.testbed.testbed import until
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.faketime_library import find_faketime_library
from tests.harness.melody import make_melody

HOUR_S = 3600
TEN_YEARS_S = 10 * 365 * 86_400


def _fake_clock(site: Any, offset: Path, off_s: int) -> None:
    """Give the station a system clock that is that of a file, in seconds off the truth."""
    offset.write_text(f"{off_s:+d}\n")
    site.station.env |= {
        "LD_PRELOAD": find_faketime_library(),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


@pytest_asyncio.fixture
async def jumping(site: Any, tmp_path: Path) -> AsyncIterator[tuple[ContinuousPlay, Path]]:
    """A station whose system clock the test moves."""
    offset = tmp_path / "offset"
    _fake_clock(site, offset, 0)
    make_melody(site.studio / "nhac.opus", 14_000)
    await site.start()
    yield await ContinuousPlay(site).begin(), offset


async def test_steps_of_the_system_clock_move_nothing(jumping: tuple[ContinuousPlay, Path]) -> None:
    programme, offset = jumping
    since = programme.planned + timedelta(seconds=1)
    for step_s in (HOUR_S, -HOUR_S, TEN_YEARS_S, -TEN_YEARS_S, 0):
        offset.write_text(f"{step_s:+d}\n")
        await programme.pass_time(3)
    assert programme.site.collected_plays() == []  # it has not been interrupted
    await programme.pass_until(since + timedelta(seconds=14))
    sound = await programme.hear()
    programme.assert_in_its_place(sound, since, 14)
    await programme.assert_truth()
    synced = [r for r in programme.site.collected() if r["clock"]["quality"] == "SYNCED"]
    assert synced
    for record in synced:
        off = abs(datetime.fromisoformat(record["at"]) - programme.planned)
        assert off < timedelta(minutes=5), record


@pytest.mark.parametrize("years", [-55, 90], ids=["1971", "2116"])
async def test_a_system_clock_of_another_age_keeps_no_box_from_the_broker(
    site: Any, tmp_path: Path, years: int
) -> None:
    """No battery, or a false time server: by the system's clock no certificate is valid."""
    _fake_clock(site, tmp_path / "offset", years * 365 * 86_400)
    await site.start()
    database = site.testbed.database
    await until(lambda: database.health()[site.name]["clock"]["quality"] == "SYNCED", "the time")
    off = abs(datetime.fromisoformat(database.health()[site.name]["at"]) - datetime.now(UTC))
    assert off < timedelta(minutes=2)
