"""Issues of the centre itself: published documents that have not reached the broker."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from agent.contract.issues.entry import IssueKind
from agent.contract.utc import encode_utc, parse_utc
from central.issues.authority import build_row
from central.store.database import Database
from central.store.schema import documents
from texts.catalogue import Text

PATIENCE = timedelta(minutes=1)
KIND = IssueKind(
    "fault",
    Text(
        "văn bản đã giao cho trung tâm mà chưa gửi được tới trạm",
        "a document was handed to the centre and has not been sent",
    ),
    Text(
        "chạy tramtin-central collect, xem nó có nối được máy chủ tin; tin khẩn cấp đã quá 30"
        " phút thì"
        " soạn và ký lại",
        "run tramtin-central collect and see that it is connected; draft and sign an emergency anew"
        " that is older than 30 minutes",
    ),
)


def publishing_issues(database: Database, now: datetime) -> list[dict[str, Any]]:
    """Rows like those of stations: each document that is unsent for a minute or more."""
    query = sa.select(documents).where(
        ~documents.c.is_sent,
        documents.c.expires > encode_utc(now),
        documents.c.published_at < encode_utc(now - PATIENCE),
    )
    with database.transaction() as connection:
        rows = connection.execute(query.order_by(documents.c.published_at)).all()
    return [
        build_row(
            "document_unsent", KIND, f"{row.issuer}/{row.kind}/{row.slot} {row.target}", now,
            since=parse_utc(row.published_at), hint=f"{row.epoch}.{row.seq}",
        )
        for row in rows
    ]  # fmt: skip
