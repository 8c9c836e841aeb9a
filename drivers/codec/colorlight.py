"""ColorLight 5A-75 receiving cards on raw Ethernet: bytes of frames, without I/O.

A frame has no EtherType: byte 12 is the type, the data begin at byte 13. All numbers are
big-endian. A picture is: the brightness, all rows from the top, each in pieces of at most 497
pixels, and the command to show them. Cards are asked one by one who they are; that is the only
answer they give.

Types that a maker's tool sends to write a card's configuration (0x02, 0x10, 0x11, 0x18, 0x1F, 0x26,
0x31, 0x32, 0x76) cannot be built here.

Sources: Falcon Player's ColorLight-5a-75 output and its two Wireshark dissectors; PanelPlayer's
protocol notes. No maker's paper is public.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

CARD_MAC = bytes.fromhex("112233445566")
OUR_MAC = bytes.fromhex("222233445566")
SHOW, DISCOVER, REPLY, BRIGHTNESS, ROW = 0x01, 0x07, 0x08, 0x0A, 0x55
REPLY_ETHERTYPE = 0x0805  # the type and the kind of card, as other programs see them
MAX_PIXELS = 497  # in one frame of 1512 bytes
HEAD_BYTES = 21  # of a frame with pixels
_SHOW_BYTES, _BRIGHTNESS_BYTES, _DISCOVER_BYTES = 99, 64, 271
_KIND_5A = 0x05
_FROM_COMPUTER = 0x07
_ROW = struct.Struct(">HHHBB")
_TYPE_AT, _DATA_AT = 12, 13
_REPLY_BYTES = 86  # up to the card's index; cards send 1057


@dataclass(frozen=True)
class ReceiverReply:
    """A card's answer.

    Args:
        index: its place in the chain, from 0.
        firmware: (major, minor).
        width_px: of its part of the picture; doubtful for a card that is not the first.
        height_px: likewise.
        packets: frames that it has received since its start.
        uptime_ms: since its start.
    """

    index: int
    firmware: tuple[int, int]
    width_px: int
    height_px: int
    packets: int
    uptime_ms: int


def _build(type_: int, data: bytes) -> bytes:
    return CARD_MAC + OUR_MAC + bytes([type_]) + data


def build_brightness(level: int) -> bytes:
    """Set the brightness, 0 to 255, of all three colours.

    Raises:
        ValueError: outside these.
    """
    return _build(BRIGHTNESS, _pad(bytes([level] * 3 + [0xFF]), _BRIGHTNESS_BYTES))


def build_show(level: int) -> bytes:
    """Show the rows sent so far, at a brightness of 0 to 255.

    Raises:
        ValueError: outside these.
    """
    data = bytearray(_SHOW_BYTES)
    data[0] = _FROM_COMPUTER
    data[22], data[23] = level, _KIND_5A
    data[25:28] = bytes([level] * 3)
    return _build(SHOW, bytes(data))


def build_row_head(row: int, x_px: int, pixels: int) -> bytes:
    """What stands before the pixels of a piece of a row.

    Raises:
        ValueError: more pixels than a frame takes.
    """
    if not 0 < pixels <= MAX_PIXELS:
        raise ValueError(f"{pixels} pixels: 1 to {MAX_PIXELS} in a frame")
    return _build(ROW, _ROW.pack(row, x_px, pixels, 0x08, 0x88))


def build_discover(index: int) -> bytes:
    """Ask the card at this place of the chain, from 0, who it is."""
    return _build(DISCOVER, _pad(bytes([0, 0, 0, index]), _DISCOVER_BYTES))


def parse_reply(frame: bytes) -> ReceiverReply | None:
    """A card's answer; None for any other frame.

    Raises:
        ValueError: an answer that ends too early.
    """
    if frame[6:12] != CARD_MAC or frame[_TYPE_AT : _DATA_AT + 1] != bytes([REPLY, _KIND_5A]):
        return None
    data = frame[_DATA_AT:]
    if len(data) < _REPLY_BYTES:
        raise ValueError(f"an answer of {len(frame)} bytes is not whole")
    width_px, height_px = struct.unpack_from(">HH", data, 21)
    (packets,) = struct.unpack_from(">I", data, 38)
    (uptime_ms,) = struct.unpack_from(">I", data, 46)
    return ReceiverReply(data[85], (data[2], data[3]), width_px, height_px, packets, uptime_ms)


def build_reply(reply: ReceiverReply) -> bytes:
    """A card's answer, for a simulator."""
    data = bytearray(1057)
    data[0], data[2], data[3], data[85] = _KIND_5A, *reply.firmware, reply.index
    struct.pack_into(">HH", data, 21, reply.width_px, reply.height_px)
    struct.pack_into(">I", data, 38, reply.packets)
    struct.pack_into(">I", data, 46, reply.uptime_ms)
    return b"\xff" * 6 + CARD_MAC + bytes([REPLY]) + bytes(data)


def _pad(data: bytes, length: int) -> bytes:
    return data.ljust(length, b"\0")
