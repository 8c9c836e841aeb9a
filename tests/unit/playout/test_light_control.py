"""A board is dimmed through an evening, on a simulated card, at the pace of its rules."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from agent.clock import Now
from agent.contract.priority import Level
from agent.contract.report import InputState, SensorReading
from agent.contract.station_policy import BoardLightCaps
from agent.play.board.wall_control import WallControl
from agent.playout.light_control import LightControl, LightSources, find_fresh
from agent.settings.model import BoardLight
from drivers.sim.sim_novastar import SimNovaStar
from tests.harness.novastar_wall import wall_of

NOON = datetime(2026, 11, 30, 5, 0, tzinfo=UTC)  # 12:00 in Vietnam


class Evening:
    """A wall, its light control, and a clock that a test moves."""

    def __init__(self, card: SimNovaStar, driver: Any) -> None:
        self.card = card
        self.mono_s = 1000.0
        self.at = NOON
        self.is_known = True
        self.inputs: dict[str, InputState] = {}
        self.item: Any = None
        self.caps = BoardLightCaps()
        self.lux: float | None = None
        self.ordered_pct = 100
        self.picture_level: float | None = None
        self.stopped_at: datetime | None = None
        self.reports = 0
        self.wall = WallControl("the-phat", (), driver, lambda *_: None, lambda: self.mono_s)

    def begin(self, **rules: Any) -> LightControl:
        light = BoardLight(**{"by": "clock", "day_pct": 80, "night_pct": 20, **rules})
        sources = LightSources(
            now=self.now,
            sun=lambda: None,
            inputs=lambda: self.inputs,
            on_air=lambda: self.item,
            caps=lambda: self.caps,
            lux=lambda: self.lux,
            ordered_pct=lambda: self.ordered_pct,
            picture_level=lambda: self.picture_level,
            stopped_at=lambda: self.stopped_at,
        )
        return LightControl(light, [self.wall], sources, self.report, lambda: self.mono_s)

    def now(self) -> Now:
        return Now(self.at, "SYNCED" if self.is_known else "UNKNOWN", 0.1)

    def report(self) -> None:
        self.reports += 1

    def pass_s(self, seconds: float) -> None:
        self.mono_s += seconds
        self.at += timedelta(seconds=seconds)

    def level(self) -> int:
        return self.card.receivers[0, 0].memory[0x0200_0001]


@pytest.fixture
def evening(monkeypatch: pytest.MonkeyPatch) -> Iterator[Evening]:
    with wall_of(monkeypatch, "novastar-mctrl660") as (card, driver):
        yield Evening(card, driver)


async def test_the_wall_takes_its_brightness_at_the_start_and_dims_slowly(
    evening: Evening,
) -> None:
    light = evening.begin(twilight_min=0)
    await light.step()
    assert evening.level() == 204  # 80 %
    evening.at = NOON + timedelta(hours=11)  # 23:00
    evening.pass_s(2)
    await light.step()
    assert evening.level() == 199  # 78 %
    for _step in range(29):
        evening.pass_s(2)
        await light.step()
    assert evening.level() == 51  # 20 %
    assert evening.reports == 6  # at the start, and each time it has moved by more than ten


async def test_nothing_is_written_while_nothing_changes(evening: Evening) -> None:
    light = evening.begin()
    await light.step()
    evening.card.requests.clear()
    for _step in range(20):
        evening.pass_s(2)
        await light.step()
    assert evening.card.requests == []


@pytest.mark.parametrize(
    ("kind", "active", "level"),
    [("mains", False, 76), ("generator", True, 76), ("mains", True, 204), ("door", True, 204)],
)
async def test_a_reserve_supply_is_obeyed_at_once(
    evening: Evening, kind: str, *, active: bool, level: int
) -> None:
    light = evening.begin(reserve_pct=30)
    await light.step()
    evening.inputs = {"nguon": InputState(kind, active)}
    evening.pass_s(2)
    await light.step()
    assert evening.level() == level


async def test_an_advert_is_dimmed_while_it_is_shown(evening: Evening) -> None:
    light = evening.begin(advert_pct=78)
    await light.step()
    description = SimpleNamespace(advert=True)
    source = SimpleNamespace(description=description)
    evening.item = SimpleNamespace(level=Level.SCHEDULED, source=source)
    evening.pass_s(2)
    await light.step()
    assert evening.level() == 199
    assert light.target is not None
    assert light.target.rule == "advert"


async def test_the_light_sensor_of_the_card_decides_where_it_is_valid(evening: Evening) -> None:
    evening.card.apply({"lux": 10})
    light = evening.begin(by="sensor", dark_lux=10)
    await evening.wall.refresh()
    await light.step()
    assert light.target is not None
    assert (light.target.pct, light.target.rule) == (20, "sensor")


@pytest.mark.parametrize(
    ("caps", "hour", "pct"),
    [
        (BoardLightCaps(day_pct=50), 12, 50),
        (BoardLightCaps(day_pct=10), 23, 10),  # by night never more than by day
        (BoardLightCaps(night_pct=5), 23, 5),
        (BoardLightCaps(night_pct=60), 23, 20),  # the settings stay below the policy
        (BoardLightCaps(night_pct=5), 12, 80),
    ],
)
async def test_the_signed_policy_caps_the_brightness(
    evening: Evening, caps: BoardLightCaps, hour: int, pct: int
) -> None:
    evening.caps, evening.at = caps, NOON + timedelta(hours=hour - 12)
    light = evening.begin(twilight_min=0)
    await light.step()
    assert light.target is not None
    assert light.target.pct == pct


async def test_the_signed_policy_dims_adverts_where_the_settings_do_not(evening: Evening) -> None:
    evening.caps = BoardLightCaps(advert_pct=40)
    description = SimpleNamespace(advert=True)
    source = SimpleNamespace(description=description)
    evening.item = SimpleNamespace(level=Level.SCHEDULED, source=source)
    light = evening.begin()
    await light.step()
    assert light.target is not None
    assert (light.target.pct, light.target.rule) == (40, "advert")


async def test_a_light_sensor_at_the_box_goes_before_that_of_the_card(evening: Evening) -> None:
    evening.card.apply({"lux": 10})
    evening.lux = 20_000.0
    light = evening.begin(by="sensor", dark_lux=10)
    await evening.wall.refresh()
    await light.step()
    assert light.target is not None
    assert (light.target.pct, light.target.rule) == (80, "sensor")


def test_a_reading_counts_while_it_is_fresh() -> None:
    readings = {
        "moi": SensorReading("illuminance", 812.0, "lx", 30.0),
        "cu": SensorReading("illuminance", 812.0, "lx", 121.0),
        "chua": SensorReading("illuminance", None, "lx", None),
    }
    assert find_fresh(readings, "moi") == 812
    assert [find_fresh(readings, name) for name in ("cu", "chua", "khong-co", None)] == [None] * 4


async def test_without_a_time_the_wall_is_neither_blinding_nor_lost(evening: Evening) -> None:
    evening.is_known = False
    light = evening.begin()
    await light.step()
    assert evening.level() == 102  # 40 %


async def test_a_wall_that_was_dark_for_a_day_is_lit_low_first(evening: Evening) -> None:
    light = evening.begin()
    await evening.wall.refresh()
    await light.step()
    evening.wall.reading = None  # its card is without power
    evening.pass_s(2)
    await light.step()
    evening.pass_s(86_400)
    await light.step()
    await evening.wall.refresh()
    for _step in range(40):
        evening.pass_s(2)
        await light.step()
    assert evening.level() == 26  # 10 %
    evening.pass_s(600)
    await light.step()
    assert light.target is not None
    assert light.target.rule == "clock"


@pytest.mark.parametrize(
    ("absent", "pct"), [(timedelta(hours=25), 10), (timedelta(hours=23), 80), (None, 80)]
)
async def test_a_wall_whose_box_was_without_power_for_a_day_is_lit_low_first(
    evening: Evening, absent: timedelta | None, pct: int
) -> None:
    """A power cut of a day, which leaves modules wet, ends the box as well."""
    evening.stopped_at = None if absent is None else NOON - absent
    light = evening.begin()
    await evening.wall.refresh()
    await light.step()
    assert light.target is not None
    assert light.target.pct == pct
    evening.pass_s(599)
    await light.step()
    assert light.target.pct == pct
    evening.pass_s(2)
    await light.step()
    assert light.target.rule == "clock"


async def test_how_long_the_box_was_off_is_known_with_the_time(evening: Evening) -> None:
    evening.stopped_at, evening.is_known = NOON - timedelta(days=3), False
    light = evening.begin()
    await evening.wall.refresh()
    await light.step()
    assert light.target is not None
    assert light.target.rule == "no_time"
    evening.is_known = True
    evening.pass_s(60)
    await light.step()
    assert (light.target.pct, light.target.rule) == (10, "wet")


async def test_a_card_that_comes_back_at_a_box_that_ran_is_judged_by_this_run(
    evening: Evening,
) -> None:
    evening.stopped_at = NOON - timedelta(minutes=5)
    light = evening.begin()
    await light.step()  # its card is without power
    evening.pass_s(25 * 3600)
    await evening.wall.refresh()
    await light.step()
    assert light.target is not None
    assert (light.target.pct, light.target.rule) == (10, "wet")


@pytest.mark.parametrize(
    ("ordered_pct", "level", "target"),
    [
        (30, Level.SCHEDULED, (30, "order")),
        (1, Level.SCHEDULED, (1, "order")),
        (90, Level.SCHEDULED, (80, "clock")),  # nothing signed makes a board brighter
        (30, Level.EMERGENCY, (80, "clock")),
    ],
)
async def test_a_signed_order_dims_a_board_within_its_limits_and_never_an_emergency(
    evening: Evening, ordered_pct: int, level: Level, target: tuple[int, str]
) -> None:
    light = evening.begin(twilight_min=0)
    source = SimpleNamespace(description=SimpleNamespace(advert=None))
    evening.item = SimpleNamespace(level=level, source=source)
    evening.ordered_pct = ordered_pct
    await light.step()
    assert light.target is not None
    assert (light.target.pct, light.target.rule) == target


def item_of(level: Level) -> Any:
    source = SimpleNamespace(description=SimpleNamespace(advert=None))
    return SimpleNamespace(level=level, source=source)


@pytest.mark.parametrize("level", [Level.EMERGENCY, Level.LOCAL_KEY, Level.EMERGENCY_VOICE])
async def test_an_emergency_on_a_board_that_was_dimmed_is_bright_at_once(
    evening: Evening, level: Level
) -> None:
    light = evening.begin(twilight_min=0)
    evening.ordered_pct = 5
    evening.item = item_of(Level.SCHEDULED)
    await light.step()
    assert evening.level() == 13  # 5 %
    evening.item = item_of(level)
    evening.pass_s(0.25)
    await light.step()
    assert evening.level() == 204  # 80 %: what the hour gives
    evening.item = item_of(Level.SCHEDULED)  # it is over: the order counts again, slowly
    evening.pass_s(2)
    await light.step()
    assert evening.level() == 199  # 78 %


async def test_by_night_an_emergency_is_as_bright_as_the_night_allows(evening: Evening) -> None:
    evening.at = NOON + timedelta(hours=11)  # 23:00
    light = evening.begin(twilight_min=0)
    evening.ordered_pct = 5
    await light.step()
    evening.item = item_of(Level.EMERGENCY)
    evening.pass_s(0.25)
    await light.step()
    assert evening.level() == 51  # 20 %


async def test_an_emergency_is_noticed_before_the_next_step_is_due(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        evening.pass_s(seconds)
        if len(slept) == 3:
            evening.item = item_of(Level.EMERGENCY)
        if len(slept) == 4:
            raise asyncio.CancelledError

    monkeypatch.setattr("agent.playout.light_control.asyncio.sleep", sleep)
    evening.ordered_pct = 5
    with pytest.raises(asyncio.CancelledError):
        await evening.begin(twilight_min=0).run()
    assert evening.level() == 204
    assert sum(slept[:3]) == 0.75


async def test_the_cap_in_watts_counts_the_picture_that_is_shown(evening: Evening) -> None:
    # 24 kW all white, 6 kW allowed: black text on white (0.8) may have 31 %, a dark picture 80 %
    light = evening.begin(full_w=24_000, cap_w=6_000)
    evening.picture_level = 0.1
    await light.step()
    assert evening.level() == 204  # 80 %
    (reading,) = light.readings("bang").values()
    assert (reading.value, reading.unit) == (1920.0, "W")  # 24,000 W x 0.1 x 0.8
    evening.picture_level = 0.8
    for _step in range(5):
        evening.pass_s(2)
        await light.step()
    assert evening.level() == 79  # 31 %: 24,000 W x 0.8 x 0.31 = 5952 W
    assert light.readings("bang")["bang.watts_estimate"].value == 5952.0


async def test_a_picture_that_nobody_knows_counts_as_white(evening: Evening) -> None:
    light = evening.begin(full_w=24_000, cap_w=6_000)
    await light.step()
    assert evening.level() == 64  # 25 %
    assert light.readings("bang") == {}


async def test_a_slideshow_does_not_make_the_wall_pump(evening: Evening) -> None:
    light = evening.begin(full_w=24_000, cap_w=6_000)
    levels = set()
    for step in range(60):
        evening.picture_level = 0.8 if step % 10 < 5 else 0.1  # ten seconds each
        await light.step()
        levels.add(evening.level())
        evening.pass_s(2)
    assert levels == {79}
