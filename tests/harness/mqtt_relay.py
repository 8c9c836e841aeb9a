"""A broker under an attacker's control: between a box and a real Mosquitto, with its certificate.

Everything passes until a test changes that. It may put packets of its own among those that come
down, always between two of them, and it may stop reading what comes up.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from pathlib import Path

from central.collector.identity import Identity

PUBLISH_QOS1 = 0x32


def encode_length(length: int) -> bytes:
    """MQTT 5 section 1.5.5: variable byte integer."""
    out = bytearray()
    while True:
        length, digit = divmod(length, 128)
        out.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(out)


def encode_publish(topic: str, payload: bytes, packet_id: int) -> bytes:
    """MQTT 5 section 3.3: QoS 1, no properties."""
    name = topic.encode()
    body = len(name).to_bytes(2, "big") + name + packet_id.to_bytes(2, "big") + b"\0" + payload
    return bytes([PUBLISH_QOS1]) + encode_length(len(body)) + body


class MqttRelay:
    """Listens on loopback, connects to one Mosquitto.

    Args:
        ca: that signed all certificates.
        server: the broker's certificate and key.
        device: the box's; Mosquitto binds its rights to it.
        port: of Mosquitto on 127.0.0.1.
    """

    def __init__(self, ca: Path, server: Identity, device: Identity, port: int) -> None:
        self.port = 0
        self.connections = 0
        self._ca = ca
        self._server_identity = server
        self._device = device
        self._upstream = port
        self._may_read = asyncio.Event()
        self._may_read.set()
        self._down: asyncio.StreamWriter | None = None
        self._listener: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._server_identity.cert, self._server_identity.key)
        context.load_verify_locations(self._ca)
        context.verify_mode = ssl.CERT_REQUIRED
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=context)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._listener is not None
        self._listener.close()
        self._may_read.set()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def stop_reading(self) -> None:
        """Stop reading from the box: its messages stay in its own buffers."""
        self._may_read.clear()

    def read_again(self) -> None:
        self._may_read.set()

    @property
    def has_box(self) -> bool:
        """Is one connected?"""
        return self._down is not None and not self._down.is_closing()

    async def inject(self, packets: bytes) -> bool:
        """Send whole packets down; False while no box is connected, or it has gone."""
        writer = self._down
        if writer is None or not self.has_box:
            return False
        try:
            writer.write(packets)
            await writer.drain()
        except (OSError, ssl.SSLError):
            return False
        return True

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._serve(reader, writer), name="relay")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        context = ssl.create_default_context(cafile=self._ca)
        context.load_cert_chain(self._device.cert, self._device.key)
        up_reader, up_writer = await asyncio.open_connection(
            "127.0.0.1", self._upstream, ssl=context
        )
        self._down = writer
        upward = asyncio.create_task(self._pump_up(reader, up_writer), name="relay up")
        try:
            with contextlib.suppress(OSError, ssl.SSLError, asyncio.IncompleteReadError):
                while True:
                    packet = await _read_packet(up_reader)
                    writer.write(packet)
                    await writer.drain()
        finally:
            upward.cancel()
            await asyncio.gather(upward, return_exceptions=True)
            if self._down is writer:
                self._down = None
            for one in (writer, up_writer):
                one.transport.abort()

    async def _pump_up(self, reader: asyncio.StreamReader, upstream: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ssl.SSLError):
            while True:
                await self._may_read.wait()
                if not (data := await reader.read(65536)):
                    break
                upstream.write(data)
                await upstream.drain()
        upstream.transport.abort()


async def _read_packet(reader: asyncio.StreamReader) -> bytes:
    """One whole MQTT packet as it came."""
    head = bytearray(await reader.readexactly(1))
    length = shift = 0
    while True:
        (digit,) = await reader.readexactly(1)
        head.append(digit)
        length |= (digit & 0x7F) << shift
        shift += 7
        if not digit & 0x80:
            return bytes(head) + await reader.readexactly(length)
