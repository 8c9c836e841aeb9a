"""E1.31 (streaming ACN): bytes of datagrams, without I/O. All numbers are big-endian.

Pixels go out in universes of at most 512 slots. Data that name a synchronization address wait at
the receiver for the synchronization packet of that address.

Source: ANSI E1.31-2018, tables 4-1, 4-2, 4-3 and 6-2, sections 6.2 (sequence, options), 9.3
(multicast addresses).
"""

from __future__ import annotations

import struct

PORT = 5568
HEAD_BYTES = 126
MOST_SLOTS = 512
LOWEST_UNIVERSE, HIGHEST_UNIVERSE = 1, 63_999
SEQUENCE_AT, OPTIONS_AT, SYNC_SEQUENCE_AT = 111, 112, 44
TERMINATED = 0x40
_PREAMBLE = struct.pack(">HH12s", 0x0010, 0, b"ASC-E1.17")
_ROOT = struct.Struct(">HI16s")
_FRAMING = struct.Struct(">HI64sBHBBH")
_DMP = struct.Struct(">HBBHHHB")
_SYNC = struct.Struct(">HIBHH")
_ROOT_DATA, _ROOT_EXTENDED, _DATA, _SYNCHRONIZATION = 4, 8, 2, 1
_SET_PROPERTY, _ADDRESS_TYPE = 0x02, 0xA1
_ROOT_AT, _FRAMING_AT, _DMP_AT = 16, 38, 115


def build_head(
    universe: int, slots: int, *, cid: bytes, source: str, priority: int, sync: int
) -> bytes:
    """What stands before the slots of a universe; its sequence number is 0.

    Args:
        universe: 1 to 63999.
        slots: 1 to 512.
        cid: the sender's own 16 bytes, always the same.
        source: the sender's name, for people.
        priority: 0 to 200; receivers obey the highest.
        sync: the synchronization address; 0 for none.

    Raises:
        ValueError: a number outside these.
    """
    if not LOWEST_UNIVERSE <= universe <= HIGHEST_UNIVERSE or not 1 <= slots <= MOST_SLOTS:
        raise ValueError(f"universe {universe} with {slots} slots: 1..63999, 1..{MOST_SLOTS}")
    if not 0 <= priority <= 200 or not 0 <= sync <= HIGHEST_UNIVERSE:
        raise ValueError(f"priority {priority}, synchronization {sync}: 0..200, 0..63999")
    size, name = HEAD_BYTES + slots, source.encode()[:63]
    root = _ROOT.pack(_length(size - _ROOT_AT), _ROOT_DATA, cid)
    framing = _FRAMING.pack(
        _length(size - _FRAMING_AT), _DATA, name, priority, sync, 0, 0, universe
    )
    dmp = _DMP.pack(
        _length(size - _DMP_AT), _SET_PROPERTY, _ADDRESS_TYPE, 0, 1, slots + 1, 0
    )  # the last byte is the start code of plain levels
    return _PREAMBLE + root + framing + dmp


def build_sync(address: int, cid: bytes) -> bytes:
    """Show what came for this synchronization address; its sequence number is 0."""
    size = _FRAMING_AT + _SYNC.size
    root = _ROOT.pack(_length(size - _ROOT_AT), _ROOT_EXTENDED, cid)
    framing = _SYNC.pack(_length(size - _FRAMING_AT), _SYNCHRONIZATION, 0, address, 0)
    return _PREAMBLE + root + framing


def find_group(universe: int) -> str:
    """The multicast address of a universe."""
    return f"239.255.{universe >> 8}.{universe & 0xFF}"


def parse_data(datagram: bytes) -> tuple[int, int, int, bytes] | None:
    """Universe, synchronization address, options and slots; None for anything else."""
    if len(datagram) <= HEAD_BYTES or not datagram.startswith(_PREAMBLE):
        return None
    root = _ROOT.unpack_from(datagram, _ROOT_AT)
    framing = _FRAMING.unpack_from(datagram, _FRAMING_AT)
    slots, start = struct.unpack_from(">HB", datagram, HEAD_BYTES - 3)
    data = datagram[HEAD_BYTES:]
    if (root[1], framing[1], slots - 1, start) != (_ROOT_DATA, _DATA, len(data), 0):
        return None
    return framing[7], framing[4], framing[6], data


def parse_sync(datagram: bytes) -> int | None:
    """The synchronization address; None for anything else."""
    if len(datagram) != _FRAMING_AT + _SYNC.size or not datagram.startswith(_PREAMBLE):
        return None
    vector = _ROOT.unpack_from(datagram, _ROOT_AT)[1]
    framing = _SYNC.unpack_from(datagram, _FRAMING_AT)
    is_sync = (vector, framing[1]) == (_ROOT_EXTENDED, _SYNCHRONIZATION)
    return int(framing[3]) if is_sync else None


def _length(size: int) -> int:
    """A length with the flags of a protocol data unit."""
    return 0x7000 | size
