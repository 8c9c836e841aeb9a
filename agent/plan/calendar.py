"""Converts local clock times (UTC+7, no summer time) to UTC moments.

Windows include their start and exclude their end. A window that ends at or before its start is an
overnight one and belongs to the day on which it starts. Dates `from` and `until` are both included.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from msgspec import UNSET

from agent.contract.calendar_terms import SUN_SPAN_MIN, SunPoint, SunStart
from agent.contract.document import When
from agent.contract.local_time import AHEAD_OF_UTC, LOCAL

DAY = timedelta(days=1)
DAY_S = 86_400


@dataclass(frozen=True)
class Window:
    """A daily window of local time in seconds of the day; `end_s` 1..86400.

    `start_s == end_s` is the whole day from that moment on: then a typing error in a signed policy
    makes a station too quiet, never too loud.
    """

    text: str
    start_s: int
    end_s: int

    @property
    def length_s(self) -> int:
        """1..86400."""
        return (self.end_s - self.start_s) % DAY_S or DAY_S

    def covers(self, second: int) -> bool:
        """Is a second of the day (0..86399) inside?"""
        return (second - self.start_s) % DAY_S < self.length_s


@dataclass(frozen=True)
class Day:
    """One local date, prepared for comparisons."""

    iso: str
    weekday: int  # ISO: 1 = Monday
    midnight_at: datetime


@dataclass(frozen=True)
class Interval:
    """A half-open interval of time and the rule that it comes from."""

    start_at: datetime
    end_at: datetime
    rule: str


@lru_cache(maxsize=4096)
def second_of_day(text: str) -> int:
    """Seconds after midnight of `HH:MM` or `HH:MM:SS`; `24:00` is 86400.

    Raises:
        ValueError: not a clock time.
    """
    if text in ("24:00", "24:00:00"):
        return DAY_S
    if len(text) not in (5, 8):
        raise ValueError(f"not a clock time: {text!r}")
    at = time.fromisoformat(text)
    return at.hour * 3600 + at.minute * 60 + at.second


@lru_cache(maxsize=4096)
def _since_midnight(text: str) -> timedelta:
    return timedelta(seconds=second_of_day(text))


def parse_window(text: str) -> Window:
    """Read `21:00-05:00`.

    Raises:
        ValueError: not two clock times.
    """
    start, dash, end = text.partition("-")
    if not dash:
        raise ValueError(f"not a window: {text!r}")
    return Window(text, second_of_day(start) % DAY_S, second_of_day(end) or DAY_S)


def local_date(at: datetime) -> date:
    """The station's date at a moment."""
    # the same for UTC, in a third of the time: plans ask for each start
    return (at + AHEAD_OF_UTC).date() if at.tzinfo is UTC else at.astimezone(LOCAL).date()


def list_days(from_at: datetime, until_at: datetime) -> list[Day]:
    """The local dates that [from_at, until_at) touches."""
    first, last = local_date(from_at), local_date(until_at)
    return [_day(first + DAY * number) for number in range((last - first).days + 1)]


def _day(day: date) -> Day:
    midnight = datetime.combine(day, time(), LOCAL).astimezone(UTC)
    return Day(day.isoformat(), day.isoweekday(), midnight)


def days_of(when: When, days: Sequence[Day]) -> list[Day]:
    """Those within the dates, weekdays and plain exceptions of an entry."""
    weekdays, first, last, out = when.weekdays, when.from_, when.until, when.except_
    return [
        # ISO dates compare as text
        day
        for day in days
        if day.weekday in weekdays and first <= day.iso <= last and day.iso not in out
    ]


def expand(when: When, days: Sequence[Day], point: SunPoint | None = None) -> list[datetime]:
    """The UTC starts on these days, in order if the days are.

    Args:
        when: of an entry; `StationCalendar.split` decides before what its rules of days leave.
        days: candidates.
        point: whose sunrise and sunset count; without one there are no starts by the sun.

    Raises:
        ValueError: a clock time cannot be read, or the sun has no such moment.
    """
    due = days_of(when, days)
    if when.sun is not UNSET and point is not None:
        return [at for day in due for at in _starts_by_sun(when, when.sun, day, point)]
    since_midnight = sorted(map(_since_midnight, when.at))
    return [day.midnight_at + since for day in due for since in since_midnight]


def _starts_by_sun(
    when: When, by_sun: Sequence[SunStart], day: Day, point: SunPoint
) -> list[datetime]:
    seconds = sorted({*map(second_of_day, when.at), *_sun_seconds(by_sun, day, point)})
    return [day.midnight_at + timedelta(seconds=second) for second in seconds]


def earliest_starts(when: When, day: Day) -> list[datetime]:
    """The starts written for a day, those by the sun at the earliest moment possible."""
    by_sun = () if when.sun is UNSET else when.sun
    seconds = [(SUN_SPAN_MIN[one.event][0] + one.offset_min) * 60 for one in by_sun]
    written = sorted([*map(second_of_day, when.at), *seconds])
    return [day.midnight_at + timedelta(seconds=second) for second in written]


def _sun_seconds(starts: Sequence[SunStart], day: Day, point: SunPoint) -> Iterator[int]:
    from agent.plan.sun import sun_second

    on = date.fromisoformat(day.iso)
    return (sun_second(one, on, point) for one in starts)


def expand_windows(windows: Sequence[Window], days: Sequence[Day]) -> list[Interval]:
    """The windows as UTC intervals, including those that began the day before the first day."""
    if not days:
        return []
    midnights = [days[0].midnight_at - DAY, *(day.midnight_at for day in days)]
    return sorted(
        (_interval(window, midnight) for window in windows for midnight in midnights),
        key=lambda interval: interval.start_at,
    )


def _interval(window: Window, midnight_at: datetime) -> Interval:
    start = midnight_at + timedelta(seconds=window.start_s)
    return Interval(start, start + timedelta(seconds=window.length_s), window.text)
