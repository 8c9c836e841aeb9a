"""The origin of this state: when it first had a trusted time.

A new state cannot distinguish an older document from a replay.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from agent.contract.utc import encode_utc, parse_utc
from agent.store import key_value

KEY = "born"


class StateOrigin(msgspec.Struct, frozen=True):
    """The origin of this state.

    Args:
        is_new: it began without any floor, so it may follow a lost state.
        born: UTC text of its first moment with a trusted clock; None before.
        is_proved: a fresh head has listed since then what the centre holds.
    """

    is_new: bool
    born: str | None = None
    is_proved: bool = False

    @property
    def born_at(self) -> datetime | None:
        """`born` as a datetime."""
        return None if self.born is None else parse_utc(self.born)

    def at(self, moment: datetime) -> StateOrigin:
        """The same state with `born` set."""
        return msgspec.structs.replace(self, born=encode_utc(moment))

    def proved(self) -> StateOrigin:
        """The same state, after a fresh head was accepted."""
        return msgspec.structs.replace(self, is_proved=True)


def load_origin(connection: sqlite3.Connection) -> StateOrigin:
    """The stored origin; without one the state is new when it has no floor."""
    text = key_value.get(connection, KEY)
    if text is not None:
        return msgspec.json.decode(text, type=StateOrigin)
    (has_floors,) = connection.execute("SELECT EXISTS (SELECT 1 FROM floors)").fetchone()
    origin = StateOrigin(is_new=not has_floors)
    save_origin(connection, origin)
    return origin


def save_origin(connection: sqlite3.Connection, origin: StateOrigin) -> None:
    """Store the origin."""
    key_value.put(connection, KEY, msgspec.json.encode(origin).decode())
