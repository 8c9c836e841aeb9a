"""Art-Net 4: bytes of datagrams, without I/O. Numbers are big-endian, but for opcode and universe.

Pixels go out in universes of at most 512 channels, an even number of them. Once a node has heard
ArtSync it shows universes only at the next one.

Source: Artistic Licence, "Specification for the Art-Net 4 Ethernet Communication Protocol":
ArtDmx, ArtSync, ArtPoll, ArtPollReply. Art-Net is designed by and copyright Artistic Licence.
"""

from __future__ import annotations

import struct

PORT = 6454
HEAD_BYTES = 18
MOST_CHANNELS = 512
HIGHEST_UNIVERSE = 32_767
SEQUENCE_AT = 12
_ID = b"Art-Net\0"
_DMX, _SYNC, _POLL, _POLL_REPLY = 0x5000, 0x5200, 0x2000, 0x2100
_REVISION = 14
_START = struct.Struct("<8sH")
_NAME = slice(26, 44)
_REPLY_BYTES = 207  # of the oldest nodes; newer ones have 239


def build_head(universe: int, channels: int) -> bytes:
    """What stands before the channels of a universe; its sequence number is 0.

    Args:
        universe: net, sub-net and universe as one number, 0 to 32767.
        channels: 2 to 512, an even number.

    Raises:
        ValueError: a number outside these.
    """
    if not 0 <= universe <= HIGHEST_UNIVERSE:
        raise ValueError(f"universe {universe}: 0 to {HIGHEST_UNIVERSE}")
    if not 2 <= channels <= MOST_CHANNELS or channels % 2:
        raise ValueError(f"{channels} channels: an even number, 2 to {MOST_CHANNELS}")
    return _build(_DMX) + struct.pack("<BBH", 0, 0, universe) + struct.pack(">H", channels)


def build_sync() -> bytes:
    """Show what came."""
    return _build(_SYNC) + b"\0\0"


def build_poll() -> bytes:
    """Ask who is there; a node answers to port 6454 of the asker."""
    return _build(_POLL) + b"\0\0"


def build_poll_reply(address: bytes, name: str) -> bytes:
    """A node's answer, for a simulator.

    Args:
        address: its 4 bytes.
        name: of at most 17 bytes.
    """
    reply = bytearray(239)
    reply[:14] = _START.pack(_ID, _POLL_REPLY) + address
    struct.pack_into("<H", reply, 14, PORT)
    reply[_NAME] = name.encode()[:17].ljust(18, b"\0")
    return bytes(reply)


def parse_name(datagram: bytes) -> str | None:
    """The name of the node that answers; None for anything else."""
    if len(datagram) < _REPLY_BYTES or _read_opcode(datagram) != _POLL_REPLY:
        return None
    return datagram[_NAME].partition(b"\0")[0].decode("ascii", "replace")


def parse_data(datagram: bytes) -> tuple[int, bytes] | None:
    """Universe and channels; None for anything else."""
    if len(datagram) < HEAD_BYTES or _read_opcode(datagram) != _DMX:
        return None
    (universe,) = struct.unpack_from("<H", datagram, 14)
    (channels,) = struct.unpack_from(">H", datagram, 16)
    data = datagram[HEAD_BYTES:]
    return (universe, data) if len(data) == channels else None


def is_sync(datagram: bytes) -> bool:
    """Does it show what came?"""
    return len(datagram) >= 14 and _read_opcode(datagram) == _SYNC


def is_poll(datagram: bytes) -> bool:
    """Does somebody ask who is there?"""
    return len(datagram) >= 14 and _read_opcode(datagram) == _POLL


def _build(opcode: int) -> bytes:
    return _START.pack(_ID, opcode) + struct.pack(">H", _REVISION)


def _read_opcode(datagram: bytes) -> int | None:
    if len(datagram) < _START.size or not datagram.startswith(_ID):
        return None
    return int(_START.unpack_from(datagram)[1])
