"""Boxes enrol by code with the real service, connect to a real broker, and are shut out."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256

from agent.contract.enrolment import NONCES_PATH, RENEWALS_PATH, REQUESTS_PATH, renewal_bytes
from central.collector.identity import Identity
from central.enrolment.operator_decisions import DecidingOperator, approve, deny
from central.enrolment.request_table import list_requests
from central.enrolment.revocation import revoke_station
from central.store.device_certificates import list_certificates
from tests.harness.enrolment_centre import BoxKey, EnrolmentCentre, running_enrolment_centre

STATION = "tv-cl-0007"
WHO = DecidingOperator("Lê Văn Tám")
LIMIT_S = 60.0


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[EnrolmentCentre]:
    async with running_enrolment_centre(tmp_path / "centre") as one:
        yield one


def open_(centre: EnrolmentCentre, box: BoxKey, serial: str = "RPI-0001") -> Any:
    body = {"serial": serial, "model": "Pi 4", "agent_version": "0.2.0", "csr": box.csr}
    status, opened = centre.ask("POST", REQUESTS_PATH, body)
    assert status == 201, opened
    return opened


def poll(centre: EnrolmentCentre, opened: Any) -> Any:
    centre.ahead += timedelta(seconds=6)  # the pause between two polls
    path = f"{REQUESTS_PATH}/{opened['request']}"
    return centre.ask("GET", path, token=opened["poll_token"])[1]


def take(centre: EnrolmentCentre, opened: Any) -> int:
    path = f"{REQUESTS_PATH}/{opened['request']}/taken"
    return centre.ask("POST", path, token=opened["poll_token"])[0]


def enrol(centre: EnrolmentCentre, box: BoxKey, station: str = STATION) -> Any:
    opened = open_(centre, box)
    assert poll(centre, opened)["state"] == "pending"
    approve(centre.database, opened["user_code"], station, WHO, centre.now())
    answer = poll(centre, opened)
    assert answer["state"] == "approved"
    assert take(centre, opened) == 204
    return answer["granted"]


def line(centre: EnrolmentCentre, identity: Identity) -> aiomqtt.Client:
    ca = str(centre.folder / "ca" / "server-ca.pem")
    tls = aiomqtt.TLSParameters(ca, str(identity.cert), str(identity.key))
    return aiomqtt.Client("127.0.0.1", centre.broker.port, tls_params=tls)


CONNECT = bytes.fromhex("100d00044d5154540402003c000178")  # MQTT 3.1.1, a clean session of "x"


def connect_once(centre: EnrolmentCentre, identity: Identity) -> bool:
    """Does the broker answer CONNECT with CONNACK? TLS 1.3 tells a refusal at the first read."""
    context = ssl.create_default_context(cafile=centre.folder / "ca" / "server-ca.pem")
    context.load_cert_chain(identity.cert, identity.key)
    with socket.create_connection(("127.0.0.1", centre.broker.port), timeout=LIMIT_S) as plain:
        try:
            with context.wrap_socket(plain, server_hostname="127.0.0.1") as line:
                line.sendall(CONNECT)
                return line.recv(4) == b"\x20\x02\x00\x00"
        except (ssl.SSLError, ConnectionError):
            return False


async def is_let_in(centre: EnrolmentCentre, identity: Identity) -> bool:
    return await asyncio.to_thread(connect_once, centre, identity)


async def test_a_box_is_given_all_that_makes_it_a_station(centre: EnrolmentCentre) -> None:
    box = BoxKey()
    granted = await asyncio.to_thread(enrol, centre, box)
    root = base64.b64decode(granted["root"])
    assert root == centre.signers.root.read_bytes()
    assert granted["root_sha256"] == hashlib.sha256(root).hexdigest()
    assert granted["station"] == STATION
    assert granted["broker"] == {"host": "127.0.0.1", "port": centre.broker.port}
    identity = box.write(centre.folder, "box", granted["certificate"])
    assert await is_let_in(centre, identity)


async def lose_session(centre: EnrolmentCentre, identity: Identity) -> None:
    """Revoke a box that is connected; its messages end with its session."""
    async with line(centre, identity) as client:
        await asyncio.to_thread(
            revoke_station, centre.database, STATION, "stolen", WHO, centre.now()
        )
        async for _ in client.messages:
            pass


async def test_a_revoked_box_is_cut_off_and_stays_out(centre: EnrolmentCentre) -> None:
    box = BoxKey()
    granted = await asyncio.to_thread(enrol, centre, box)
    identity = box.write(centre.folder, "box", granted["certificate"])
    other_key = BoxKey()
    other = await asyncio.to_thread(enrol, centre, other_key, "tv-cl-0008")
    innocent = other_key.write(centre.folder, "other", other["certificate"])
    async with asyncio.timeout(LIMIT_S):
        with pytest.raises(aiomqtt.MqttError):
            await lose_session(centre, identity)
    assert not await is_let_in(centre, identity)
    assert await is_let_in(centre, innocent)
    status, answer = await asyncio.to_thread(renew, centre, box, granted["certificate"], 70)
    assert (status, answer["code"]) == (403, "enrol-revoked")


def renew(
    centre: EnrolmentCentre, box: BoxKey, certificate: str, day: int, key: BoxKey | None = None
) -> tuple[int, Any]:
    serial = f"{x509.load_pem_x509_certificate(certificate.encode()).serial_number:x}"
    nonce = centre.ask("POST", NONCES_PATH)[1]["nonce"]
    csr, at = (key or box).csr, "1970-01-01T00:00:00Z"  # a box without the time
    signature = box.private.sign(renewal_bytes(csr, serial, nonce, at), ECDSA(SHA256()))
    body = {
        "csr": csr, "certificate_serial": serial, "nonce": nonce, "at": at,
        "signature": base64.b64encode(signature).decode(),
    }  # fmt: skip
    ahead, centre.ahead = centre.ahead, timedelta(days=day)
    try:
        return centre.ask("POST", RENEWALS_PATH, body)
    finally:
        centre.ahead = ahead


async def test_a_certificate_is_renewed_from_day_60_until_30_days_behind_its_end(
    centre: EnrolmentCentre,
) -> None:
    box = BoxKey()
    granted = await asyncio.to_thread(enrol, centre, box)
    pem = granted["certificate"]
    for day, expected in ((59, "enrol-too-early"), (121, "enrol-too-late")):
        status, answer = await asyncio.to_thread(renew, centre, box, pem, day)
        assert (status >= 400, answer["code"]) == (True, expected)
    status, answer = await asyncio.to_thread(renew, centre, BoxKey(), pem, 61)
    assert (status, answer["code"]) == (403, "enrol-signature")
    status, answer = await asyncio.to_thread(renew, centre, box, pem, 119)
    assert status == 201
    assert answer["certificate"] != pem


async def test_a_request_is_handed_out_to_its_own_box_and_once(centre: EnrolmentCentre) -> None:
    def story() -> None:
        box = BoxKey()
        opened = open_(centre, box)
        approve(centre.database, opened["user_code"].lower(), STATION, WHO, centre.now())
        path = f"{REQUESTS_PATH}/{opened['request']}"
        assert centre.ask("GET", path, token="x" * 43)[0] == 404
        assert centre.ask("GET", path)[0] == 404
        first = poll(centre, opened)["granted"]
        assert poll(centre, opened)["granted"] == first  # its answer was lost on the way
        assert take(centre, opened) == 204
        assert centre.ask("GET", path, token=opened["poll_token"])[0] == 404
        assert take(centre, opened) == 404
        with centre.database.transaction() as connection:
            assert len(list_certificates(connection)) == 1

    await asyncio.to_thread(story)


@pytest.mark.long
async def test_who_polls_too_fast_is_told_to_wait_longer(centre: EnrolmentCentre) -> None:
    def story() -> None:
        opened = open_(centre, BoxKey())
        poll(centre, opened)
        path = f"{REQUESTS_PATH}/{opened['request']}"
        status, answer = centre.ask("GET", path, token=opened["poll_token"])
        assert (status, answer["code"], answer["interval_s"]) == (429, "enrol-slow-down", 10)

    await asyncio.to_thread(story)


async def test_what_is_no_request_is_refused_and_leaves_nothing(centre: EnrolmentCentre) -> None:
    def story() -> None:
        cases: list[tuple[object, int, str]] = [
            (b"{", 400, "enrol-malformed"),
            (b"x" * 20_000, 413, "enrol-too-large"),
            ({"serial": "a"}, 400, "enrol-malformed"),
        ]
        good = {"serial": "a", "model": "m", "agent_version": "1", "csr": BoxKey().csr}
        cases += [
            ({**good, "more": 1}, 400, "enrol-malformed"),
            ({**good, "serial": "../x"}, 400, "enrol-malformed"),
            ({**good, "csr": "no"}, 400, "enrol-key"),
        ]
        for body, status, code in cases:
            found, answer = centre.ask("POST", REQUESTS_PATH, body)
            assert (found, answer["code"]) == (status, code)
            assert answer["text_vi"]
            assert answer["text_en"]
        with centre.database.transaction() as connection:
            assert list_requests(connection, centre.now()) == []

    await asyncio.to_thread(story)


@pytest.mark.long
async def test_a_box_that_is_turned_away_is_told(centre: EnrolmentCentre) -> None:
    def story() -> None:
        opened = open_(centre, BoxKey())
        deny(centre.database, opened["user_code"], WHO, centre.now(), "not ours")
        assert poll(centre, opened) == {"state": "denied", "interval_s": 5}
        late = open_(centre, BoxKey(), "RPI-0002")
        centre.ahead += timedelta(minutes=16)
        assert poll(centre, late)["state"] == "expired"

    await asyncio.to_thread(story)
