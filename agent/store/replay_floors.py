"""Replay floors and seen events: a copy in memory that the loop reads without waiting."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from itertools import islice

from agent.contract.accepted import FloorUpdate

Slot = tuple[str, str, str]  # issuer, kind, slot
Floor = tuple[int, int, str]  # epoch, seq, sha256


class ReplayFloors:
    """The highest accepted (epoch, seq), the emergencies seen, and what was cancelled.

    Written after the transaction has been committed; read by the loop. A single dict or set
    operation is atomic, so no lock is needed.
    """

    def __init__(self) -> None:
        self._floors: dict[Slot, Floor] = {}
        self._events: set[str] = set()
        self._cancelled: set[tuple[str, str]] = set()

    def get(self, issuer: str, kind: str, slot: str) -> Floor | None:
        """Epoch, seq and payload sha256 last accepted there, or None."""
        return self._floors.get((issuer, kind, slot))

    def count(self, issuer: str, kind: str, epoch: int) -> int:
        """How many slots of a kind an issuer has in this epoch or a later one."""
        return sum(
            key[:2] == (issuer, kind) and floor[0] >= epoch for key, floor in self._floors.items()
        )

    def has_event(self, event_id: str) -> bool:
        """Was an emergency with this id accepted before?"""
        return event_id in self._events

    def __len__(self) -> int:
        return len(self._floors)

    def holds(self, first: Iterable[Slot] = (), most: int | None = None) -> dict[str, Floor]:
        """`<issuer>/<kind>/<slot>` to (epoch, seq, sha256), as a hello reports it.

        Args:
            first: slots that are listed first.
            most: the largest number of entries; None: all.
        """
        ordered = dict.fromkeys([*(key for key in first if key in self._floors), *self._floors])
        return {"/".join(key): self._floors[key] for key in islice(ordered, most)}

    def forget(self, slots: Mapping[Slot, str]) -> None:
        """Remove slots, each only if its floor still has this sha256."""
        for slot, sha256 in slots.items():
            if self._floors.get(slot, (0, 0, ""))[2] == sha256:  # none was set meanwhile
                del self._floors[slot]

    def is_cancelled(self, class_: str, name: str) -> bool:
        """Has a cancel of this class withdrawn this doc_id or event_id?"""
        return (class_, name) in self._cancelled

    def raise_to(self, floor: FloorUpdate) -> None:
        """Raise a floor after its commit."""
        key = (floor.issuer, floor.kind, floor.slot)
        self._floors[key] = (floor.epoch, floor.seq, floor.sha256)

    def add_event(self, event_id: str) -> None:
        """Add an event after its commit."""
        self._events.add(event_id)

    def add_cancel(self, class_: str, name: str) -> None:
        """Add a cancel after its commit."""
        self._cancelled.add((class_, name))


def load_floors(connection: sqlite3.Connection) -> ReplayFloors:
    """Read all floors, events and cancels into memory."""
    floors = ReplayFloors()
    query = "SELECT issuer, kind, slot, epoch, seq, sha256 FROM floors"
    for issuer, kind, slot, *floor in connection.execute(query):
        floors._floors[issuer, kind, slot] = (floor[0], floor[1], floor[2])  # noqa: SLF001 - its loader
    floors._events.update(row[0] for row in connection.execute("SELECT event_id FROM events"))  # noqa: SLF001 - its loader
    cancels = connection.execute("SELECT class, target FROM cancels")
    floors._cancelled.update((class_, name) for class_, name in cancels)  # noqa: SLF001 - its loader
    return floors


def write_floor(connection: sqlite3.Connection, floor: FloorUpdate) -> None:
    """Raise a floor inside the caller's transaction.

    Raises:
        ValueError: it would go back; verification should have refused that.
    """
    row = connection.execute(
        "SELECT epoch, seq FROM floors WHERE issuer=? AND kind=? AND slot=?",
        (floor.issuer, floor.kind, floor.slot),
    ).fetchone()
    if row is not None and (floor.epoch, floor.seq) < tuple(row):
        raise ValueError(f"floor of {floor.issuer}/{floor.kind}/{floor.slot} would go back")
    connection.execute(
        "INSERT OR REPLACE INTO floors (issuer, kind, slot, epoch, seq, sha256)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (floor.issuer, floor.kind, floor.slot, floor.epoch, floor.seq, floor.sha256),
    )
