"""Items that an output has given up on: not tried again in the same showing, but for an alarm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from agent.contract.priority import Level
from agent.play.item import Item, forget_past

ALARM_AGAIN = timedelta(seconds=10)
DEATHS = 2  # of a worker over one item, until it counts as the item's fault


class FailedItems:
    """By item and by document: a newer document may try the same entry anew."""

    def __init__(self) -> None:
        self._ends: dict[str, datetime] = {}
        self._documents: dict[str, str] = {}
        self._retries: dict[str, datetime] = {}
        self._deaths: Counter[tuple[str, str]] = Counter()
        self._dying: dict[str, datetime] = {}

    @property
    def keys(self) -> Collection[str]:
        """Keys of the items."""
        return self._ends.keys()

    def add(self, item: Item, code: str, at: datetime) -> None:
        """It has failed for good; an emergency that a busy box was too slow to draw, for a while.

        Args:
            item: what could not be shown.
            code: why.
            at: now.
        """
        self._ends[item.key] = item.end_at
        self._documents[item.key] = item.source.doc_sha256
        if code == "E_RENDER" and item.level >= Level.EMERGENCY:
            self._retries[item.key] = at + ALARM_AGAIN

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
        return self._deaths[name] >= DEATHS and item.level < Level.EMERGENCY

    def forget_past(self, at: datetime) -> None:
        """Drop what cannot come again, and the alarms that may be tried again."""
        for key in [key for key, retry_at in self._retries.items() if retry_at <= at]:
            del self._retries[key]
            self._ends.pop(key, None)
            self._documents.pop(key, None)
        for key in forget_past(self._ends, at):
            del self._documents[key]
        if past := set(forget_past(self._dying, at)):
            self._deaths = Counter({n: c for n, c in self._deaths.items() if n[0] not in past})
