"""What a correction changes (`rehearsal.compare`) as JSON, CSV, a calendar or a picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from agent.plan.rehearsal import Change, Event, Rehearsal
from agent.plan.rehearsal_export import COLUMNS, encode, list_cells, to_plain
from agent.plan.rehearsal_ics import Marked, build_calendar, name_kind
from agent.plan.rehearsal_text import describe_changes, mark_change, say
from agent.plan.week_picture import draw_events
from texts.catalogue import Lang

Changes = Sequence[tuple[str, Sequence[Change]]]


def write_changes(
    found: Sequence[tuple[str, Sequence[Change], Rehearsal]],
    format_: str,
    stamp: datetime,
    lang: Lang,
) -> str:
    """What a correction changes, in any of the formats.

    Args:
        found: name of a station or of stations alike, what changes there, the days with the
            correction; a picture is of the first alone.
        format_: text, json, csv, ics or svg.
        stamp: the moment at which it is written.
        lang: of the texts.
    """
    changes = [(name, ones) for name, ones, _ in found]
    match format_:
        case "json":
            return build_changes_json(changes)
        case "csv":
            return build_changes_csv(changes).rstrip("\r\n")
        case "ics":
            return build_changes_ics(changes, stamp, lang).rstrip("\r\n")
        case "svg":
            name, ones, after = found[0]
            return draw_changes(ones, after, name, lang).rstrip()
    lines = [
        line
        for name, ones in changes
        for line in (name, *(f"  {row}" for row in describe_changes(ones, lang)))
    ]
    return "\n".join(lines)


def build_changes_json(found: Changes) -> str:
    """One object: `changes`, by stations alike; `former` is null for what is new, `event` gone."""
    rows = [{"station": name, "changes": [to_plain(one) for one in ones]} for name, ones in found]
    return encode({"rehearsals": rows})


def build_changes_csv(found: Changes) -> str:
    """A line for each event that is new or gone, two for one that differs, with a heading."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow(("change", *COLUMNS))
    for name, ones in found:
        for change in ones:
            writer.writerows(
                (mark, *list_cells(name, event)) for mark, event in mark_change(change)
            )
    return out.getvalue()


def build_changes_ics(found: Changes, stamp: datetime, lang: Lang) -> str:
    """One calendar; what a correction takes away is cancelled in it, and what boxes refuse.

    What only ends otherwise is there once: two events of one UID are one to a phone.
    """
    return build_calendar(
        [
            _mark(name, mark, event, lang)
            for name, ones in found
            for change in ones
            for mark, event in mark_change(change)
            if mark != "was" or not _is_same_entry(change)
        ],
        stamp,
        lang,
    )


def _mark(name: str, mark: str, event: Event, lang: Lang) -> Marked:
    words = [say(lang, f"diff.{mark}"), name_kind(event, lang)]
    is_off = mark in ("gone", "was") or event.kind == "refused"
    return Marked(name, event, ", ".join(filter(None, words)), cancelled=is_off)


def _is_same_entry(change: Change) -> bool:
    ids = [(one.doc_id, one.entry_id) for one in (change.former, change.event) if one is not None]
    return len(ids) == 2 and ids[0] == ids[1]


def draw_changes(changes: Sequence[Change], after: Rehearsal, name: str, lang: Lang) -> str:
    """The days that change; what is gone is listed and no more in the 24 hours.

    Args:
        changes: what differs.
        after: the rehearsal with the correction.
        name: of the station, or of the stations alike.
        lang: of the texts.
    """
    marked = [pair for change in changes for pair in mark_change(change)]
    events: list[tuple[Event, str]] = sorted(
        ((event, mark) for mark, event in marked), key=lambda one: one[0].at
    )
    title = say(lang, "picture.changes", name)
    summary = say(lang, "diff.sum", len(changes)) if changes else say(lang, "diff.same")
    return draw_events(events, after.quiet, (title, summary), lang)
