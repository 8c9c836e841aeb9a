"""Opus packets out of an Ogg stream as it comes (RFC 3533), from an encoder of our own."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from agent.errors import ConfigError

_HEAD_BYTES = 27
_CONTINUES = 255  # a lacing value: the packet goes on


class OggReader:
    """Takes bytes, gives packets.

    Attributes:
        pre_skip: frames of 48 kHz that the encoder puts before the sound; known behind `OpusHead`.
    """

    def __init__(self) -> None:
        self.pre_skip = 0
        self._bytes = bytearray()
        self._packet = bytearray()
        self._headers = 2

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The sound packets that are complete now.

        Raises:
            ConfigError: E_CLIP, it is no Ogg stream.
        """
        self._bytes += data
        while (page := self._take_page()) is not None:
            for packet in self._split(*page):
                if self._headers:
                    self._read_header(packet)
                else:
                    yield packet

    def _take_page(self) -> tuple[bytes, bytes] | None:
        held = self._bytes
        if len(held) < _HEAD_BYTES:
            return None
        if held[:4] != b"OggS":
            raise ConfigError("E_CLIP", "ffmpeg", "no Ogg stream")
        body_at = _HEAD_BYTES + held[26]
        lacing = bytes(held[_HEAD_BYTES:body_at])
        end = body_at + sum(lacing)
        if len(held) < end:
            return None
        body = bytes(held[body_at:end])
        del held[:end]
        return lacing, body

    def _split(self, lacing: bytes, body: bytes) -> Iterator[bytes]:
        at = 0
        for length in lacing:
            self._packet += body[at : at + length]
            at += length
            if length < _CONTINUES:
                yield bytes(self._packet)
                self._packet.clear()

    def _read_header(self, packet: bytes) -> None:
        if self._headers == 2:
            (self.pre_skip,) = struct.unpack_from("<H", packet, 10)
        self._headers -= 1
