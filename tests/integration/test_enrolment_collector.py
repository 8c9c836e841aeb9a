"""A collector that runs all the time takes a box that is enrolled, and refuses it when revoked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiomqtt
import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agent.contract.enrolment import REQUESTS_PATH
from agent.contract.ids import StationId
from agent.contract.report import ClockState, Hello
from agent.contract.topic import build_uplink_topic
from agent.evidence.device_key import load_device_key, sign_report
from central.collector.collector import Collector
from central.collector.identity import Identity
from central.enrolment.certificate_authority import OPERATION_DAYS
from central.enrolment.issued_pair import write_pair
from central.enrolment.operator_decisions import DecidingOperator, approve
from central.enrolment.revocation import revoke_station
from central.store.station_reports import list_faults
from tests.harness.collector_box import running, until
from tests.harness.enrolment_centre import BoxKey, EnrolmentCentre, running_enrolment_centre

STATION = StationId("tv-cl-0007")
WHO = DecidingOperator("Lê Văn Tám")


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[EnrolmentCentre]:
    async with running_enrolment_centre(tmp_path / "centre") as one:
        yield one


def build_collector(centre: EnrolmentCentre) -> Collector:
    out, now = centre.folder / "centre", datetime.now(UTC)
    write_pair(out, lambda key: centre.authority.issue_client("centre", key, now, OPERATION_DAYS))
    return Collector(
        host=centre.broker.host,
        port=centre.broker.port,
        ca=centre.folder / "ca" / "server-ca.pem",
        identity=Identity(out.with_suffix(".pem"), out.with_suffix(".key")),
        database=centre.database,
        signers={
            "time": centre.signers.signers("vn.time"),
            "receipt": centre.signers.signers("vn.receipt"),
        },
    )


def enrol(centre: EnrolmentCentre, box: BoxKey) -> str:
    body = {"serial": "RPI-1", "model": "Pi 4", "agent_version": "0.2.0", "csr": box.csr}
    opened = centre.ask("POST", REQUESTS_PATH, body)[1]
    approve(centre.database, opened["user_code"], STATION, WHO, centre.now())
    path = f"{REQUESTS_PATH}/{opened['request']}"
    granted = centre.ask("GET", path, token=opened["poll_token"])[1]["granted"]
    assert centre.ask("POST", f"{path}/taken", token=opened["poll_token"])[0] == 204
    return str(granted["certificate"])


def build_hello(box: BoxKey, folder: Path, session: int) -> bytes:
    path = folder / "device.key"
    path.write_bytes(box.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    hello = Hello(
        session=session, boot_id="b" * 32, epoch="e" * 16, last_seq=0, nonce="n" * 16, place=None,
        holds={}, authority={}, agent="0.2.0", clock=ClockState("FLOOR", None), has=["audio"],
    )  # fmt: skip
    return sign_report(load_device_key(path), "hello", msgspec.json.encode(hello))


async def test_a_running_collector_takes_a_new_station_and_refuses_a_revoked_one(
    centre: EnrolmentCentre,
) -> None:
    collector = await asyncio.to_thread(build_collector, centre)
    async with running(collector.run(), "collector"):
        await collector.connected.wait()  # it runs before anybody is enrolled
        box = BoxKey()
        certificate = await asyncio.to_thread(enrol, centre, box)
        identity = await asyncio.to_thread(box.write, centre.folder, "box", certificate)
        hellos = [await asyncio.to_thread(build_hello, box, centre.folder, n) for n in (1, 2)]
        tls = aiomqtt.TLSParameters(
            str(centre.folder / "ca" / "server-ca.pem"), str(identity.cert), str(identity.key)
        )
        topic = build_uplink_topic(STATION, "hello")
        async with aiomqtt.Client("127.0.0.1", centre.broker.port, tls_params=tls) as client:
            await client.publish(topic, hellos[0], qos=1)
            await until(lambda: centre.database.hello(STATION) is not None)
        await asyncio.to_thread(
            revoke_station, centre.database, STATION, "stolen", WHO, centre.now()
        )
        # somebody who has the broker sends what the thief signs
        await collector.send(topic, hellos[1], retain=False)
        await until(lambda: any(one["code"] == "E_REVOKED" for one in list_faults(centre.database)))
        known = centre.database.hello(STATION)
        assert known is not None
        assert known["session"] == 1
