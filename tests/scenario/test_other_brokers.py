"""The first hour of a box over brokers that know MQTT 3.1.1 only, one of which rewrites dots.

Mosquitto carries every other scenario. Here all that a box needs comes by a NATS or RabbitMQ: the
tree of authority, the answer to its hello, a playlist in a slot and a group whose names hold dots
and underscores, and the acknowledgement of its records.
The access rules for each station are in force meanwhile (`tests/integration/test_broker_rules.py`).
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.contract.document import StationConfig
from agent.contract.topic import build_group_topic, build_station_topic
from central.authority import authority_store
from central.authority.demo_authority import make_demo_authority
from central.authority.demo_model import DemoAuthority
from central.collector.collector import Collector
from central.documents.schedule_compiler import compile_schedule
from central.documents.sign import encode_document, sign_document
from central.publication.document_outbox import publish
from central.store.database import Database
from central.testbed.certificates import CertificateAuthority, make_demo_ca
from central.testbed.sample_documents import station_config
from central.testbed.stations import BOARD_STATION, Station, write_settings
from central.testbed.testbed import end, until
from tests.harness.child_broker import ChildBroker
from tests.harness.nats_broker import NatsBroker
from tests.harness.rabbit_broker import RabbitBroker, unpack_rabbitmq

GROUP, SLOT = "84.29266", "tin.sang_1"
TITLE = "Nước sạch"


@dataclass
class Province:
    """A centre and one box that shows pictures, on one broker."""

    folder: Path
    authority: DemoAuthority
    database: Database
    collector: Collector
    station: Station

    async def place(self) -> None:
        """Give the box its place and its group."""
        plain = station_config(BOARD_STATION, datetime.now(UTC), "127.0.0.1:1")
        config = msgspec.json.decode(plain, type=StationConfig)
        payload = encode_document(msgspec.structs.replace(config, groups=[GROUP]))
        envelope = sign_document(payload, "station-config", self.authority.signers("vn.84"))
        topic = build_station_topic(BOARD_STATION, "station-config", config.slot)
        await publish(self.collector, self.database, topic, envelope)

    async def send_playlist(self) -> None:
        """Give the group a playlist whose slot has a dot and an underscore in its name."""
        today = (datetime.now(UTC) + timedelta(hours=7)).date()
        schedule = self.folder / "schedule.yaml"
        schedule.write_text(
            f'slot: {SLOT}\nclass: routine\nto: ["84/29266/*"]\nfrom: {today}\nuntil: {today}\n'
            f'items:\n  - {{title: {TITLE}, lang: vi, at: "00:00", for: 23h, show: {{text: A}}}}\n'
        )
        payload = compile_schedule(
            schedule, issuer="vn.84.29266", seq=1, epoch=1, now=datetime.now(UTC),
            media_dir=self.folder, media_base_url="https://127.0.0.1:1",
            editor="Nguyễn Thị Lan (thử)", approver="Trần Văn Bình (thử)",
        )  # fmt: skip
        envelope = sign_document(payload, "playlist", self.authority.signers("vn.84.29266"))
        topic = build_group_topic(GROUP, "playlist", SLOT)
        await publish(self.collector, self.database, topic, envelope)

    def rows(self) -> list[tuple[dict[str, Any], bool]]:
        """The box's journal as it lies on its card, and which records are acknowledged."""
        path = self.folder / BOARD_STATION / "state" / "state.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as raw:
            rows = raw.execute("SELECT bytes, acknowledged_at FROM journal ORDER BY seq").fetchall()
        return [(json.loads(record), at is not None) for record, at in rows]


@asynccontextmanager
async def province(
    folder: Path, ca: CertificateAuthority, broker: ChildBroker
) -> AsyncIterator[Province]:
    """Everything but the broker built, the broker started, all taken down in reverse order."""
    authority = await asyncio.to_thread(make_demo_authority, folder / "authority")
    device = ca.issue_device(BOARD_STATION)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(broker.stop)
        await broker.start()
        database = Database.open(folder / "central.db")
        stack.callback(database.close)
        database.enrol(BOARD_STATION, device.cert)
        authority_store.put(database, authority.files())
        signers = {"time": "vn.time", "receipt": "vn.receipt", "timestamp": "timestamp"}
        collector = Collector(
            host=broker.host, port=broker.port, ca=ca.ca, identity=ca.issue_centre(),
            database=database,
            signers={name: authority.signers(role) for name, role in signers.items()},
        )  # fmt: skip
        task = asyncio.create_task(collector.run(), name="collector")
        stack.push_async_callback(end, task)
        settings = write_settings(
            folder / BOARD_STATION, BOARD_STATION, port=broker.port, ca=ca.ca, cert=device.cert,
            key=device.key, root=authority.root,
        )  # fmt: skip
        station = Station(BOARD_STATION, settings, {})
        stack.push_async_callback(station.stop)
        await station.start()
        yield Province(folder, authority, database, collector, station)


async def prove_the_first_hour(one: Province) -> None:
    await one.place()  # taken only with the tree, which comes from nowhere but the broker
    database = one.database
    await until(lambda: database.has_accepted(BOARD_STATION, "station-config"), "placed")
    await until(lambda: _has_time(database), "a hello answered with the time")
    # Its commune's role is in a file that it asks for only when it has a place.
    await until(lambda: "vn.84" in _authority_of(database), "the role's own file")
    await one.send_playlist()
    await until(lambda: database.has_accepted(BOARD_STATION, "playlist"), "the playlist")
    await until(lambda: any(is_there for _, is_there in one.rows()), "a record acknowledged")
    records = [record for record, _ in one.rows()]
    assert [record for record in records if record["kind"] == "refusal"] == []
    faults = [record["detail"]["what"] for record in records if record["kind"] == "fault"]
    assert "link_down" not in faults  # 3.1.1 alone is no loss


def _has_time(database: Database) -> bool:
    """The box's own word: its clock is set by a signed answer to its nonce."""
    health = database.health().get(BOARD_STATION)
    return health is not None and health["clock"]["quality"] == "SYNCED"


def _authority_of(database: Database) -> dict[str, int]:
    """The versions of the authority's files, as the box's latest hello names them."""
    hello = database.hello(BOARD_STATION)
    return {} if hello is None else dict(hello["authority"])


async def test_the_tree_and_all_else_come_over_nats(tmp_path: Path) -> None:
    ca = await asyncio.to_thread(make_demo_ca, tmp_path / "ca")
    broker = NatsBroker(tmp_path / "nats", ca.ca, ca.issue_server("localhost"), [BOARD_STATION])
    async with province(tmp_path, ca, broker) as one:
        await prove_the_first_hour(one)


@pytest.mark.long
async def test_the_tree_and_all_else_come_over_rabbitmq(tmp_path: Path) -> None:
    root = await unpack_rabbitmq()
    ca = await asyncio.to_thread(make_demo_ca, tmp_path / "ca")
    server = ca.issue_server("localhost")
    broker = RabbitBroker(tmp_path / "rabbit", ca.ca, server, root, [BOARD_STATION])
    async with province(tmp_path, ca, broker) as one:
        await prove_the_first_hour(one)
