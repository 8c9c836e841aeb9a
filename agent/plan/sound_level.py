"""How loud a zone may be: calibration, caps at the nearest home, levels by the hour, trim. Pure.

The theory. A horn is a point source outdoors: its level falls by 6 dB a doubling of the distance
(ISO 9613-2, 7.1), the ground and the air take more, so the estimate is on the safe side. The level
was measured at commissioning while a levelled item played (`TARGET_LUFS`) at a known volume; from
both follows the level at the nearest home for any volume, and from a cap the loudest volume. A
louder medium needs a lower volume for the same cap.

Emergencies are never capped, trimmed or lowered by the hour. The volume is never above 0 dB, so
nothing is louder than what was measured at 0 dB.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.contract.local_time import LOCAL
from agent.contract.loudness import TARGET_LUFS
from agent.contract.priority import Level
from agent.contract.volume import Volume
from agent.plan.policy import EffectivePolicy, LevelCap
from agent.settings.model import Zone

UNKNOWN_LUFS = -10.0  # a loud master: what is not measured, or levelled by nobody, counts as
DEEP_CAP_DB = 20.0  # a cap that takes more than this points to a wrong figure or a wrong horn
LOWEST_GAIN_DB = -60.0
DEFAULT_HOME_M = 10.0


@dataclass(frozen=True)
class ZoneVolume:
    """The volume of one zone; `taken_db`: by how much its cap lowers it, 0 without one."""

    volume: Volume
    taken_db: float = 0.0


def level_of_zones(
    zones: Sequence[Zone],
    policy: EffectivePolicy,
    at: datetime,
    *,
    level: int,
    loudness_lufs: float | None,
    trims_db: Mapping[str, float],
) -> Volume:
    """The volume of a sound that goes to several zones at once: that of the strictest.

    Args:
        zones: on which it sounds, as the settings describe them.
        policy: in force.
        at: aware; its local hour chooses caps and levels.
        level: the item's, of `Level`.
        loudness_lufs: integrated, as it leaves the decoder; None: not measured yet.
        trims_db: zone → the volume that a signed command has set for it, if any.
    """
    if level >= Level.EMERGENCY:
        estimates = [_estimate(zone, policy, 0.0, loudness_lufs) for zone in zones]
        return Volume(0.0, _loudest(estimates))
    each = [
        level_of_zone(
            zone, policy, at, loudness_lufs=loudness_lufs, trim_db=trims_db.get(zone.name, 0.0)
        )
        for zone in zones
    ]
    if not each:
        return Volume()
    strictest = min(each, key=lambda one: one.volume.gain_db)
    gain_db = strictest.volume.gain_db
    estimates = [_estimate(zone, policy, gain_db, loudness_lufs) for zone in zones]
    return Volume(gain_db, _loudest(estimates), strictest.volume.cap)


def level_of_zone(
    zone: Zone,
    policy: EffectivePolicy,
    at: datetime,
    *,
    loudness_lufs: float | None = TARGET_LUFS,
    trim_db: float = 0.0,
) -> ZoneVolume:
    """The volume of an ordinary item on one zone; of `trim_db` and its own the lower counts."""
    second = _second_of(at)
    trim = min(zone.trim_db, trim_db, 0.0)
    by_hour = [one.gain_db for one in policy.levels if one.window.covers(second)]
    wanted_db = max(LOWEST_GAIN_DB, min([0.0, *by_hour]) + trim)
    cap = _strictest_cap(zone, policy, second)
    if cap is None or zone.spl is None:
        return ZoneVolume(Volume(wanted_db, _estimate(zone, policy, wanted_db, loudness_lufs)))
    full_dba = level_at_home(zone, policy, 0.0, _loudness(loudness_lufs))
    allowed_db = max(LOWEST_GAIN_DB, _down_to_tenth(cap.dba - full_dba))
    gain_db = min(wanted_db, allowed_db)
    name = cap.name(home_distance_m(zone, policy)) if allowed_db < wanted_db else None
    estimate = _estimate(zone, policy, gain_db, loudness_lufs)
    return ZoneVolume(Volume(gain_db, estimate, name), max(0.0, wanted_db - allowed_db))


def level_at_home(
    zone: Zone, policy: EffectivePolicy, gain_db: float, loudness_lufs: float = TARGET_LUFS
) -> float:
    """The level at the nearest home in dBA, estimated from the zone's calibration.

    Raises:
        ValueError: the zone is not calibrated.
    """
    if zone.spl is None:
        raise ValueError(f"{zone.name} is not calibrated")
    falls_db = 20 * math.log10(home_distance_m(zone, policy) / zone.spl.distance_m)
    louder_db = gain_db - zone.spl.at_gain_db + loudness_lufs - TARGET_LUFS
    return zone.spl.dba + louder_db - falls_db


def home_distance_m(zone: Zone, policy: EffectivePolicy) -> float:
    """From the zone's horn to the nearest home.

    A signed distance is a limit: the zone's own can only be shorter. Without one the zone's own
    counts, and without both the default.
    """
    if policy.cap_distance_m is None:
        return DEFAULT_HOME_M if zone.home_m is None else zone.home_m
    return min(policy.cap_distance_m, zone.home_m or math.inf)


def is_capped(zone: Zone, policy: EffectivePolicy) -> bool:
    """Does any cap apply to the zone at any hour?"""
    return any(cap.zone_kind == zone.kind for cap in policy.caps)


def find_deepest_cap(zone: Zone, policy: EffectivePolicy) -> tuple[LevelCap, float] | None:
    """The cap that takes most of a calibrated zone at any hour, and by how many dB; None: none."""
    caps = [cap for cap in policy.caps if cap.zone_kind == zone.kind]
    if zone.spl is None or not caps:
        return None
    lowest = min(caps, key=lambda cap: cap.dba)
    taken_db = level_at_home(zone, policy, 0.0) - lowest.dba
    return (lowest, taken_db) if taken_db > 0 else None


def _estimate(
    zone: Zone, policy: EffectivePolicy, gain_db: float, loudness_lufs: float | None
) -> float | None:
    if zone.spl is None or loudness_lufs is None:
        return None
    return round(level_at_home(zone, policy, gain_db, loudness_lufs), 1)


def _loudest(estimates: Sequence[float | None]) -> float | None:
    return max((one for one in estimates if one is not None), default=None)


def _loudness(loudness_lufs: float | None) -> float:
    return UNKNOWN_LUFS if loudness_lufs is None else loudness_lufs


def _down_to_tenth(value: float) -> float:
    """Rounded down, so that rounding never exceeds a cap."""
    return math.floor(value * 10 + 1e-6) / 10


def _second_of(at: datetime) -> int:
    local = at.astimezone(LOCAL)
    return local.hour * 3600 + local.minute * 60 + local.second


def _strictest_cap(zone: Zone, policy: EffectivePolicy, second: int) -> LevelCap | None:
    caps = (cap for cap in policy.caps if cap.zone_kind == zone.kind and cap.window.covers(second))
    return min(caps, key=lambda cap: cap.dba, default=None)
