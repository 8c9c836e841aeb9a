"""The connection of a live voice to the broker: under a name of its own, segments at QoS 0.

The name `live` may write `live` topics and nothing else; the centre's own name can be used once,
and the collector has it. A segment waits for nobody: while the line stalls or connects again, those
are held that are not older than the delay of the stream, because what comes later is worth nothing.
What was dropped is counted: whoever speaks sees that they are not heard.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import sys
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiomqtt

from agent.clock import mono_s
from agent.contract.live_segment import segment_hash
from agent.errors import ConfigError

LIVE = "live"
RETRY_S = 0.5
HOLD_S = 3.0
CONNECT_S = 10.0
OVERHEAD_BYTES = 26  # of a message: MQTT's header, TLS 1.3's record
log = logging.getLogger(__name__)

SOCKET_OPTIONS = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
if sys.platform == "linux":
    # TCP doubles its wait at each loss; a stream of few packets may repeat at an even pace instead
    # (linux/tcp.h: TCP_THIN_LINEAR_TIMEOUTS), so that a short cut of the line stays a short one.
    SOCKET_OPTIONS.append((socket.IPPROTO_TCP, 16, 1))
    # A line that was cut would wait for TCP's next attempt, and then send what is too late.
    SOCKET_OPTIONS.append((socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 5_000))


@dataclass(frozen=True)
class LiveBroker:
    """Where segments go.

    Args:
        host: of the broker.
        port: of the broker, TLS.
        ca: PEM of the authority that signed the broker's certificate.
        cert: client certificate, whose common name is the name at the broker.
        key: its key.
        name: that common name.
    """

    host: str
    port: int
    ca: Path
    cert: Path
    key: Path
    name: str = LIVE


@dataclass(frozen=True, eq=False)
class _Held:
    """A segment that waits for the line, since a moment."""

    topic: str
    message: bytes
    at_mono_s: float


class InFlight:
    """The segments that were handed to TCP and that the other side has not acknowledged."""

    def __init__(self) -> None:
        self._sent: deque[tuple[bytes, int]] = deque()
        self._bytes = 0

    def add(self, one: _Held, unacknowledged_bytes: int) -> None:
        """Add one that was written now; what lies before the unacknowledged bytes has arrived."""
        size = len(one.message) + len(one.topic) + OVERHEAD_BYTES
        self._sent.append((one.message, size))
        self._bytes += size
        while self._sent and self._bytes - self._sent[0][1] >= unacknowledged_bytes:
            self._bytes -= self._sent.popleft()[1]

    def take_all(self) -> list[bytes]:
        """The connection is lost, and they with it."""
        lost = [message for message, _ in self._sent]
        self._sent.clear()
        self._bytes = 0
        return lost


def count_unacknowledged(client: aiomqtt.Client) -> int:
    """The bytes that TCP still has to deliver; 0 where the system does not say."""
    try:
        import fcntl
        import termios

        sock = client._client.socket()  # noqa: SLF001 - aiomqtt has no accessor
        if sock is None:
            return 0
        told = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4))
    except (ImportError, OSError, ValueError):
        return 0
    return int.from_bytes(told, sys.byteorder)


class LiveLine:
    """Sends segments while it is connected, and connects again when it is not.

    Args:
        broker: where.
        context: with the certificates.
        hold_s: for how long a segment is worth sending.

    Attributes:
        connected: set while it is.
    """

    def __init__(self, broker: LiveBroker, context: ssl.SSLContext, hold_s: float = HOLD_S) -> None:
        self._broker = broker
        self._context = context
        self._hold_s = hold_s
        self.connected = asyncio.Event()
        self._held: deque[_Held] = deque()
        self._in_flight = InFlight()
        self._unsent: set[bytes] = set()  # hashes: the end of a stream is sent three times
        self._added, self._is_empty = asyncio.Event(), asyncio.Event()
        self._is_empty.set()

    @property
    def unsent(self) -> int:
        """How many different segments no connection has taken."""
        return len(self._unsent)

    async def run(self) -> None:
        """Stay connected until cancelled."""
        while True:
            try:
                async with self._build_client() as client:
                    self.connected.set()
                    await self._send_held(client)
            except (aiomqtt.MqttError, OSError) as error:
                log.warning("broker %s:%d: %s", self._broker.host, self._broker.port, error)
            finally:
                self.connected.clear()
                self._unsent.update(map(segment_hash, self._in_flight.take_all()))
            await asyncio.sleep(RETRY_S)

    async def _send_held(self, client: aiomqtt.Client) -> None:
        """Send what is held until the connection ends.

        Raises:
            aiomqtt.MqttError: it has ended.
        """
        while True:
            self._drop_old()
            while self._held:
                one = self._held[0]
                await client.publish(one.topic, one.message, qos=0)
                if self._held and self._held[0] is one:  # it may have become too old meanwhile
                    self._held.popleft()
                self._unsent.discard(segment_hash(one.message))
                self._in_flight.add(one, count_unacknowledged(client))
            self._added.clear()
            self._is_empty.set()
            await self._added.wait()

    async def wait_connected(self) -> None:
        """Wait until it is connected.

        Raises:
            ConfigError: E_CONNECT, not within ten seconds.
        """
        try:
            async with asyncio.timeout(CONNECT_S):
                await self.connected.wait()
        except TimeoutError as error:
            address = f"{self._broker.host}:{self._broker.port}"
            raise ConfigError("E_CONNECT", address, "the broker does not let us in") from error

    async def send(self, topic: str, message: bytes) -> bool:
        """Send one segment without waiting for it; False without a connection."""
        self._held.append(_Held(topic, message, mono_s()))
        self._drop_old()
        self._is_empty.clear()
        self._added.set()
        return self.connected.is_set()

    def _drop_old(self) -> None:
        while self._held and mono_s() - self._held[0].at_mono_s > self._hold_s:
            self._unsent.add(segment_hash(self._held.popleft().message))

    async def flush(self) -> None:
        """Wait until all is sent, while it is worth sending: the end of a stream among it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._hold_s):
                await self._is_empty.wait()

    def drop_all(self) -> None:
        """Nothing more is sent: what is held was not."""
        self._unsent.update(segment_hash(one.message) for one in self._held)
        self._held.clear()

    def _build_client(self) -> aiomqtt.Client:
        return aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            identifier=self._broker.name,
            protocol=aiomqtt.ProtocolVersion.V311,
            tls_context=self._context,
            keepalive=10,
            socket_options=SOCKET_OPTIONS,
        )


def load_tls(broker: LiveBroker) -> ssl.SSLContext:
    """The certificates of a connection.

    Raises:
        ConfigError: E_UNREADABLE, a PEM file is missing or is none.
    """
    try:
        context = ssl.create_default_context(cafile=broker.ca)
        context.load_cert_chain(broker.cert, broker.key)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigError("E_UNREADABLE", str(broker.cert), str(error)) from error
    return context


@contextlib.asynccontextmanager
async def open_line(broker: LiveBroker, hold_s: float = HOLD_S) -> AsyncIterator[LiveLine]:
    """A line that is connected or tries to be; arguments as of `LiveLine`.

    Raises:
        ConfigError: E_UNREADABLE, a PEM file is missing or is none.
    """
    line = LiveLine(broker, await asyncio.to_thread(load_tls, broker), hold_s)
    task = asyncio.create_task(line.run(), name="live line")
    try:
        yield line
        await line.flush()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, aiomqtt.MqttError):
            await task
        line.drop_all()
