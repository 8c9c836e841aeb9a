"""The plays that the journal has on record last."""

from __future__ import annotations

import sqlite3

import msgspec

from agent.contract.report import Play, Record
from agent.contract.utc import is_utc
from agent.evidence.journal_rows import HEAD_BYTES, RECENT


def read_recent_plays(connection: sqlite3.Connection) -> list[Play]:
    """The plays among the newest rows, oldest first, without what the card has changed."""
    rows = connection.execute(
        "SELECT bytes FROM journal ORDER BY seq DESC LIMIT ?", (RECENT,)
    ).fetchall()
    texts = [raw for (raw,) in rows if isinstance(raw, bytes)]
    found = (_decode(raw) for raw in texts if b'"kind":"play"' in raw[:HEAD_BYTES])
    return [play for play in found if play is not None][::-1]


def _decode(raw: bytes) -> Play | None:
    try:
        play = msgspec.json.decode(raw, type=Record).play
    except (ValueError, msgspec.MsgspecError):
        return None
    if play is None or not is_utc(play.written_start or play.planned_start):
        return None
    return play
