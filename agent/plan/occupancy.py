"""Until when each zone has something of each level, of one medium. Pure.

What starts later in a zone ends what has the same level there; what is lower comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from agent.contract.priority import Level
from agent.plan.occurrence import Occurrence


class Occupancy:
    """What has the zones of one medium; occurrences come in the order of their starts."""

    def __init__(self) -> None:
        self._levels: list[dict[str, Occurrence]] = [{} for _ in Level]

    def put(self, new: Occurrence) -> bool:
        """Something begins; returns whether it ends sooner than what it replaces."""
        zones, wanted, start_at = self._levels[new.level], new.entry.zones, new.start_at
        places = wanted
        if "*" in wanted and len(zones) > ("*" in zones):
            places = list({*zones, *wanted})
        is_sooner = False
        for place in places:
            old = zones.get(place) or zones.get("*")
            if old is not None and old.end_at > new.end_at:
                is_sooner = True
            # of one level the later start; at one moment the higher rank
            if old is None or start_at > old.start_at or new.rank > old.rank:
                zones[place] = new
            elif place not in zones:
                zones[place] = old
        return is_sooner

    def has(self, one: Occurrence) -> bool:
        """Has it a zone still, or has a later start of its level ended it everywhere?"""
        return any(found is one for found in self._levels[one.level].values())

    def free_at(self, level: Level, wanted: Sequence[str]) -> datetime | None:
        """When nothing of this level or above has any of these zones; None: nothing ever had."""
        latest: datetime | None = None
        for zones in self._levels[level:]:
            if zones:
                for one in _in_zones(zones, wanted):
                    if latest is None or one.end_at > latest:
                        latest = one.end_at
        return latest


def _in_zones(zones: Mapping[str, Occurrence], wanted: Sequence[str]) -> Iterable[Occurrence]:
    if "*" in wanted:
        return zones.values()
    everywhere = zones.get("*")
    return [one for name in wanted if (one := zones.get(name, everywhere)) is not None]
