"""Properties are cut out of a PUBLISH; what is no PUBLISH is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt._packet import decode_publish
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from agent.link.publish_packet import cut_properties

TOPIC = b"\0\3a/b"


@given(
    names=st.lists(st.text("abc", max_size=40), max_size=8),
    payload=st.binary(max_size=300),
    has_packet_id=st.booleans(),
)
def test_only_the_properties_are_gone(
    names: list[str], payload: bytes, *, has_packet_id: bool
) -> None:
    properties = Properties(PacketTypes.PUBLISH)
    if names:
        properties.UserProperty = [(name, name) for name in names]
    packet_id = b"\0\7" if has_packet_id else b""
    body = bytearray(TOPIC + packet_id + properties.pack() + payload)
    command = 0x32 if has_packet_id else 0x30
    cut = cut_properties(body, has_packet_id=has_packet_id)
    read = decode_publish(command, cut, MQTTProtocolVersion.MQTTv5)
    assert (read.topic, bytes(read.payload)) == (b"a/b", payload)
    assert read.mid == (7 if has_packet_id else 0)
    assert read.properties is not None
    assert read.properties.isEmpty()


@pytest.mark.parametrize(
    "body",
    [b"", b"\0", TOPIC, TOPIC + b"\0", TOPIC + b"\0\7", TOPIC + b"\0\7\x80", TOPIC + b"\0\7\5abcd",
     TOPIC + b"\0\7\xff\xff\xff\xff\0", b"\xff\xff" + b"x" * 100],
)  # fmt: skip
def test_what_is_shorter_than_it_announces_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="a PUBLISH"):
        cut_properties(bytearray(body), has_packet_id=True)
