"""A station's link on a real broker with mutual TLS, or against a scripted peer."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiomqtt
import pytest

from agent.contract.ids import StationId
from agent.contract.topic import (
    Topic,
    build_uplink_topic,
)
from agent.link.mqtt import MqttLink
from agent.link.mqtt_connect import ConnectTiming
from agent.link.tls import CertificateDates
from central.collector.identity import Identity
from central.testbed.broker import MosquittoBroker
from central.testbed.certificates import CertificateAuthority, make_demo_ca

STATION = StationId("tv-cl-0007")
OTHER = StationId("tv-cl-0008")
STATE = build_uplink_topic(STATION, "state")
PACE = ConnectTiming(keepalive_s=5, base_s=0.05, cap_s=0.2, spread_s=0.05, duplicate_wait_s=600)
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Address:
    host: str
    port: int
    ca: str
    cert: str
    key: str


@dataclass
class Station:
    """A link with all that it reported, and conditions that can be awaited."""

    link: MqttLink
    heard: list[tuple[Topic, bytes]] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    sessions: list[int] = field(default_factory=list)
    lost: int = 0
    faults: dict[tuple[str, str], str | None] = field(default_factory=dict)
    hints: list[tuple[str, str]] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, is_true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S), self.changed:
            await self.changed.wait_for(is_true)

    def note(self) -> None:
        async def tell() -> None:
            async with self.changed:
                self.changed.notify_all()

        self._telling = asyncio.ensure_future(tell())

    def has_fault(self, kind: str) -> bool:
        return any(name == kind and hint for (name, _), hint in self.faults.items())

    def had_fault(self, kind: str, words: str) -> bool:
        """Was such a fault ever reported? It may have passed since."""
        return any(name == kind and words in hint for name, hint in self.hints)


def make_station(
    address: Address,
    station: StationId = STATION,
    on_message: object = None,
    dates: CertificateDates | None = None,
) -> Station:
    session = 0

    async def next_session() -> int:
        nonlocal session
        session += 1
        return session

    async def hear(topic: Topic, message: bytes) -> None:
        made.heard.append((topic, message))
        made.note()

    async def file(name: str, raw: bytes) -> None:
        made.files.append((name, raw))
        made.note()

    async def connected(number: int) -> None:
        made.sessions.append(number)
        made.note()

    def disconnected() -> None:
        made.lost += 1
        made.note()

    def fault(kind: str, subject: str, hint: str | None) -> None:
        made.faults[kind, subject] = hint
        if hint is not None:
            made.hints.append((kind, hint))
        made.note()

    link = MqttLink(
        address,
        station,
        next_session=next_session,
        on_message=on_message or hear,  # type: ignore[arg-type] # a test's own reader
        on_connect=connected,
        on_disconnect=disconnected,
        on_fault=fault,
        on_authority=file,
        pace=PACE,
        dates=dates,
    )
    made = Station(link)
    return made


@contextlib.asynccontextmanager
async def running(station: Station) -> AsyncIterator[Station]:
    task = asyncio.create_task(station.link.run(), name="link under test")
    try:
        yield station
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return make_demo_ca(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def identities(authority: CertificateAuthority) -> dict[str, Identity]:
    return {
        "server": authority.issue_server("broker"),
        "centre": authority.issue_centre(),
        STATION: authority.issue_device(STATION),
        OTHER: authority.issue_device(OTHER),
    }


@pytest.fixture
async def broker(
    tmp_path: Path, authority: CertificateAuthority, identities: dict[str, Identity]
) -> AsyncIterator[MosquittoBroker]:
    broker = MosquittoBroker(tmp_path / "broker", authority.ca, identities["server"])
    await broker.start()
    yield broker
    await broker.stop()


@pytest.fixture
def address(
    broker: MosquittoBroker, authority: CertificateAuthority, identities: dict[str, Identity]
) -> Callable[[str], Address]:
    def address_of(name: str) -> Address:
        one = identities[name]
        return Address("127.0.0.1", broker.port, str(authority.ca), str(one.cert), str(one.key))

    return address_of


@contextlib.asynccontextmanager
async def connected_as(address: Address) -> AsyncIterator[aiomqtt.Client]:
    tls = aiomqtt.TLSParameters(address.ca, address.cert, address.key)
    async with aiomqtt.Client(
        address.host, address.port, protocol=aiomqtt.ProtocolVersion.V5, tls_params=tls
    ) as client:
        yield client


CONNACK_5 = bytes([0x20, 3, 0, 0, 0])


async def read_packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    first = (await reader.readexactly(1))[0]
    length = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return first, await reader.readexactly(length)


@contextlib.asynccontextmanager
async def scripted_peer(
    script: Callable[..., object],
    authority: CertificateAuthority,
    identities: dict[str, Identity],
) -> AsyncIterator[Address]:
    """A TLS server that plays a script with each connection."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.ca))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(identities["server"].cert, identities["server"].key)

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await script(reader, writer)  # type: ignore[misc] # a coroutine function
        writer.close()

    server = await asyncio.start_server(play, "127.0.0.1", 0, ssl=context)
    one = identities[STATION]
    port = server.sockets[0].getsockname()[1]
    try:
        yield Address("127.0.0.1", port, str(authority.ca), str(one.cert), str(one.key))
    finally:
        server.close()


async def greet(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, codes: int = 0x01
) -> None:
    """CONNACK, then SUBACK with a code for each filter and one too many, then PUBACK (MQTT 5)."""
    await read_packet(reader)
    writer.write(CONNACK_5)
    _, subscribe = await read_packet(reader)
    writer.write(bytes([0x90, 6]) + subscribe[:2] + bytes([0, codes, codes, codes]))
    _, publish = await read_packet(reader)
    (topic_length,) = struct.unpack(">H", publish[:2])
    writer.write(bytes([0x40, 2]) + publish[2 + topic_length : 4 + topic_length])
    await writer.drain()
