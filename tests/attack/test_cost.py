"""Attacks 102 and 124: bytes whose judging would cost more than their length allows.

Eight times the bytes may cost 24 times the processor at most, in every family, through every
door; a quadratic step costs 64. What is counted is the thread's own processor time, the best
of some tries, so that a busy machine weighs on neither size.
"""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Callable

import aiomqtt
import pytest
from paho.mqtt.properties import VariableByteIntegers

from agent.authority.tuf_client import run_pass
from agent.contract.envelope import MAX_ENVELOPE_BYTES, EnvelopeError, decode_base64
from agent.contract.strict_json import StrictJsonError, parse_strict
from agent.contract.topic import Topic, build_group_topic, build_station_topic, parse_topic
from agent.errors import TrustError, YamlFaults
from agent.link.bounded_mqtt import BoundedClient
from agent.settings.model import Settings
from agent.store.authority_files import StoredAuthority
from agent.trust.metadata import TargetsFile, open_metadata
from agent.trust.provisional_place import find_provisional_place
from strict_yaml.loader import load_yaml
from tests.fakes.fake_publisher import AT, FakePublisher
from tests.harness.hostile_text import FAMILIES, YAML_FAMILIES
from tests.harness.signed_documents import COMMUNE, GOOD, STATION, judge, seal

SMALL = 8 * 1024
MOST = 24.0  # times; linear is 8, and the cache and the collector have their part; quadratic is 64
NOISE_S = 0.002
SLOW_S = 1.0
REFUSALS = (TrustError, StrictJsonError, EnvelopeError, YamlFaults, ValueError)


def cost_s(deed: Callable[[], object], tries: int = 3) -> float:
    """Processor seconds of this thread, the best of some tries; a slow deed is spared some.

    Without the collector: what it walks over is the heap of all these tests.
    """
    best = float("inf")
    gc.disable()
    try:
        for _ in range(tries):
            began = time.thread_time()
            with contextlib.suppress(*REFUSALS):
                deed()
            best = min(best, time.thread_time() - began)
            if best > SLOW_S:
                break
    finally:
        gc.enable()
    return best


def assert_linear(
    door: Callable[[bytes], object], family: Callable[[int], bytes], size: int = SMALL
) -> None:
    """Does eight times as much cost no more than linear growth explains?"""
    small, large = family(size), family(8 * size)
    before = cost_s(lambda: door(small))
    assert cost_s(lambda: door(large)) <= MOST * before + NOISE_S


def _judge_signed(payload: bytes) -> object:
    return judge(seal(payload, COMMUNE, kind="playlist"))


def _judge_inside_a_string(raw: bytes) -> object:
    """Where a payload's base64 should be."""
    return judge(GOOD.replace(b'"payload":', b'"payload":' + raw + b","))


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize(
    "door",
    [parse_strict, judge, _judge_inside_a_string, _judge_signed,
     lambda raw: find_provisional_place(raw, STATION)],
    ids=["strict JSON", "envelope", "inside an envelope", "signed payload", "presumed place"],
)  # fmt: skip
def test_attack_102_no_message_costs_more_than_its_length(
    door: Callable[[bytes], object], family: Callable[[int], bytes]
) -> None:
    assert_linear(door, family)


@pytest.mark.parametrize(
    "topic",
    [build_station_topic(STATION, "playlist", "tuan"),
     build_group_topic("xa-29266", "playlist", "tuan")],
)  # fmt: skip
def test_attack_102_the_message_that_stopped_a_box_is_refused_in_no_time(topic: str) -> None:
    hostile = b'{"a":"' + b'\\"' * 40_000
    began = time.thread_time()
    with pytest.raises(TrustError, match="E_JSON"):
        judge(hostile, "playlist", station=parse_topic(topic).station)
    assert time.thread_time() - began < 1.0  # it took nineteen


def test_attack_102_a_complaint_never_quotes_the_whole_message() -> None:
    for hostile in (b'{"' + b"x" * 300_000 + b'":1}', b'{"payloadType":"' + b"y" * 300_000 + b'"}'):
        with pytest.raises(TrustError) as caught:
            judge(hostile)
        assert len(str(caught.value)) < 300


@pytest.mark.parametrize("unit", ["a", "/", "tramtin/1/d/", "#", "\u0301", "\0"])
def test_attack_124_topics(unit: str) -> None:
    def door(raw: bytes) -> Topic:
        return parse_topic("tramtin/1/d/" + raw.decode())

    assert_linear(door, lambda size: (unit * (size // len(unit.encode()))).encode())


@pytest.mark.parametrize("unit", [b"A", b"=", b"A=", b"AA==", b" ", b"-", b"\xc3\xa9"])
def test_attack_124_base64(unit: bytes) -> None:
    assert_linear(lambda raw: decode_base64(raw.decode()), lambda size: unit * (size // len(unit)))


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_attack_124_authority_files(family: Callable[[int], bytes]) -> None:
    def door(raw: bytes) -> object:
        return open_metadata(b'{"signatures":[],"signed":' + raw + b"}", TargetsFile, "targets")

    assert_linear(door, family)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_attack_124_a_next_root_that_is_none(family: Callable[[int], bytes]) -> None:
    installed = FakePublisher().wire["1.root.json"]

    def door(raw: bytes) -> object:
        return run_pass(installed, StoredAuthority(), {"2.root.json": raw[: 64 * 1024]}, None, AT)

    assert_linear(door, family)


async def test_attack_102_properties_of_a_message() -> None:
    """Before any reader of ours paho has seen it: a broker passes a publisher's properties on."""
    taken: list[bytes] = []

    def door(properties: bytes) -> None:
        client = BoundedClient(
            max_bytes=MAX_ENVELOPE_BYTES, on_refused=print, hostname="h",
            protocol=aiomqtt.ProtocolVersion.V5,
        )  # fmt: skip
        client.take = lambda message: taken.append(bytes(message.payload))
        inner = client._client
        topic, length = b"tramtin/1/d/s/playlist/tuan", VariableByteIntegers.encode(len(properties))
        body = len(topic).to_bytes(2, "big") + topic + b"\0\7" + length + properties + b"signed"
        inner._in_packet.update(command=0x32, packet=bytearray(body))
        inner._packet_handle()

    assert_linear(door, lambda size: b"\x26\0\0\0\0" * (size // 5), 40 * 1024)
    assert set(taken) == {b"signed"}


@pytest.mark.parametrize("family", YAML_FAMILIES.values(), ids=YAML_FAMILIES)
def test_attack_124_settings_and_schedules(family: Callable[[int], bytes]) -> None:
    assert_linear(lambda raw: load_yaml(raw.decode(), Settings, "station.yaml"), family, 1024)
