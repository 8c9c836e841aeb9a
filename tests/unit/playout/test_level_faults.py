"""A cap that cannot be kept, or takes too much, is an issue of its zone."""

from __future__ import annotations

from datetime import UTC, datetime

from agent.clock import Now
from agent.playout.level_faults import LevelFaults
from agent.playout.schedule import Schedule
from agent.settings.model import LocalCap, Policy, SoundLevel, Zone

NOW = Now(datetime(2026, 12, 15, tzinfo=UTC), "SYNCED", 0.0)
SPL = SoundLevel(dba=94, distance_m=10)
ZONES = [
    Zone(name="cho", spl=SPL, home_m=10),
    Zone(name="dong", spl=SPL, home_m=100),  # 74 dBA at home: a cap of 55 takes 19
    Zone(name="moi", home_m=10),
    Zone(name="truong", kind="special"),
]


def test_issues_follow_the_caps_in_force() -> None:
    issues: dict[tuple[str, str], str | None] = {}
    caps = [
        LocalCap(zone_kind="ordinary", window="06:00-21:00", dba=70),
        LocalCap(zone_kind="ordinary", window="21:00-06:00", dba=55),
    ]
    schedule = Schedule(Policy(caps=caps), lambda _digest: None)
    faults = LevelFaults(ZONES, schedule, lambda *one: issues.update({one[:2]: one[2]}))
    faults.check()
    assert issues == {}  # nothing is planned yet
    schedule.update([], NOW)
    faults.check()
    assert issues == {
        ("cap_deep", "cho"): "ordinary 21:00-06:00 55 dBA at 10 m takes 39.0 dB",
        ("not_calibrated", "moi"): "caps for ordinary zones are in force, spl is not set",
    }
    schedule.local = None
    schedule.update([], NOW)
    faults.check()
    assert list(issues.values()) == [None, None]
