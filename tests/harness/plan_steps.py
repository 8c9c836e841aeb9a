"""Steps of the clock for a random plan, played by the real director and found by the oracle."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from agent.clock import mono_s
from tests.harness.clock_story import FakeHeld
from tests.harness.plan_oracle import Oracle
from tests.harness.plan_oracle_clock import Piece, Reading
from tests.harness.plan_oracle_policy import DAY_S, ZERO, Play
from tests.harness.random_plan import PlanSet, held_of, policy_of
from tests.harness.stepped_station import SteppedStation
from tests.harness.virtual_time import BEGIN_S, run_virtually

BEHIND_S = 26 * 3600
AHEAD_S = 50 * 3600
SOONER_S = 0.001  # each step comes so much before what else happens in the same second
KINDS = ["step", "step", "edge", "no time", "restart"]
STEPS_S = [3, 30, 600, 3600, 5 * 3600, DAY_S, 3 * DAY_S]
PAUSES_S = [1, 5, 61, 400, 1500, 4000]
SMALL_S = 2  # a smaller step moves what sounds, and is none
ZERO_AT = datetime(ZERO.year, ZERO.month, ZERO.day, tzinfo=UTC) - timedelta(hours=7)


def at_of(second: int) -> datetime:
    """A second of the oracle."""
    return ZERO_AT + timedelta(seconds=second)


def second_of(at: datetime) -> int:
    """A moment in seconds of the oracle."""
    return round((at - ZERO_AT).total_seconds())


def planner_of(drawn: PlanSet) -> Callable[[int], Sequence[Play]]:
    """What the oracle finds planned around a reading of the clock, as far as a box plans."""

    @cache
    def solve(first: int, last: int) -> Sequence[Play]:
        oracle = Oracle(drawn.docs, drawn.cancels, drawn.rules, drawn.calendars)
        oracle.solve(ZERO + timedelta(days=first), ZERO + timedelta(days=last))
        return oracle.plays

    def plan(clock_s: int) -> Sequence[Play]:
        first, last = (clock_s - BEHIND_S) // DAY_S, (clock_s + AHEAD_S) // DAY_S
        return [one for one in solve(first, last) if one.start_s < clock_s + AHEAD_S]

    return plan


class _Story:
    """What the clock reads, from one thing that happens to the next."""

    def __init__(self, dice: random.Random, plays: Sequence[Play]) -> None:
        self._dice = dice
        self._plays = plays
        self.true_s, self._clock_s = int(BEGIN_S), self._edge()
        self.readings = [Reading(self.true_s, self._clock_s)]

    def _edge(self) -> int:
        """A second at the edge of something that is planned, or near it."""
        one = self._dice.choice(self._plays)
        at_s = self._dice.choice([one.start_s, one.end_s, one.start_s - 400])
        return at_s + self._dice.choice([-90, -1, 0, 1, 20, 400])

    def go_on(self, seconds: int) -> None:
        self.true_s, self._clock_s = self.true_s + seconds, self._clock_s + seconds

    def happen(self, kind: str) -> None:
        """The clock is set, the time is lost for a while, or the station is off for a while."""
        dice, last = self._dice, self.readings[-1]
        if kind == "step":
            self._clock_s += dice.choice(STEPS_S) * dice.choice([1, -1])
        elif kind == "edge":
            self._clock_s = self._edge()
        elif kind == "no time":
            known_s, lasts_s = self._clock_s, dice.choice([1, 60, 900])
            self._clock_s -= dice.choice([3, 3600])
            self.readings.append(Reading(self.true_s, self._clock_s, is_known=False))
            self.go_on(lasts_s)
            self._clock_s = dice.choice([known_s + lasts_s, self._edge()])
        else:
            self.readings.append(Reading(self.true_s, self._clock_s, is_on=False))
            self.go_on(dice.choice([1, 200, 4000]))
        by_s = self._clock_s - last.clock_s - (self.true_s - last.true_s)
        if self.readings[-1] is last and abs(by_s) <= SMALL_S:
            self._clock_s += 60
        self.readings.append(Reading(self.true_s, self._clock_s))


def draw_readings(
    dice: random.Random, plays: Sequence[Play], count: int
) -> tuple[list[Reading], int]:
    """Some steps, lost times and restarts near the edges of what is planned, and the end."""
    story = _Story(dice, plays)
    for _ in range(count):
        story.go_on(dice.choice(PAUSES_S))
        story.happen(dice.choice(KINDS))
    story.go_on(PAUSES_S[-1])
    return story.readings, story.true_s


def play_readings(
    drawn: PlanSet,
    readings: Sequence[Reading],
    end_s: int,
    zones: tuple[str, ...],
    patch: pytest.MonkeyPatch,
) -> list[Piece]:
    """What the real director has sound at these readings."""
    found: list[SteppedStation] = []

    async def work() -> None:
        station = SteppedStation(at_of(readings[0].clock_s), policy_of(drawn.rules), zones, patch)
        found.append(station)
        station.held = [FakeHeld(one.document) for one in held_of(drawn)]
        for number, reading in enumerate(readings):
            await asyncio.sleep(reading.true_s - number * SOONER_S - mono_s())
            await _apply(reading, station)
        await asyncio.sleep(end_s - len(readings) * SOONER_S - mono_s())
        await station.switch_off(is_crash=False)

    run_virtually(work(), patch)
    return _pieces_of(found[0])


async def _apply(reading: Reading, station: SteppedStation) -> None:
    station.clock.quality = "SYNCED" if reading.is_known else "FLOOR"
    if not reading.is_on:
        await station.switch_off(is_crash=reading.clock_s % 2 == 0)
    elif station.is_on:
        station.set_clock(at_of(reading.clock_s))
    else:
        station.clock.set(at_of(reading.clock_s))
        await station.switch_on()


def _pieces_of(station: SteppedStation) -> list[Piece]:
    found = []
    for one in station.heard:
        assert one.end_mono_s is not None
        name, at = one.key.rsplit("@", 1)
        doc_id, entry = name.split("/", 1)
        key = (doc_id, entry, second_of(datetime.fromisoformat(at)))
        moments = (one.offset_s, one.start_mono_s, one.end_mono_s)
        offset_s, start_s, last_s = (round(second) for second in moments)
        if last_s > start_s:
            found.append(Piece(key, offset_s, start_s, last_s))
    return found
