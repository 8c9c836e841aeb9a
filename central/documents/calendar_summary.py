"""Days by rule and signed calendars in plain Vietnamese or English, for a signer to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from msgspec import UNSET

from agent.contract.calendar_terms import (
    CalendarDays,
    DayRules,
    SunPoint,
    SunStart,
    is_unconfirmed,
)
from agent.contract.day_rule import Recurrence, parse_recurrence
from agent.contract.document import Calendar, When
from agent.contract.local_time import LOCAL
from agent.contract.utc import parse_utc

Say = Callable[..., str]


def describe_starts(when: When, speak: Say) -> str:
    """The clock times of an entry, then its starts by the sun."""
    clocks = [clock.removesuffix(":00") for clock in when.at]
    by_sun = [] if when.sun is UNSET else [_sun(start, speak) for start in when.sun]
    return ", ".join([*clocks, *by_sun])


def _sun(start: SunStart, speak: Say) -> str:
    event = speak(f"sun.{start.event}")
    if start.offset_min == 0:
        return event
    code = "sun.before" if start.offset_min < 0 else "sun.after"
    return speak(code, abs(start.offset_min), event)


def describe_rules(rules: DayRules, speak: Say) -> str:
    """The days that a list of rules means."""
    parts = [_recurrence(parse_recurrence(text), speak) for text in rules.rrule]
    parts += [_lunar(text, speak) for text in rules.lunar]
    return ", ".join([*parts, *(name_set(name, speak) for name in rules.sets)])


def name_set(name: str, speak: Say) -> str:
    """The name of a set in words, or itself where it has none here."""
    words = speak(f"set.{name}")
    return f"“{name}”" if words.startswith("set.") else words


def _lunar(text: str, speak: Say) -> str:
    day, _, month = text.partition("/")
    name = speak("lunar.last") if day == "last" else str(int(day))
    if month == "*":
        return speak("lunar.monthly", name)
    leap = speak("lunar.leap") if month.endswith("n") else ""
    return speak("lunar.date", name, int(month.rstrip("n")), leap)


def _recurrence(rule: Recurrence, speak: Say) -> str:
    days = [_weekday(pair, speak) for pair in rule.by_day]
    days += [speak("day_of_month", _nth(day, speak)) for day in rule.by_month_day]
    every = speak(f"every.{rule.frequency}", rule.interval) if rule.interval > 1 else ""
    months = speak("in_months", ", ".join(map(str, rule.by_month))) if rule.by_month else ""
    which = ", ".join(_nth(pos, speak) for pos in rule.by_set_pos)
    among = speak("which_of", which) if which else ""
    named = speak("every_day") if not days else ", ".join(days)
    return " ".join(filter(None, [among, named, months, every]))


def _weekday(pair: tuple[int, int], speak: Say) -> str:
    weekday, nth = pair
    name = speak(f"days.{weekday}")
    return speak("nth_weekday", name, _nth(nth, speak)) if nth else name


def _nth(number: int, speak: Say) -> str:
    if number > 0:
        return str(number)
    return speak("last") if number == -1 else speak("from_end", -number)


def describe_calendar(document: Calendar, speak: Say) -> Iterator[str]:
    """The year, the sets that are complete with it, and each row with its source."""
    sets = ", ".join(name_set(name, speak) for name in document.sets)
    yield speak("calendar", document.year, sets or speak("none"))
    for row in document.days:
        yield f"  • {_row(row, speak)}"
    yield from describe_unconfirmed_rows(document, speak)


def describe_unconfirmed_rows(document: Calendar, speak: Say) -> list[str]:
    """One line that names the rows to come of which nobody has confirmed the dates."""
    today = parse_utc(document.not_before).astimezone(LOCAL).date().isoformat()
    titles = [row.title for row in document.days if row.until >= today and is_unconfirmed(row)]
    return [speak("calendar.unconfirmed", len(titles), "; ".join(titles))] if titles else []


def _row(row: CalendarDays, speak: Say) -> str:
    first, last = _date(row.from_), _date(row.until)
    dates = first if first == last else speak("dates", first, last)
    sets = ", ".join(name_set(name, speak) for name in row.sets)
    return speak("calendar.row", dates, row.title, sets, row.source)


def describe_point(point: SunPoint, speak: Say) -> str:
    """The place whose sun counts."""
    return speak("sun_point", f"{point.lat_e5 / 1e5:.5f}", f"{point.lon_e5 / 1e5:.5f}")


def _date(iso: str) -> str:
    return date.fromisoformat(iso).strftime("%d/%m/%Y")


def describe_exceptions(when: When, speak: Say) -> Sequence[str]:
    """What the entry's dates leave out: at most one line."""
    parts = list(map(_date, when.except_))
    if when.except_days is not UNSET:
        parts.append(describe_rules(when.except_days, speak))
    return [speak("except", ", ".join(parts))] if parts else []
