"""Messages that arrive while the database writes are handled together, with one commit."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from agent.contract.ids import StationId

MAX_GROUP = 32
MAX_WAITING = 512


@dataclass(frozen=True)
class StationMessage:
    """One message of a station: its channel and exact bytes."""

    station: StationId
    channel: str
    payload: bytes


class MessageQueue:
    """Messages in the order of arrival, so that a station's messages keep their order.

    Args:
        most: so many may wait; then `put` waits, and what comes stays in the connection's queue.
    """

    def __init__(self, most: int = MAX_WAITING) -> None:
        self._queue: asyncio.Queue[StationMessage] = asyncio.Queue(most)

    def __len__(self) -> int:
        return self._queue.qsize()

    async def put(self, message: StationMessage) -> None:
        """Add a message; wait for room."""
        await self._queue.put(message)

    async def get_group(self, most: int = MAX_GROUP) -> list[StationMessage]:
        """Wait for the next message; return it with those queued behind it."""
        group = [await self._queue.get()]
        while len(group) < most and not self._queue.empty():
            group.append(self._queue.get_nowait())
        return group
