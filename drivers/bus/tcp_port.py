"""A TCP connection for raw bytes, used as a serial port is: one owner, one frame at a time."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable
from typing import TypeVar, cast

T = TypeVar("T")
MAX_HEARD_BYTES = 4096
KEEPALIVE_S = 30
UNHEARD_MS = 10_000  # a connection that is not acknowledged for so long is given up


class TcpPort(asyncio.Protocol):
    """An open connection; built by `open_tcp_port`."""

    def __init__(self) -> None:
        self.heard = b""
        self._news = asyncio.Event()
        self._transport: asyncio.Transport | None = None

    def is_open(self) -> bool:
        """Is the connection open, as far as this side knows?"""
        return self._transport is not None and not self._transport.is_closing()

    def send(self, frame: bytes) -> None:
        """Send a frame and discard earlier input.

        Raises:
            OSError: the connection is closed.
        """
        if self._transport is None or self._transport.is_closing():
            raise OSError(errno.ENOTCONN, "closed")
        self.heard = b""
        self._transport.write(frame)

    async def wait_for(self, parse: Callable[[bytes], T | None]) -> T:
        """Wait until `parse` finds something in the input since the last frame; no timeout.

        Raises:
            OSError: the connection is closed.
        """
        while True:
            found = parse(self.heard)
            if found is not None:
                return found
            if not self.is_open():
                raise OSError(errno.ECONNRESET, "closed by the device")
            self._news.clear()
            await self._news.wait()

    def close(self) -> None:
        """Close the connection; may be called again."""
        if self._transport is not None:
            self._transport.close()
        self._news.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self.heard = (self.heard + data)[-MAX_HEARD_BYTES:]
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        del exc
        self._transport = None
        self._news.set()


async def open_tcp_port(host: str, tcp_port: int) -> TcpPort:
    """Connect.

    Raises:
        OSError: nobody answers at this address.
    """
    loop = asyncio.get_running_loop()
    transport, port = await loop.create_connection(TcpPort, host, tcp_port)
    connection: socket.socket = transport.get_extra_info("socket")
    # After a cable was out, an old connection would repeat in steps of up to two minutes; a new
    # one works at once. A card whose power was cut is noticed without a request.
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD_MS)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_S)
    return port
