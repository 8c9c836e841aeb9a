"""Opus packets as an Ogg stream (RFC 3533, RFC 7845), mono, 48 kHz.

Only what verified packets need: one logical stream, and no packet over several pages.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

SERIAL = 0x74726D74
PACKET_FRAMES = 960  # 20 ms
MAX_PACKETS = 25  # of a page: a packet has at most six lacing values, a page 255
_FIRST, _LAST = 2, 4  # RFC 3533 section 6, header_type
_HEAD = struct.Struct("<4sBBqIIIB")
_CRC_AT = 22


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        rest = byte << 24
        for _ in range(8):
            rest = (rest << 1) ^ (0x04C11DB7 if rest & 0x80000000 else 0)
            rest &= 0xFFFFFFFF
        table.append(rest)
    return tuple(table)


_TABLE = _crc_table()


def ogg_crc(data: bytes) -> int:
    """The checksum of a page: CRC-32 with polynomial 04c11db7, not reflected, from 0."""
    rest = 0
    for byte in data:
        rest = ((rest << 8) & 0xFFFFFFFF) ^ _TABLE[(rest >> 24) ^ byte]
    return rest


class OggOpusWriter:
    """Writes the pages of one stream in order."""

    def __init__(self) -> None:
        self._page = 0
        self._frames = 0

    def begin(self, skip_frames: int = 0) -> bytes:
        """The two header pages; the decoder leaves out so many frames at the beginning."""
        head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, skip_frames, 48_000, 0, 0)
        vendor = b"tramtin"
        tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
        return self._write([head], _FIRST) + self._write([tags], 0)

    def write(self, packets: Sequence[bytes], *, is_last: bool = False) -> bytes:
        """The pages of some packets of 20 ms; with `is_last` the stream ends behind them."""
        pages = []
        for first in range(0, max(1, len(packets)), MAX_PACKETS):
            some = packets[first : first + MAX_PACKETS]
            self._frames += PACKET_FRAMES * len(some)
            is_end = is_last and first + MAX_PACKETS >= len(packets)
            pages.append(self._write(some, _LAST if is_end else 0))
        return b"".join(pages)

    def _write(self, packets: Sequence[bytes], flags: int) -> bytes:
        lacing = b"".join(b"\xff" * (len(p) // 255) + bytes([len(p) % 255]) for p in packets)
        head = _HEAD.pack(b"OggS", 0, flags, self._frames, SERIAL, self._page, 0, len(lacing))
        self._page += 1
        page = b"".join([head, lacing, *packets])
        return page[:_CRC_AT] + struct.pack("<I", ogg_crc(page)) + page[_CRC_AT + 4 :]
