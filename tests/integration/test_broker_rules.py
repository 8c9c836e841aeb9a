"""The access rules of docs/authority.md, on the brokers themselves: what one station cannot do.

A station's certificate reads no document of another station and writes nothing under another name,
whatever client id it claims; whoever speaks live writes live segments alone. The first hour of a
box under the same rules: test_other_brokers.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent.contract.ids import StationId
from agent.contract.topic import build_uplink_topic
from central.collector.identity import CENTRE
from central.live.live_line import LIVE
from central.testbed.certificates import CertificateAuthority, make_demo_ca
from tests.harness.child_broker import ChildBroker
from tests.harness.nats_broker import NatsBroker
from tests.harness.plain_mqtt import ClosedError, plain_client
from tests.harness.rabbit_broker import RabbitBroker, unpack_rabbitmq

VICTIM, OWN = StationId("tv-cl-0007"), StationId("tv-cl-0021")
STATIONS = [VICTIM, OWN]
OF_VICTIM = f"tramtin/1/d/{VICTIM}/playlist/tuan"
OF_OWN = f"tramtin/1/d/{OWN}/playlist/tuan"
READABLE = [
    f"tramtin/1/d/{OWN}/#", "tramtin/1/g/84_2e29266/#", "tramtin/1/c/state",
    "tramtin/1/auth/timestamp_2ejson",
]  # fmt: skip
UNREADABLE = [
    OF_VICTIM, f"tramtin/1/d/{VICTIM}/#", "tramtin/1/d/+/#", "tramtin/1/d/#", "tramtin/1/+/+/#",
    f"tramtin/1/u/+/{VICTIM}/#", "tramtin/1/u/#", "tramtin/1/#", "tramtin/#", "#", "+/1/d/#",
]  # fmt: skip
UNWRITABLE = [
    build_uplink_topic(VICTIM, "hello"), build_uplink_topic(VICTIM, "state"), OF_VICTIM,
    OF_OWN, "tramtin/1/g/84_2e29266/playlist/tuan",
    "tramtin/1/c/state", "tramtin/1/auth/timestamp_2ejson",
]  # fmt: skip


async def prove_the_rules(broker: ChildBroker, ca: CertificateAuthority) -> None:
    certificates = {name: ca.issue_device(name) for name in (VICTIM, OWN, "tv-cl-0099")}
    certificates[CENTRE], certificates[LIVE] = ca.issue_centre(), ca.issue_live()

    def connect(name: str, client_id: str | None = None, will: str | None = None):  # noqa: ANN202 - a context
        identity = certificates[name]
        return plain_client(broker.port, ca.ca, identity, client_id or name, will=will)

    async with connect(CENTRE) as centre:
        assert await centre.subscribe("tramtin/1/u/#")
        assert await centre.publish(OF_VICTIM, b"for the other")
        async with connect(OWN) as station:
            for topic in READABLE:
                assert await station.subscribe(topic), topic
            await centre.publish(f"tramtin/1/d/{OWN}/time", b"for this one")
            assert await station.next_message() == (f"tramtin/1/d/{OWN}/time", b"for this one")
        for topic in UNREADABLE:
            async with connect(OWN) as station:
                assert not await station.subscribe(topic), topic
        with pytest.raises(ClosedError):  # its certificate is good, and nobody gave it rights
            async with connect("tv-cl-0099"):
                pass
        assert not await _reads_under_another_id(connect(OWN, client_id=VICTIM))
        for topic in UNWRITABLE:
            async with connect(OWN) as station:
                await station.publish(topic, b"forged")
        for name in (VICTIM, OWN):
            try:
                async with connect(OWN, will=build_uplink_topic(name, "state")):
                    pass
            except ClosedError:
                assert name != OWN
        # All that the station wrote before has come to the centre before this.
        assert await centre.next_message() == (build_uplink_topic(OWN, "state"), b"will")
        async with connect(OWN) as station:
            assert await station.publish(build_uplink_topic(OWN, "hello"), b"true")
        assert await centre.next_message() == (build_uplink_topic(OWN, "hello"), b"true")
    await prove_the_rules_of_live(connect)


async def prove_the_rules_of_live(connect) -> None:  # noqa: ANN001 - makes a context
    async with connect(OWN) as station:
        assert await station.subscribe(f"tramtin/1/d/{OWN}/#")
        assert await station.subscribe("tramtin/1/g/84_2e29266/#")
        for topic in (OF_OWN, "tramtin/1/g/84_2e29266/playlist/tuan"):
            async with connect(LIVE) as live:
                await live.publish(topic, b"forged")
        for topic in (f"tramtin/1/d/{OWN}/#", "tramtin/1/g/84_2e29266/live/#", "#"):
            async with connect(LIVE) as live:
                assert not await live.subscribe(topic), topic
        for topic in (f"tramtin/1/d/{OWN}/live/5656", "tramtin/1/g/84_2e29266/live/5656"):
            async with connect(LIVE) as live:
                assert await live.publish(topic, b"a segment")
            assert await station.next_message() == (topic, b"a segment")


async def _reads_under_another_id(connection) -> bool:  # noqa: ANN001 - a context
    try:
        async with connection as station:
            return await station.subscribe(OF_VICTIM)
    except ClosedError:
        return False


async def test_a_station_neither_reads_nor_writes_as_another_on_nats(tmp_path: Path) -> None:
    ca = await asyncio.to_thread(make_demo_ca, tmp_path / "ca")
    broker = NatsBroker(tmp_path / "nats", ca.ca, ca.issue_server("localhost"), STATIONS)
    try:
        await broker.start()
        await prove_the_rules(broker, ca)
    finally:
        await broker.stop()


@pytest.mark.long
async def test_a_station_neither_reads_nor_writes_as_another_on_rabbitmq(tmp_path: Path) -> None:
    ca = await asyncio.to_thread(make_demo_ca, tmp_path / "ca")
    root = await unpack_rabbitmq()
    server = ca.issue_server("localhost")
    broker = RabbitBroker(tmp_path / "rabbit", ca.ca, server, root, STATIONS)
    try:
        await broker.start()
        await prove_the_rules(broker, ca)
    finally:
        await broker.stop()
