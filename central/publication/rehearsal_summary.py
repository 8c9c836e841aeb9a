"""Rehearsals of stations as text, JSON or CSV."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from agent.contract.document import Playlist
from agent.errors import ConfigError
from agent.plan import change_export
from agent.plan.rehearsal_export import build_rehearsal_csv, build_rehearsal_json
from agent.plan.rehearsal_ics import build_rehearsal_ics
from agent.plan.rehearsal_text import (
    describe_rehearsal,
    describe_week,
    say,
)
from agent.plan.week_picture import draw_week
from central.messages.catalogue import translate
from central.publication.change_summary import describe_by_days
from central.publication.recipients import list_names
from central.publication.station_change import list_gone
from central.publication.station_rehearsal import GroupRehearsal
from texts.catalogue import Lang

MAX_WEEKS = 3  # that `publish` prints; stations of one commune nearly always share one


def describe_publication(
    found: Sequence[GroupRehearsal], document: Playlist, lang: Lang
) -> list[str]:
    """The week of a document, once for all stations at which it is the same."""
    weeks: dict[tuple[str, ...], list[str]] = {}
    for one in found:
        lines = tuple(describe_week(one.rehearsal, document.doc_id, lang))
        weeks.setdefault(lines, []).extend(one.stations)
    printed: list[str] = []
    for lines, stations in list(weeks.items())[:MAX_WEEKS]:
        printed += [say(lang, "week", list_names(sorted(stations))), *lines]
    if len(weeks) > MAX_WEEKS:
        printed.append(say(lang, "more_weeks", len(weeks) - MAX_WEEKS))
    return printed


def describe_dropped(found: Sequence[GroupRehearsal], lang: Lang) -> list[str]:
    """What of the same days stations hold and a schedule has no more; empty: nothing.

    What it adds is its week, and what it disturbs stands there too.
    """
    dropped: dict[tuple[str, ...], list[str]] = {}
    for one in found:
        lines = tuple(describe_by_days(list_gone(one), lang))
        dropped.setdefault(lines, []).extend(one.stations)
    printed: list[str] = []
    for lines, stations in list(dropped.items())[:MAX_WEEKS]:
        if lines:
            printed.append(translate(lang, "change.dropped", list_names(sorted(stations))))
            printed += [f"  {line}" for line in lines]
    return printed


def write_rehearsals(
    found: Sequence[GroupRehearsal], format_: str, now: datetime, lang: Lang
) -> str:
    """All of them as text, JSON, CSV, a calendar, or a picture.

    Raises:
        ConfigError: E_USAGE, a picture of stations that differ.
    """
    named = [(one.name, one.rehearsal) for one in found]
    match format_:
        case "json":
            return build_rehearsal_json(named)
        case "csv":
            return build_rehearsal_csv(named).rstrip("\r\n")
        case "ics":
            return build_rehearsal_ics(named, now, lang).rstrip("\r\n")
        case "svg":
            _require_one(found, lang)
            return draw_week(found[0].rehearsal, found[0].name, lang).rstrip()
    return "\n\n".join("\n".join(describe_rehearsal(one, name, lang)) for name, one in named)


def write_changes(found: Sequence[GroupRehearsal], format_: str, now: datetime, lang: Lang) -> str:
    """What a document changes, by stations alike, in any of the formats.

    Raises:
        ConfigError: E_USAGE, a picture of stations that differ.
    """
    if format_ == "svg":
        _require_one(found, lang)
    both = [(one.name, one.former, one.rehearsal) for one in found]
    return change_export.write_changes(both, format_, now, lang)


def _require_one(found: Sequence[GroupRehearsal], lang: Lang) -> None:
    """One picture is of stations alike.

    Raises:
        ConfigError: E_USAGE.
    """
    if len(found) > 1:
        names = "; ".join(one.name for one in found)
        raise ConfigError("E_USAGE", "svg", translate(lang, "fault.one_picture", names))
