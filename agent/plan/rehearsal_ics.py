"""A rehearsal as a calendar (RFC 5545) that phones and office programs open.

What is refused is an event with the status CANCELLED. Times are UTC, so no time zone is described.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from agent.contract.default_title import show_title
from agent.plan.calendar import DAY, local_date
from agent.plan.language_duty import WEEK, LanguageWeek
from agent.plan.rehearsal import Event, Rehearsal
from agent.plan.rehearsal_text import (
    describe_doubts,
    describe_lack,
    describe_notes,
    is_yielding,
    say,
)
from texts.catalogue import Lang

MAX_OCTETS = 75  # of a line, without its end (section 3.1)
PRODUCT = "-//Tramtin//rehearsal//VI"


class Marked(NamedTuple):
    """An event of a station, what stands before its title, and whether it is cancelled."""

    station: str
    event: Event
    mark: str
    cancelled: bool


def build_rehearsal_ics(found: Sequence[tuple[str, Rehearsal]], stamp: datetime, lang: Lang) -> str:
    """One calendar with the events of all.

    Args:
        found: station, or stations alike, and their days.
        stamp: when it is made, aware.
        lang: of the texts.
    """
    marked = [
        Marked(name, event, name_kind(event, lang), cancelled=event.kind == "refused")
        for name, one in found
        for event in one.events
    ]
    return build_calendar(marked, stamp, lang, found)


def name_kind(event: Event, lang: Lang) -> str:
    """What stands before the title of an event that does not simply play; else empty."""
    if is_yielding(event):
        return say(lang, "filler")
    return "" if event.kind == "plays" else say(lang, event.kind)


def build_calendar(
    found: Sequence[Marked],
    stamp: datetime,
    lang: Lang,
    notes: Sequence[tuple[str, Rehearsal]] = (),
    weeks: Sequence[tuple[str, LanguageWeek]] = (),
) -> str:
    """A calendar of events.

    Args:
        found: the events.
        stamp: when it is made, aware.
        lang: of the texts.
        notes: station, or stations alike, and the days of which all is told that is no event.
        weeks: station, or stations alike, and a week in which a language lacks its share.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    for one in found:
        lines += _build_event(one, stamp, lang)
    for name, week in (*weeks, *((name, week) for name, days in notes for week in days.lacks)):
        until = week.monday + WEEK
        lines += _build_days(name, week.monday, until, describe_lack(week, lang), stamp)
    for name, days in notes:
        for text in describe_doubts(days, lang):
            lines += _build_days(name, local_date(days.from_at), _last_date(days), text, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _fold(line))


def _build_event(one: Marked, stamp: datetime, lang: Lang) -> Iterator[str]:
    name, event = one.station, one.event
    uid = hashlib.sha256(
        "\0".join((name, event.doc_id, event.entry_id, _utc(event.at))).encode()
    ).hexdigest()[:32]
    title = show_title(event.title, lang)
    if one.mark:
        title = f"{one.mark}: {title}"
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}@tramtin"
    yield f"DTSTAMP:{_utc(stamp)}"
    yield f"DTSTART:{_utc(event.at)}"
    if event.until > event.at:  # an end must be later (section 3.8.2.2)
        yield f"DTEND:{_utc(event.until)}"
    yield f"SUMMARY:{_escape(title)}"
    yield f"LOCATION:{_escape(name)}"
    if notes := describe_notes(event, lang):
        yield f"DESCRIPTION:{_escape('; '.join(notes))}"
    yield f"STATUS:{'CANCELLED' if one.cancelled else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _build_days(name: str, first: date, until: date, text: str, stamp: datetime) -> Iterator[str]:
    """An event of whole days, `until` excluded: what a week lacks."""
    uid = hashlib.sha256("\0".join((name, str(first), text)).encode()).hexdigest()[:32]
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}@tramtin"
    yield f"DTSTAMP:{_utc(stamp)}"
    yield f"DTSTART;VALUE=DATE:{first:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{until:%Y%m%d}"
    yield f"SUMMARY:{_escape(text)}"
    yield f"LOCATION:{_escape(name)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _last_date(one: Rehearsal) -> date:
    """The date after the last one, as an end that is excluded."""
    return local_date(one.until_at - datetime.resolution) + DAY


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escape(text: str) -> str:
    """As section 3.3.11 says; what cannot be printed becomes a space."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _fold(line: str) -> Iterator[str]:
    """Lines of at most 75 octets; a further one begins with a space. No letter is cut."""
    part = ""
    for letter in line:
        if len((part + letter).encode()) > MAX_OCTETS:
            yield part
            part = " "
        part += letter
    yield part
