"""Documents that the card has changed: dropped at the start, so that the centre sends them again.

SQLite does not notice a turned byte in a row. Without this it would stop each start of the agent.
"""

from __future__ import annotations

import hashlib
import sqlite3
from typing import Any

import msgspec

from agent.contract.envelope import Envelope
from agent.store.documents import read_row


def drop_rotten(connection: sqlite3.Connection) -> int:
    """Drop what can be read no more; how many. A deed for `Store.run`, before anything is read.

    Their floors sink by one, as in `salvage`: the very same must be accepted once more.
    """
    query = f"SELECT rowid, {', '.join(_COLUMNS)} FROM documents WHERE NOT withdrawn"  # noqa: S608 - names from below
    rotten = [row for row in connection.execute(query).fetchall() if not _is_sound(row[1:])]
    for rowid, _, sha256, *_ in rotten:
        connection.execute("DELETE FROM documents WHERE rowid=?", (rowid,))
        connection.execute(
            "UPDATE floors SET seq=seq - 1, sha256=''"
            " WHERE CAST(sha256 AS BLOB)=? AND sha256 <> ''",
            (sha256,),
        )
    return len(rotten)


def _is_sound(row: tuple[Any, ...]) -> bool:
    kind, sha256, envelope, at, standing, place = row
    try:
        held = read_row(
            _text(kind),
            _text(sha256),
            envelope,
            _text(at),
            standing,
            _text(place) if place else None,
        )
        payload = msgspec.json.decode(held.envelope, type=Envelope).payload_bytes()
    except (LookupError, TypeError, ValueError, AttributeError, msgspec.MsgspecError):
        return False
    return isinstance(standing, int) and hashlib.sha256(payload).hexdigest() == held.sha256


def _text(raw: bytes) -> str:
    return raw.decode()


# As bytes: what is no UTF-8 any more would end the whole query.
_COLUMNS = (
    "CAST(kind AS BLOB)", "CAST(sha256 AS BLOB)", "envelope", "CAST(accepted_at AS BLOB)",
    "standing", "CAST(accepted_in AS BLOB)",
)  # fmt: skip
