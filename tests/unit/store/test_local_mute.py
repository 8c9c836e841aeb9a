"""The local mute switch: four hours at most, whatever the clock or the power does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.clock import Clock
from agent.store.database import Store
from agent.store.local_mute import LocalMute

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
H = 3600.0


class Hand:
    """Seconds since boot, set by the test."""

    def __init__(self) -> None:
        self.boot_s = 1000.0

    def __call__(self) -> float:
        return self.boot_s


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    hand = Hand()
    monkeypatch.setattr("agent.store.local_mute.boot_s", hand)
    return hand


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path)
    yield store
    store.close()


def synced(hand: Hand, at: datetime) -> Clock:
    clock = Clock(boot=hand)
    clock.fix(at, hand.boot_s)
    return clock


async def test_it_ends_by_itself_after_four_hours(store: Store, hand: Hand) -> None:
    switch = LocalMute(store, synced(hand, AT), "boot-1")
    await switch.load()
    assert not switch.is_on
    await switch.begin()
    assert switch.left_s == 4 * H
    hand.boot_s += 4 * H - 1
    assert switch.is_on
    hand.boot_s += 1
    assert not switch.is_on


async def test_switched_off_it_stays_off(store: Store, hand: Hand) -> None:
    clock = synced(hand, AT)
    switch = LocalMute(store, clock, "boot-1")
    await switch.begin()
    await switch.end()
    again = LocalMute(store, clock, "boot-1")
    await again.load()
    assert not switch.is_on
    assert not again.is_on


async def test_a_step_of_the_clock_neither_ends_nor_prolongs_it(store: Store, hand: Hand) -> None:
    clock = Clock(boot=hand)  # no time at all: weeks behind
    switch = LocalMute(store, clock, "boot-1")
    await switch.begin()
    hand.boot_s += 1 * H
    clock.fix(AT, hand.boot_s)
    assert switch.left_s == 3 * H
    again = LocalMute(store, clock, "boot-1")
    await again.load()
    assert again.left_s == 3 * H


async def test_after_a_reboot_the_remaining_time_is_the_same(store: Store, hand: Hand) -> None:
    switch = LocalMute(store, synced(hand, AT), "boot-1")
    await switch.begin()
    hand.boot_s = 50.0
    again = LocalMute(store, synced(hand, AT + timedelta(hours=3)), "boot-2")
    await again.load()
    assert again.left_s == pytest.approx(1 * H)
    late = LocalMute(store, synced(hand, AT + timedelta(hours=5)), "boot-3")
    await late.load()
    assert not late.is_on


async def test_after_a_reboot_without_time_it_lasts_four_hours_at_most(
    store: Store, hand: Hand
) -> None:
    switch = LocalMute(store, synced(hand, AT), "boot-1")
    await switch.begin()
    hand.boot_s = 50.0
    again = LocalMute(store, Clock(boot=hand), "boot-2")
    await again.load()
    assert again.left_s == 4 * H
