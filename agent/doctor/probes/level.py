"""How loud each cluster is at the nearest home, by its calibration."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator

from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, good, warning
from agent.plan.policy import effective_policy
from agent.plan.sound_level import find_deepest_cap, home_distance_m, level_at_home
from agent.settings.model import Settings


async def check(case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    """The level of each zone at full volume, and what the local caps make of it.

    Signed caps are known to the running agent alone: the status page shows them.
    """
    if case.settings is not None:
        for finding in estimate_levels(case.settings):
            yield finding


def estimate_levels(settings: Settings) -> Iterator[ProbeFinding]:
    """One finding a zone, and one for a local cap that lowers it."""
    policy = effective_policy(None, settings.policy)
    for zone in (zone for output in settings.outputs for zone in output.zones):
        if zone.spl is None:
            yield warning("level_unknown", zone.name)
            continue
        distance_m = home_distance_m(zone, policy)
        level_dba = level_at_home(zone, policy, 0.0)
        yield good("level_home", zone.name, f"{level_dba:.0f}", f"{distance_m:g}")
        if (deepest := find_deepest_cap(zone, policy)) is not None:
            cap, taken_db = deepest
            yield good("level_cap", zone.name, cap.window.text, str(cap.dba), f"{taken_db:.0f}")
