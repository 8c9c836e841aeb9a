"""Attacks of the catalogue that the broker itself makes; 4 and 99 are where their peers are."""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
import time
from collections.abc import Callable

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from agent.contract.topic import Topic, build_group_topic, build_station_topic
from agent.errors import LinkError
from agent.link import bounded_mqtt
from agent.link.backoff import BackOff
from agent.link.bounded_mqtt import ASK_AFTER, MAX_UNANSWERED, MAX_UNCONFIRMED, MAX_UNSENT
from agent.link.cpu_share import CpuShare
from central.collector.identity import Identity
from central.testbed.certificates import CertificateAuthority
from tests.harness.link_station import (
    STATE,
    STATION,
    Address,
    connected_as,
    greet,
    make_station,
    running,
    scripted_peer,
)
from tests.harness.signed_documents import COMMUNE, GOOD, STRANGER, code_of, judge, playlist, seal

PLAYLIST = build_station_topic(STATION, "playlist", "tuan")


async def test_attack_002_a_retained_message_that_is_cleared_takes_nothing_away(
    address: Callable[[str], Address],
) -> None:
    async with (
        connected_as(address("centre")) as centre,
        running(make_station(address(STATION))) as station,
    ):
        await station.until(lambda: bool(station.sessions))
        await centre.publish(PLAYLIST, GOOD, qos=1, retain=True)
        await centre.publish(PLAYLIST, b"", qos=1, retain=True)
        await centre.publish(PLAYLIST, b"behind it", qos=1)
        await station.until(lambda: bool(station.heard) and station.heard[-1][1] == b"behind it")
        # Whatever of it arrives is judged, and judged to be nothing.
        for _, message in station.heard:
            if message != GOOD:
                assert code_of(lambda raw=message: judge(raw)) == "E_JSON"  # type: ignore[misc] # bound early


def forged(**fields: object) -> Properties:
    """Properties of a PUBLISH, as a broker may invent them."""
    properties = Properties(PacketTypes.PUBLISH)
    for name, value in fields.items():
        setattr(properties, name, value)
    return properties


@pytest.mark.parametrize(
    "properties",
    [
        forged(UserProperty=[("issuer", "vn.84.em"), ("verified", "true")]),
        forged(ContentType="application/vnd.tramtin.emergency.v1+json", PayloadFormatIndicator=1),
        forged(ResponseTopic=PLAYLIST, CorrelationData=b"ok", MessageExpiryInterval=1),
        forged(TopicAlias=1),
    ],
    ids=["user properties", "content type", "response topic", "topic alias"],
)
@pytest.mark.parametrize("retain", [True, False])
async def test_attack_098_what_a_broker_adds_to_a_message_has_no_part_in_the_verdict(
    address: Callable[[str], Address],
    properties: Properties,
    retain: bool,  # noqa: FBT001 - the flag itself is what is tried
) -> None:
    forgery = seal(playlist(), STRANGER)
    topics = [PLAYLIST, build_group_topic("xa-29266", "playlist", "tuan")]
    async with (
        connected_as(address("centre")) as centre,
        running(make_station(address(STATION))) as station,
    ):
        await station.until(lambda: bool(station.sessions))
        await station.link.set_groups(["xa-29266"])
        for topic in topics:
            for message in (GOOD, forgery):
                await centre.publish(topic, message, qos=1, retain=retain, properties=properties)
        await station.until(lambda: {forgery} <= {message for _, message in station.heard})
        await station.until(lambda: len({topic for topic, _ in station.heard}) == len(topics))
    assert {topic for topic, _ in station.heard} == {
        Topic("playlist", "tuan", station=STATION),
        Topic("playlist", "tuan", group="xa-29266"),
    }
    for topic, message in station.heard:
        at = topic.station
        if message == GOOD:
            assert judge(message, station=at).signers == (COMMUNE.public_key.keyid,)
        else:
            assert code_of(lambda: judge(message, station=at)) == "E_ROLE"  # noqa: B023 - called at once


@pytest.mark.parametrize(
    ("room_bytes", "unanswered", "why"),
    [(2048, 1 << 30, f"{MAX_UNSENT + 1} packets"), (1 << 22, 500, "500 messages")],
    ids=["no room in the kernels", "room for all acknowledgements in the kernels"],
)
async def test_attack_108_a_broker_that_sends_and_never_reads_is_left(
    authority: CertificateAuthority,
    identities: dict[str, Identity],
    monkeypatch: pytest.MonkeyPatch,
    room_bytes: int,
    unanswered: int,
    why: str,
) -> None:
    monkeypatch.setattr(bounded_mqtt, "MAX_UNANSWERED", unanswered)
    left: list[BackOff] = []

    def remember(back_off: BackOff) -> None:
        left.append(back_off)

    monkeypatch.setattr(BackOff, "record_stall", remember)
    topic = PLAYLIST.encode()

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await greet(reader, writer)
        await station.until(lambda: station.link.connected)  # a box that comes back, too
        theirs = writer.get_extra_info("socket")
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room_bytes)
        client = station.link._client
        assert client is not None
        ours = client._client.socket()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, room_bytes)  # type: ignore[union-attr] # it is connected
        writer.transport.pause_reading()  # type: ignore[attr-defined] # a TLS transport has it
        for number in itertools.count(1):
            body = struct.pack(">H", len(topic)) + topic + struct.pack(">HB", number % 65535 + 1, 0)
            writer.write(bytes([0x32, len(body)]) + body)
            await writer.drain()
            if number % 16 == 0:
                await asyncio.sleep(0)  # the box runs in this very loop

    async with scripted_peer(script, authority, identities) as peer:
        station = make_station(peer)
        async with running(station):
            await station.until(lambda: station.lost >= 1 and station.had_fault("link_down", why))
        assert left  # it comes back soon, every time


