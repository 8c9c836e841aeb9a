"""Frames of ColorLight 5A-75 cards, byte by byte as two dissectors and Falcon Player have them.

Offsets in the frame (the dissectors'): 12 type, 13 data; show 13+22 brightness, 13+25..27 of blue,
green, red; brightness 13+0..2; discover 13+3 the card; reply 13+2..3 firmware, 13+38 packets, 13+46
uptime, 13+85 the card; row 13..14 row, 15..16 x, 17..18 count, 21 pixels. The other dissector reads
bytes 12 and 13 as one EtherType: 0x0107, 0x0AFF at full brightness, 0x5500 and 0x5501, 0x0700,
0x0805. Lengths are Falcon Player's: 112, 77, 284, 1070.
"""

from __future__ import annotations

import pytest

from drivers.codec import colorlight
from drivers.codec.colorlight import ReceiverReply

HEAD = "112233445566 222233445566"


def frame(text: str, length: int) -> bytes:
    return bytes.fromhex(HEAD + text).ljust(length, b"\0")


def test_show_has_the_brightness_four_times() -> None:
    level = "80"
    text = f"01 07 {'00' * 21} {level} 05 00 {level}{level}{level}"
    assert colorlight.build_show(0x80) == frame(text, 112)


def test_brightness_is_one_level_for_three_colours() -> None:
    assert colorlight.build_brightness(0xFF) == frame("0A FF FF FF FF", 77)
    assert colorlight.build_brightness(0) == frame("0A 00 00 00 FF", 77)


@pytest.mark.parametrize("level", [-1, 256, 765])
def test_a_brightness_that_no_card_has_is_refused(level: int) -> None:
    with pytest.raises(ValueError, match=r"byte|range"):
        colorlight.build_brightness(level)


def test_a_row_head_has_row_place_and_count_from_the_most_significant_byte() -> None:
    assert colorlight.build_row_head(0, 0, 1) == frame("55 0000 0000 0001 0888", 21)
    assert colorlight.build_row_head(0x0102, 497, 303) == frame("55 0102 01F1 012F 0888", 21)


@pytest.mark.parametrize("pixels", [0, 498])
def test_a_frame_takes_1_to_497_pixels(pixels: int) -> None:
    with pytest.raises(ValueError, match="497"):
        colorlight.build_row_head(0, 0, pixels)


def test_discover_names_the_card_that_is_asked() -> None:
    assert colorlight.build_discover(0) == frame("07", 284)
    assert colorlight.build_discover(3) == frame("07 000000 03", 284)


def build_answer() -> bytearray:
    data = bytearray(1057)
    data[0], data[2:4], data[85] = 0x05, bytes([13, 7]), 2
    data[21:25] = bytes.fromhex("0200 0100")
    data[38:42], data[46:50] = bytes.fromhex("00012345"), bytes.fromhex("000A0B0C")
    return bytearray(b"\xff" * 6 + bytes.fromhex("112233445566 08")) + data


def test_an_answer_is_read_and_built_alike() -> None:
    reply = ReceiverReply(2, (13, 7), 512, 256, 0x12345, 0xA0B0C)
    assert len(build_answer()) == 1070
    assert colorlight.parse_reply(bytes(build_answer())) == reply
    assert colorlight.build_reply(reply) == bytes(build_answer())


def test_frames_of_others_are_no_answers() -> None:
    ours = frame("08 05", 1070)  # from the computer's address
    other_kind = build_answer()
    other_kind[13] = 0x06
    for one in (ours, bytes(other_kind), b"", colorlight.build_discover(0)):
        assert colorlight.parse_reply(one) is None


def test_half_an_answer_is_an_error() -> None:
    with pytest.raises(ValueError, match="not whole"):
        colorlight.parse_reply(bytes(build_answer()[:60]))
