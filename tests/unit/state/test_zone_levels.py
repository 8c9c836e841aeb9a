"""The level of a zone: what a query says at which moment, and what a restart finds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.clock import Now
from agent.errors import StoreError
from agent.state.zone_levels import ZoneLevels
from agent.store.database import Store
from agent.store.zone_level import ZoneLevel

AT = datetime(2026, 11, 30, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ZONES = ("nga-ba", "truong-hoc")


def now(at: datetime = AT) -> Now:
    return Now(at, "SYNCED", 0.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path)
    yield store
    store.close()


def nothing(_: sqlite3.Connection) -> None:
    pass


def refuse(_: sqlite3.Connection) -> None:
    raise sqlite3.OperationalError("disk I/O error")


async def test_a_zone_without_a_command_is_as_calibrated(store: Store) -> None:
    levels = ZoneLevels(store, ZONES)
    await levels.load()
    assert (levels.trim_db("nga-ba", now()), levels.is_muted("nga-ba", now())) == (0, False)
    assert levels.in_force(now()) == {}


async def test_a_trim_and_a_mute_are_there_after_a_restart(store: Store) -> None:
    levels = ZoneLevels(store, ZONES)
    level = ZoneLevel(trim_db=-6, muted_until=AT + HOUR)
    await levels.update({"nga-ba": level}, now(), nothing)
    again = ZoneLevels(store, ZONES)
    await again.load()
    assert again.in_force(now()) == {"nga-ba": level}
    assert again.trim_db("nga-ba", now()) == -6
    assert again.muted_until("nga-ba", now()) == AT + HOUR


async def test_a_mute_ends_by_itself(store: Store) -> None:
    levels = ZoneLevels(store, ZONES)
    await levels.update({"nga-ba": ZoneLevel(muted_until=AT + HOUR)}, now(), nothing)
    assert levels.is_muted("nga-ba", now(AT + HOUR - timedelta(seconds=1)))
    assert not levels.is_muted("nga-ba", now(AT + HOUR))
    assert levels.in_force(now(AT + HOUR)) == {}


async def test_a_trim_that_passes_gives_way_to_the_one_before(store: Store) -> None:
    levels = ZoneLevels(store, ZONES)
    level = ZoneLevel(trim_db=-3, passing_db=-12, passing_until=AT + HOUR)
    await levels.update({"nga-ba": level}, now(), nothing)
    assert levels.trim_db("nga-ba", now()) == -12
    assert levels.trim_db("nga-ba", now(AT + HOUR)) == -3


async def test_a_clock_that_was_set_back_makes_no_mute_longer_than_seven_days(store: Store) -> None:
    levels = ZoneLevels(store, ZONES)
    await levels.update({"nga-ba": ZoneLevel(muted_until=AT + 7 * DAY)}, now(), nothing)
    assert levels.is_muted("nga-ba", now(AT - HOUR))
    assert not levels.is_muted("nga-ba", now(AT - HOUR - timedelta(seconds=1)))


async def test_what_the_card_does_not_take_changes_nothing(store: Store) -> None:
    levels = ZoneLevels(store, ZONES)
    heard: list[str] = []
    levels.changed.connect(lambda: heard.append("changed"))
    with pytest.raises(StoreError):
        await levels.update({"nga-ba": ZoneLevel(trim_db=-6)}, now(), refuse)
    again = ZoneLevels(store, ZONES)
    await again.load()
    assert levels.in_force(now()) == again.in_force(now()) == {}
    assert heard == []


async def test_other_zones_keep_their_level(store: Store) -> None:
    levels = ZoneLevels(store, ZONES)
    await levels.update({"nga-ba": ZoneLevel(trim_db=-6)}, now(), nothing)
    await levels.update({"truong-hoc": ZoneLevel(muted_until=AT + HOUR)}, now(), nothing)
    assert set(levels.in_force(now())) == {"nga-ba", "truong-hoc"}


async def test_the_level_of_a_zone_that_the_settings_no_longer_have_is_dropped(
    store: Store,
) -> None:
    levels = ZoneLevels(store, ZONES)
    here, gone = ZoneLevel(trim_db=-6), ZoneLevel(muted_until=AT + HOUR)
    await levels.update({"nga-ba": here, "truong-hoc": gone}, now(), nothing)
    for zones in (["nga-ba"], ZONES):  # the zone comes back under its name, as it was calibrated
        levels = ZoneLevels(store, zones)
        await levels.load()
        assert levels.in_force(now()) == {"nga-ba": here}