async def test_attack_108_a_broker_that_reads_is_not_left_however_much_it_sends(
    address: Callable[[str], Address],
) -> None:
    """More messages than an answer may take; the broker is a Mosquitto with its usual windows."""
    number = ASK_AFTER + MAX_UNANSWERED + 200
    async with (
        connected_as(address("centre")) as centre,
        running(make_station(address(STATION))) as station,
    ):
        await station.until(lambda: bool(station.sessions))
        for _ in range(number):
            await centre.publish(PLAYLIST, b"x", qos=1)
        await centre.publish(PLAYLIST, b"the end", qos=1)
        await station.until(lambda: bool(station.heard) and station.heard[-1][1] == b"the end")
        assert station.lost == 0
        client = station.link._client
        assert client is not None
        assert client._unanswered < ASK_AFTER + 50


async def test_attack_108_a_broker_that_confirms_nothing_is_left(
    authority: CertificateAuthority, identities: dict[str, Identity]
) -> None:
    """What is not confirmed is given up after some seconds, and was kept for ever."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await greet(reader, writer)
        while await reader.read(65536):
            pass

    async with scripted_peer(script, authority, identities) as peer:
        station = make_station(peer)
        async with running(station):
            await station.until(lambda: bool(station.sessions))
            client = station.link._client
            assert client is not None
            client.timeout = 0.001
            for _ in range(MAX_UNCONFIRMED + 1):
                with pytest.raises(LinkError):
                    await station.link.publish(STATE, b"never confirmed")
            await station.until(lambda: station.had_fault("link_down", "confirms nothing"))


@pytest.mark.parametrize(
    ("packet", "why"),
    [(b"\xc0\x00", f"{MAX_UNSENT + 1} packets"), (b"\x90\xff\x7f", "at most 2048")],
    ids=["pings of its own", "a very long SUBACK"],
)
async def test_attack_108_what_no_broker_has_to_send_ends_the_connection(
    authority: CertificateAuthority, identities: dict[str, Identity], packet: bytes, why: str
) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await greet(reader, writer)
        await station.until(lambda: station.link.connected)  # a box that comes back, too
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client = station.link._client
        assert client is not None
        ours = client._client.socket()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2048)  # type: ignore[union-attr] # it is connected
        writer.transport.pause_reading()  # type: ignore[attr-defined] # a TLS transport has it
        for _ in range(2000):
            writer.write(packet * 64)
            await writer.drain()
            await asyncio.sleep(0)

    async with scripted_peer(script, authority, identities) as peer:
        station = make_station(peer)
        async with running(station):
            await station.until(lambda: station.lost >= 1 and station.had_fault("link_down", why))


async def test_attack_108_a_broker_that_floods_is_read_no_faster_than_its_share_allows(
    authority: CertificateAuthority,
    identities: dict[str, Identity],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bounded_mqtt, "READ_SHARE", 0.01)
    topic, sent = b"tramtin/1/d/" + STATION.encode() + b"/playlist/tuan", 0

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await greet(reader, writer)
        await station.until(lambda: bool(station.sessions))
        body = struct.pack(">H", len(topic)) + topic + b"\0" + b"x" * 8
        for _ in range(400):
            writer.write((bytes([0x30, len(body)]) + body) * 100)
            await writer.drain()
            sent += 100
        body = struct.pack(">H", len(topic)) + topic + b"\0" + b"the end"
        writer.write(bytes([0x30, len(body)]) + body)
        await writer.drain()
        await reader.read()

    async with scripted_peer(script, authority, identities) as peer:
        station = make_station(peer)
        async with running(station):
            await station.until(lambda: bool(station.heard))
            began_s, heard = time.monotonic(), len(station.heard)
            await asyncio.sleep(0.5)
            taken = len(station.heard) - heard
            assert taken < 2000 * (time.monotonic() - began_s)  # unbounded it is tens of thousands
            client = station.link._client
            assert client is not None
            client._read_share = CpuShare(1.0)
            await station.until(lambda: station.heard[-1][1] == b"the end")
            assert station.lost == 0
