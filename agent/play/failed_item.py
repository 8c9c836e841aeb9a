"""Items that an output has given up on: never tried again in the same showing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from agent.play.item import EMERGENCY, Item, forget_past

DEATHS = 2  # of a worker over one item, until it counts as the item's fault


class FailedItems:
    """By item and by document: a newer document may try the same entry anew."""

    def __init__(self) -> None:
        self._ends: dict[str, datetime] = {}
        self._documents: dict[str, str] = {}
        self._deaths: Counter[tuple[str, str]] = Counter()
        self._dying: dict[str, datetime] = {}

    @property
    def keys(self) -> Collection[str]:
        """Keys of the items."""
        return self._ends.keys()

    def add(self, item: Item) -> None:
        """It has failed for good."""
        self._ends[item.key] = item.end_at
        self._documents[item.key] = item.source.doc_sha256

    def has(self, item: Item) -> bool:
        """Has this very item of this very document failed?"""
        return self._documents.get(item.key) == item.source.doc_sha256

    def note_death(self, item: Item) -> bool:
        """The worker died before it had shown the item; True when that makes it a failed one.

        An emergency is tried for as long as it is in force.
        """
        name = (item.key, item.source.doc_sha256)
        self._deaths[name] += 1
        self._dying[item.key] = item.end_at
        if self._deaths[name] < DEATHS or item.level >= EMERGENCY:
            return False
        self.add(item)
        return True

    def forget_past(self, at: datetime) -> None:
        """Drop what cannot come again."""
        for key in forget_past(self._ends, at):
            del self._documents[key]
        if past := set(forget_past(self._dying, at)):
            self._deaths = Counter({n: c for n, c in self._deaths.items() if n[0] not in past})
