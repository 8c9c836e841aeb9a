"""A stream-grant, and the segments of its stream, written here a second time after the contract."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.harness.signed_documents import AT, make_header, utc_text

SILENCE = bytes.fromhex("f8fffe")  # RFC 6716: CELT, full band, 20 ms, mono, one frame
STREAM_ID = "56af4bde70a47ae7d0f1ebb30e45ed33"


def public_hex(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def stream_grant(key: Ed25519PrivateKey, **changes: Any) -> dict[str, Any]:
    """A grant of ten minutes, in the slot `live`."""
    return {
        **make_header("stream-grant", "vn.84.29266", "priority", hours=1 / 6), "slot": "live",
        "stream_id": STREAM_ID, "stream_key": public_hex(key), "first_seq": 0, "codec": "opus",
        "max_segment_bytes": 65_536, "hosts": [], **changes,
    }  # fmt: skip


def micros(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)


@dataclass
class Studio:
    """Makes the segments of one stream."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    stream_id: str = STREAM_ID
    seq: int = 0
    at_us: int = micros(AT)
    prev: bytes = bytes(32)

    def grant(self, **changes: Any) -> dict[str, Any]:
        return stream_grant(self.key, stream_id=self.stream_id, **changes)

    def segment(self, count: int = 10, **changes: Any) -> bytes:
        """The next segment; its number, moment, chain hash, packets or flags may be changed."""
        body: dict[str, Any] = {
            "flags": 0, "seq": self.seq, "at_us": self.at_us, "prev": self.prev,
            "packets": [SILENCE] * count, **changes,
        }  # fmt: skip
        message = self.sign(
            struct.pack(
                ">4sBBqq32s", b"TTL1", body["flags"], len(body["packets"]), body["seq"],
                body["at_us"], body["prev"],
            )
            + b"".join(struct.pack(">H", len(packet)) for packet in body["packets"])
            + b"".join(body["packets"])
        )  # fmt: skip
        self.seq, self.at_us = body["seq"] + 1, body["at_us"] + len(body["packets"]) * 20_000
        self.prev = hashlib.sha256(message).digest()
        return message

    def end(self) -> bytes:
        return self.segment(0, flags=1)

    def sign(self, body: bytes) -> bytes:
        signed = b"tramtin live 1\x00" + self.stream_id.encode() + b"\x00" + body
        return body + self.key.sign(signed)

    def skip(self, segments: int, packets: int = 10) -> list[bytes]:
        """The next segments, which the test loses."""
        return [self.segment(packets) for _ in range(segments)]


def later(seconds: float) -> str:
    return utc_text(AT + timedelta(seconds=seconds))
