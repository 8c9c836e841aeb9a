"""How bright a board is: by clock, sun or light sensor, with caps; every rule in one place.

The order of rules: the hour or the light of the day gives a share of the way from night to day; an
advert, a reserve supply and the cap in watts lower it; salt-wet modules stay low after a dark day;
the card's profile clamps last. Caps of the signed policy hold for night, day and adverts. A change
comes slowly, so that nobody sees it happen, except that the cap in watts is obeyed within seconds,
a reserve supply at once, and an emergency is raised at once to what the rules give: it must be
readable from its first frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from msgspec import structs

from agent.contract.calendar_terms import SunPoint, SunStart
from agent.contract.local_time import LOCAL
from agent.contract.station_policy import BoardLightCaps
from agent.plan.advert import smaller
from agent.plan.board_power import cap_pct
from agent.plan.sun import sun_second
from agent.settings.model import BoardLight

SLEW_PCT_S = 1.0  # the fastest change
WATTS_SLEW_PCT_S = 5.0  # and down to the cap in watts
STEADY_S = 30.0  # how long another light must last before it counts
LUX_RATIO = 1.25  # and by how much it must differ
DARK_S = 24 * 3600.0  # a wall that was dark this long may be wet with salt
WET_S = 600.0
WET_PCT = 10
DAY_S = 86_400


@dataclass(frozen=True, kw_only=True)
class LightInputs:
    """What a board's brightness depends on at a moment.

    Args:
        at: aware UTC; None while no time is trusted.
        sun: the place whose sun counts; None: none is known.
        lux: the light that counts; None: no sensor, or its value is not valid.
        is_reserve: does the site run on generator or battery?
        is_advert: does the board show an advert?
        picture_level: average level of the picture in light, 0 to 1; 1 where it is not known.
        dark_s: how long the wall was dark before it was lit.
        lit_s: how long it has been lit since.
    """

    at: datetime | None
    sun: SunPoint | None = None
    lux: float | None = None
    is_reserve: bool = False
    is_advert: bool = False
    picture_level: float = 1.0
    dark_s: float = 0.0
    lit_s: float = DARK_S


@dataclass(frozen=True)
class LightTarget:
    """The brightness to go to, and the rule that decided it, as a stable word."""

    pct: int
    rule: str


def apply_caps(rules: BoardLight, signed: BoardLightCaps) -> BoardLight:
    """The rules of a board under the caps of the signed policy."""
    return structs.replace(
        rules,
        day_pct=smaller(rules.day_pct, signed.day_pct),
        night_pct=smaller(rules.night_pct, signed.night_pct, signed.day_pct),
        advert_pct=smaller(rules.advert_pct, signed.advert_pct),
    )


def find_target(rules: BoardLight, inputs: LightInputs, limits: tuple[int, int]) -> LightTarget:
    """The brightness that the rules give at a moment.

    Args:
        rules: of the board, under the caps of the policy.
        inputs: the moment.
        limits: lowest and highest percent of the card's profile.
    """
    pct, rule = _of_day(rules, inputs)
    caps = [
        (rules.advert_pct if inputs.is_advert else None, "advert"),
        (rules.reserve_pct if inputs.is_reserve else None, "reserve"),
        (cap_pct(rules, inputs.picture_level), "watts"),
        (WET_PCT if inputs.dark_s >= DARK_S and inputs.lit_s < WET_S else None, "wet"),
    ]
    for cap, name in caps:
        if cap is not None and cap < pct:
            pct, rule = cap, name
    low, high = limits
    return LightTarget(min(max(round(pct), low), high), rule)


def next_step(
    current: float, target: LightTarget, passed_s: float, power_pct: float | None = None
) -> float:
    """The brightness after some seconds on the way to a target.

    Args:
        current: in percent.
        target: where it goes, by whatever rule.
        passed_s: since the step before.
        power_pct: the most that the cap in watts allows; None: there is none.
    """
    if target.rule == "reserve" and target.pct < current:
        return target.pct
    most = SLEW_PCT_S * passed_s
    step = current + min(max(target.pct - current, -most), most)
    if power_pct is None or step <= power_pct:
        return step
    return max(power_pct, min(step, current - WATTS_SLEW_PCT_S * passed_s))


def raise_at_once(
    current: float, target: LightTarget, passed_s: float, power_pct: float | None = None
) -> float:
    """As `next_step`, for an emergency: what is too dark is at its target now."""
    return max(next_step(current, target, passed_s, power_pct), target.pct)


class LuxFilter:
    """The light that counts: one that has differed by a quarter for half a minute.

    Headlights and clouds do not count.
    """

    def __init__(self) -> None:
        self.lux: float | None = None
        self._since_mono_s: float | None = None

    def add_sample(self, lux: float | None, now_mono_s: float) -> float | None:
        """The light that counts now; None while the sensor's value is not valid."""
        if lux is None or self.lux is None:
            self.lux, self._since_mono_s = lux, None
            return lux
        high, low = max(lux, self.lux, 1.0), max(min(lux, self.lux), 1.0)
        if high < low * LUX_RATIO:
            self._since_mono_s = None
        elif self._since_mono_s is None:
            self._since_mono_s = now_mono_s
        elif now_mono_s - self._since_mono_s >= STEADY_S:
            self.lux, self._since_mono_s = lux, None
        return self.lux


def _of_day(rules: BoardLight, inputs: LightInputs) -> tuple[float, str]:
    night, day = rules.night_pct, rules.day_pct
    if rules.by == "sensor" and inputs.lux is not None:
        share, rule = _lux_share(rules, inputs.lux), "sensor"
    elif inputs.at is None:
        return math.sqrt(night * day), "no_time"  # neither blinding by night nor lost by day
    else:
        (begin_s, end_s), rule = _daylight(rules, inputs.at, inputs.sun)
        local = inputs.at.astimezone(LOCAL)
        second = local.hour * 3600 + local.minute * 60 + local.second
        share = _day_share(second, begin_s, end_s, rules.twilight_min * 60)
    return night + (day - night) * share, rule


def _daylight(rules: BoardLight, at: datetime, sun: SunPoint | None) -> tuple[tuple[int, int], str]:
    """Begin and end of the day in seconds of the local date: of the sun, else of the clock."""
    begin, _, end = rules.day.partition("-")
    by_clock = (_second(begin), _second(end)), "clock"
    if rules.by == "clock" or sun is None:
        return by_clock
    day = at.astimezone(LOCAL).date()
    try:
        rise = sun_second(SunStart("sunrise"), day, sun)
        sunset = sun_second(SunStart("sunset"), day, sun)
    except ValueError:  # a point outside of Vietnam
        return by_clock
    return (rise, sunset), "sun"


def _day_share(second: int, begin_s: int, end_s: int, twilight_s: int) -> float:
    """0 by night, 1 by day; twilight lies before its begin and behind its end."""
    length_s = (end_s - begin_s) % DAY_S or DAY_S
    since_s = (second - begin_s) % DAY_S
    if since_s <= length_s:
        return 1.0
    after_s, before_s = since_s - length_s, DAY_S - since_s
    if not twilight_s:
        return 0.0
    return max(1 - after_s / twilight_s, 1 - before_s / twilight_s, 0.0)


def _lux_share(rules: BoardLight, lux: float) -> float:
    """0 at `dark_lux`, 1 at `bright_lux`, even steps for each tenfold light between."""
    low, high = rules.dark_lux, rules.bright_lux
    share = math.log(max(lux, 1.0) / low) / math.log(high / low)
    return min(max(share, 0.0), 1.0)


def _second(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 3600 + int(minute) * 60
