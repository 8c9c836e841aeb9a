"""Until when each zone has something of each level, of one medium. Pure.

What starts later in a zone ends what has the same level there. What is lower comes back, but for
sound with `when_cut: drop`: beneath a higher level it is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from agent.contract.priority import Level
from agent.plan.occurrence import Occurrence


def can_be_ended(one: Occurrence) -> bool:
    """Does a later start of its level end it? A radio goes on, filler and pictures come back."""
    is_back = one.level == Level.FILLER or one.entry.body.relay is not None
    return one.medium == "sound" and not is_back


def is_dropped(one: Occurrence) -> bool:
    """Is it over where a higher level sounds?"""
    return one.entry.when_cut == "drop" and can_be_ended(one)


class Occupancy:
    """What has the zones of one medium; occurrences come in the order of their starts."""

    def __init__(self) -> None:
        self._levels: list[dict[str, Occurrence]] = [{} for _ in Level]
        self._has_dropped = False  # is anything among it that a higher level ends?

    def put(self, new: Occurrence) -> datetime | None:
        """Something begins; returns from when on something is free that was not known to be."""
        zones, wanted, start_at = self._levels[new.level], new.entry.zones, new.start_at
        places = wanted
        if "*" in wanted and len(zones) > ("*" in zones):
            places = list({*zones, *wanted})
        free_at = None
        for place in places:
            old = zones.get(place) or zones.get("*")
            if old is not None and old.end_at > new.end_at:
                free_at = new.end_at
            # of one level the later start; at one moment the higher rank
            if old is None or start_at > old.start_at or new.rank > old.rank:
                zones[place] = new
            elif place not in zones:
                zones[place] = old
        self._has_dropped = self._has_dropped or is_dropped(new)
        is_ended = self._has_dropped and self._end_beneath(new)
        return start_at if is_ended else free_at

    def _end_beneath(self, new: Occurrence) -> bool:
        """End what does not come back from beneath what begins, or beneath what is on already."""
        is_ended = False
        for lower in self._levels[: new.level]:
            for place in _list_places(lower, new.entry.zones) if lower else ():
                is_ended |= _end(lower, place, new.start_at)
        if not is_dropped(new):
            return is_ended
        own = self._levels[new.level]
        for higher in self._levels[new.level + 1 :]:
            for place in _list_places({**own, **higher}, new.entry.zones) if higher else ():
                on = higher.get(place) or higher.get("*")
                if on is not None and on.end_at > new.start_at:
                    is_ended |= _end(own, place, new.start_at)
        return is_ended

    def has(self, one: Occurrence) -> bool:
        """Has it a zone still, or is it ended everywhere?"""
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


def _list_places(zones: Mapping[str, Occurrence], wanted: Sequence[str]) -> list[str]:
    """The places at which something stands, or may stand, in zones that are wanted."""
    return list({*zones, *wanted}) if "*" in wanted else list(wanted)


def _end(zones: dict[str, Occurrence], place: str, at: datetime) -> bool:
    """End at a place what is on there and does not come back."""
    on = zones.get(place) or zones.get("*")
    if on is None or on.end_at <= at or not is_dropped(on):
        return False
    zones[place] = msgspec.structs.replace(on, end_at=at)
    return True


def _in_zones(zones: Mapping[str, Occurrence], wanted: Sequence[str]) -> Iterable[Occurrence]:
    if "*" in wanted:
        return zones.values()
    everywhere = zones.get("*")
    return [one for name in wanted if (one := zones.get(name, everywhere)) is not None]
