"""A client that speaks MQTT 3.1.1 over TLS and tells what the broker refuses, in either way.

A broker refuses by a code in its answer or by closing the connection; both are False here.
"""

from __future__ import annotations

import asyncio
import ssl
import struct
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from central.collector.identity import Identity
from tests.harness.link_station import read_packet
from tests.harness.mqtt_relay import encode_length

CONNACK, PUBLISH, PUBACK, SUBACK = 0x20, 0x30, 0x40, 0x90
PAUSE_S = 0.5
LIMIT_S = 60.0  # a broker that has just started may take ten seconds for its first client


class ClosedError(Exception):
    """The broker closed the connection, or refused it."""


class PlainMqtt:
    """One connection; messages that come meanwhile are kept in `heard`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._heard: deque[tuple[str, bytes]] = deque()
        self._packet_id = 0

    async def greet(self, client_id: str, will: str | None) -> None:
        """CONNECT with a clean session, and a will of QoS 1 on a topic.

        Raises:
            ClosedError: refused.
        """
        flags = 0x02 if will is None else 0x0E
        body = _text("MQTT") + bytes([4, flags]) + struct.pack(">H", 60) + _text(client_id)
        body += b"" if will is None else _text(will) + _text("will")
        self._send(0x10, body)
        if (await self._until(CONNACK))[1] != 0:
            raise ClosedError

    async def subscribe(self, topic: str) -> bool:
        """Return whether the broker granted it."""
        self._packet_id += 1
        self._send(0x82, struct.pack(">H", self._packet_id) + _text(topic) + b"\1")
        try:
            return (await self._until(SUBACK))[2] < 0x80
        except ClosedError:
            return False

    async def publish(self, topic: str, payload: bytes) -> bool:
        """Return whether the broker confirmed it; one that drops it may confirm it too."""
        self._packet_id += 1
        self._send(0x32, _text(topic) + struct.pack(">H", self._packet_id) + payload)
        try:
            await self._until(PUBACK)
        except ClosedError:
            return False
        return True

    async def next_message(self) -> tuple[str, bytes]:
        """Topic and payload of the next message."""
        while not self._heard:
            await self._read()
        return self._heard.popleft()

    async def _until(self, kind: int) -> bytes:
        while True:
            found, body = await self._read()
            if found == kind:
                return body

    async def _read(self) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(LIMIT_S):
                head, body = await read_packet(self._reader)
        except (asyncio.IncompleteReadError, OSError) as error:
            raise ClosedError from error
        if head & 0xF0 == PUBLISH:
            end = 2 + struct.unpack(">H", body[:2])[0]
            if head & 0x06:
                self._send(PUBACK, body[end : end + 2])
            self._heard.append((body[2:end].decode(), body[end + (2 if head & 0x06 else 0) :]))
        return head & 0xF0, body

    def _send(self, head: int, body: bytes) -> None:
        self._writer.write(bytes([head]) + encode_length(len(body)) + body)


def _text(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()


@asynccontextmanager
async def plain_client(
    port: int, ca: Path, identity: Identity, client_id: str, *, will: str | None = None
) -> AsyncIterator[PlainMqtt]:
    """A connected client; leaving it drops the connection without a DISCONNECT.

    Raises:
        ClosedError: the broker refuses it, several times: RabbitMQ may close a connection while it
            ends the former one of the same client id.
    """
    context = ssl.create_default_context(cafile=str(ca))
    context.load_cert_chain(identity.cert, identity.key)
    for is_last in (*[False] * 4, True):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        client = PlainMqtt(reader, writer)
        try:
            await client.greet(client_id, will)
            break
        except ClosedError:
            writer.transport.abort()
            if is_last:
                raise
            await asyncio.sleep(PAUSE_S)
    try:
        yield client
    finally:
        writer.transport.abort()
