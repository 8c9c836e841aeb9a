"""What health must remember across a restart of the agent: a few words in the store."""

from __future__ import annotations

import logging

from agent.errors import StoreError
from agent.store import key_value
from agent.store.database import Store

log = logging.getLogger(__name__)


class CheckMemory:
    """Words by key, in memory first: a full disk must not take a fact away.

    Args:
        store: where they last; None for a report that leaves no trace.
    """

    def __init__(self, store: Store | None = None) -> None:
        self._store = store
        self._words: dict[str, str | None] = {}

    async def read(self, key: str) -> str | None:
        """What was written last, in this life or a former one.

        Raises:
            StoreError: the database cannot be read.
        """
        if key not in self._words and self._store is not None:
            self._words[key] = await self._store.run(key_value.get, f"health_{key}")
        return self._words.get(key)

    async def write(self, key: str, word: str) -> None:
        """Remember; what the disk refuses lasts as long as this process."""
        if self._words.get(key) == word:
            return
        self._words[key] = word
        if self._store is None:
            return
        try:
            await self._store.run(key_value.put, f"health_{key}", word)
        except StoreError as error:
            log.warning("%s is remembered in memory only: %s", key, error)
