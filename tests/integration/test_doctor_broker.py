"""Doctor on its way to a real Mosquitto with mutual TLS, and to what only looks like one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiomqtt
import msgspec
import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from agent.clock import Clock
from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding
from agent.doctor.probes import broker as probe
from agent.doctor.probes import handshake
from agent.settings.load import SettingsReport
from agent.settings.model import Settings
from central.collector.identity import Identity
from central.testbed.broker import MosquittoBroker
from central.testbed.certificates import CertificateAuthority, make_demo_ca

STATION = "tv-cl-0007"
DYNAMIC_SECURITY = "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so"
QUICK_S = 2.0  # in vain; a busy machine still connects within it


@dataclass
class Place:
    """A broker, its authority, and the station's identity."""

    folder: Path
    ca: CertificateAuthority
    broker: MosquittoBroker
    device: Identity

    def settings(self, **changes: object) -> Settings:
        address = {"host": "127.0.0.1", "port": self.broker.port}
        files = {"ca": self.ca.ca, "cert": self.device.cert, "key": self.device.key}
        plain = {
            "station": STATION,
            "broker": address | {key: str(path) for key, path in files.items()} | changes,
            "root": "/root.json",
            "state": str(self.folder),
            "outputs": [
                {
                    "name": "bang-tin",
                    "board": {"profile": "png", "path": "/board"},
                    "faces": [{"name": "mat", "width_px": 8, "height_px": 8}],
                }
            ],
        }
        return msgspec.convert(plain, Settings)

    def client(self, *, clean: bool) -> aiomqtt.Client:
        """The station's own connection, as its agent makes it."""
        context = ssl.create_default_context(cafile=self.ca.ca)
        context.load_cert_chain(self.device.cert, self.device.key)
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 3600
        return aiomqtt.Client(
            "127.0.0.1", self.broker.port, identifier=STATION, tls_context=context,
            protocol=aiomqtt.ProtocolVersion.V5, clean_start=clean, properties=properties,
        )  # fmt: skip


@pytest_asyncio.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    ca = make_demo_ca(tmp_path / "ca")
    broker = MosquittoBroker(tmp_path / "broker", ca.ca, ca.issue_server("localhost"))
    await broker.start()
    yield Place(tmp_path, ca, broker, ca.issue_device(STATION))
    await broker.stop()


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handshake, "CONNECT_S", QUICK_S)


async def examine(settings: Settings, agent_pid: int | None = None) -> list[ProbeFinding]:
    judged = SettingsReport("station.yaml", "", settings, None, [])
    case = DoctorContext(Path("station.yaml"), judged, settings, Clock(), agent_pid)
    return [finding async for finding in probe.check(case)]


async def last(settings: Settings) -> str:
    findings = await examine(settings)
    assert findings[-1].state == "fault"
    assert findings[-1].step("vi")
    return findings[-1].code


async def test_the_whole_way_is_seen_and_timed(place: Place) -> None:
    findings = await examine(place.settings())
    assert [(one.state, one.code) for one in findings] == [
        ("good", "tcp_good"),
        ("good", "tls_good"),
        ("good", "broker_days"),
        ("good", "mqtt_good"),
    ]
    assert findings[1].args[0] == "TLSv1.3"


async def test_a_name_is_looked_up_first(place: Place) -> None:
    findings = await examine(place.settings(host="localhost"))
    assert findings[0].code == "dns_good"
    assert "127.0.0.1" in findings[0].args[1]
    assert findings[-1].code == "mqtt_good"


async def test_a_name_that_does_not_exist(place: Place) -> None:
    # RFC 2606: never a name
    assert await last(place.settings(host="mqtt.invalid")) == "dns_unknown"


async def test_another_authority_signed_the_brokers_certificate(place: Place) -> None:
    other = make_demo_ca(place.folder / "other")
    assert await last(place.settings(ca=str(other.ca))) == "broker_other_authority"


async def test_the_broker_does_not_know_who_issued_our_certificate(place: Place) -> None:
    foreign = make_demo_ca(place.folder / "other").issue_device(STATION)
    settings = place.settings(cert=str(foreign.cert), key=str(foreign.key))
    assert await last(settings) in ("tls_our_authority", "tls_refused_us")


def reissue(place: Place, identity: Identity, ends_at: datetime) -> Identity:
    """The same certificate with another end."""
    old = x509.load_pem_x509_certificate(identity.cert.read_bytes())
    builder = x509.CertificateBuilder(
        issuer_name=old.issuer, subject_name=old.subject, public_key=old.public_key(),
        serial_number=x509.random_serial_number(), not_valid_before=old.not_valid_before_utc,
        not_valid_after=ends_at, extensions=list(old.extensions),
    )  # fmt: skip
    signed = builder.sign(place.ca._key, hashes.SHA256())
    path = place.folder / f"reissued-{identity.cert.name}"
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return Identity(path, identity.key)


