"""Huidu's SDK 2.0 byte by byte, as the maker's C# demo lays the packets out: Pack = 1, low first.

Protocols.cs: HVersionAsk len 8, 0x2001, version 0x01000005; HSDKCmd len, 0x2003, total, index;
HFileStartAsk 33 bytes of MD5, size of 64 bits, type of 16, then the name with its zero;
HFileStartAnswer status of 16 bits, existSize of 64. UDPServices.cs: search 0x1001 with the version
first, answer of 25 bytes. The length counts the whole packet.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codec import huidu
from drivers.codec.huidu import HuiduDecoder, HuiduPacket, XmlAssembler

MD5 = "0123456789abcdef0123456789abcdef"


def test_a_session_begins_with_the_version() -> None:
    packet = huidu.encode_packet(huidu.build_version_ask(0x0100_0005))
    assert packet == bytes.fromhex("0800 0120 05000001")
    assert huidu.parse_version(bytes.fromhex("05000001 0000")) == 0x0100_0005


def test_xml_goes_in_pieces_with_the_length_of_all_and_the_offset() -> None:
    pieces = [huidu.encode_packet(one) for one in huidu.build_xml(b"abcdefgh", 12 + 5)]
    assert pieces == [
        bytes.fromhex("1100 0320 08000000 00000000") + b"abcde",
        bytes.fromhex("0F00 0320 08000000 05000000") + b"fgh",
    ]


def test_a_file_begins_with_md5_size_kind_and_name() -> None:
    packet = huidu.encode_packet(huidu.build_file_start(MD5, 0x0102_0304, huidu.IMAGE, "a.png"))
    want = bytes.fromhex("3500 0180") + MD5.encode() + bytes.fromhex("00 0403020100000000 0000")
    assert packet == want + b"a.png\0"
    assert huidu.parse_file_start(packet[4:]) == (MD5, 0x0102_0304, 0, "a.png")
    assert huidu.parse_file_start_answer(bytes.fromhex("0000 0010000000000000")) == (0, 0x1000)
    answer = huidu.encode_packet(huidu.build_file_start_answer(9, 5))
    assert answer == bytes.fromhex("0E00 0280 0900 0500000000000000")


def test_the_search_by_udp_has_the_version_first() -> None:
    assert huidu.build_search(0x0100_0005) == bytes.fromhex("05000001 0110")
    answer = bytes.fromhex("05000001 0210") + b"C16-D01-A0F1\0\0\0" + bytes.fromhex("01000000")
    assert len(answer) == 25
    assert huidu.parse_search_answer(answer) == "C16-D01-A0F1"
    for other in (
        b"",
        answer[:-1],
        huidu.build_search(1),
        answer.replace(b"\x02\x10", b"\x01\x10"),
    ):
        assert huidu.parse_search_answer(other) is None


def test_a_status_has_the_makers_name() -> None:
    assert huidu.describe_status(9) == "kNotSpaceToSave"
    assert huidu.describe_status(20) == "kXmlCmdTooLong"
    assert huidu.describe_status(999) == "error 999"


@given(st.lists(st.binary(max_size=300), max_size=6), st.integers(1, 50))
def test_packets_come_out_whole_however_they_are_cut(bodies: list[bytes], step: int) -> None:
    packets = [HuiduPacket(huidu.FILE_CONTENT, body) for body in bodies]
    raw = b"".join(map(huidu.encode_packet, packets))
    decoder = HuiduDecoder()
    found = [one for at in range(0, len(raw), step) for one in decoder.feed(raw[at : at + step])]
    assert found == packets


@given(st.binary(min_size=1, max_size=4000), st.integers(60, 9216))
def test_xml_comes_out_whole_however_it_is_cut(text: bytes, packet_bytes: int) -> None:
    pieces = XmlAssembler()
    found = [pieces.add(one.body) for one in huidu.build_xml(text, packet_bytes)]
    assert found == [None] * (len(found) - 1) + [text]


@pytest.mark.parametrize("raw", ["0300 0120", "0000 0000", "0124 0120"])
def test_a_length_that_no_packet_has_is_an_error(raw: str) -> None:
    with pytest.raises(ValueError, match="a packet of"):
        HuiduDecoder().feed(bytes.fromhex(raw))


@pytest.mark.parametrize(
    "body", ["00", "0a000000 05000000 61", "ffffffff 00000000", "01000000 00000000 6161"]
)
def test_a_piece_that_does_not_fit_is_an_error(body: str) -> None:
    with pytest.raises(ValueError, match="XML"):
        XmlAssembler().add(bytes.fromhex(body))


def test_halves_are_errors() -> None:
    with pytest.raises(ValueError, match="version"):
        huidu.parse_version(b"\5\0")
    with pytest.raises(ValueError, match="answer to a file"):
        huidu.parse_file_start_answer(b"\0\0\0")
    with pytest.raises(ValueError, match="status"):
        huidu.parse_status(b"\0")
    with pytest.raises(ValueError, match="packet"):
        huidu.encode_packet(HuiduPacket(huidu.FILE_CONTENT, bytes(9213)))
