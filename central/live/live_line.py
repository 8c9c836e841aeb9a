"""The connection of a live voice to the broker: under a name of its own, segments at QoS 0.

The name `live` may write `live` topics and nothing else; the centre's own name can be used once,
and the collector has it. A segment waits for nobody: while the line stalls the newest three seconds
are held, and without a connection nothing is, because what comes later than the delay is worth
nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiomqtt

from agent.errors import ConfigError

LIVE = "live"
RETRY_S = 0.5
MAX_HELD = 15  # segments
CONNECT_S = 10.0
log = logging.getLogger(__name__)


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


class LiveLine:
    """Sends segments while it is connected, and connects again when it is not.

    Args:
        broker: where.
        context: with the certificates.
    """

    def __init__(self, broker: LiveBroker, context: ssl.SSLContext) -> None:
        self._broker = broker
        self._context = context
        self.connected = asyncio.Event()
        self._held: deque[tuple[str, bytes]] = deque(maxlen=MAX_HELD)
        self._added = asyncio.Event()

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
                self._held.clear()
            await asyncio.sleep(RETRY_S)

    async def _send_held(self, client: aiomqtt.Client) -> None:
        """Send what is held until the connection ends.

        Raises:
            aiomqtt.MqttError: it has ended.
        """
        while True:
            while self._held:
                topic, message = self._held.popleft()
                await client.publish(topic, message, qos=0)
            self._added.clear()
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
        if not self.connected.is_set():
            return False
        self._held.append((topic, message))
        self._added.set()
        return True

    def _build_client(self) -> aiomqtt.Client:
        return aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            identifier=self._broker.name,
            protocol=aiomqtt.ProtocolVersion.V311,
            tls_context=self._context,
            keepalive=10,
        )


def _load_tls(broker: LiveBroker) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=broker.ca)
        context.load_cert_chain(broker.cert, broker.key)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigError("E_UNREADABLE", str(broker.cert), str(error)) from error
    return context


@contextlib.asynccontextmanager
async def open_line(broker: LiveBroker) -> AsyncIterator[LiveLine]:
    """A line that is connected or tries to be.

    Raises:
        ConfigError: E_UNREADABLE, a PEM file is missing or is none.
    """
    line = LiveLine(broker, await asyncio.to_thread(_load_tls, broker))
    task = asyncio.create_task(line.run(), name="live line")
    try:
        yield line
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, aiomqtt.MqttError):
            await task
