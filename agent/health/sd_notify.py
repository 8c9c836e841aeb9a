"""systemd's notify protocol: READY, WATCHDOG, STOPPING over a datagram socket (sd_notify(3))."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator


def notify(state: str) -> None:
    """Send a state to systemd; without NOTIFY_SOCKET this does nothing."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.setblocking(False)  # noqa: FBT003 - the standard library's signature
        channel.sendto(state.encode(), address)


@contextlib.asynccontextmanager
async def fed_watchdog() -> AsyncIterator[None]:
    """Feed the watchdog inside this context."""
    task = asyncio.create_task(feed_watchdog(), name="watchdog")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def feed_watchdog() -> None:
    """Feed the watchdog from the event loop, at half its period: a blocked loop needs a restart."""
    period_s = int(os.environ.get("WATCHDOG_USEC", "0")) / 1e6
    while period_s:
        notify("WATCHDOG=1")
        await asyncio.sleep(period_s / 2)
