"""The last pause of each role and key; it limits how often one key may pause this station."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec

from agent.contract.accepted import Pause
from agent.contract.utc import encode_utc
from agent.store import key_value, key_value_types


def last_pauses(connection: sqlite3.Connection, names: Iterable[str]) -> list[Pause]:
    """Start and end of the last pause of each of these roles and keys, where there was one.

    A corrupt one counts as lost: it must not prevent a stop.
    """
    found = (key_value_types.read(connection, f"{key_value_types.PAUSE}{name}") for name in names)
    return [Pause(*key_value_types.parse_pause(text)) for text in found if text is not None]


def record_pause(connection: sqlite3.Connection, names: Iterable[str], pause: Pause) -> None:
    """Store a pause under its role and each of its keys, inside the caller's transaction."""
    pair = (encode_utc(pause.begun_at), encode_utc(pause.end_at))
    for name in names:
        key_value.put(
            connection, f"{key_value_types.PAUSE}{name}", msgspec.json.encode(pair).decode()
        )
