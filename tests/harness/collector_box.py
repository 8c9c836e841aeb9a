"""A station and a centre with its collector, on a real broker."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from agent.clock import Clock
from agent.contract.document import Ack, Document
from agent.contract.ids import StationId
from agent.contract.report import ClockState, Hello
from agent.contract.topic import Topic, build_uplink_topic
from agent.evidence.device_key import load_device_key, sign_report
from agent.evidence.journal import Journal
from agent.evidence.outbox import JournalSender
from agent.link.mqtt import MqttLink
from agent.link.mqtt_connect import ConnectTiming
from agent.store import documents, key_value
from agent.store.database import Store
from agent.trust.authority import load_pinned
from agent.trust.verify import verify
from central.authority.demo_authority import make_demo_authority
from central.authority.demo_model import DemoAuthority
from central.collector.collector import Collector
from central.collector.identity import Identity
from central.store.database import Database
from central.testbed.broker import MosquittoBroker
from central.testbed.certificates import CertificateAuthority, make_demo_ca

STATION = StationId("tv-cl-0007")
PLACE = f"84/29266/{STATION}"
LIMIT_S = 40.0


@dataclass
class Wire:
    host: str
    port: int
    ca: str
    cert: str
    key: str


class Centre:
    """Broker, authority, database and collector."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ca: CertificateAuthority = make_demo_ca(folder / "ca")
        self.authority: DemoAuthority = make_demo_authority(folder / "authority")
        self.broker = MosquittoBroker(
            folder / "broker", self.ca.ca, self.ca.issue_server("localhost")
        )
        self.centre = self.ca.issue_centre()
        self.device: Identity = self.ca.issue_device(STATION)
        self.database = Database.open(folder / "central.db")
        self.database.enrol(STATION, self.device.cert)
        self.collector = self.build_collector()

    def build_collector(self) -> Collector:
        return Collector(
            host=self.broker.host,
            port=self.broker.port,
            ca=self.ca.ca,
            identity=self.centre,
            database=self.database,
            signers={
                "time": self.authority.signers("vn.time"),
                "receipt": self.authority.signers("vn.receipt"),
            },
        )

    def wire(self, identity: Identity) -> Wire:
        files = (str(self.ca.ca), str(identity.cert), str(identity.key))
        return Wire(self.broker.host, self.broker.port, *files)


@contextlib.asynccontextmanager
async def running(coroutine: object, name: str) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(coroutine, name=name)  # type: ignore[arg-type]  # any coroutine
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class Box:
    """The agent's side as far as evidence goes; documents are verified, then kept in `came`."""

    def __init__(self, centre: Centre, store: Store, identity: Identity) -> None:
        self.centre = centre
        self.store = store
        self.clock = Clock()
        self.journal = Journal(store, STATION, self.clock, "b" * 32)
        self.key = load_device_key(identity.key)
        self.sender = JournalSender(self.journal, self.sign, self.send, resend_s=1.0)
        self.authority = load_pinned(centre.authority.pinned.read_bytes())
        self.came: asyncio.Queue[Document] = asyncio.Queue()
        self.holds: dict[str, tuple[int, int, str]] = {}
        self.nonce = "0123456789abcdef"
        self.session = 0
        self.link = MqttLink(
            centre.wire(identity),
            STATION,
            next_session=lambda: store.run(key_value.next_session),
            on_message=self.hear,
            on_connect=self.on_connect,
            on_disconnect=self.sender.disconnected,
            on_fault=lambda *_: None,
            on_centre=self.on_centre,
            pace=ConnectTiming(base_s=0.1, cap_s=0.5, spread_s=0.1),
        )

    def sign(self, channel: str, payload: bytes) -> bytes:
        return sign_report(self.key, channel, payload)

    async def send(self, channel: str, message: bytes) -> None:
        await self.link.publish(build_uplink_topic(STATION, channel), message)

    async def on_connect(self, session: int) -> None:
        self.session = session
        await self.greet(session)
        self.sender.connected()

    async def greet(self, session: int) -> None:
        hello = Hello(
            session=session, boot_id="b" * 32, epoch=self.journal.epoch,
            last_seq=self.journal.last_seq, nonce=self.nonce, place=PLACE, holds=self.holds,
            authority={"root": 1}, agent="0.1.0", clock=ClockState("FLOOR", None), has=["audio"],
        )  # fmt: skip
        await self.send("hello", self.sign("hello", msgspec.json.encode(hello)))

    async def on_centre(self, _: str, state: bytes) -> None:
        """A centre that comes later than the station has missed its hello."""
        if json.loads(state)["online"] and self.link.connected:
            self.greeting = asyncio.create_task(self.greet(self.session), name="hello again")

    async def hear(self, topic: Topic, message: bytes) -> None:
        floors = documents.ReplayFloors()
        accepted = verify(
            message, topic, self.authority, None, STATION, floors, self.clock.now(),
            nonces={self.nonce},
        )  # fmt: skip
        if isinstance(accepted.document, Ack):
            await self.sender.on_ack(accepted.document)
        else:
            self.came.put_nowait(accepted.document)

    async def all_acknowledged(self) -> None:
        await until(lambda: self.journal.acknowledged == self.journal.last_seq)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110 - reads a database and other tasks
            await asyncio.sleep(0.05)
