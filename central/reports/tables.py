"""What the centre knows, table by table, as plain data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from central.issues.issue_list import issue_log, lasting_issues
from central.publication.document_outbox import list_documents
from central.reports.language_weeks import list_language_weeks
from central.reports.play_totals import list_next, list_on_air, total_plays
from central.store.database import Database
from central.store.records import list_commands, list_gaps, list_plays, list_refusals, list_silences
from central.store.station_reports import list_faults, list_stations

Row = dict[str, Any]


def collect_rows(database: Database, what: str) -> list[Row]:
    """The rows of one table of `WHAT`."""
    return _QUERIES[what](database)


def _stations(database: Database) -> list[Row]:
    health = database.health()
    return [_with_health(row, health.get(row["station"])) for row in list_stations(database)]


def _with_health(row: Row, health: Row | None) -> Row:
    clock = health["clock"]["quality"] if health else None
    issues = [f"{i['kind']} {i['subject']}" for i in health["issues"]] if health else []
    if row["revoked_at"] is not None:  # by `enrol revoke`; what it reported before stays
        issues = [f"revoked {row['revoked_why']}", *issues]
    return {**row, "clock": clock, "issues": issues}


def _silences(database: Database) -> list[Row]:
    return [{**row, "switched": row.get("how", row["state"])} for row in list_silences(database)]


def _commands(database: Database) -> list[Row]:
    return [{**row, "outcome": row["result"]} for row in list_commands(database)]


_QUERIES: dict[str, Callable[[Database], list[Row]]] = {
    "stations": _stations,
    "documents": list_documents,
    "issues": lasting_issues,
    "issue-log": issue_log,
    "on-air": list_on_air,
    "next": list_next,
    "totals": total_plays,
    "languages": list_language_weeks,
    "plays": list_plays,
    "refusals": list_refusals,
    "silences": _silences,
    "commands": _commands,
    "gaps": list_gaps,
    "faults": list_faults,
}
WHAT = tuple(_QUERIES)