async def test_the_brokers_certificate_has_expired(place: Place) -> None:
    server = reissue(place, place.ca.issue_server("localhost"), datetime(2024, 1, 1, tzinfo=UTC))
    expired = MosquittoBroker(place.folder / "expired", place.ca.ca, server)
    await expired.start()
    try:
        assert await last(place.settings(port=expired.port)) == "broker_expired"
    finally:
        await expired.stop()


async def test_our_certificate_has_expired(place: Place) -> None:
    device = reissue(place, place.device, datetime(2024, 1, 1, tzinfo=UTC))
    assert await last(place.settings(cert=str(device.cert))) == "tls_our_expired"


async def test_the_brokers_certificate_is_of_another_name(place: Place) -> None:
    # the demonstration's certificates name 127.0.0.1 and localhost; this leads there too
    assert await last(place.settings(host="127.0.0.2")) in ("broker_wrong_name", "tcp_refused")
    settings = place.settings()
    error = ssl.SSLCertVerificationError("wrong")
    error.verify_code, error.verify_message = 64, "IP address mismatch"  # openssl/x509_vfy.h
    assert handshake.examine_refusal_by_us(error, settings.broker).code == "broker_wrong_name"


async def test_a_closed_port(place: Place) -> None:
    await place.broker.stop()
    assert await last(place.settings()) == "tcp_refused"


@contextlib.contextmanager
def listener(backlog: int) -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(backlog)
        yield server.getsockname()[1]


@pytest.mark.usefixtures("_quick")
async def test_a_port_that_swallows_everything_costs_a_bounded_time(place: Place) -> None:
    with listener(0) as port, contextlib.ExitStack() as stack:
        # Once the queue of a listener is full, Linux drops every further SYN: a black hole.
        for _ in range(4):
            one = stack.enter_context(socket.socket())
            one.settimeout(0)
            one.connect_ex(("127.0.0.1", port))
        assert await last(place.settings(port=port)) == "tcp_silent"


@pytest.mark.usefixtures("_quick")
async def test_a_port_that_is_open_and_mute(place: Place) -> None:
    with listener(8) as port:
        assert await last(place.settings(port=port)) == "tls_silent"


async def test_a_port_that_speaks_something_else(place: Place) -> None:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await last(place.settings(port=port)) in ("tls_not_tls", "tls_hung_up")


@pytest.mark.skipif(not Path(DYNAMIC_SECURITY).exists(), reason="mosquitto's plugin is not here")
async def test_a_broker_that_refuses_the_stations_topics(place: Place) -> None:
    await place.broker.stop()
    rules = place.folder / "rules.json"
    allowed = {"roles": [{"rolename": "deaf", "acls": []}]}
    closed = dict.fromkeys(
        ("publishClientSend", "publishClientReceive", "subscribe", "unsubscribe"), False
    )
    clients = [{"username": STATION, "roles": [{"rolename": "deaf"}]}]
    rules.write_text(json.dumps(allowed | {"defaultACLAccess": closed, "clients": clients}))
    config = place.folder / "broker" / "mosquitto.conf"
    lines = [line for line in config.read_text().splitlines() if not line.startswith("acl_file")]
    lines += [f"plugin {DYNAMIC_SECURITY}", f"plugin_opt_config_file {rules}"]
    config.write_text("\n".join(lines) + "\n")
    await place.broker.start()
    findings = await examine(place.settings())
    refused = [one for one in findings if one.code == "suback_refused"]
    assert refused, [one.code for one in findings]
    assert refused[0].args == (f"tramtin/1/d/{STATION}/#", "0x87")  # MQTT 5: not authorised


async def test_a_running_agent_keeps_its_connection(place: Place) -> None:
    async with place.client(clean=True) as agent:
        lost = agent._disconnected
        findings = await examine(place.settings(), agent_pid=os.getpid())
        assert findings[-1].code == "mqtt_busy"
        assert findings[-1].state == "not_checked"
        assert "tls_good" in [one.code for one in findings]
        assert not lost.done()
        await agent.subscribe(f"tramtin/1/d/{STATION}/#")  # it still answers


async def test_what_waits_at_the_broker_still_waits_afterwards(place: Place) -> None:
    topic = f"tramtin/1/d/{STATION}/command"
    async with place.client(clean=True) as agent:
        await agent.subscribe(f"tramtin/1/d/{STATION}/#", qos=1)
    centre = place.ca.issue_centre()
    context = ssl.create_default_context(cafile=place.ca.ca)
    context.load_cert_chain(centre.cert, centre.key)
    async with aiomqtt.Client("127.0.0.1", place.broker.port, tls_context=context) as client:
        await client.publish(topic, b"waiting", qos=1)
    assert (await examine(place.settings()))[-1].code == "mqtt_good"
    async with place.client(clean=False) as agent, asyncio.timeout(60):
        message = await anext(agent.messages)
    assert message.payload == b"waiting"
