"""A rehearsal and the answer to `why` for programs: JSON, and CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

import msgspec

from agent.contract.local_time import LOCAL
from agent.plan.language_duty import LanguageWeek, week_end
from agent.plan.rehearsal import Event, Rehearsal
from agent.plan.unconfirmed_days import UnconfirmedDays
from agent.plan.why import WhyAnswer

COLUMNS = (
    "station", "start", "end", "kind", "medium", "title", "zones", "essential", "cut_s", "code",
    "rule", "gives_way_to", "doc_id", "entry_id", "filler", "duty",
)  # fmt: skip
# a spreadsheet would run what begins with these
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def build_rehearsal_json(found: Sequence[tuple[str, Rehearsal]]) -> str:
    """One object: `rehearsals`, each with its station, days and events; local times with offset."""
    rows = [
        {
            "station": name,
            "from": _local(one.from_at),
            "until": _local(one.until_at),
            "events": [to_plain(event) for event in one.events],
            "duties": _duties(one),
            "not_known": list(one.not_known),
            "unconfirmed": [to_plain(row) for row in one.unconfirmed],
        }
        for name, one in found
    ]
    return encode({"rehearsals": rows})


def build_why_json(answers: Sequence[WhyAnswer], not_known: Sequence[str] = ()) -> str:
    """One object: `outputs`, each with its answer, and the rules of which nobody knows here."""
    outputs = [to_plain(one) for one in answers]
    return encode({"outputs": outputs, "not_known": list(not_known)})


def build_rehearsal_csv(found: Sequence[tuple[str, Rehearsal]]) -> str:
    """A line for each event, with a heading; then one for each week of a language duty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow(COLUMNS)
    for name, one in found:
        writer.writerows(list_cells(name, event) for event in one.events)
        writer.writerows(list_week_cells(name, week) for week in one.languages)
        writer.writerows(_unknown_row(name, one, rule) for rule in one.not_known)
        writer.writerows(_unconfirmed_row(name, row) for row in one.unconfirmed)
    return out.getvalue()


def list_cells(name: str, event: Event) -> list[str]:
    """The cells of an event, in the order of `COLUMNS`; no spreadsheet runs any of them."""
    rivals = "; ".join(f"{one.title} ({one.rule})" for one in event.rivals)
    cells = [
        name, _local(event.at), _local(event.until), event.kind, event.medium, event.title,
        " ".join(event.zones), "yes" if event.essential else "", f"{event.cut_ms / 1000:g}",
        event.code, event.rule, rivals, event.doc_id, event.entry_id,
        "yes" if event.filler else "", _word(is_met=event.is_good) if event.essential else "",
    ]  # fmt: skip
    return _guarded(cells)


def list_week_cells(name: str, week: LanguageWeek) -> list[str]:
    """A week of a language duty, from its Monday to the next."""
    begin = datetime.combine(week.monday, time(), LOCAL)
    minutes = f"{_minutes(week.planned)}/{_minutes(week.total)} min"
    rule = f"language_duties {week.lang} {week.week_pct}"
    cells = [
        name, _local(begin), _local(week_end(week.monday)), "language", "sound",
        f"{week.lang} {week.week_pct} %: {minutes}", "", "", "", "", rule, "", "", "", "",
        _word(is_met=week.is_met),
    ]  # fmt: skip
    return _guarded(cells)


def _unknown_row(name: str, one: Rehearsal, rule: str) -> list[str]:
    """A rule of policy of which nobody knows what it refuses in these days."""
    first = [name, _local(one.from_at), _local(one.until_at), "not_known"]
    return _guarded([*first, *[""] * 6, rule, *[""] * (len(COLUMNS) - 11)])


def _unconfirmed_row(name: str, row: UnconfirmedDays) -> list[str]:
    """Dates that nobody has confirmed, by which items go."""
    first = [name, row.first, row.last, "unconfirmed", "", row.title]
    return _guarded([*first, *[""] * 4, row.source, *[""] * (len(COLUMNS) - 11)])


def _duties(one: Rehearsal) -> dict[str, Any]:
    """Languages by week, and silence where something must be broadcast."""
    languages = [list_week(week) for week in one.languages]
    silent = [
        {"at": _local(event.at), "title": event.title, "doc_id": event.doc_id,
         "entry_id": event.entry_id, "kind": event.kind}
        for event in one.silent_duties
    ]  # fmt: skip
    return {"languages": languages, "silent": silent}


def list_week(week: LanguageWeek) -> dict[str, str | int | float]:
    """A week of a language duty as an object."""
    return {
        "monday": week.monday.isoformat(), "lang": week.lang, "week_pct": week.week_pct,
        "planned_min": _minutes(week.planned), "total_min": _minutes(week.total),
        "is_met": week.is_met,
    }  # fmt: skip


def _minutes(length: timedelta) -> float:
    return round(length.total_seconds() / 60, 1)


def _word(*, is_met: bool) -> str:
    return "met" if is_met else "lacking"


def _guarded(cells: Sequence[str]) -> list[str]:
    return [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells]


def _local(at: datetime) -> str:
    return at.astimezone(LOCAL).isoformat()


def to_plain(value: Any) -> Any:
    """Structs as objects, moments as local times."""
    if isinstance(value, datetime):
        return _local(value)
    if isinstance(value, msgspec.Struct):
        return {name: to_plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple):
        return [to_plain(one) for one in value]
    return value


def encode(value: Any) -> str:
    """JSON for people and programs."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
