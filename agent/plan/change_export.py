"""What a correction changes (`rehearsal.compare`) as JSON, CSV, a calendar or a picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from agent.plan.language_duty import LanguageWeek
from agent.plan.rehearsal import Change, Event, Rehearsal, compare, compare_lacks
from agent.plan.rehearsal_export import (
    COLUMNS,
    encode,
    list_cells,
    list_week,
    list_week_cells,
    to_plain,
)
from agent.plan.rehearsal_ics import Marked, build_calendar, name_kind
from agent.plan.rehearsal_text import describe_changes, describe_lack, mark_change, say
from agent.plan.week_picture import draw_events
from texts.catalogue import Lang

Changes = Sequence[tuple[str, Sequence[Change]]]
Lack = tuple[str, LanguageWeek]  # with `new` or `gone`
Lacks = Sequence[tuple[str, Sequence[Lack]]]


def write_changes(
    found: Sequence[tuple[str, Rehearsal, Rehearsal]],
    format_: str,
    stamp: datetime,
    lang: Lang,
) -> str:
    """What a correction changes, in any of the formats.

    Args:
        found: name of a station or of stations alike, the days without and with the correction;
            a picture is of the first alone.
        format_: text, json, csv, ics or svg.
        stamp: the moment at which it is written.
        lang: of the texts.
    """
    changes = [(name, compare(before, after)) for name, before, after in found]
    lacks = [(name, compare_lacks(before, after)) for name, before, after in found]
    match format_:
        case "json":
            return build_changes_json(changes, lacks)
        case "csv":
            return build_changes_csv(changes, lacks).rstrip("\r\n")
        case "ics":
            return build_changes_ics(changes, stamp, lang, lacks).rstrip("\r\n")
        case "svg":
            (name, ones), (_, weeks), after = changes[0], lacks[0], found[0][2]
            return draw_changes(ones, after, name, lang, weeks).rstrip()
    lines = []
    for (name, ones), (_, weeks) in zip(changes, lacks, strict=True):
        rows = _describe_lacks(weeks, lang)
        rows = [*(describe_changes(ones, lang) if ones or not rows else ()), *rows]
        lines += [name, *(f"  {row}" for row in rows)]
    return "\n".join(lines)


def _describe_lacks(lacks: Sequence[Lack], lang: Lang) -> list[str]:
    """A line for each week in which a language comes to lack its share, or does no more."""
    return [f"{say(lang, f'diff.{mark}'):<6}{describe_lack(week, lang)}" for mark, week in lacks]


def build_changes_json(found: Changes, lacks: Lacks = ()) -> str:
    """One object: `changes`, by stations alike; `former` is null for what is new, `event` gone.

    `lacks` are the weeks in which a language comes to lack its share, or does no more.
    """
    weeks = dict(lacks)
    rows = [
        {
            "station": name,
            "changes": [to_plain(one) for one in ones],
            "lacks": [{"change": mark, **list_week(week)} for mark, week in weeks.get(name, ())],
        }
        for name, ones in found
    ]
    return encode({"rehearsals": rows})


def build_changes_csv(found: Changes, lacks: Lacks = ()) -> str:
    """A line for each event that is new or gone, two for one that differs, with a heading.

    Then one for each week in which a language comes to lack its share, or does no more.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow(("change", *COLUMNS))
    for name, ones in found:
        for change in ones:
            writer.writerows(
                (mark, *list_cells(name, event)) for mark, event in mark_change(change)
            )
    for name, weeks in lacks:
        writer.writerows((mark, *list_week_cells(name, week)) for mark, week in weeks)
    return out.getvalue()


def build_changes_ics(found: Changes, stamp: datetime, lang: Lang, lacks: Lacks = ()) -> str:
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
        weeks=[(name, week) for name, ones in lacks for mark, week in ones if mark == "new"],
    )


def _mark(name: str, mark: str, event: Event, lang: Lang) -> Marked:
    words = [say(lang, f"diff.{mark}"), name_kind(event, lang)]
    is_off = mark in ("gone", "was") or event.kind == "refused"
    return Marked(name, event, ", ".join(filter(None, words)), cancelled=is_off)


def _is_same_entry(change: Change) -> bool:
    ids = [(one.doc_id, one.entry_id) for one in (change.former, change.event) if one is not None]
    return len(ids) == 2 and ids[0] == ids[1]


def draw_changes(
    changes: Sequence[Change],
    after: Rehearsal,
    name: str,
    lang: Lang,
    lacks: Sequence[Lack] = (),
) -> str:
    """The days that change; what is gone is listed and no more in the 24 hours.

    Args:
        changes: what differs.
        after: the rehearsal with the correction.
        name: of the station, or of the stations alike.
        lang: of the texts.
        lacks: weeks in which a language comes to lack its share, or does no more.
    """
    marked = [pair for change in changes for pair in mark_change(change)]
    events: list[tuple[Event, str]] = sorted(
        ((event, mark) for mark, event in marked), key=lambda one: one[0].at
    )
    title = say(lang, "picture.changes", name)
    summary = say(lang, "diff.sum", len(changes)) if changes else say(lang, "diff.same")
    notes = _describe_lacks(lacks, lang)
    return draw_events(events, after.quiet, (title, summary, *notes), lang)
