"""What came in and is not dealt with yet: bounded, emergencies first, the latest state wins."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

# Time, place and head go with them: an emergency that overtook them would be refused.
URGENT = frozenset({"emergency", "cancel", "silence", "time", "station-config", "head"})
# A newer message on the same topic replaces an older one that nobody has read yet.
STATE = frozenset({"playlist", "station-config", "head", "ack", "auth", "c"})
MAX_MESSAGES = 256
MAX_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Incoming:
    """One message: its topic as text, its kind (the part that decides the lane), its bytes.

    `done` is called once, when it is dealt with or superseded, never when it is thrown away.
    """

    topic: str
    kind: str
    payload: bytes
    done: Callable[[], None]


class Inbox:
    """Two lanes: urgent kinds overtake everything; each lane has half of both limits.

    So a flood of playlists cannot keep an emergency out, nor the other way round.

    Args:
        max_messages: most messages held, both lanes together.
        max_bytes: most payload bytes held, both lanes together.
    """

    def __init__(self, max_messages: int = MAX_MESSAGES, max_bytes: int = MAX_BYTES) -> None:
        self._urgent = _Lane(max_messages // 2, max_bytes // 2)
        self._ordinary = _Lane(max_messages // 2, max_bytes // 2)
        self._filled = asyncio.Event()

    def __len__(self) -> int:
        return len(self._urgent) + len(self._ordinary)

    def put(self, incoming: Incoming) -> bool:
        """Take a message in; False when there is no room and it was thrown away."""
        lane = self._urgent if incoming.kind in URGENT else self._ordinary
        taken = lane.put(incoming)
        if taken:
            self._filled.set()
        return taken

    async def get(self) -> Incoming:
        """The next message, urgent ones first; waits for one."""
        while True:
            if len(self._urgent):
                return self._urgent.pop()
            if len(self._ordinary):
                return self._ordinary.pop()
            self._filled.clear()
            await self._filled.wait()


class _Lane:
    """First in, first out, where a state keeps its place but not its content."""

    def __init__(self, max_messages: int, max_bytes: int) -> None:
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._order: deque[str | Incoming] = deque()
        self._states: dict[str, Incoming] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._order)

    def put(self, incoming: Incoming) -> bool:
        old = self._states.get(incoming.topic) if incoming.kind in STATE else None
        freed = len(old.payload) if old is not None else 0
        if self._bytes - freed + len(incoming.payload) > self._max_bytes:
            return False
        if old is None and len(self._order) >= self._max_messages:
            return False
        self._bytes += len(incoming.payload) - freed
        if incoming.kind not in STATE:
            self._order.append(incoming)
            return True
        if old is None:
            self._order.append(incoming.topic)
        else:
            old.done()
        self._states[incoming.topic] = incoming
        return True

    def pop(self) -> Incoming:
        first = self._order.popleft()
        incoming = self._states.pop(first) if isinstance(first, str) else first
        self._bytes -= len(incoming.payload)
        return incoming
