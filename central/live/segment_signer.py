"""Packets → signed segments of one stream, each naming the one before it."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.contract.live_segment import (
    FIRST_PREV,
    PACKET_US,
    LiveSegment,
    encode_body,
    segment_hash,
    signing_input,
)
from central.live.voice_source import VoicePacket

PACKETS = 10  # 200 ms: five messages a second, and what one lost message takes


class SegmentSigner:
    """Signs the segments of one stream; its key lives in this object alone.

    Args:
        stream_id: 32 hex digits.
    """

    def __init__(self, stream_id: str) -> None:
        self.stream_id = stream_id
        self._key = Ed25519PrivateKey.generate()
        self._seq = 0
        self._prev = FIRST_PREV
        self._end_us = 0
        self._origin_us: int | None = None
        self._held: list[VoicePacket] = []

    @property
    def public_hex(self) -> str:
        """The public key as a grant writes it."""
        return self._key.public_key().public_bytes_raw().hex()

    def add(self, packet: VoicePacket) -> list[bytes]:
        """Add a packet; the segments that are complete now.

        Its moment is moved to the next multiple of 20 ms from the stream's beginning: stations that
        have heard the beginning and those that come later then place it alike.
        """
        captured_us = packet.captured_us
        if self._origin_us is None:
            self._origin_us = captured_us
        captured_us += (self._origin_us - captured_us) % PACKET_US
        done = []
        if self._held and captured_us != self._held[-1].captured_us + PACKET_US:
            done.append(self._sign_held())  # a segment is whole: what is missing lies between two
        if captured_us < self._end_us and not self._held:
            return done  # two sources overlap by a moment
        self._held.append(VoicePacket(captured_us, packet.data))
        if len(self._held) == PACKETS:
            done.append(self._sign_held())
        return done

    def end(self) -> bytes:
        """The last segment, with what is left."""
        return self._sign_held(is_end=True)

    def _sign_held(self, *, is_end: bool = False) -> bytes:
        held, self._held = self._held, []
        at_us = held[0].captured_us if held else self._end_us
        message = self._sign(at_us, [packet.data for packet in held], is_end=is_end)
        self._end_us = at_us + len(held) * PACKET_US
        return message

    def _sign(self, captured_us: int, packets: Sequence[bytes], *, is_end: bool) -> bytes:
        segment = LiveSegment(self._seq, captured_us, tuple(packets), self._prev, is_end)
        body = encode_body(segment)
        message = body + self._key.sign(signing_input(self.stream_id, body))
        self._seq, self._prev = self._seq + 1, segment_hash(message)
        return message
