"""Issues of levels: a cap without a calibration, and a cap that takes too much."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from agent.plan.sound_level import DEEP_CAP_DB, find_deepest_cap, home_distance_m, is_capped
from agent.playout.schedule import Schedule
from agent.settings.model import Zone


@dataclass
class LevelFaults:
    """Begins and ends `not_calibrated` and `cap_deep` of each zone, by the policy in force.

    Args:
        zones: all of this box.
        schedule: has the policy.
        set_issue: begins an issue (kind, subject, hint), or ends it (hint None).
    """

    zones: Collection[Zone]
    schedule: Schedule
    set_issue: Callable[[str, str, str | None], None]
    _reported: dict[tuple[str, str], str] = field(default_factory=dict)

    def check(self) -> None:
        """Call it whenever the policy may have changed."""
        found = {
            (kind, zone.name): hint
            for zone in self.zones
            for kind, hint in self._faults_of(zone).items()
        }
        for kind, subject in self._reported.keys() - found.keys():
            self.set_issue(kind, subject, None)
        for (kind, subject), hint in found.items():
            self.set_issue(kind, subject, hint)
        self._reported = found

    def _faults_of(self, zone: Zone) -> dict[str, str]:
        policy = self.schedule.policy
        if not is_capped(zone, policy):
            return {}
        if zone.spl is None:
            return {"not_calibrated": f"caps for {zone.kind} zones are in force, spl is not set"}
        deepest = find_deepest_cap(zone, policy)
        if deepest is None or deepest[1] <= DEEP_CAP_DB:
            return {}
        cap, taken_db = deepest
        name = cap.name(home_distance_m(zone, policy))
        return {"cap_deep": f"{name} takes {taken_db:.1f} dB"}
