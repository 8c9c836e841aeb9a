"""Items that an output failed to show: not tried again in the same showing, except an alarm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from agent.contract.priority import Level
from agent.play.item import Item, forget_past

ALARM_RETRY = timedelta(seconds=10)
DEATHS = 2  # of a worker during one item, before the item counts as the cause


class FailedItems:
    """By item and by document: with a newer document the same entry is tried again."""

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
        """Mark an item as failed; an emergency that was drawn too slowly only for a while.

        Args:
            item: the one that could not be shown.
            code: why.
            at: now.
        """
        self._ends[item.key] = item.end_at
        self._documents[item.key] = item.source.doc_sha256
        if code == "E_RENDER" and item.level >= Level.EMERGENCY:
            self._retries[item.key] = at + ALARM_RETRY

    def has(self, item: Item) -> bool:
        """Has exactly this item of this document failed?"""
        return self._documents.get(item.key) == item.source.doc_sha256

    def add_death(self, item: Item) -> bool:
        """The worker died before it had shown the item; True when the item has failed now.

        An emergency is tried for as long as it is in force.
        """
        name = (item.key, item.source.doc_sha256)
        self._deaths[name] += 1
        self._dying[item.key] = item.end_at
        return self._deaths[name] >= DEATHS and item.level < Level.EMERGENCY

    def forget_past(self, at: datetime) -> None:
        """Remove items that cannot come again, and alarms that may be tried again."""
        for key in [key for key, retry_at in self._retries.items() if retry_at <= at]:
            del self._retries[key]
            self._ends.pop(key, None)
            self._documents.pop(key, None)
        for key in forget_past(self._ends, at):
            del self._documents[key]
        if past := set(forget_past(self._dying, at)):
            self._deaths = Counter({n: c for n, c in self._deaths.items() if n[0] not in past})
