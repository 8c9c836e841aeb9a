"""Distributed Display Protocol: bytes of datagrams, without I/O. All numbers are big-endian.

A datagram has a head of 10 bytes and a piece of the picture: where it begins, and how long it is.
The last one of a picture has the push flag, at which a display shows all of it.

Source: 3waylabs, "Distributed Display Protocol (DDP)", http://www.3waylabs.com/ddp/. The data type
is where readers differ: Falcon Player sends 0, WLED reads its bits; so the profile has it.
"""

from __future__ import annotations

import struct

PORT = 4048
HEAD_BYTES = 10
MOST_BYTES = 1440  # of data in a datagram: 480 pixels
SEQUENCE_AT = 1
LAST_SEQUENCE = 15  # they begin at 1; 0 is a sender that does not count
DISPLAY, STATUS = 1, 251
RGB_8_BITS = 0x0B
_VERSION_1, _REPLY, _QUERY, _PUSH = 0x40, 0x04, 0x02, 0x01
_HEAD = struct.Struct(">BBBBIH")


def build_head(begin: int, length: int, data_type: int, *, is_last: bool) -> bytes:
    """What stands before a piece of the picture; its sequence number is 0.

    Args:
        begin: of the piece, in bytes of the picture.
        length: of the piece in bytes.
        data_type: of the bytes; `RGB_8_BITS` mostly.
        is_last: does it show the picture?

    Raises:
        ValueError: more bytes than a datagram takes.
    """
    if not 0 < length <= MOST_BYTES:
        raise ValueError(f"{length} bytes: 1 to {MOST_BYTES} in a datagram")
    flags = _VERSION_1 | (_PUSH if is_last else 0)
    return _HEAD.pack(flags, 0, data_type, DISPLAY, begin, length)


def build_status_query() -> bytes:
    """Ask a display for its status."""
    return _HEAD.pack(_VERSION_1 | _QUERY, 0, 0, STATUS, 0, 0)


def build_status_reply(text: bytes) -> bytes:
    """A display's answer, JSON; for a simulator."""
    flags = _VERSION_1 | _REPLY | _PUSH
    return _HEAD.pack(flags, 0, 0, STATUS, 0, len(text)) + text


def is_reply(datagram: bytes) -> bool:
    """Is it a display's answer about its status?"""
    is_whole = len(datagram) >= HEAD_BYTES
    return is_whole and datagram[0] & 0xC4 == _VERSION_1 | _REPLY and datagram[3] == STATUS


def parse_data(datagram: bytes) -> tuple[int, bytes, bool] | None:
    """Where a piece begins, its bytes, and whether it shows the picture; None for anything else."""
    if len(datagram) < HEAD_BYTES:
        return None
    flags, _, _, device, begin, length = _HEAD.unpack_from(datagram)
    data = datagram[HEAD_BYTES:]
    if flags & 0xC6 != _VERSION_1 or device != DISPLAY or len(data) != length:
        return None
    return begin, data, bool(flags & _PUSH)


def is_status_query(datagram: bytes) -> bool:
    """Does somebody ask for the status?"""
    return len(datagram) >= HEAD_BYTES and datagram[0] & 0xC2 == 0x42 and datagram[3] == STATUS
