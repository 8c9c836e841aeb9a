"""A line between a box and its broker that delays, throttles, loses, stalls and is cut.

TCP hides a lost segment behind a wait for its repetition, during which nothing that follows
arrives; so a loss is here what a program sees of it. A cut line is silent: nobody learns of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque
from dataclasses import dataclass, field

CHUNK_BYTES = 1_400  # what one packet of a mobile line carries
REPEAT_S = 0.2  # RFC 6298 section 2.4 allows no less than a second; Linux waits 200 ms
IN_FLIGHT_BYTES = 65_536


@dataclass
class SlowLine:
    """Listens on loopback and passes on to one port.

    Args:
        upstream: the broker's port on 127.0.0.1.
        delay_s: each way.
        loss: share of packets that are repeated.
        bytes_per_s: each way.
        seed: of the losses.
    """

    upstream: int
    delay_s: float = 0.0
    loss: float = 0.0
    bytes_per_s: float = 1e9
    seed: int = 1
    port: int = 0
    _flows: asyncio.Event = field(default_factory=asyncio.Event)
    _listener: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - which packets are lost
        self._flows.set()

    async def start(self) -> None:
        """Listen."""
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End all connections."""
        assert self._listener is not None
        self._listener.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def stall(self) -> None:
        """From now on nothing arrives, in either direction, and nobody is told."""
        self._flows.clear()

    def flow(self) -> None:
        """What was held arrives, and what follows."""
        self._flows.set()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer), name="slow line")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._flows.wait()
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:  # no broker is there
            writer.transport.abort()
            return
        ways = [
            asyncio.create_task(self._carry(reader, up_writer), name="up"),
            asyncio.create_task(self._carry(up_reader, writer), name="down"),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for one in (writer, up_writer):
                one.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One way, in order: a packet arrives after the one before it, however late that is."""
        loop = asyncio.get_running_loop()
        under_way: deque[tuple[float, bytes]] = deque()
        has_more, has_room = asyncio.Event(), asyncio.Event()

        async def read() -> None:
            free_s = 0.0  # when the line is free for the next packet
            while data := await reader.read(CHUNK_BYTES):
                free_s = max(free_s, loop.time()) + len(data) / self.bytes_per_s
                repeat_s = REPEAT_S if self._random.random() < self.loss else 0.0
                under_way.append((free_s + self.delay_s + repeat_s, data))
                has_more.set()
                while sum(len(one) for _, one in under_way) > IN_FLIGHT_BYTES:
                    has_room.clear()
                    await has_room.wait()

        reading = asyncio.create_task(read(), name="into the line")
        try:
            with contextlib.suppress(OSError):
                while under_way or not reading.done():
                    if not under_way:
                        has_more.clear()
                        waiting = asyncio.ensure_future(has_more.wait())
                        try:
                            await asyncio.wait(
                                [waiting, reading], return_when=asyncio.FIRST_COMPLETED
                            )
                        finally:
                            waiting.cancel()
                        continue
                    at_s, data = under_way[0]
                    await asyncio.sleep(max(0.0, at_s - loop.time()))
                    await self._flows.wait()
                    under_way.popleft()
                    has_room.set()
                    writer.write(data)
                    await writer.drain()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
