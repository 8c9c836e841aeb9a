"""The link against a real Mosquitto with mutual TLS."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import struct
import sys
import tracemalloc
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import aiomqtt
import pytest

from agent.clock import Now
from agent.contract.topic import (
    Topic,
    build_authority_topic,
    build_station_topic,
    build_uplink_topic,
)
from agent.errors import LinkError
from agent.link.tls import CertificateDates
from central.collector.identity import Identity
from central.testbed.broker import MosquittoBroker
from central.testbed.certificates import CertificateAuthority, make_demo_ca
from tests.harness.link_station import (
    CONNACK_5,
    OTHER,
    PATIENCE_S,
    STATE,
    STATION,
    Address,
    address,
    authority,
    broker,
    connected_as,
    greet,
    identities,
    make_station,
    read_packet,
    running,
    scripted_peer,
)

__all__ = ["address", "authority", "broker", "identities"]


async def next_state(messages: AsyncIterator[aiomqtt.Message]) -> dict[str, object]:
    async with asyncio.timeout(PATIENCE_S):
        message = await anext(messages)
    return dict(json.loads(bytes(message.payload)))  # type: ignore[arg-type] # bytes on the wire


async def test_a_station_connects_and_hears_the_document_retained_for_it(
    address: Callable[[str], Address],
) -> None:
    topic = build_station_topic(STATION, "playlist", "tuan")
    async with connected_as(address("centre")) as centre:
        await centre.publish(topic, b"signed", qos=1, retain=True)
        await centre.publish(build_station_topic(OTHER, "playlist", "tuan"), b"no", 1, retain=True)
        async with running(make_station(address(STATION))) as station:
            await station.until(lambda: bool(station.sessions and station.heard))
            assert station.link.connected
            assert station.heard == [(Topic("playlist", "tuan", STATION), b"signed")]


async def test_presence_follows_the_session_and_a_clean_stop_says_so(
    address: Callable[[str], Address],
) -> None:
    async with connected_as(address("centre")) as centre:
        await centre.subscribe(STATE, qos=1)
        states = aiter(centre.messages)
        async with running(make_station(address(STATION))):
            assert await next_state(states) == {"online": True, "session": 1}
        assert await next_state(states) == {"online": False, "session": 1}


CHILD = """
import asyncio, sys
from agent.link.mqtt import MqttLink
from tests_address import Address

async def main():
    async def session(): return 17
    async def ignore(*_): pass
    link = MqttLink(Address(*sys.argv[1:2], int(sys.argv[2]), *sys.argv[3:6]), sys.argv[6],
        next_session=session, on_message=ignore, on_connect=ignore,
        on_disconnect=lambda: None, on_fault=lambda *_: None)
    await link.run()

