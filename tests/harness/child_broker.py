"""A broker as a child process: its log in a file, awaited until it listens, then killed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

POLL_S = 0.05


class ChildBroker:
    """A process that listens on a port of 127.0.0.1.

    Args:
        port: the one to wait for.
        log: file for its output.
    """

    def __init__(self, port: int, log: Path) -> None:
        self.host = "127.0.0.1"
        self.port = port
        self._log = log
        self._children: list[asyncio.subprocess.Process] = []

    async def spawn(self, *argv: str, env: Mapping[str, str] | None = None) -> None:
        """Start a process; those started last end first."""
        log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            child = await asyncio.create_subprocess_exec(
                *argv, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, env=env
            )
        finally:
            os.close(log)
        self._children.append(child)

    async def until_listening(self, limit_s: float) -> None:
        """Return once it listens.

        Raises:
            RuntimeError: it ended, or it does not listen in time.
        """
        try:
            async with asyncio.timeout(limit_s):
                while not await self._is_listening():  # noqa: ASYNC110 - another process listens
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            raise RuntimeError(f"the broker does not listen: {self._tail()}") from None

    async def stop(self) -> None:
        """End every process that was started."""
        while self._children:
            child = self._children.pop()
            if child.returncode is None:
                child.kill()
            await child.wait()

    async def _is_listening(self) -> bool:
        if any(child.returncode is not None for child in self._children):
            raise RuntimeError(f"the broker has ended: {self._tail()}")
        try:
            _, writer = await asyncio.open_connection(self.host, self.port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True

    def _tail(self) -> str:
        return self._log.read_text(errors="replace")[-1500:]
