"""Moments, spans, days, places, languages and words as a summary of a document writes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import UNSET

from agent.contract.document import TextBody
from agent.contract.feature import PARTS
from agent.contract.local_time import LOCAL
from agent.contract.utc import parse_utc
from speech.dialect import DIALECTS
from speech.normalise import normalise

_DAYS = ("days.1", "days.2", "days.3", "days.4", "days.5", "days.6", "days.7")
Say = Callable[..., str]


def format_moment(utc: str) -> str:
    """UTC text to local `HH:MM ngày/tháng/năm`; seconds only when there are any."""
    at = parse_utc(utc).astimezone(LOCAL)
    return at.strftime("%H:%M:%S %d/%m/%Y" if at.second else "%H:%M %d/%m/%Y")


def format_span(ms: int) -> str:
    """Milliseconds as `1 h 05'`, `2'30"` or `12,5"`."""
    if ms < 60_000:
        return f'{ms / 1000:.1f}"'.replace(".0", "").replace(".", ",")
    minutes, seconds = divmod(round(ms / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d}'"
    return f"{minutes}'{seconds:02d}\""


def format_weekdays(days: Sequence[int], speak: Say) -> str:
    """ISO weekdays, with ranges of three and more drawn together."""
    ordered = sorted(days)
    if len(ordered) == 7:
        return speak("daily")
    first, last = speak(_DAYS[ordered[0] - 1]), speak(_DAYS[ordered[-1] - 1])
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return speak("day_range", first, last)
    return ", ".join(speak(_DAYS[day - 1]) for day in ordered)


def describe_place(pattern: str, speak: Say) -> str:
    """A place pattern in words: the country, a province, a commune, one station."""
    province, commune, station = pattern.split("/")
    match (province, commune, station):
        case ("*", "*", "*"):
            return speak("where.all")
        case (_, "*", "*"):
            return speak("where.province", province)
        case (_, _, "*"):
            return speak("where.commune", commune, province)
    return speak("where.station", station)


def name_language(lang: str, speak: Say) -> str:
    """The name of a language, or its code when it has no name here."""
    name = speak(f"lang.{lang}")
    return lang if name.startswith("lang.") else name


def describe_words(text: TextBody, speak: Say) -> str:
    """The words that are said for a text, where it is not written in words already."""
    dialect = DIALECTS["north" if text.dialect is UNSET else text.dialect]
    words = normalise(text.say or "", dialect)
    return "" if words == text.say else speak("body.say.words", words)


def mark_unobeyed(part: str, line: str, speak: Say) -> str:
    """Mark the line of a part that is signed and that boxes of this release do not obey."""
    return speak("not_yet", line) if PARTS.get(part) == "not obeyed" else line
