"""Since when this memory knows the time: what is older than it, a new memory cannot judge."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from agent.contract.utc import encode_utc, parse_utc
from agent.store import key_value

KEY = "born"


class StateOrigin(msgspec.Struct, frozen=True):
    """What is known of this memory's beginning.

    Args:
        is_new: it began without any floor, so it may have followed a lost one.
        born: UTC text of its first moment with a trusted clock; None before.
        is_proved: a fresh head has said since what the centre has.
    """

    is_new: bool
    born: str | None = None
    is_proved: bool = False

    @property
    def born_at(self) -> datetime | None:
        """The same moment, typed."""
        return None if self.born is None else parse_utc(self.born)

    def at(self, moment: datetime) -> StateOrigin:
        """The same memory, born then."""
        return msgspec.structs.replace(self, born=encode_utc(moment))

    def proved(self) -> StateOrigin:
        """The same memory, once a fresh head is held."""
        return msgspec.structs.replace(self, is_proved=True)


def load_origin(connection: sqlite3.Connection) -> StateOrigin:
    """What was kept; a memory asked for the first time is new when it knows no floor."""
    text = key_value.get(connection, KEY)
    if text is not None:
        return msgspec.json.decode(text, type=StateOrigin)
    (has_floors,) = connection.execute("SELECT EXISTS (SELECT 1 FROM floors)").fetchone()
    birth = StateOrigin(is_new=not has_floors)
    put_origin(connection, birth)
    return birth


def put_origin(connection: sqlite3.Connection, birth: StateOrigin) -> None:
    """Keep it."""
    key_value.put(connection, KEY, msgspec.json.encode(birth).decode())
