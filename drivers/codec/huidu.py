"""Huidu's SDK 2.0 for full-colour cards: bytes of packets, without I/O.

Every packet begins with its whole length and its command, both 16 bits; all numbers are
little-endian. A session is: the version, then GetIFVersion with the guid `##GUID`, whose reply
carries the session's guid. XML goes in pieces, each with the length of all of it and its own
offset. A file is: start with its MD5, answered by how much of it the card has already; contents,
which are not answered; end. No XML may go out between start and end.

Sources: the maker's own C# demo (huidutech/sdk: Protocols.cs, SDKClient.cs, FileServices.cs,
UDPServices.cs) and KryQ/node-huidu-sdk (DisplayCommunicator.ts), which is used in the field. A
third source (chrissnell/huidu-led-rs) excludes the length field from the length; its notes say
that nobody captured it, and it contradicts both.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

TCP_PORT = UDP_PORT = 10_001
MOST_PACKET_BYTES = 9 * 1024
MOST_XML_BYTES = 256 * 1024  # ours: a program list is some KiB
HEARTBEAT_ASK, HEARTBEAT_ANSWER = 0x005F, 0x0060
SEARCH_ASK, SEARCH_ANSWER = 0x1001, 0x1002
ERROR = 0x2000
VERSION_ASK, VERSION_ANSWER, XML_ASK, XML_ANSWER = 0x2001, 0x2002, 0x2003, 0x2004
FILE_START_ASK, FILE_START_ANSWER = 0x8001, 0x8002
FILE_CONTENT = 0x8003
FILE_END_ASK, FILE_END_ANSWER = 0x8005, 0x8006
IMAGE, TEMPORARY_IMAGE = 0, 128
# the codes of an error packet and of files, node-huidu-sdk's SdkConstants.ts
ERRORS = (
    *("kSuccess", "kWriteFinish", "kProcessError", "kVersionTooLow", "kDeviceOccupa"),
    *("kFileOccupa", "kReadFileExcessive", "kInvalidPacketLen", "kInvalidParam"),
    *("kNotSpaceToSave", "kCreateFileFailed", "kWriteFileFailed", "kReadFileFailed"),
    *("kInvalidFileData", "kFileContentError", "kOpenFileFailed", "kSeekFileFailed"),
    *("kRenameFailed", "kFileNotFound", "kFileNotFinish", "kXmlCmdTooLong"),
    *("kInvalidXmlIndex", "kParseXmlFailed", "kInvalidMethod", "kMemoryFailed", "kSystemError"),
)
_HEAD = struct.Struct("<HH")
_PIECE = struct.Struct("<II")
_FILE_START = struct.Struct("<33sQH")
_FILE_ANSWER = struct.Struct("<HQ")
_SEARCH_ANSWER = struct.Struct("<IH15sI")


@dataclass(frozen=True)
class HuiduPacket:
    """One packet: its command and what follows its head."""

    command: int
    body: bytes = b""


def encode_packet(packet: HuiduPacket) -> bytes:
    """The packet as it is sent.

    Raises:
        ValueError: longer than any packet of the protocol.
    """
    length = _HEAD.size + len(packet.body)
    if length > MOST_PACKET_BYTES:
        raise ValueError(f"{length} bytes: a packet has {MOST_PACKET_BYTES} at most")
    return _HEAD.pack(length, packet.command) + packet.body


class HuiduDecoder:
    """Cuts what comes into packets."""

    def __init__(self) -> None:
        self._heard = b""

    def feed(self, data: bytes) -> list[HuiduPacket]:
        """The packets that are whole now.

        Raises:
            ValueError: a length that no packet has. The connection is of no use any more.
        """
        self._heard += data
        return list(self._cut())

    def _cut(self) -> Iterator[HuiduPacket]:
        while len(self._heard) >= _HEAD.size:
            length, command = _HEAD.unpack_from(self._heard)
            if not _HEAD.size <= length <= MOST_PACKET_BYTES:
                raise ValueError(f"a packet of {length} bytes, {self._heard[:8].hex(' ')}")
            if len(self._heard) < length:
                return
            body, self._heard = self._heard[_HEAD.size : length], self._heard[length:]
            yield HuiduPacket(command, body)


def build_version_ask(version: int) -> HuiduPacket:
    """The first packet of a session."""
    return HuiduPacket(VERSION_ASK, struct.pack("<I", version))


def parse_version(body: bytes) -> int:
    """The card's version; makers' cards add a status of 16 bits.

    Raises:
        ValueError: too short.
    """
    if len(body) < 4:
        raise ValueError(f"a version of {len(body)} bytes")
    return int.from_bytes(body[:4], "little")


def build_xml(xml: bytes, packet_bytes: int, command: int = XML_ASK) -> Iterator[HuiduPacket]:
    """The pieces of an XML text, none longer than `packet_bytes` with its head."""
    room = packet_bytes - _HEAD.size - _PIECE.size
    for begin in range(0, len(xml), room):
        yield HuiduPacket(command, _PIECE.pack(len(xml), begin) + xml[begin : begin + room])


class XmlAssembler:
    """Joins the pieces of one XML text."""

    def __init__(self) -> None:
        self._text = b""

    def add(self, body: bytes) -> bytes | None:
        """Add a piece; the whole text when it is the last.

        Raises:
            ValueError: a piece that does not follow the one before, or that is too much.
        """
        if len(body) < _PIECE.size:
            raise ValueError(f"a piece of XML of {len(body)} bytes")
        total, offset = _PIECE.unpack_from(body)
        if total > MOST_XML_BYTES or offset != len(self._text):
            raise ValueError(
                f"a piece of XML at {offset} of {total}, {len(self._text)} came before"
            )
        self._text += body[_PIECE.size :]
        if len(self._text) > total:
            raise ValueError(f"{len(self._text)} bytes of XML, {total} were announced")
        if len(self._text) < total:
            return None
        text, self._text = self._text, b""
        return text


def build_file_start(md5_hex: str, size: int, kind: int, name: str) -> HuiduPacket:
    """Announce a file, or the rest of one."""
    return HuiduPacket(
        FILE_START_ASK,
        _FILE_START.pack(md5_hex.encode("ascii"), size, kind) + name.encode("ascii") + b"\0",
    )


def parse_file_start(body: bytes) -> tuple[str, int, int, str]:
    """MD5, size, kind and name of an announced file; for a simulator.

    Raises:
        ValueError: too short, or without the end of its name.
    """
    if len(body) < _FILE_START.size + 1 or body[-1:] != b"\0":
        raise ValueError("the start of a file is not whole")
    md5, size, kind = _FILE_START.unpack_from(body)
    name = body[_FILE_START.size : -1].decode("ascii", "replace")
    return md5.partition(b"\0")[0].decode("ascii", "replace"), size, kind, name


def build_file_start_answer(status: int, held_bytes: int) -> HuiduPacket:
    """A card's answer: how much of the file it has; for a simulator."""
    return HuiduPacket(FILE_START_ANSWER, _FILE_ANSWER.pack(status, held_bytes))


