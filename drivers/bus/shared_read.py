"""Values that several drivers of one device ask for, read with one frame for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class SharedRead:
    """Who asks at the same time shares a reading; nobody gets one that began before he asked."""

    def __init__(self) -> None:
        self._values: list[int] = []
        self._begun_mono_s = float("-inf")
        self._lock = asyncio.Lock()

    async def read(self, read: Callable[[], Awaitable[list[int]]]) -> list[int]:
        """All values of the block, read by `read` or by another who asks now.

        Raises:
            DriverError: as `read`; another's failure is not shared.
        """
        loop = asyncio.get_running_loop()
        asked_mono_s = loop.time()
        async with self._lock:
            if self._begun_mono_s < asked_mono_s:
                await asyncio.sleep(0)  # lets those ask who woke up at the same moment
                begun_mono_s = loop.time()
                self._values = await read()
                self._begun_mono_s = begun_mono_s
            return self._values
