"""DDP byte by byte, as its specification draws the head.

http://www.3waylabs.com/ddp/: byte 0 flags VVxTSRQP, version 01; byte 1 sequence 1 to 15; byte 2
data type, 001 RGB and 011 eight bits a value: 00 001 011; byte 3 the output, 1 by default, 251
status; bytes 4 to 7 offset, 8 to 9 length, most significant first.
"""

from __future__ import annotations

import pytest

from drivers.codec import ddp


def test_a_piece_in_the_middle_has_version_type_output_offset_and_length() -> None:
    head = ddp.build_head(2880, 1440, ddp.RGB_8_BITS, is_last=False)
    assert head == bytes.fromhex("40 00 0B 01 00000B40 05A0")


def test_the_last_piece_has_the_push_flag() -> None:
    head = ddp.build_head(0x01020304, 3, 0, is_last=True)
    assert head == bytes.fromhex("41 00 00 01 01020304 0003")


@pytest.mark.parametrize("length", [0, 1441])
def test_a_datagram_takes_480_pixels_at_most(length: int) -> None:
    with pytest.raises(ValueError, match="1440"):
        ddp.build_head(0, length, 0, is_last=True)


def test_a_status_is_asked_for_and_its_answer_known() -> None:
    assert ddp.build_status_query() == bytes.fromhex("42 00 00 FB 00000000 0000")
    assert ddp.is_reply(bytes.fromhex("45 00 00 FB 00000000 0002") + b"{}")
    for other in (
        b"",
        ddp.build_status_query(),
        bytes.fromhex("45 00 00 FA 00000000 0002") + b"{}",
    ):
        assert not ddp.is_reply(other)


def test_what_is_sent_is_read_alike_and_half_of_it_is_not() -> None:
    datagram = ddp.build_head(6, 3, ddp.RGB_8_BITS, is_last=True) + b"abc"
    assert ddp.parse_data(datagram) == (6, b"abc", True)
    for other in (datagram[:-1], datagram[:5], ddp.build_status_query()):
        assert ddp.parse_data(other) is None
