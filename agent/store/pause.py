"""When each role paused this station last: what keeps a single key from pausing it for good."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Protocol

import msgspec

from agent.contract.moment import encode_utc, parse_utc
from agent.store import meta

_KEY = "pause/{issuer}"


class Pause(Protocol):
    """From its acceptance until it ended or will end."""

    @property
    def begun_at(self) -> datetime:
        """Acceptance."""

    @property
    def end_at(self) -> datetime:
        """Its end, past or to come."""


def last_pause(connection: sqlite3.Connection, issuer: str) -> tuple[datetime, datetime] | None:
    """Beginning and end of a role's last pause, or None."""
    text = meta.get(connection, _KEY.format(issuer=issuer))
    if text is None:
        return None
    begun, end = msgspec.json.decode(text, type=tuple[str, str])
    return parse_utc(begun), parse_utc(end)


def note_pause(connection: sqlite3.Connection, issuer: str, pause: Pause) -> None:
    """Remember a role's pause, inside the caller's transaction."""
    pair = (encode_utc(pause.begun_at), encode_utc(pause.end_at))
    meta.put(connection, _KEY.format(issuer=issuer), msgspec.json.encode(pair).decode())
