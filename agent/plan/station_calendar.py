"""Which dates an entry's rules of days mean at a station, by the calendars signed for it.

A set of days is known in a year when a calendar in force lists it for that year. Nothing is
guessed: an entry whose rules need a set that is not known, or a date beyond the lunar table, is not
planned on that day, and the refusal names what is lacking. All calendars in force count together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from msgspec import UNSET

from agent.contract.accepted import HeldDocument
from agent.contract.calendar_terms import (
    HOLIDAY,
    MOURNING,
    SWAPPED_WORKDAY,
    WORKDAY,
    DayRules,
    SunPoint,
    SunStart,
)
from agent.contract.document import Calendar, Entry, When
from agent.contract.local_time import LOCAL
from agent.contract.utc import parse_utc
from agent.plan.calendar import DAY, Day, Interval, days_of

SATURDAY = 6


class StationCalendar:
    """The dated days of a station.

    Args:
        held: documents in force, of any kind.
        point: whose sunrise and sunset count; None: no point is known.
    """

    def __init__(self, held: Iterable[HeldDocument], point: SunPoint | None = None) -> None:
        self.point = point
        self._known: dict[tuple[int, str], list[_Validity]] = {}
        self._sets: dict[str, set[str]] = {}  # ISO date → names
        self._mourned: dict[str, str] = {}  # ISO date → title
        for one in held:
            if isinstance(one.document, Calendar):
                self._add(one.document)

    def _add(self, calendar: Calendar) -> None:
        valid = _Validity(parse_utc(calendar.not_before), parse_utc(calendar.expires))
        for name in calendar.sets:
            self._known.setdefault((calendar.year, name), []).append(valid)
        for row in calendar.days:
            for on in _dates(row.from_, row.until):
                if not valid.covers(on):
                    continue
                self._sets.setdefault(on.isoformat(), set()).update(row.sets)
                if MOURNING in row.sets:
                    self._mourned.setdefault(on.isoformat(), row.title)

    def split(self, when: When, days: Sequence[Day]) -> tuple[Sequence[Day], list[tuple[Day, str]]]:
        """The days on which an entry is due; and those of which nobody knows, with what is lacking.

        Days outside of the entry's dates and weekdays may be among the first.
        """
        if when.days is when.except_days is when.sun is UNSET:
            return days, []
        verdicts = [(day, self._judge(when, day)) for day in days_of(when, days)]
        due = [day for day, verdict in verdicts if verdict is True]
        return due, [(day, verdict) for day, verdict in verdicts if isinstance(verdict, str)]

    def _judge(self, when: When, day: Day) -> bool | str:
        """Is the entry due on a day of its dates? Or else what is lacking to know it."""
        on, first = date.fromisoformat(day.iso), date.fromisoformat(when.from_)
        found = True if when.days is UNSET else self._is_among(when.days, on, first)
        if found is False:
            return False
        out = False if when.except_days is UNSET else self._is_among(when.except_days, on, first)
        if out is True:
            return False
        verdict = out or found
        if verdict is True and when.sun is not UNSET:
            return self._find_sun_fault(when.sun, on) or True
        return verdict

    def _find_sun_fault(self, starts: Iterable[SunStart], on: date) -> str | None:
        from agent.plan.sun import sun_second

        if self.point is None:
            return "sun no point of this province is known"
        try:
            for start in starts:
                sun_second(start, on, self.point)
        except ValueError as error:
            return f"sun {error}"
        return None

    def _is_among(self, rules: DayRules, on: date, first: date) -> bool | str:
        if rules.rrule and _is_recurring(rules.rrule, on, first):
            return True
        verdicts = [self._is_in_set(name, on) for name in rules.sets]
        if rules.lunar:
            verdicts.append(_is_lunar(rules.lunar, on))
        return _any(verdicts)

    def _is_in_set(self, name: str, on: date) -> bool | str:
        if name == WORKDAY:
            return self._is_workday(on)
        if name in self._sets.get(on.isoformat(), ()):
            return True
        known = self._known.get((on.year, name), ())
        is_known = name == MOURNING or any(one.covers(on) for one in known)
        return False if is_known else f"calendar {on.year} {name}"

    def _is_workday(self, on: date) -> bool | str:
        swapped = self._is_in_set(SWAPPED_WORKDAY, on)
        if swapped is True or on.isoweekday() >= SATURDAY:
            return swapped
        holiday = self._is_in_set(HOLIDAY, on)
        return holiday if isinstance(holiday, str) else not holiday

    def find_mourning(self, days: Sequence[Day]) -> list[Interval]:
        """The days of mourning among some days as intervals, each with its title, in order."""
        return [
            Interval(day.midnight_at, day.midnight_at + DAY, self._mourned[day.iso])
            for day in days
            if day.iso in self._mourned
        ]


@dataclass(frozen=True)
class _Validity:
    """From when until when a calendar says anything."""

    first_at: datetime
    end_at: datetime

    def covers(self, on: date) -> bool:
        """Is a part of the local date within it? A mourning is signed in the course of its day."""
        midnight_at = datetime.combine(on, time(), LOCAL)
        return self.first_at < midnight_at + DAY and midnight_at < self.end_at


def _any(verdicts: Sequence[bool | str]) -> bool | str:
    """True if one of them is, else the first that is not known."""
    if True in verdicts:
        return True
    return next((one for one in verdicts if isinstance(one, str)), False)


def find_bar(entry: Entry) -> str | None:
    """What bars an entry on days of mourning: `advert` or `music`; None: nothing does."""
    if entry.advert is True:
        return "advert"
    return "music" if entry.music is True else None


# The grammar and the lunar table are loaded by the first schedule that has such a rule.
def _is_recurring(texts: Sequence[str], on: date, first: date) -> bool:
    from agent.contract.day_rule import parse_recurrence
    from agent.plan.recurrence import is_on

    return any(is_on(parse_recurrence(text), on, first) for text in texts)


def _is_lunar(texts: Sequence[str], on: date) -> bool | str:
    from agent.contract import lunar
    from agent.contract.day_rule import parse_lunar

    try:
        day = lunar.lunar_date(on)
    except ValueError:
        return f"calendar lunar {on.year}"
    return any(lunar.is_on(parse_lunar(text), day) for text in texts)


def _dates(first: str, last: str) -> Iterator[date]:
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    while day <= end:
        yield day
        day += DAY