def parse_file_start_answer(body: bytes) -> tuple[int, int]:
    """Status and how many bytes the card has already.

    Raises:
        ValueError: too short.
    """
    if len(body) < _FILE_ANSWER.size:
        raise ValueError(f"the answer to a file of {len(body)} bytes")
    status, held_bytes = _FILE_ANSWER.unpack_from(body)
    return status, held_bytes


def parse_status(body: bytes) -> int:
    """The status of an error packet, or of the end of a file.

    Raises:
        ValueError: too short.
    """
    if len(body) < 2:
        raise ValueError(f"a status of {len(body)} bytes")
    return int.from_bytes(body[:2], "little")


def describe_status(status: int) -> str:
    """The maker's name of a status."""
    return ERRORS[status] if status < len(ERRORS) else f"error {status}"


def build_search(version: int) -> bytes:
    """The UDP question who is there. It has no length, and the version stands first."""
    return struct.pack("<IH", version, SEARCH_ASK)


def build_search_answer(version: int, card_id: str) -> bytes:
    """A card's answer; for a simulator."""
    return _SEARCH_ANSWER.pack(version, SEARCH_ANSWER, card_id.encode("ascii"), 0)


def parse_search_answer(datagram: bytes) -> str | None:
    """The id of the card that answers; None for any other datagram."""
    if len(datagram) != _SEARCH_ANSWER.size:
        return None
    _, command, card_id, _ = _SEARCH_ANSWER.unpack(datagram)
    if command != SEARCH_ANSWER:
        return None
    return str(card_id.partition(b"\0")[0].decode("ascii", "replace"))
