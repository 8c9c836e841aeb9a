"""The volume of zones, by hand: 94 dBA at 10 m is 87.98 at 20 m (20 lg 2 = 6.02)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.contract.document import StationConfig
from agent.contract.priority import Level
from agent.contract.station_policy import Cap, PolicyLevel, StationPolicy
from agent.plan.policy import EffectivePolicy, effective_policy
from agent.plan.sound_level import (
    home_distance_m,
    level_at_home,
    level_of_zone,
    level_of_zones,
)
from agent.settings.model import LocalCap, LocalLevel, Policy, SoundLevel, Zone

NOON = datetime(2026, 12, 15, 5, 0, tzinfo=UTC)  # 12:00 in Viet Nam
EVENING = datetime(2026, 12, 15, 13, 59, 59, tzinfo=UTC)  # 20:59:59
NIGHT = datetime(2026, 12, 15, 14, 0, tzinfo=UTC)  # 21:00
DAWN = datetime(2026, 12, 15, 22, 59, 59, tzinfo=UTC)  # 05:59:59
CAPS = [
    Cap("ordinary", "06:00", "21:00", 70),
    Cap("ordinary", "21:00", "06:00", 55),
    Cap("special", "06:00", "21:00", 55),
]


def build_zone(name: str = "loa", dba: float | None = 94, **more: Any) -> Zone:
    spl = None if dba is None else SoundLevel(dba=dba, distance_m=10)
    return Zone(**({"name": name, "spl": spl, "home_m": 20} | more))


def build_policy(local: Policy | None = None, **more: Any) -> EffectivePolicy:
    signed = StationPolicy([], **({"caps": CAPS} | more))
    config = StationConfig(
        **dict.fromkeys(
            ("kind", "issuer", "doc_id", "slot", "issued", "not_before", "expires", "editor",
             "approver", "class_", "place"), ""),
        epoch=1, seq=1, to=[], groups=[], zones=[], policy=signed,
    )  # fmt: skip
    return effective_policy(config, local)


def volume(zone: Zone, at: datetime = NOON, **more: Any) -> tuple[float, float | None]:
    policy = more.pop("policy", None) or build_policy()
    found = level_of_zone(zone, policy, at, **more).volume
    return found.gain_db, found.est_dba


def test_the_level_falls_by_6_db_a_doubling_of_the_distance() -> None:
    policy = build_policy()
    at_home = [level_at_home(build_zone(home_m=m), policy, 0.0) for m in (10, 20, 40, 100)]
    assert at_home == pytest.approx([94, 87.98, 81.96, 74], abs=0.01)


def test_the_volume_during_the_measurement_counts() -> None:
    quiet = Zone(name="loa", spl=SoundLevel(dba=88, distance_m=10, at_gain_db=-6), home_m=10)
    assert level_at_home(quiet, build_policy(), 0.0) == pytest.approx(94)


@pytest.mark.parametrize(
    ("at", "gain_db", "cap"),
    [
        (NOON, -18.0, "ordinary 06:00-21:00 70 dBA at 20 m"),
        (EVENING, -18.0, "ordinary 06:00-21:00 70 dBA at 20 m"),
        (NIGHT, -33.0, "ordinary 21:00-06:00 55 dBA at 20 m"),
        (DAWN, -33.0, "ordinary 21:00-06:00 55 dBA at 20 m"),
    ],
)
def test_a_cap_is_kept_at_the_nearest_home(at: datetime, gain_db: float, cap: str) -> None:
    found = level_of_zone(build_zone(), build_policy(), at)
    assert (found.volume.gain_db, found.volume.cap) == (gain_db, cap)
    assert found.volume.est_dba == pytest.approx(70 if gain_db == -18 else 55, abs=0.05)
    assert found.taken_db == -gain_db


def test_a_special_zone_has_its_own_caps() -> None:
    assert volume(build_zone(kind="special"))[0] == -33.0
    assert volume(build_zone(kind="special"), NIGHT) == (0.0, 88.0)  # none was signed


def test_a_cap_that_is_not_reached_is_not_named() -> None:
    found = level_of_zone(build_zone(dba=70), build_policy(), NOON)
    assert (found.volume.gain_db, found.volume.cap, found.taken_db) == (0.0, None, 0.0)


def test_of_several_caps_the_lowest_counts_and_local_ones_only_narrow() -> None:
    lower = LocalCap(zone_kind="ordinary", window="11:00-13:00", dba=60)
    higher = LocalCap(zone_kind="ordinary", window="00:00-24:00", dba=100)
    assert volume(build_zone(), policy=build_policy(Policy(caps=[lower, higher])))[0] == -28.0
    assert volume(build_zone(), policy=build_policy(Policy(caps=[higher])))[0] == -18.0


@pytest.mark.parametrize(
    ("signed_m", "own_m", "used_m"),
    [(None, None, 10), (None, 25, 25), (10, 25, 10), (10, 5, 5), (15, None, 15)],
)
def test_a_signed_distance_is_only_shortened(
    signed_m: int | None, own_m: float | None, used_m: float
) -> None:
    more = {} if signed_m is None else {"cap_distance_m": signed_m}
    assert home_distance_m(build_zone(home_m=own_m), build_policy(**more)) == used_m


def test_without_a_calibration_no_cap_can_be_kept() -> None:
    assert volume(build_zone(dba=None, trim_db=-3)) == (-3.0, None)


def test_hours_and_trim_add_up_and_the_lower_of_two_of_a_kind_counts() -> None:
    policy = build_policy(
        Policy(levels=[LocalLevel(window="18:00-21:00", gain_db=-4)]),
        caps=[],
        levels=[PolicyLevel("18:00", "22:00", -6)],
    )
    zone = build_zone(trim_db=-3)
    assert volume(zone, policy=policy) == (-3.0, 85.0)
    assert volume(zone, EVENING, policy=policy) == (-9.0, 79.0)
    assert volume(zone, EVENING, policy=policy, trim_db=-10)[0] == -16.0
    assert volume(zone, EVENING, policy=policy, trim_db=-1)[0] == -9.0  # the technician's stays


def test_a_command_never_makes_it_louder_than_calibrated() -> None:
    assert volume(build_zone(), policy=build_policy(caps=[]), trim_db=6)[0] == 0.0


def test_a_quieter_medium_may_have_more_volume_and_an_unknown_one_has_less() -> None:
    assert volume(build_zone(), loudness_lufs=-20.0) == (-14.0, 70.0)
    assert volume(build_zone(), loudness_lufs=None) == (-24.0, None)  # counts as -10 LUFS


def levels(zones: list[Zone], level: int = Level.SCHEDULED) -> tuple[float, float | None]:
    found = level_of_zones(
        zones, build_policy(), NOON, level=level, loudness_lufs=-16.0, trims_db={"cho": -2}
    )
    return found.gain_db, found.est_dba


def test_zones_that_sound_together_have_the_volume_of_the_strictest() -> None:
    near, far, plain = build_zone("truong", home_m=10), build_zone("cho"), build_zone("c", None)
    assert levels([far]) == (-18.0, 70.0)
    assert levels([near, far, plain]) == (-24.0, 70.0)
    assert levels([plain]) == (0.0, None)


@pytest.mark.parametrize("level", [Level.EMERGENCY, Level.LOCAL_KEY])
def test_an_emergency_is_never_lowered(level: Level) -> None:
    assert levels([build_zone("cho", trim_db=-9)], level) == (0.0, 88.0)
