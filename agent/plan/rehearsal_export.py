"""A rehearsal and the answer to `why` for programs: JSON, and CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from agent.contract.local_time import LOCAL
from agent.plan.rehearsal import Event, Rehearsal
from agent.plan.why import Why

COLUMNS = (
    "station", "start", "end", "kind", "medium", "title", "zones", "essential", "cut_s", "code",
    "rule", "gives_way_to", "doc_id", "entry_id", "filler",
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
            "events": [_plain(event) for event in one.events],
            "not_known": list(one.not_known),
        }
        for name, one in found
    ]
    return _encode({"rehearsals": rows})


def build_why_json(answers: Sequence[Why]) -> str:
    """One object: `outputs`, each with its answer."""
    return _encode({"outputs": [_plain(one) for one in answers]})


def build_rehearsal_csv(found: Sequence[tuple[str, Rehearsal]]) -> str:
    """A line for each event, with a heading."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow(COLUMNS)
    for name, one in found:
        writer.writerows(_row(name, event) for event in one.events)
    return out.getvalue()


def _row(name: str, event: Event) -> list[str]:
    rivals = "; ".join(f"{one.title} ({one.rule})" for one in event.rivals)
    cells = [
        name, _local(event.at), _local(event.until), event.kind, event.medium, event.title,
        " ".join(event.zones), "yes" if event.essential else "", f"{event.cut_ms / 1000:g}",
        event.code, event.rule, rivals, event.doc_id, event.entry_id,
        "yes" if event.filler else "",
    ]  # fmt: skip
    return [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells]


def _local(at: datetime) -> str:
    return at.astimezone(LOCAL).isoformat()


def _plain(value: Any) -> Any:
    """Structs as objects, moments as local times."""
    if isinstance(value, datetime):
        return _local(value)
    if isinstance(value, msgspec.Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _encode(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
