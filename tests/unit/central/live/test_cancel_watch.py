"""Whoever speaks learns that somebody else has ended their voice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.contract.utc import encode_utc
from central.documents.sign import sign_document
from central.live.cancel_watch import find_cancel, wait_cancelled
from central.live.grant import LiveOrder, draft_cancel, next_seq
from central.publication.document_outbox import keep
from central.store.database import Database

MINE, ANOTHER = "5" * 32, "6" * 32
ORDER = LiveOrder("vn.84.29266", ["84/29266/*"], "routine")


def publish_cancel(database: Database, stream_id: str) -> None:
    now = datetime.now(UTC)
    payload = draft_cancel(ORDER, stream_id, now=now, seq=next_seq(now))
    keep(database, "tramtin/1/g/xa-29266/cancel/huy-live", sign_document(payload, "cancel", []))


async def test_a_cancel_of_this_voice_is_found_and_no_other(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "central.db")
    before = encode_utc(datetime.now(UTC) - timedelta(minutes=1))
    try:
        publish_cancel(database, ANOTHER)
        assert find_cancel(database, MINE, before) is None
        publish_cancel(database, MINE)
        assert await wait_cancelled(database, MINE, before) == "vn.84.29266"
        later = encode_utc(datetime.now(UTC) + timedelta(minutes=1))
        assert find_cancel(database, MINE, later) is None
    finally:
        database.close()
