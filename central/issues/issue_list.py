"""Issues as the centre shows them: stations' and its own; the catalogue has the texts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from agent.contract.issues.catalogue import ISSUE_KINDS
from central.issues.alarm import alarm_issues
from central.issues.authority import authority_issues
from central.issues.publishing import publishing_issues
from central.issues.relay import relay_issues
from central.store.database import Database
from central.store.records import list_issue_records
from texts.catalogue import LANGS

Row = dict[str, Any]


def lasting_issues(database: Database) -> list[Row]:
    """Return the issues in each station's latest health report, and the centre's own.

    Faults first, the longest first.
    """
    now = datetime.now(UTC)
    rows = [
        *authority_issues(database, now), *alarm_issues(database, now),
        *publishing_issues(database, now), *relay_issues(database, now),
    ]  # fmt: skip
    rows += [
        {"station": station, "reported_at": health["at"], **issue, **_words(issue["kind"])}
        for station, health in database.health().items()
        for issue in health["issues"]
    ]
    return sorted(rows, key=lambda row: (row["severity"] != "fault", row["since"], row["station"]))


def issue_log(database: Database) -> list[Row]:
    """Each beginning and end in the stations' journals, in the order of arrival."""
    return [
        {
            "station": record["station"],
            "at": record["at"],
            "state": record["detail"]["state"],
            "kind": record["detail"]["what"],
            "subject": record["detail"]["subject"],
            "hint": record["detail"]["hint"],
            **_words(record["detail"]["what"]),
        }
        for record in list_issue_records(database)
    ]


def _words(code: str) -> Row:
    """Return an issue's texts; an unknown kind is shown by its code, as a fault."""
    kind = ISSUE_KINDS.get(code)
    if kind is None:
        return {"severity": "fault", "text": dict.fromkeys(LANGS, code), "repair": {}}
    return {
        "severity": kind.severity,
        "text": kind.text._asdict(),
        "repair": kind.repair._asdict(),
    }
