"""Whoever owns the broker attacks a playing box: nothing is missed, an alarm is heard meanwhile."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.broker_attacks import ATTACKS
from tests.harness.hostile_harness import GROWTH_MIB, Outcome, start_hostile_testbed

QUICK_S, LONG_S = 15.0, 600.0
LIMIT_MIB = 400.0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A socket needs a short path."""
    path = Path(tempfile.mkdtemp(prefix="th-", dir="/tmp"))
    yield path
    shutil.rmtree(path)


async def run_attack(folder: Path, attack: str, seconds: float) -> Outcome:
    async with start_hostile_testbed(folder) as on:
        outcome = await on.run_attack(attack, seconds)
        print(attack, outcome)
        assert outcome.missed == [], on.log_tail()
        assert len(outcome.errors_ms) >= 3
        assert (outcome.unheard, outcome.restarts, outcome.killed) == (0, [], 0), on.log_tail()
        before, most, after = outcome.rss_mib
        assert after < before + GROWTH_MIB, on.log_tail()
        assert most < LIMIT_MIB
        return outcome


@pytest.mark.early
@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_hostile_broker_stops_neither_the_plan_nor_an_alarm(
    folder: Path, attack: str
) -> None:
    await run_attack(folder, attack, QUICK_S)


@pytest.mark.long
@pytest.mark.timeout(LONG_S + 240)
@pytest.mark.parametrize("attack", ATTACKS)
async def test_ten_minutes_of_a_hostile_broker_change_nothing(folder: Path, attack: str) -> None:
    await run_attack(folder, attack, LONG_S)
