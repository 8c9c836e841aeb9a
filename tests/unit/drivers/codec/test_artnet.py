"""Art-Net 4 byte by byte, as the tables of Artistic Licence's specification lay the packets out.

ID "Art-Net" and zero, opcode low byte first (ArtDmx 0x5000, ArtSync 0x5200, ArtPoll 0x2000,
ArtPollReply 0x2100), protocol 14 high byte first; ArtDmx: sequence, physical, sub-uni, net, length
high byte first. ArtPollReply: address 10 to 13, port low byte first, the port's name from 26.
"""

from __future__ import annotations

import pytest

from drivers.codec import artnet

ID = "4172742D4E657400"


def test_dmx_has_the_universe_low_byte_first_and_the_length_high_byte_first() -> None:
    assert artnet.build_head(0x1234, 510) == bytes.fromhex(f"{ID} 0050 000E 00 00 34 12 01FE")


def test_sync_and_poll_have_two_bytes_behind_the_protocol() -> None:
    assert artnet.build_sync() == bytes.fromhex(f"{ID} 0052 000E 0000")
    assert artnet.build_poll() == bytes.fromhex(f"{ID} 0020 000E 0000")


@pytest.mark.parametrize(("universe", "channels"), [(-1, 2), (32_768, 2), (0, 0), (0, 3), (0, 514)])
def test_what_the_specification_does_not_have_is_refused(universe: int, channels: int) -> None:
    with pytest.raises(ValueError, match=r"32767|even"):
        artnet.build_head(universe, channels)


def test_a_nodes_answer_has_its_name() -> None:
    answer = bytes.fromhex(f"{ID} 0021 7F000002 3619").ljust(26, b"\0") + b"gate\0"
    assert artnet.parse_name(answer.ljust(239, b"\0")) == "gate"
    assert artnet.parse_name(artnet.build_poll_reply(b"\x7f\0\0\2", "gate")) == "gate"
    for other in (answer, artnet.build_poll(), b""):
        assert artnet.parse_name(other) is None


def test_what_is_sent_is_read_alike_and_half_of_it_is_not() -> None:
    datagram = artnet.build_head(3, 4) + b"abcd"
    assert artnet.parse_data(datagram) == (3, b"abcd")
    for other in (datagram[:-1], datagram[:12], artnet.build_sync()):
        assert artnet.parse_data(other) is None
    assert artnet.is_sync(artnet.build_sync())
    assert artnet.is_poll(artnet.build_poll())
    assert not artnet.is_sync(datagram)
