"""One read of a block for several drivers of one device."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class SharedRead:
    """Concurrent callers share one read; no caller gets a read that began before its call."""

    def __init__(self) -> None:
        self._values: list[int] = []
        self._begun_mono_s = float("-inf")
        self._lock = asyncio.Lock()

    async def read(self, read: Callable[[], Awaitable[list[int]]]) -> list[int]:
        """All values of the block, read by this call or by a concurrent one.

        Raises:
            DriverError: as `read`; the failure of another caller is not shared.
        """
        loop = asyncio.get_running_loop()
        asked_mono_s = loop.time()
        async with self._lock:
            if self._begun_mono_s < asked_mono_s:
                await asyncio.sleep(0)  # lets callers that woke up at the same moment join
                begun_mono_s = loop.time()
                self._values = await read()
                self._begun_mono_s = begun_mono_s
            return self._values
