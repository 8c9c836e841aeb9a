"""Dims a board by its rules: a step each two seconds, to its control cards, else to the board.

A step is commanded only when it changes the whole percent, so a day costs some hundred writes, all
of them volatile. An emergency is raised in one step, a quarter of a second behind its first frame.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agent.clock import Now, mono_s
from agent.contract.calendar_terms import SunPoint
from agent.contract.priority import Level
from agent.contract.report import InputState, SensorReading
from agent.contract.station_policy import BoardLightCaps
from agent.plan.board_power import HeldLevel, cap_pct, estimate_w
from agent.plan.light import (
    DARK_S,
    LightInputs,
    LightTarget,
    LuxFilter,
    apply_caps,
    find_target,
    next_step,
    raise_at_once,
)
from agent.play.item import Item
from agent.settings.model import BoardLight

STEP_S = 2.0
LOOK_S = 0.25  # how soon a picture that may not be dark is noticed
SENSOR_OLD_S = 120.0
TOLD_PCT = 10  # a change by more than this is reported at once


@dataclass(frozen=True, kw_only=True)
class LightSources:
    """Where a board's brightness looks.

    Args:
        now: the moment and its quality.
        sun: the place whose sun counts; None: none is known.
        inputs: every contact's present state.
        on_air: what the board shows.
        caps: the most that the signed policy allows.
        lux: the light at a sensor of the box; None: it has none, or its value is too old.
        ordered_pct: the most that signed commands allow.
        picture_level: mean level of what the board shows, white being 1; None: not known.
        stopped_at: when a former run of the box was last alive; None: there was none.
    """

    now: Callable[[], Now]
    sun: Callable[[], SunPoint | None]
    inputs: Callable[[], Mapping[str, InputState]]
    on_air: Callable[[], Item | None]
    caps: Callable[[], BoardLightCaps]
    lux: Callable[[], float | None]
    ordered_pct: Callable[[], int] = lambda: 100
    picture_level: Callable[[], float | None] = lambda: None
    stopped_at: Callable[[], datetime | None] = lambda: None


class Dimmable(Protocol):
    """What can be dimmed: a control card, or a board whose driver dims.

    Attributes:
        limits: lowest and highest brightness in percent.
        is_lit: may it shine now?
        lux: the light at its sensor; None: it has none, or its value is not valid.
    """

    @property
    def limits(self) -> tuple[int, int]: ...  # noqa: D102 - see the attributes
    @property
    def is_lit(self) -> bool: ...  # noqa: D102 - see the attributes
    @property
    def lux(self) -> int | None: ...  # noqa: D102 - see the attributes

    async def dim(self, pct: int) -> bool:
        """Want this brightness from now on; True once it has it."""


class LightControl:
    """The brightness of one board.

    Args:
        rules: of the settings.
        dimmed: its control cards; the board itself where it has none.
        sources: where it looks.
        report: asks for a health report soon.
        mono: monotonic seconds; replaced in tests.

    Attributes:
        target: the brightness that it goes to, and by which rule; None before the first step.
    """

    def __init__(
        self,
        rules: BoardLight,
        dimmed: Sequence[Dimmable],
        sources: LightSources,
        report: Callable[[], None],
        mono: Callable[[], float] = mono_s,
    ) -> None:
        self.target: LightTarget | None = None
        self._rules = rules
        self._dimmed = list(dimmed)
        self._sources = sources
        self._report = report
        self._mono = mono
        self._lux = LuxFilter()
        self._level = HeldLevel()
        self._current_pct: float | None = None
        self._told_pct: float | None = None
        self._stepped_mono_s = mono()
        self._dark_since_mono_s: float | None = None
        self._dark_s: float | None = None  # not known yet: as long as the box did not run
        self._lit_mono_s: float | None = None

    async def run(self) -> None:
        """Live until cancelled."""
        while True:
            await self.step()
            await self._rest()

    async def step(self) -> None:
        """Go one step towards what the rules want now."""
        now_mono_s = self._mono()
        passed_s, self._stepped_mono_s = now_mono_s - self._stepped_mono_s, now_mono_s
        self._note_darkness(now_mono_s)
        limits = _common_limits(self._dimmed)
        rules = apply_caps(self._rules, self._sources.caps())
        inputs = self._gather(now_mono_s)
        target = find_target(rules, inputs, limits)
        target = self.target = self._apply_order(target, limits[0])
        if self._current_pct is None:  # the wall shows what its flash holds: take ours at once
            await self._apply(target.pct)
            return
        power_pct = cap_pct(rules, inputs.picture_level)
        if power_pct is not None:
            power_pct = max(power_pct, limits[0])
        go = raise_at_once if self._is_emergency() else next_step
        await self._apply(go(self._current_pct, target, passed_s, power_pct))

    async def _rest(self) -> None:
        """Wait for the next step, or for the beginning of an emergency."""
        was_emergency = self._is_emergency()
        for _ in range(round(STEP_S / LOOK_S)):
            await asyncio.sleep(LOOK_S)
            if self._is_emergency() and not was_emergency:
                return

    def _is_emergency(self) -> bool:
        item = self._sources.on_air()
        return item is not None and item.level >= Level.EMERGENCY

    def readings(self, name: str) -> dict[str, SensorReading]:
        """The power that the picture takes, as a reading of the board; none where it is not known.

        Args:
            name: of the board.
        """
        if self._current_pct is None:
            return {}
        watts = estimate_w(self._rules, self._sources.picture_level(), self._current_pct)
        if watts is None:
            return {}
        return {f"{name}.watts_estimate": SensorReading("watts_estimate", watts, "W", 0.0)}

    @property
    def pct(self) -> float | None:
        """The brightness that is commanded now; None before the first step."""
        return self._current_pct

    def _apply_order(self, target: LightTarget, low_pct: int) -> LightTarget:
        """A signed command lowers the brightness, never below the profile's, nor an emergency."""
        pct = max(self._sources.ordered_pct(), low_pct)
        if pct >= target.pct or self._is_emergency():
            return target
        return LightTarget(pct, "order")

    async def _apply(self, step_pct: float) -> None:
        before_pct, self._current_pct = self._current_pct, step_pct
        if before_pct is not None and round(before_pct) == round(step_pct):
            return
        for one in self._dimmed:
            await one.dim(round(step_pct))
        if self._told_pct is None or abs(step_pct - self._told_pct) > TOLD_PCT:
            self._told_pct = step_pct
            self._report()

    def _gather(self, now_mono_s: float) -> LightInputs:
        now, item = self._sources.now(), self._sources.on_air()
        lux = self._sources.lux()
        if lux is None:
            lux = next((one.lux for one in self._dimmed if one.lux is not None), None)
        lit_s = DARK_S if self._lit_mono_s is None else now_mono_s - self._lit_mono_s
        return LightInputs(
            at=now.at if now.is_trusted else None,
            sun=self._sources.sun(),
            lux=self._lux.add_sample(lux, now_mono_s),
            is_reserve=_is_reserve(self._sources.inputs().values()),
            is_advert=item is not None and item.source.description.advert is True,
            picture_level=self._level.add_sample(self._sources.picture_level(), now_mono_s),
            dark_s=self._absent_s(now, lit_s) if self._dark_s is None else self._dark_s,
            lit_s=lit_s,
        )

    def _absent_s(self, now: Now, lit_s: float) -> float:
        """How long no box lit the wall before this run did; 0 while no time is trusted.

        What leaves a wall dark for a day is mostly a power cut, which ends the box as well.
        """
        stopped_at = self._sources.stopped_at()
        if stopped_at is None or not now.is_trusted:
            return 0.0
        return (now.at - stopped_at).total_seconds() - lit_s

    def _note_darkness(self, now_mono_s: float) -> None:
        """How long nothing was lit: its card is without power, or it is black."""
        is_lit = any(one.is_lit for one in self._dimmed)
        if not is_lit:
            self._dark_since_mono_s = self._dark_since_mono_s or now_mono_s
            return
        if self._dark_since_mono_s is not None:
            dark_s = now_mono_s - self._dark_since_mono_s
            is_first = self._lit_mono_s is None  # in this run: it was dark before, too
            self._dark_s = None if is_first and dark_s < DARK_S else dark_s
        if self._lit_mono_s is None or self._dark_since_mono_s is not None:
            self._dark_since_mono_s, self._lit_mono_s = None, now_mono_s


def find_fresh(readings: Mapping[str, SensorReading], name: str | None) -> float | None:
    """A sensor's value; None: no sensor is named, it has none yet, or it is too old."""
    reading = readings.get(name) if name is not None else None
    if reading is None or reading.age_s is None or reading.age_s > SENSOR_OLD_S:
        return None
    return reading.value


def _is_reserve(states: Iterable[InputState]) -> bool:
    """Does the site run on generator or battery, as far as a contact says so?"""
    return any(
        (one.kind == "mains" and one.active is False)
        or (one.kind == "generator" and one.active is True)
        for one in states
    )


def _common_limits(dimmed: Sequence[Dimmable]) -> tuple[int, int]:
    """The range that all allow."""
    return max(one.limits[0] for one in dimmed), min(one.limits[1] for one in dimmed)