asyncio.run(main())
"""
ADDRESS = (
    "from collections import namedtuple\nAddress = namedtuple('Address', 'host port ca cert key')"
)


async def test_the_will_speaks_when_a_station_is_killed(
    address: Callable[[str], Address], tmp_path: Path
) -> None:
    (tmp_path / "tests_address.py").write_text(ADDRESS)
    one = address(STATION)
    arguments = (one.host, str(one.port), one.ca, one.cert, one.key, STATION)
    async with connected_as(address("centre")) as centre:
        await centre.subscribe(STATE, qos=1)
        states = aiter(centre.messages)
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CHILD, *arguments,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        )  # fmt: skip
        try:
            assert await next_state(states) == {"online": True, "session": 17}
            child.send_signal(signal.SIGKILL)
            assert await next_state(states) == {"online": False, "session": 17}
        finally:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()


async def test_a_station_can_neither_write_nor_read_under_anothers_name(
    address: Callable[[str], Address],
) -> None:
    foreign = build_uplink_topic(OTHER, "log")
    async with connected_as(address("centre")) as centre:
        await centre.subscribe("tramtin/1/u/#", qos=1)
        messages = aiter(centre.messages)
        async with (
            running(make_station(address(STATION))) as station,
            connected_as(address(OTHER)) as spy,
        ):
            await spy.subscribe(build_station_topic(STATION, "#"), qos=1)
            await spy.subscribe("tramtin/1/g/84_2e29266/#", qos=1)
            heard_by_spy = aiter(spy.messages)
            await station.until(lambda: bool(station.sessions))
            await station.link.publish(foreign, b"forged")
            await station.link.publish(build_uplink_topic(STATION, "log"), b"own")
            await station.until(lambda: station.has_fault("publish_refused"))
            async with asyncio.timeout(PATIENCE_S):
                seen = [await anext(messages) for _ in range(2)]
            assert str(seen[0].topic) == STATE
            assert (str(seen[1].topic), seen[1].payload) == (
                build_uplink_topic(STATION, "log"),
                b"own",
            )
            await centre.publish(build_station_topic(STATION, "playlist", "tuan"), b"a", qos=1)
            await centre.publish("tramtin/1/g/84_2e29266/playlist/tuan", b"b", qos=1)
            async with asyncio.timeout(PATIENCE_S):
                assert (await anext(heard_by_spy)).payload == b"b"


async def test_an_identity_without_certificate_or_of_another_authority_is_turned_away(
    address: Callable[[str], Address], tmp_path: Path
) -> None:
    stranger = make_demo_ca(tmp_path / "stranger").issue_device(STATION)
    good = address(STATION)
    bad = Address(good.host, good.port, good.ca, str(stranger.cert), str(stranger.key))
    async with running(make_station(bad)) as station:
        await station.until(lambda: station.has_fault("link_down"))
        assert not station.link.connected
        assert station.sessions == []


async def test_a_restarted_broker_is_found_again_and_groups_are_still_heard(
    broker: MosquittoBroker, address: Callable[[str], Address]
) -> None:
    async with running(make_station(address(STATION))) as station:
        await station.link.set_groups(["84.29266", "bad+name#"])
        await station.until(lambda: bool(station.sessions))
        assert station.has_fault("bad_group")
        await broker.stop()
        await station.until(lambda: station.lost == 1 and station.has_fault("link_down"))
        assert not station.link.connected
        with pytest.raises(LinkError, match="E_OFFLINE"):
            await station.link.publish(build_uplink_topic(STATION, "log"), b"later")
        await broker.start()
        await station.until(lambda: len(station.sessions) == 2)
        assert station.sessions[1] > station.sessions[0]
        assert not station.has_fault("link_down")
        async with connected_as(address("centre")) as centre:
            await centre.publish("tramtin/1/g/84_2e29266/playlist/tuan", b"group", qos=1)
        await station.until(lambda: bool(station.heard))
        assert station.heard == [(Topic("playlist", "tuan", None, "84.29266"), b"group")]


async def test_a_group_left_is_not_heard_any_more(address: Callable[[str], Address]) -> None:
    async with (
        connected_as(address("centre")) as centre,
        running(make_station(address(STATION))) as station,
    ):
        await station.until(lambda: bool(station.sessions))
        await station.link.set_groups(["old", "new"])
        await station.link.set_groups(["new"])
        await centre.publish("tramtin/1/g/old/playlist/tuan", b"old", qos=1)
        await centre.publish("tramtin/1/g/new/playlist/tuan", b"new", qos=1)
        await station.until(lambda: bool(station.heard))
        assert [message for _, message in station.heard] == [b"new"]


async def test_an_emergency_overtakes_what_waits(address: Callable[[str], Address]) -> None:
    order: list[str] = []
    first, go_on, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(topic: Topic, _: bytes) -> None:
        order.append(topic.kind)
        first.set()
        await go_on.wait()
        if len(order) == 4:
            done.set()

    async with (
        connected_as(address("centre")) as centre,
        running(make_station(address(STATION), on_message=slow)) as station,
    ):
        await station.until(lambda: bool(station.sessions))
        for kind in ("playlist", "command", "ack", "emergency"):
            await centre.publish(build_station_topic(STATION, kind, "x"), b"1", qos=1)
            if kind == "playlist":
                async with asyncio.timeout(PATIENCE_S):
                    await first.wait()
        # The broker hands a station its messages in order: once this answer is here, they are too.
        await station.link.publish(build_uplink_topic(STATION, "log"), b"after them")
        go_on.set()
        async with asyncio.timeout(PATIENCE_S):
            await done.wait()
    assert order == ["playlist", "emergency", "command", "ack"]


async def test_a_message_that_cannot_be_digested_does_not_deafen_the_station(
    address: Callable[[str], Address],
) -> None:
    heard: list[bytes] = []

    async def touchy(_: Topic, message: bytes) -> None:
        heard.append(message)
        if message == b"poison":
            raise RuntimeError("cannot digest this")
        station.note()

    station = make_station(address(STATION), on_message=touchy)
    async with connected_as(address("centre")) as centre, running(station):
        await station.until(lambda: bool(station.sessions))
        await centre.publish(build_station_topic(STATION, "command", "a"), b"poison", qos=1)
        await centre.publish(build_station_topic(STATION, "command", "b"), b"", qos=1, retain=True)
        await centre.publish(build_station_topic(STATION, "command", "b"), b"fine", qos=1)
        await station.until(lambda: heard == [b"poison", b"fine"])
        assert station.has_fault("message_failed")
        assert station.lost == 0


async def test_two_boxes_with_one_identity_are_noticed_whether_or_not_the_broker_says_why(
    address: Callable[[str], Address],
) -> None:
    one, two = make_station(address(STATION)), make_station(address(STATION))
    # Which of the two is thrown off often enough first is chance; that one of them is, is not.
    two.changed = one.changed
    # Mosquitto 2.0.11 (Debian 12) takes over without a word, 2.0.21 (Debian 13) gives the reason.
    kinds = ("link_unstable", "duplicate_identity")
    async with running(one), running(two):
        await one.until(lambda: any(box.has_fault(k) for box in (one, two) for k in kinds))


# A peer that no honest broker is


CONNACK_311 = bytes([0x20, 2, 0, 0])
CONNACK_311_WRONG_VERSION = bytes([0x20, 2, 0, 1])


async def test_authority_files_come_by_name_and_no_others(
    address: Callable[[str], Address], broker: MosquittoBroker
) -> None:
    """What is retained comes when it is asked for, again after each reconnection."""
    async with (
        connected_as(address("centre")) as centre,
        running(make_station(address(STATION))) as station,
    ):
        for name in ("timestamp.json", "1.targets.json", "1.vn.82.json", "1.vn.84.json"):
            await centre.publish(build_authority_topic(name), name.encode(), qos=1, retain=True)
        await station.until(lambda: bool(station.sessions))
        await station.link.set_authority_files({"timestamp.json", "1.vn.84.json"})
        await station.until(lambda: len(station.files) == 2)
        await station.link.set_authority_files({"timestamp.json", "1.targets.json"})
        await station.until(lambda: len(station.files) == 3)
        await centre.publish("tramtin/1/auth/1_2evn_2e84_2ejson", b"no more", qos=1, retain=True)
        await centre.publish("tramtin/1/auth/timestamp_2ejson", b"next", qos=1, retain=True)
        await station.until(lambda: ("timestamp.json", b"next") in station.files)
        assert sorted(name for name, _ in station.files) == [
            "1.targets.json", "1.vn.84.json", "timestamp.json", "timestamp.json"
        ]  # fmt: skip
        station.files.clear()
        await broker.stop()
        await broker.start()
        await station.until(lambda: len(station.files) == 2)
        assert sorted(station.files) == [
            ("1.targets.json", b"1.targets.json"), ("timestamp.json", b"next")
        ]  # fmt: skip


async def test_a_refused_subscription_is_told(
    authority: CertificateAuthority, identities: dict[str, Identity]
) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await greet(reader, writer, 0x87)
        await reader.read()

    async with (
        scripted_peer(script, authority, identities) as peer,
        running(make_station(peer)) as station,
    ):
        await station.until(lambda: station.has_fault("subscription_refused"))
        refused = {subject for kind, subject in station.faults if kind == "subscription_refused"}
        assert refused == {"tramtin/1/d/tv-cl-0007/#", "tramtin/1/c/state"}


async def test_a_broker_that_hangs_up_instead_of_answering_is_left_at_once(
    authority: CertificateAuthority, identities: dict[str, Identity]
) -> None:
    hung_up: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_packet(reader)
        writer.write(CONNACK_5)
        _, subscribe = await read_packet(reader)
        writer.write(bytes([0x90, 6]) + subscribe[:2] + bytes([0, 1, 1, 1]))
        hung_up.append((await read_packet(reader))[1])  # "online", and no PUBACK follows
        station.note()

    async with scripted_peer(script, authority, identities) as peer:
        station = make_station(peer)
        async with running(station):
            # a link that waited for each answer until its time-out of 10 s would not come so far
            await station.until(lambda: len(hung_up) >= 5)
            assert station.sessions == []


@pytest.mark.parametrize("answer", [CONNACK_311_WRONG_VERSION, b""], ids=["refuses", "hangs up"])
async def test_a_broker_without_mqtt_5_is_met_with_3_1_1_and_that_is_no_loss(
    authority: CertificateAuthority, identities: dict[str, Identity], answer: bytes
) -> None:
    levels: list[int] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, connect = await read_packet(reader)
        levels.append(connect[6])  # protocol level follows 00 04 "MQTT"
        if connect[6] == 5:
            writer.write(answer)
            return
        writer.write(CONNACK_311)
        _, subscribe = await read_packet(reader)
        writer.write(bytes([0x90, 5]) + subscribe[:2] + bytes([1, 1, 1]))
        _, publish = await read_packet(reader)
        (topic_length,) = struct.unpack(">H", publish[:2])
        writer.write(bytes([0x40, 2]) + publish[2 + topic_length : 4 + topic_length])
        await reader.read()

    async with (
        scripted_peer(script, authority, identities) as peer,
        running(make_station(peer)) as station,
    ):
        await station.until(lambda: bool(station.sessions))
        assert levels == [5, 4]
        assert station.faults == {}


async def test_a_broker_that_refuses_both_versions_is_told_with_its_answer_to_mqtt_5(
    authority: CertificateAuthority, identities: dict[str, Identity]
) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, connect = await read_packet(reader)
        if connect[6] == 5:
            writer.write(bytes([0x20, 3, 0, 0x87, 0]))  # CONNACK, not authorised (MQTT 5)
        await writer.drain()

    async with (
        scripted_peer(script, authority, identities) as peer,
        running(make_station(peer)) as station,
    ):
        await station.until(lambda: station.has_fault("link_down"))
        assert "Not authorized" in str(station.faults["link_down", f"127.0.0.1:{peer.port}"])


async def test_the_second_takeover_in_a_minute_is_a_duplicate_and_we_stay_away(
    authority: CertificateAuthority, identities: dict[str, Identity]
) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await greet(reader, writer)
        writer.write(b"\xe0\x02\x8e\x00")  # DISCONNECT, session taken over
        await writer.drain()
        await reader.read()

    async with (
        scripted_peer(script, authority, identities) as peer,
        running(make_station(peer)) as station,
    ):
        await station.until(lambda: station.has_fault("duplicate_identity"))
        assert station.sessions == [1, 2]


async def test_a_message_at_qos_2_is_refused_since_none_was_subscribed(
    authority: CertificateAuthority, identities: dict[str, Identity]
) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await greet(reader, writer)
        topic = build_station_topic(STATION, "playlist", "tuan").encode()
        body = struct.pack(">H", len(topic)) + topic + b"\x00\x01\x00signed"
        writer.write(bytes([0x34, len(body)]) + body)
        await reader.read()

    async with (
        scripted_peer(script, authority, identities) as peer,
        running(make_station(peer)) as station,
    ):
        await station.until(lambda: station.has_fault("link_down"))
        assert "QoS 2" in str(station.faults["link_down", f"127.0.0.1:{peer.port}"])
        assert station.heard == []


async def test_attack_004_two_hundred_mebibytes_announced_are_never_read(
    authority: CertificateAuthority, identities: dict[str, Identity]
) -> None:
    size = 200 * 1024 * 1024

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await greet(reader, writer)
        topic = build_station_topic(STATION, "playlist", "tuan").encode()
        # Fixed head of a QoS 0 PUBLISH of 200 MiB: length as four 7-bit groups.
        length = bytes(
            (size >> shift) & 0x7F | (0x80 if shift < 21 else 0) for shift in (0, 7, 14, 21)
        )
        writer.write(b"\x30" + length + struct.pack(">H", len(topic)) + topic + b"\x00")
        for _ in range(size // 65536):
            writer.write(b"x" * 65536)
            await writer.drain()

    async with (
        scripted_peer(script, authority, identities) as peer,
        running(make_station(peer)) as station,
    ):
        tracemalloc.start()
        await station.until(lambda: station.lost >= 1 and station.has_fault("link_down"))
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak_bytes < 8 << 20  # the peer, in this very process, holds 64 KiB at a time
        assert "refused a packet of 209715200 bytes" in str(
            station.faults["link_down", f"127.0.0.1:{peer.port}"]
        )
        assert station.heard == []


async def test_a_broker_whose_certificate_has_ended_by_our_clock_is_not_entered(
    address: Callable[[str], Address],
) -> None:
    """It ends in 2049; no clock of this machine says that it is later."""
    late = Now(datetime(2050, 1, 1, tzinfo=UTC), "SYNCED", 0.02)
    async with running(make_station(address(STATION), dates=CertificateDates(lambda: late))) as one:
        await one.until(lambda: one.has_fault("link_down"))
        (hint,) = [hint for (kind, _), hint in one.faults.items() if kind == "link_down"]
        assert "expired at 2049-12-31" in str(hint)
        assert one.sessions == []
