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

LIVE = "live"
RETRY_S = 0.5
MAX_HELD = 15  # segments
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
    """Sends segments while it is connected, and connects again when it is not."""

    def __init__(self, broker: LiveBroker) -> None:
        self._broker = broker
        self.connected = asyncio.Event()
        self._held: deque[tuple[str, bytes]] = deque(maxlen=MAX_HELD)
        self._added = asyncio.Event()

    async def run(self) -> None:
        """Stay connected until cancelled."""
        context = await asyncio.to_thread(self._load_tls)
        while True:
            try:
                async with self._build_client(context) as client:
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

    async def send(self, topic: str, message: bytes) -> bool:
        """Send one segment without waiting for it; False without a connection."""
        if not self.connected.is_set():
            return False
        self._held.append((topic, message))
        self._added.set()
        return True

    def _build_client(self, context: ssl.SSLContext) -> aiomqtt.Client:
        return aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            identifier=self._broker.name,
            protocol=aiomqtt.ProtocolVersion.V311,
            tls_context=context,
            keepalive=10,
        )

    def _load_tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._broker.ca)
        context.load_cert_chain(self._broker.cert, self._broker.key)
        return context


@contextlib.asynccontextmanager
async def open_line(broker: LiveBroker) -> AsyncIterator[LiveLine]:
    """A line that is connected or tries to be."""
    line = LiveLine(broker)
    task = asyncio.create_task(line.run(), name="live line")
    try:
        yield line
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, aiomqtt.MqttError):
            await task
