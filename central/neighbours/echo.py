"""Where a listener hears one text from two poles as an echo.

The rule: two sounds of the same words are heard as an echo where one comes more than 50 ms after
the other and neither is 10 dB louder. 50 ms is the limit for speech that makers of loudspeakers
teach, after H. Haas (1951); that a difference of 10 dB hides the fainter sound is what the same
work found for delays up to about 100 ms, and a rule of thumb beyond. Air, wind, houses and echoes
of one pole alone are left out: the field decides, this proposes.

Sound gets 6 dB fainter with each doubling of the distance. A horn is 3 dB fainter at 45° from its
axis, 12 dB at 90° and 20 dB behind: an assumption between data sheets at speech frequencies.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from central.neighbours.pole import Pole, offset_m

Field = NDArray[np.float64]
ACROSS_DEG, BEHIND_DB, ACROSS_DB = 90.0, 20.0, 12.0
LEAST_M = 1.0  # nobody's ear is nearer to a horn
STEPS_ALONG, STEPS_ACROSS, STEPS_BETWEEN = 61, 31, 401


@dataclass(frozen=True)
class EchoRule:
    """What counts as an echo.

    Args:
        temperature_c: of the air.
        echo_ms: from which difference on two arrivals are an echo.
        level_db: from which difference on the louder one hides the other.
    """

    temperature_c: float = 28.0
    echo_ms: float = 50.0
    level_db: float = 10.0

    @property
    def ms_per_m(self) -> float:
        """How long sound takes for a metre: 331.3 m/s at 0 °C, with the root of temperature."""
        return 1000 / (331.3 * math.sqrt(1 + self.temperature_c / 273.15))


@dataclass(frozen=True)
class Echo:
    """What two poles do to each other when they sound at the same moment.

    Args:
        distance_m: between the poles.
        air_ms: for which sound is on its way from one to the other.
        share: of the area where at least one is understood, how much hears an echo; 0 to 1.
        between_m: stretches of the line between them on which an echo is heard, each by its ends
            in metres from the first pole; empty: nobody between them hears one.
    """

    distance_m: float
    air_ms: float
    share: float
    between_m: tuple[tuple[float, float], ...]

    @property
    def is_heard(self) -> bool:
        """Is there a place where an echo is heard?"""
        return self.share > 0 or bool(self.between_m)


def find_echo(
    one: Pole, other: Pole, rule: EchoRule, ahead_ms: tuple[float, float] = (0.0, 0.0)
) -> Echo:
    """Ask where the two poles are heard as an echo.

    Args:
        one: a pole.
        other: another pole, less than both reaches away.
        rule: what counts as an echo.
        ahead_ms: by how much each sounds earlier than the common moment.
    """
    east, north = offset_m(one.position, other.position)
    pair = _Pair(one, other, (east, north), rule, ahead_ms)
    apart_m = math.hypot(east, north)
    echo, heard = pair.judge(*_area(pair, apart_m))
    share = float(echo.sum() / max(1, heard.sum()))
    return Echo(apart_m, apart_m * rule.ms_per_m, share, _stretches(pair, apart_m))


@dataclass(frozen=True)
class _Pair:
    one: Pole
    other: Pole
    offset: tuple[float, float]
    rule: EchoRule
    ahead_ms: tuple[float, float]

    def judge(self, x: Field, y: Field) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Of listeners, metres east and north of the first pole: who hears an echo, who hears."""
        near_m, near_db = _hear(self.one, x, y)
        far_m, far_db = _hear(self.other, x - self.offset[0], y - self.offset[1])
        late_ms = (far_m - near_m) * self.rule.ms_per_m + self.ahead_ms[0] - self.ahead_ms[1]
        both = (near_db >= 0) & (far_db >= 0)
        alike = np.abs(near_db - far_db) < self.rule.level_db
        return both & alike & (np.abs(late_ms) > self.rule.echo_ms), (near_db >= 0) | (far_db >= 0)


def _hear(pole: Pole, x: Field, y: Field) -> tuple[Field, Field]:
    """Distance, and level in dB above what is just understood, at places around a pole."""
    away_m = np.maximum(np.hypot(x, y), LEAST_M)
    azimuth: Field = np.degrees(np.arctan2(x, y))
    return away_m, 20 * np.log10(pole.reach_m / away_m) - _horn_loss_db(pole, azimuth)


def reach_at(pole: Pole, azimuth: Field) -> Field:
    """How far a pole is understood, in metres, towards azimuths in degrees."""
    reach: Field = pole.reach_m * 10 ** (-_horn_loss_db(pole, azimuth) / 20)
    return reach


def _horn_loss_db(pole: Pole, azimuth: Field) -> Field:
    """By how much the horn that points best is fainter than on its axis."""
    if not pole.horns:
        return np.zeros_like(azimuth)
    off = [np.abs((azimuth - horn + 180) % 360 - 180) for horn in pole.horns]
    loss: Field = np.minimum(BEHIND_DB, ACROSS_DB * (np.min(off, axis=0) / ACROSS_DEG) ** 2)
    return loss


def _area(pair: _Pair, apart_m: float) -> tuple[Field, Field]:
    """A grid along the line through both poles, as far as either is understood."""
    reach_m = max(pair.one.reach_m, pair.other.reach_m)
    along = np.linspace(-reach_m, apart_m + reach_m, STEPS_ALONG)
    across = np.linspace(-reach_m, reach_m, STEPS_ACROSS)
    u, v = np.meshgrid(along, across)
    return _turn(pair, apart_m, u, v)


def _stretches(pair: _Pair, apart_m: float) -> tuple[tuple[float, float], ...]:
    along = np.linspace(0, apart_m, STEPS_BETWEEN)
    echo, _ = pair.judge(*_turn(pair, apart_m, along, np.zeros_like(along)))
    edges = np.flatnonzero(np.diff(np.concatenate(([False], echo, [False])).astype(int)))
    ends = zip(edges[::2], edges[1::2] - 1, strict=True)
    return tuple((float(along[first]), float(along[last])) for first, last in ends)


def _turn(pair: _Pair, apart_m: float, along: Field, across: Field) -> tuple[Field, Field]:
    """From metres along and across the line to metres east and north."""
    east, north = pair.offset[0] / apart_m, pair.offset[1] / apart_m
    return along * east - across * north, along * north + across * east
