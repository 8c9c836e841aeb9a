"""NovaStar's packets, against every packet that the maker's documents print.

Expected values are those that the documents explain beside the bytes.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codec import novastar_registers as reg
from drivers.codec.novastar import (
    MAX_DATA_BYTES,
    Packet,
    PacketDecoder,
    build_read,
    build_write,
    encode_packet,
    is_reply_to,
)

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "novastar"


def rows(name: str) -> list[bytes]:
    lines = (GOLDEN / name).read_text("utf-8").splitlines()
    return [bytes.fromhex(line) for line in lines if not line.startswith("#")]


PRINTED, MISPRINTS = rows("packets.txt"), rows("misprints.txt")


def decode(data: bytes) -> Packet:
    (packet,) = PacketDecoder().feed(data)
    return packet


def test_the_documents_print_137_packets_and_3_misprints() -> None:
    assert (len(PRINTED), len(MISPRINTS)) == (137, 3)


@pytest.mark.parametrize("raw", PRINTED, ids=lambda raw: raw[:24].hex())
def test_a_printed_packet_is_decoded_and_encoded_again(raw: bytes) -> None:
    assert encode_packet(decode(raw)) == raw


@pytest.mark.parametrize("raw", MISPRINTS, ids=lambda raw: raw[:24].hex())
def test_a_packet_with_a_wrong_checksum_is_refused(raw: bytes) -> None:
    decoder = PacketDecoder()
    assert decoder.feed(raw) == []
    assert decoder.damaged


def test_all_packets_in_one_stream_come_out_whole_byte_by_byte() -> None:
    decoder, found = PacketDecoder(), []
    for byte in b"".join(PRINTED):
        found += decoder.feed(bytes([byte]))
    assert [encode_packet(one) for one in found] == PRINTED
    assert not decoder.has_part


@given(
    noise=st.lists(st.binary(max_size=60), min_size=3, max_size=3),
    picks=st.lists(st.sampled_from(PRINTED), min_size=2, max_size=2),
    cuts=st.lists(st.integers(0, 900), max_size=6),
)
def test_noise_between_packets_costs_none_of_them(
    noise: list[bytes], picks: list[bytes], cuts: list[int]
) -> None:
    stream = noise[0] + picks[0] + noise[1] + picks[1] + noise[2]
    decoder, found, start = PacketDecoder(), [], 0
    for cut in [*sorted(min(cut, len(stream)) for cut in cuts), len(stream)]:
        found += decoder.feed(stream[start:cut])
        start = cut
    texts = [encode_packet(one) for one in found]
    assert picks[0] in texts
    assert picks[1] in texts


@given(st.binary(max_size=4000))
def test_any_bytes_are_survived_and_little_is_kept(data: bytes) -> None:
    decoder = PacketDecoder()
    decoder.feed(data)
    assert len(decoder._rest) <= MAX_DATA_BYTES + 20


@given(
    serial=st.integers(0, 255),
    register=st.integers(0, 0xFFFF_FFFF),
    data=st.binary(min_size=1, max_size=64),
    port=st.integers(0, 255),
    board=st.integers(0, 0xFFFF),
)
def test_what_is_built_comes_back(
    serial: int, register: int, data: bytes, port: int, board: int
) -> None:
    for packet in (
        build_write(serial, register, data, device=1, port=port, board=board),
        build_read(serial, register, len(data), device=1, port=port, board=board),
    ):
        assert decode(encode_packet(packet)) == packet


def test_brightness_black_and_input_are_the_documents_own_bytes() -> None:
    # 3.15: brightness of all receivers with its four colours, request number 15
    brightness = build_write(
        0x15, reg.BRIGHTNESS, bytes.fromhex("80 00 80 80 80"), device=1, port=0xFF, board=0xFFFF
    )
    # MCTRL 660 Pro: black out; SDI
    black = build_write(0x80, reg.BLACK, b"\xff", device=1, port=0xFF, board=0xFFFF)
    sdi = build_write(0x9D, 0x0200_0023, b"\x01", device=0, destination=0xFF)
    assert {encode_packet(one) for one in (brightness, black, sdi)} <= set(PRINTED)


def test_a_reply_may_name_another_port_but_no_other_number_or_register() -> None:
    request = decode(bytes.fromhex("55AA0080FE0001FFFFFF01000001000201 00FFD55A"))
    reply = decode(bytes.fromhex("AA5500800 0FE0100FFFF01000001000200 00D658".replace(" ", "")))
    assert is_reply_to(reply, request)
    later = build_write(0x81, reg.BLACK, b"\xff", device=1, port=0xFF, board=0xFFFF)
    assert not is_reply_to(reply, later)
    other = build_write(0x80, reg.FREEZE, b"\xff", device=1, port=0xFF, board=0xFFFF)
    assert not is_reply_to(reply, other)


def data_of(start: str) -> bytes:
    head = bytes.fromhex(start)
    return decode(next(raw for raw in PRINTED if raw.startswith(head))).data


def test_the_documents_own_readings() -> None:
    block = data_of("AA 55 00 32 00 FE 01 00 00 00 00 00 00 00 00 0A 00 01")
    found = reg.decode_monitoring(block)
    assert found.temperature_c == 27.0  # 80 36: valid, 54 half degrees
    assert found.voltage_v == 4.9  # B1
    assert not found.has_smoke
    # 3.1.1 temperature: "80 48"
    two = data_of("AA 55 00 32 00 FE 01 00 00 00 00 00 00 00 00 0A 02 00")
    assert two == b"\x80\x48"
    assert reg.decode_monitoring(two + block[2:]).temperature_c == 36.0
    assert reg.decode_monitoring(b"\x81" + two[1:] + block[2:]).temperature_c == -36.0
    assert reg.decode_monitoring(b"\x00" + two[1:] + block[2:]).temperature_c is None
    # 3.8.4: 38H 80H is 112 lux
    assert reg.decode_lux(b"\x38\x80") == 112
    assert reg.decode_lux(b"\x38\x00") is None
    # 3.6: 4.3.0.0; 3.16: 304 by 152
    assert (
        reg.decode_firmware(data_of("AA 55 00 15 00 FE 00 00 00 00 00 00 04 00 10 04")) == "4.3.0.0"
    )
    assert reg.decode_u16(data_of("AA 55 00 32 00 FE 00 00 00 00 00 00 06 00 10 02")) == 304
    assert reg.decode_u16(data_of("AA 55 00 32 00 FE 00 00 00 00 00 00 08 00 10 02")) == 152
    # 3.10.1: binary 10 at bits 3..2 is output 2
    assert reg.decode_backups(b"\x08", 4) == (2,)
    assert reg.decode_backups(b"\xff", 4) == ()


def test_neither_flash_nor_factory_reset_has_a_name() -> None:
    known = {value for value in vars(reg).values() if isinstance(value, int)}
    assert not known & {0x0100_0011, 0x0100_0002}
