"""NovaStar's packets (M3 control system), bytes to packets and back.

Source: "RS232 Protocol for Nova M3 Control System V1.9", chapter 2; the same packets travel over a
serial line, its USB adapter and TCP 5200. A packet is 20 bytes and its data, all numbers
little-endian:

    0 head 55 AA (request) or AA 55 (reply)   8 board index in the chain, u16; FFFF all
    2 ack                                    10 0 read, 1 write
    3 serial number                          11 reserved
    4 source, FE the computer                12 register, u32
    5 destination, FF all                    16 length of data, u16
    6 device: 0 sender, 1 receiver, 2 other  18 data
    7 output port; FF all                    end: sum of bytes 2.. + 0x5555, u16

Two traps. A request to read has a length and no data; a reply to a write has the length 0. And a
reply to a broadcast may name another port than its request.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

HEADER_BYTES = 18
SUM_BYTES = 2
BARE_BYTES = HEADER_BYTES + SUM_BYTES
MAX_DATA_BYTES = 1024  # the longest block of the manual, a gamma table
COMPUTER = 0xFE
EVERY_PORT = 0xFF
EVERY_BOARD = 0xFFFF
SENDER, RECEIVER, FUNCTION_CARD = 0, 1, 2
ACKS = {
    0: "done",
    1: "the device behind the card does not answer",
    2: "the card received a damaged request",
    3: "the card received a damaged reply",
    4: "unknown command",
}
_REQUEST, _REPLY = b"\x55\xaa", b"\xaa\x55"
_HEADER = struct.Struct("<2sBBBBBBHBBIH")
_SUM = struct.Struct("<H")


@dataclass(frozen=True, kw_only=True)
class Packet:
    """One request or reply.

    Args:
        kind: which of the two.
        ack: 0 in a request; in a reply one of `ACKS`.
        serial: a reply repeats that of its request, 0 to 255.
        source: `COMPUTER` in a request.
        destination: the sending card in its chain, from 0.
        device: `SENDER`, `RECEIVER` or `FUNCTION_CARD`.
        port: output of the sending card, from 0, or `EVERY_PORT`.
        board: receiving card in the chain of that port, from 0, or `EVERY_BOARD`.
        is_write: does it write (else read)?
        register: address of the first byte.
        length: number of bytes to read or written; 0 in the reply to a write.
        data: of a request to write or a reply to a read.
    """

    kind: Literal["request", "reply"]
    ack: int = 0
    serial: int
    source: int = COMPUTER
    destination: int
    device: int
    port: int = 0
    board: int = 0
    is_write: bool
    register: int
    length: int
    data: bytes = b""


def build_read(
    serial: int,
    register: int,
    length: int,
    *,
    device: int,
    destination: int = 0,
    port: int = 0,
    board: int = 0,
) -> Packet:
    """A request to read `length` bytes."""
    return Packet(
        kind="request",
        serial=serial,
        destination=destination,
        device=device,
        port=port,
        board=board,
        is_write=False,
        register=register,
        length=length,
    )


def build_write(
    serial: int,
    register: int,
    data: bytes,
    *,
    device: int,
    destination: int = 0,
    port: int = 0,
    board: int = 0,
) -> Packet:
    """A request to write `data`."""
    return Packet(
        kind="request",
        serial=serial,
        destination=destination,
        device=device,
        port=port,
        board=board,
        is_write=True,
        register=register,
        length=len(data),
        data=data,
    )


def encode_packet(packet: Packet) -> bytes:
    """The bytes of a packet.

    Raises:
        ValueError: a field does not fit into its bytes.
    """
    head = _REQUEST if packet.kind == "request" else _REPLY
    try:
        body = _HEADER.pack(
            head,
            packet.ack,
            packet.serial,
            packet.source,
            packet.destination,
            packet.device,
            packet.port,
            packet.board,
            packet.is_write,
            0,
            packet.register,
            packet.length,
        )
    except struct.error as error:
        raise ValueError(f"{packet}: {error}") from error
    body += packet.data
    return body + _SUM.pack(_checksum(body))


def is_reply_to(reply: Packet, request: Packet) -> bool:
    """Does this reply answer that request? Anything else is another's, or comes too late."""
    return (
        reply.kind == "reply"
        and reply.serial == request.serial
        and reply.destination == request.source
        and reply.source == request.destination
        and reply.register == request.register
        and reply.is_write == request.is_write
    )


class PacketDecoder:
    """Bytes in, whole packets out; what is no packet is passed over.

    Attributes:
        damaged: number of packets so far whose checksum is wrong.
    """

    def __init__(self) -> None:
        self.damaged = 0
        self._rest = b""

    @property
    def has_part(self) -> bool:
        """Does a packet begin in the bytes so far that has not ended?"""
        return bool(self._rest)

    def feed(self, data: bytes) -> list[Packet]:
        """The packets that end in these bytes."""
        buffer, found = self._rest + data, []
        start = first_open = 0
        while (start := _find_head(buffer, start)) < len(buffer):
            one = _decode_at(buffer, start)
            if isinstance(one, Packet):
                found.append(one)
                start += BARE_BYTES + len(one.data)
                first_open = start
            elif one == "open":
                # A packet may also begin behind a head that is only noise.
                start += 1
            else:
                self.damaged += one == "damaged"
                start += 1
        self._rest = _from_first_open(buffer, first_open)
        return found


def _find_head(buffer: bytes, start: int) -> int:
    """Where the next head begins, also one of which only the first byte has come."""
    places = [at for at in (buffer.find(_REQUEST, start), buffer.find(_REPLY, start)) if at >= 0]
    if places:
        return min(places)
    is_half = len(buffer) > start and buffer[-1:] in (_REQUEST[:1], _REPLY[:1])
    return len(buffer) - 1 if is_half else len(buffer)


def _decode_at(buffer: bytes, start: int) -> Packet | Literal["open", "damaged", "noise"]:
    if len(buffer) - start < BARE_BYTES:
        return "open"
    head, ack, serial, source, destination, device, port, board, io, _, register, length = (
        _HEADER.unpack_from(buffer, start)
    )
    if io not in (0, 1) or length > MAX_DATA_BYTES:
        return "noise"
    has_data = (head == _REQUEST) == (io == 1)
    sizes = [length] if has_data else [0]
    if has_data and ack:
        sizes.insert(0, 0)  # no document says whether a refused read comes with its data
    for size in sizes:
        end = start + HEADER_BYTES + size
        if len(buffer) < end + SUM_BYTES:
            return "open"
        if _SUM.unpack_from(buffer, end)[0] == _checksum(buffer[start:end]):
            return Packet(
                kind="request" if head == _REQUEST else "reply",
                ack=ack,
                serial=serial,
                source=source,
                destination=destination,
                device=device,
                port=port,
                board=board,
                is_write=bool(io),
                register=register,
                length=length,
                data=buffer[start + HEADER_BYTES : end],
            )
    return "damaged"


def _from_first_open(buffer: bytes, start: int) -> bytes:
    """What must be kept: from the first head on whose packet is not complete."""
    while (start := _find_head(buffer, start)) < len(buffer):
        if _decode_at(buffer, start) == "open":
            return buffer[start:]
        start += 1
    return b""


def _checksum(body: bytes) -> int:
    return (0x5555 + sum(body[2:])) & 0xFFFF
