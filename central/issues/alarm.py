"""Issues of the centre itself: a prepared alarm expires soon; there is time to sign another."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from agent.contract.issues.entry import IssueKind
from agent.contract.utc import encode_utc
from central.documents.prepared_alarms import list_prepared_alarms
from central.issues.authority import build_row
from central.store.database import Database
from texts.catalogue import Text

NOTICE = timedelta(days=14)
KIND = IssueKind(
    "warning",
    Text(
        "báo động chờ sẵn cho nút khẩn cấp sắp hết hạn",
        "an alarm that is held for emergency keys ends soon",
    ),
    Text(
        "hai người ký báo động mới cùng khe, số cao hơn, rồi phát đi (docs/so-tay-can-bo.md,"
        " phần 4)",
        "two people sign a new one of the same slot, with a higher number; publish it",
    ),
)


def alarm_issues(database: Database, now: datetime) -> list[dict[str, Any]]:
    """Rows like those of stations: each alarm and target that expires soon."""
    return [
        build_row(
            "held_alarm_ends", KIND, f"{alarm.name} {alarm.target}", now,
            since=alarm.expires - NOTICE, hint=encode_utc(alarm.expires),
        )
        for alarm in list_prepared_alarms(database, now)
        if alarm.expires - now <= NOTICE
    ]  # fmt: skip
