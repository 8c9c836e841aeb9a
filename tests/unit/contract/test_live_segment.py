"""Live segments: the bytes of the contract, both ways, and what is no segment."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract.live_segment import (
    MAX_PACKET_BYTES,
    LiveSegment,
    SegmentError,
    decode_segment,
    encode_body,
    is_opus_20_ms,
    read_seq,
    signing_input,
)

SIGNATURE = bytes(range(64))
# Written by hand after the table of docs/contract.md: number 7 of 2026-11-22T08:00:00.2Z.
BODY = bytes.fromhex(
    "54544c3100020000000000000007000660d8dd2d4d40" + "ab" * 32 + "00030001f8fffef8"
)
SEGMENT = LiveSegment(7, 1_795_334_400_200_000, (b"\xf8\xff\xfe", b"\xf8"), b"\xab" * 32)
packets = st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=50)


def test_the_literal_bytes_of_the_contract() -> None:
    assert encode_body(SEGMENT) == BODY
    assert decode_segment(BODY + SIGNATURE) == SEGMENT
    assert read_seq(BODY + SIGNATURE) == 7


def test_what_is_signed_names_the_stream() -> None:
    assert signing_input("56af", b"body") == b"tramtin live 1\x0056af\x00body"


@given(packets, st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1), st.booleans())
def test_a_segment_is_read_as_it_was_written(
    some: list[bytes],
    seq: int,
    captured_us: int,
    is_end: bool,  # noqa: FBT001 - Hypothesis passes it by position
) -> None:
    segment = LiveSegment(seq, captured_us, tuple(some), b"\x01" * 32, is_end)
    assert decode_segment(encode_body(segment) + SIGNATURE) == segment


@given(st.binary(max_size=400))
def test_other_bytes_are_refused_and_nothing_else(raw: bytes) -> None:
    for message in (raw, b"TTL1" + raw):
        with contextlib.suppress(SegmentError):
            decode_segment(message)


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m[:-1], lambda m: m + b"x", lambda m: b"TTL2" + m[4:],
        lambda m: m[:4] + b"\x02" + m[5:], lambda m: m[:5] + b"\x00" + m[6:],
        lambda m: m[:5] + b"\x33" + m[6:], lambda m: m[:6] + b"\xff" + m[7:],
        lambda m: m[:54] + b"\x00\x00" + m[56:],
    ],
)  # fmt: skip
def test_each_malformed_part_is_refused(change: object) -> None:
    assert callable(change)
    with pytest.raises(SegmentError):
        decode_segment(change(BODY + SIGNATURE))


def test_only_the_end_has_no_packets() -> None:
    end = LiveSegment(8, 5, (), bytes(32), is_end=True)
    assert decode_segment(encode_body(end) + SIGNATURE) == end
    with pytest.raises(ValueError, match="0 packets"):
        encode_body(LiveSegment(8, 5, (), bytes(32)))
    with pytest.raises(ValueError, match="1 to 1,275"):
        encode_body(LiveSegment(8, 5, (b"x" * (MAX_PACKET_BYTES + 1),), bytes(32)))


# RFC 6716 table 2 (configuration, five bits), one bit of stereo, two of frames (section 3.1).
@pytest.mark.parametrize(
    ("configuration", "is_stereo", "frames", "is_good"),
    [
        (1, 0, 0, True), (0, 0, 1, True), (0, 0, 2, True), (2, 0, 0, False), (3, 0, 0, False),
        (13, 0, 0, True), (12, 0, 1, True), (12, 0, 0, False), (31, 0, 0, True), (30, 0, 2, True),
        (28, 0, 0, False), (31, 1, 0, False), (31, 0, 3, False), (31, 0, 1, False),
    ],
)  # fmt: skip
def test_a_packet_of_20_ms_mono(
    configuration: int,
    is_stereo: int,
    frames: int,
    is_good: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    first = configuration << 3 | is_stereo << 2 | frames
    assert is_opus_20_ms(bytes([first]) + b"\x00") is is_good
