"""Short texts that health checks keep in the store across a restart of the agent."""

from __future__ import annotations

import logging

from agent.errors import StoreError
from agent.store import key_value
from agent.store.database import Store

log = logging.getLogger(__name__)


class CheckMemory:
    """Texts by key, in memory first: a full disk must not lose a fact.

    Args:
        store: where they are durable; None for a report that writes nothing.
    """

    def __init__(self, store: Store | None = None) -> None:
        self._store = store
        self._values: dict[str, str | None] = {}

    async def read(self, key: str) -> str | None:
        """The value that was written last, by this process or an earlier one.

        Raises:
            StoreError: the database cannot be read.
        """
        if key not in self._values and self._store is not None:
            self._values[key] = await self._store.run(key_value.get, f"health_{key}")
        return self._values.get(key)

    async def write(self, key: str, value: str) -> None:
        """Store a value; one that the disk refuses lasts as long as this process."""
        if self._values.get(key) == value:
            return
        self._values[key] = value
        if self._store is None:
            return
        try:
            await self._store.run(key_value.put, f"health_{key}", value)
        except StoreError as error:
            log.warning("%s is kept in memory only: %s", key, error)
