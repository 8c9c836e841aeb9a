"""Sunrise and sunset in local time, to the minute.

All stations that take the same point start at the same moment: the point of a station-config, or
else the one of the province. A moment outside of `SUN_SPAN_MIN` is none, because whoever limits a
role's hours relies on that span.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from msgspec import UNSET

from agent.contract.calendar_terms import SUN_SPAN_MIN, SunPoint, SunStart
from agent.contract.document import StationConfig
from agent.contract.local_time import LOCAL
from agent.plan.province_point import POINT_OF_PROVINCE


def sun_point(config: StationConfig) -> SunPoint | None:
    """The point whose sun counts at a station; None: nobody gave one for this province."""
    if config.policy.sun_point is not UNSET:
        return config.policy.sun_point
    return POINT_OF_PROVINCE.get(config.place.partition("/")[0])


def sun_second(start: SunStart, day: date, point: SunPoint) -> int:
    """The second of a local day at which a start by the sun is due.

    Raises:
        ValueError: the sun does not rise or set there at an hour of Vietnam.
    """
    minute = _event_minute(start.event, day, point)
    first, last = SUN_SPAN_MIN[start.event]
    if not first <= minute <= last:
        raise ValueError(f"{start.event} {minute // 60:02d}:{minute % 60:02d}")
    return (minute + start.offset_min) * 60


@lru_cache(maxsize=512)
def _event_minute(event: str, day: date, point: SunPoint) -> int:
    """The minute of the day that is nearest to an event."""
    from astral import Observer, sun  # takes 40 ms to load; few schedules need it

    observer = Observer(point.lat_e5 / 1e5, point.lon_e5 / 1e5)
    find = sun.sunrise if event == "sunrise" else sun.sunset
    at: datetime = find(observer, day, tzinfo=LOCAL) + timedelta(seconds=30)
    return at.hour * 60 + at.minute
