"""The parts of documents that name days by rule: dates, feasts, the moon, the sun."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

import msgspec

from texts.catalogue import Text

MOURNING = "quoc-tang"
"""Days of mourning, and the only set that has an effect by itself: no music, no advertisement."""
HOLIDAY = "ngay-le"
SWAPPED_WORKDAY = "lam-bu"
WORKDAY = "ngay-lam-viec"
"""Monday to Friday without `HOLIDAY`, and the days in `SWAPPED_WORKDAY`; no document lists it."""

_UNCONFIRMED = (Text("CHỜ", "PENDING"), Text("CHƯA ĐỐI CHIẾU", "UNCONFIRMED"))

MAX_OFFSET_MIN = 240
# Sunrise and sunset in Vietnam in minutes of the day, from the islands of the east to the far west:
# whoever signs hours for a role knows when a start by the sun can be. No box starts outside.
SUN_SPAN_MIN = {"sunrise": (5 * 60, 7 * 60), "sunset": (17 * 60, 19 * 60)}


class DayRules(msgspec.Struct, frozen=True, omit_defaults=True):
    """Days by rule: a date is among them when any member of any list has it.

    Args:
        rrule: recurrences as in RFC 5545, counted from `When.from_`; see `contract.day_rule`.
        lunar: dates of the Vietnamese lunar calendar, such as `15/*`.
        sets: names of day sets that signed calendars list, and `WORKDAY`.
    """

    rrule: list[str] = msgspec.field(default_factory=list)
    lunar: list[str] = msgspec.field(default_factory=list)
    sets: list[str] = msgspec.field(default_factory=list)


class SunStart(msgspec.Struct, frozen=True):
    """A start at sunrise or sunset, so many minutes later (negative: earlier)."""

    event: Literal["sunrise", "sunset"]
    offset_min: int = 0


class SunPoint(msgspec.Struct, frozen=True):
    """The place whose sunrise and sunset count, in hundred thousandths of a degree (WGS84)."""

    lat_e5: int
    lon_e5: int


class CalendarDays(msgspec.Struct, frozen=True):
    """Dates of a signed calendar, `from` up to and with `until`, and what they are.

    `source` names the decision or the calculation that the dates come from.
    """

    from_: str = msgspec.field(name="from")
    until: str
    sets: list[str]
    title: str
    source: str


def is_unconfirmed(row: CalendarDays) -> bool:
    """Does its source say, in capital letters, that nobody has confirmed the dates?"""
    source = unicodedata.normalize("NFC", row.source)
    words = (word for one in _UNCONFIRMED for word in (one.vi, one.en))
    return any(re.search(rf"\b{word}\b", source) for word in words)
