"""The demonstration's test bed: broker, media, sound, collector, two stations, all real."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from agent.contract.topic import build_group_topic, build_station_topic
from central.authority import authority_store
from central.authority.demo_authority import make_demo_authority
from central.authority.demo_model import DemoAuthority
from central.collector.collector import Collector
from central.collector.identity import Identity
from central.documents.sign import read_document, sign_document
from central.publication.document_outbox import publish
from central.store.database import Database
from central.testbed.broker import MosquittoBroker
from central.testbed.certificates import CertificateAuthority, make_demo_ca
from central.testbed.media_server import MediaServer
from central.testbed.pulseaudio import SoundServer
from central.testbed.stations import (
    BOARD_STATION,
    COMMUNE_STATION,
    GROUP,
    MICROPHONE,
    SINK,
    Station,
    write_settings,
)

STATIONS = (COMMUNE_STATION, BOARD_STATION)
SETTLED_S = 60.0  # a limit for a busy machine; normally never reached


@dataclass
class Testbed:
    """Everything that runs during the demonstration."""

    folder: Path
    authority: DemoAuthority
    ca: CertificateAuthority
    centre: Identity
    broker: MosquittoBroker
    media: MediaServer
    room: SoundServer
    database: Database
    collector: Collector
    stations: dict[str, Station] = field(default_factory=dict)
    say: Callable[[str, str], None] = lambda _vi, _en: None

    def sign(self, payload: bytes, kind: str, role: str, signatures: int | None = None) -> bytes:
        """Sign with a role's keys, or with only some of them."""
        return sign_document(payload, kind, self.authority.signers(role)[:signatures])

    async def publish(self, envelope: bytes, *, station: str | None = None) -> None:
        """Give a signed document to one station, or to the commune's group."""
        document = read_document(envelope)
        if station is not None:
            topic = build_station_topic(station, document.kind, document.slot)
        else:
            topic = build_group_topic(GROUP, document.kind, document.slot)
        await publish(self.collector, self.database, topic, envelope)


@contextlib.asynccontextmanager
async def start_testbed(folder: Path, python: str = sys.executable) -> AsyncIterator[Testbed]:
    """Start everything; stop it in reverse order.

    Args:
        folder: for all that is written.
        python: the stations' interpreter.
    """
    authority = make_demo_authority(folder / "authority")
    ca = make_demo_ca(folder / "ca")
    centre = ca.issue_centre()
    server = ca.issue_server("localhost")
    media_folder = folder / "media"
    media_folder.mkdir()
    async with contextlib.AsyncExitStack() as stack:
        broker = MosquittoBroker(folder / "broker", ca.ca, server)
        # A cancellation while something starts must not leave it running.
        stack.push_async_callback(broker.stop)
        await broker.start()
        media = MediaServer(media_folder, server)
        stack.push_async_callback(media.stop)
        await media.start()
        room = SoundServer(folder / "sound")
        stack.push_async_callback(room.stop)
        await room.start([SINK], [MICROPHONE])
        database = Database.open(folder / "central.db")
        stack.callback(database.close)
        authority_store.put(database, authority.files())
        collector = Collector(
            host=broker.host,
            port=broker.port,
            ca=ca.ca,
            identity=centre,
            database=database,
            signers={
                "time": authority.signers("vn.time"),
                "receipt": authority.signers("vn.receipt"),
                "head": authority.signers("vn.head"),
                "timestamp": authority.signers("timestamp"),
            },
        )
        task = asyncio.create_task(collector.run(), name="collector")
        stack.push_async_callback(end, task)
        stand_ = Testbed(folder, authority, ca, centre, broker, media, room, database, collector)
        for name in STATIONS:
            identity = ca.issue_device(name)
            database.enrol(name, identity.cert)
            settings = write_settings(
                folder / name,
                name,
                port=broker.port,
                ca=ca.ca,
                cert=identity.cert,
                key=identity.key,
                root=authority.root,
            )
            stand_.stations[name] = Station(name, settings, room.env, python)
        yield stand_


async def end(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait until it has ended."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def until(condition: Callable[[], bool], what: str, limit_s: float = SETTLED_S) -> None:
    """Wait for a condition.

    Raises:
        RuntimeError: not in time.
    """
    try:
        async with asyncio.timeout(limit_s):
            while not condition():  # noqa: ASYNC110 - the condition is in a database
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise RuntimeError(f"not within {limit_s:.0f} s: {what}") from None
