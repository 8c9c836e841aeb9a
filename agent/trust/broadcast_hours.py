"""Hours of the day in which a role may broadcast, on the station's clock (UTC+7, no summer time).

A set of minutes is an integer of 1440 bits, bit 0 is the minute 00:00: union is `|`, intersection
`&`. It is exact because windows have no seconds. Windows include their start, exclude their end,
and may pass midnight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from agent.contract.calendar_terms import SUN_SPAN_MIN, SunStart
from agent.contract.document import Entry
from agent.contract.local_time import LOCAL

DAY_MIN = 1440
MINUTE_MS = 60_000
ALL_DAY = (1 << DAY_MIN) - 1
_HOUR = r"((?:[01]\d|2[0-3]):[0-5]\d)"
_WINDOW = re.compile(rf"{_HOUR}-(?:{_HOUR}|(24:00))", re.ASCII)


def _minute(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:5])


def _span_bits(start_min: int, length_min: int) -> int:
    """The bits of a time span; the part after midnight wraps to bit 0."""
    if length_min >= DAY_MIN:
        return ALL_DAY
    bits = ((1 << length_min) - 1) << start_min
    return (bits | bits >> DAY_MIN) & ALL_DAY


def parse_hours(windows: Iterable[str]) -> int:
    """The minutes of windows such as `05:00-21:00`; no window at all means the whole day.

    Raises:
        ValueError: not two clock times, or a window without length.
    """
    minutes = 0
    for window in windows:
        match = _WINDOW.fullmatch(window)
        if match is None:
            raise ValueError(f"not HH:MM-HH:MM: {window[:32]!r}")
        start, end = _minute(window[:5]), _minute(window[6:])
        if start == end:
            raise ValueError(f"a window without length: {window}")
        minutes |= _span_bits(start, (end - start) % DAY_MIN or DAY_MIN)
    return minutes or ALL_DAY


def is_inside(minutes: int, start_ms: int, length_ms: int) -> bool:
    """Does a whole time span lie in these minutes? `start_ms` counts from local midnight.

    A span without length is the moment of its start.
    """
    first = start_ms // MINUTE_MS
    count = -(-(start_ms + max(length_ms, 1)) // MINUTE_MS) - first
    if count >= DAY_MIN:
        return minutes == ALL_DAY
    wanted = (1 << count) - 1
    # two days: a span may pass midnight
    return (minutes | minutes << DAY_MIN) >> first & wanted == wanted


def length_ms(entry: Entry, duration_of: Mapping[str, int]) -> int:
    """The length of an entry where the document states it, else 0: a relay has no end of its own.

    The time that `within` may wait is included, because the entry may start as late as that.

    Args:
        entry: its schema is valid.
        duration_of: milliseconds of each medium, by digest.
    """
    body, waits_ms = entry.body, entry.start.ms or 0
    if body.media is not None:
        once_ms = sum([duration_of[digest] for digest in body.media])
    elif body.scene is not None:
        once_ms = body.scene.ms
    else:
        return waits_ms + (entry.max_ms or 0)
    whole_ms = once_ms * body.repeat + body.gap_ms * (body.repeat - 1)
    return waits_ms + (whole_ms if entry.max_ms is None else min(whole_ms, entry.max_ms))


@lru_cache(maxsize=4096)
def clock_ms(text: str) -> int:
    """Milliseconds after midnight of a clock time `HH:MM:SS`."""
    return _minute(text) * MINUTE_MS + int(text[6:8]) * 1000


def sun_span_ms(start: SunStart) -> tuple[int, int]:
    """The earliest and the latest moment of a start by the sun, after local midnight."""
    first_min, last_min = SUN_SPAN_MIN[start.event]
    return (
        (first_min + start.offset_min) * MINUTE_MS,
        (last_min + start.offset_min) * MINUTE_MS,
    )


def local_ms(at: datetime) -> int:
    """Milliseconds after local midnight of a moment."""
    local = at.astimezone(LOCAL)
    return (local.hour * 60 + local.minute) * MINUTE_MS + local.second * 1000
