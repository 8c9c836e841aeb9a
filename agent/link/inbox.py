"""Messages that came in and are not handled yet: bounded, emergencies first, latest state wins."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

# Time, place and head are urgent too: an emergency that overtakes them would be refused.
URGENT = frozenset({"emergency", "cancel", "silence", "time", "station-config", "head"})
# A newer message on the same topic replaces an older one that nobody has read yet.
STATE = frozenset({"playlist", "station-config", "calendar", "head", "ack", "auth", "c"})
MAX_MESSAGES = 256
MAX_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Incoming:
    """One message: its topic as text, its kind (the part that decides the lane), its bytes.

    `done` is called once, when it is handled or superseded, never when it is dropped.
    """

    topic: str
    kind: str
    payload: bytes
    done: Callable[[], None]


class Inbox:
    """Two lanes: urgent kinds overtake everything; each lane has half of both limits.

    So a flood of playlists cannot keep an emergency out, nor the other way round. Within a lane the
    topics take turns, and without room the topic that holds most loses its newest message: so a
    flood on one topic neither delays nor displaces a message on another.

    Args:
        max_messages: most messages held, both lanes together.
        max_bytes: most payload bytes held, both lanes together.
    """

    def __init__(self, max_messages: int = MAX_MESSAGES, max_bytes: int = MAX_BYTES) -> None:
        self._urgent = _Lane(max_messages // 2, max_bytes // 2)
        self._ordinary = _Lane(max_messages // 2, max_bytes // 2)
        self._filled = asyncio.Event()
        self._urgent_filled = asyncio.Event()

    def __len__(self) -> int:
        return len(self._urgent) + len(self._ordinary)

    def put(self, incoming: Incoming) -> bool:
        """Add a message; False when there was no room and this or another one was dropped."""
        lane = self._urgent if incoming.kind in URGENT else self._ordinary
        is_whole = lane.put(incoming)
        if len(lane):
            self._filled.set()
        if len(self._urgent):
            self._urgent_filled.set()
        return is_whole

    async def wait_for_urgent(self) -> None:
        """Return when an urgent message is there."""
        while not len(self._urgent):
            self._urgent_filled.clear()
            await self._urgent_filled.wait()

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
    """First in, first out for each topic, the topics in turn; a state replaces the one before."""

    def __init__(self, max_messages: int, max_bytes: int) -> None:
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._topics: OrderedDict[str, deque[Incoming]] = OrderedDict()  # the first has its turn
        self._bytes_of: Counter[str] = Counter()
        self._messages = 0

    def __len__(self) -> int:
        return self._messages

    def put(self, incoming: Incoming) -> bool:
        waiting = self._topics.get(incoming.topic)
        if incoming.kind in STATE and waiting:
            return self._replace(waiting, incoming)
        is_whole = True
        while not self._has_room(incoming):
            is_whole = False
            if not self._drop_one_for(incoming):
                return False
        self._topics.setdefault(incoming.topic, deque()).append(incoming)
        self._messages += 1
        self._bytes_of[incoming.topic] += len(incoming.payload)
        return is_whole

    def pop(self) -> Incoming:
        topic, waiting = next(iter(self._topics.items()))
        incoming = waiting.popleft()
        self._forget(topic, incoming)
        if waiting:
            self._topics.move_to_end(topic)
        return incoming

    def _replace(self, waiting: deque[Incoming], incoming: Incoming) -> bool:
        """Replace the content of a state; its topic keeps its turn."""
        old = waiting[0]
        growth = len(incoming.payload) - len(old.payload)
        if self._bytes_of.total() + growth > self._max_bytes:
            return False
        old.done()
        waiting[0] = incoming
        self._bytes_of[incoming.topic] += growth
        return True

    def _has_room(self, incoming: Incoming) -> bool:
        length = self._bytes_of.total() + len(incoming.payload)
        return self._messages < self._max_messages and length <= self._max_bytes

    def _drop_one_for(self, incoming: Incoming) -> bool:
        """Drop the newest message of the topic that holds most, if it holds more than this one's.

        The topic of the new message is counted with the new message.
        """
        own = self._topics.get(incoming.topic, ())
        if self._messages >= self._max_messages:
            topic, waiting = max(self._topics.items(), key=lambda one: len(one[1]))
            is_fair = len(waiting) > len(own) + 1
        else:
            ((topic, held),) = self._bytes_of.most_common(1) or [(incoming.topic, 0)]
            is_fair = held > self._bytes_of[incoming.topic] + len(incoming.payload)
        if not is_fair or topic == incoming.topic:
            return False
        self._forget(topic, self._topics[topic].pop())
        return True

    def _forget(self, topic: str, incoming: Incoming) -> None:
        self._messages -= 1
        self._bytes_of[topic] -= len(incoming.payload)
        if not self._topics[topic]:
            del self._topics[topic], self._bytes_of[topic]
