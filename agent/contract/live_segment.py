"""One segment of a live stream: at most a second of Opus, signed by the key of its stream-grant.

A segment is one message on `.../live/<stream_id>`, in network byte order:

| bytes | what |
|---|---|
| 4 | `TTL1` |
| 1 | flags: bit 0, the stream ends behind this segment; all others are 0 |
| 1 | n, the number of Opus packets, 0 to 50; each holds 20 ms (RFC 6716); 0 with bit 0 alone |
| 8 | number of the segment: rises by one, from the grant's `first_seq` on |
| 8 | microseconds since 1970-01-01T00:00Z at which the first sample was captured |
| 32 | SHA-256 of the whole segment before this one; zeros in the first |
| 2 n | the length of each packet, 1 to 1,275 bytes |
| | the packets |
| 64 | Ed25519 signature over `tramtin live 1`, a zero byte, the stream id, a zero byte, all above |

Shared with the centre. Nothing here verifies a signature: see `agent.trust.live_stream`.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass

MAGIC = b"TTL1"
CONTEXT = b"tramtin live 1"
PACKET_MS = 20
PACKET_US = PACKET_MS * 1000
MAX_PACKETS = 50
MAX_PACKET_BYTES = 1275  # RFC 6716 section 3.4
SIGNATURE_BYTES = 64
FIRST_PREV = bytes(32)
MAX_NUMBER = 2**63 - 1
_HEAD = struct.Struct(">4sBBqq32s")
_END = 1
MIN_SEGMENT_BYTES = _HEAD.size + SIGNATURE_BYTES
MAX_SEGMENT_BYTES = MIN_SEGMENT_BYTES + MAX_PACKETS * (2 + MAX_PACKET_BYTES)


class SegmentError(ValueError):
    """The bytes are not a segment."""


@dataclass(frozen=True)
class LiveSegment:
    """What a segment says.

    Args:
        seq: its number.
        captured_us: microseconds since 1970, UTC, of its first sample.
        packets: Opus packets of 20 ms each, mono.
        prev: SHA-256 of the segment before it.
        is_end: does the stream end behind it?
    """

    seq: int
    captured_us: int
    packets: tuple[bytes, ...]
    prev: bytes
    is_end: bool = False

    @property
    def end_us(self) -> int:
        """Microseconds since 1970 of the first sample behind it."""
        return self.captured_us + len(self.packets) * PACKET_US


def encode_body(segment: LiveSegment) -> bytes:
    """The bytes of a segment before its signature.

    Raises:
        ValueError: too many packets, or a packet that is empty or too long.
    """
    packets = segment.packets
    if not _is_count(len(packets), is_end=segment.is_end):
        raise ValueError(f"{len(packets)} packets")
    if any(not 1 <= len(packet) <= MAX_PACKET_BYTES for packet in packets):
        raise ValueError("an Opus packet has 1 to 1,275 bytes")
    flags = _END if segment.is_end else 0
    head = _HEAD.pack(MAGIC, flags, len(packets), segment.seq, segment.captured_us, segment.prev)
    lengths = struct.pack(f">{len(packets)}H", *map(len, packets))
    return b"".join([head, lengths, *packets])


def signing_input(stream_id: str, body: bytes) -> bytes:
    """The bytes that are signed; `stream_id` as the grant writes it."""
    return b"\x00".join([CONTEXT, stream_id.encode("ascii"), body])


def split_signature(message: bytes) -> tuple[bytes, bytes]:
    """The body and the signature of a message of at least `MIN_SEGMENT_BYTES`."""
    return message[:-SIGNATURE_BYTES], message[-SIGNATURE_BYTES:]


def segment_hash(message: bytes) -> bytes:
    """What the next segment names as `prev`."""
    return hashlib.sha256(message).digest()


def read_seq(message: bytes) -> int:
    """The number of a message of at least `MIN_SEGMENT_BYTES`, before anything is verified."""
    return int.from_bytes(message[6:14], "big", signed=True)


def decode_segment(message: bytes) -> LiveSegment:
    """Take a segment apart; its signature is not verified here.

    Raises:
        SegmentError: it is malformed.
    """
    if not MIN_SEGMENT_BYTES <= len(message) <= MAX_SEGMENT_BYTES:
        raise SegmentError(f"{len(message)} bytes")
    magic, flags, count, seq, captured_us, prev = _HEAD.unpack_from(message)
    if magic != MAGIC or flags not in (0, _END):
        raise SegmentError("no segment of this format")
    if not _is_count(count, is_end=bool(flags)) or seq < 0 or captured_us < 0:
        raise SegmentError(f"{count} packets, number {seq}")
    at = _HEAD.size + 2 * count
    if at > len(message) - SIGNATURE_BYTES:
        raise SegmentError("shorter than its packets")
    lengths: Sequence[int] = struct.unpack_from(f">{count}H", message, _HEAD.size)
    packets = []
    for length in lengths:
        if not 1 <= length <= MAX_PACKET_BYTES:
            raise SegmentError(f"a packet of {length} bytes")
        packets.append(message[at : at + length])
        at += length
    if at != len(message) - SIGNATURE_BYTES:
        raise SegmentError("not as long as its packets")
    return LiveSegment(seq, captured_us, tuple(packets), prev, bool(flags))


def _is_count(count: int, *, is_end: bool) -> bool:
    return (0 if is_end else 1) <= count <= MAX_PACKETS


def is_opus_20_ms(packet: bytes) -> bool:
    """Does a packet hold 20 ms of mono: one frame of 20 ms, or two of 10 ms, by its first byte?

    RFC 6716 section 3.1: five bits of configuration, one of stereo, two of the number of frames.
    """
    configuration, is_stereo, frames = packet[0] >> 3, packet[0] & 4, packet[0] & 3
    if is_stereo or frames == 3:
        return False
    if configuration < 12:
        frame_tenths = (100, 200, 400, 600)[configuration % 4]
    elif configuration < 16:
        frame_tenths = (100, 200)[configuration % 2]
    else:  # CELT: 2.5, 5, 10, 20 ms
        frame_tenths = (25, 50, 100, 200)[configuration % 4]
    return frame_tenths * (2 if frames else 1) == 10 * PACKET_MS
