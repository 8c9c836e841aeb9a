"""What was spoken, kept at the centre as it was signed: to be listened to again, and as evidence.

A folder a stream, named by the moment and the stream's id: `grants.jsonl` has the envelopes,
`segments` the segments, each behind its length (four bytes, big-endian).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from agent.contract.document import StreamGrant
from agent.contract.live_segment import MAX_SEGMENT_BYTES, PACKET_US, LiveSegment
from agent.contract.ogg_opus import OggOpusWriter
from agent.errors import ConfigError, TrustError
from agent.trust.live_stream import LiveStreamVerifier
from central.documents.sign import read_document

GRANTS, SEGMENTS = "grants.jsonl", "segments"
SILENCE = bytes.fromhex("f8fffe")  # 20 ms, mono: RFC 6716 section 3.1, and the coder's zero symbol
_LENGTH = struct.Struct(">I")


class ArchiveWriter:
    """Writes one stream while it is spoken.

    Args:
        folder: of all streams.
        stream_id: of this one.
        at: aware UTC, when it began.
    """

    def __init__(self, folder: Path, stream_id: str, at: datetime) -> None:
        self.path = folder / f"{at:%Y%m%dT%H%M%SZ}-{stream_id}"
        self.path.mkdir(parents=True)
        self._segments = (self.path / SEGMENTS).open("ab")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._segments.close()

    def add_grant(self, envelope: bytes) -> None:
        """Keep a grant."""
        with (self.path / GRANTS).open("ab") as file:
            file.write(envelope + b"\n")

    def add_segment(self, message: bytes) -> None:
        """Keep a segment; a crash loses at most what the system has not written."""
        self._segments.write(_LENGTH.pack(len(message)) + message)
        self._segments.flush()


@dataclass(frozen=True)
class ArchivedStream:
    """One stream of the archive, its signatures and chain verified by the key of its grants.

    Args:
        path: its folder.
        grant: the newest one.
        segments: the good ones, in order.
        bad: how many others there are.
    """

    path: Path
    grant: StreamGrant
    segments: tuple[LiveSegment, ...]
    bad: int

    @property
    def title(self) -> str:
        """What people read of it."""
        return self.grant.title if isinstance(self.grant.title, str) else "–"

    @property
    def begun_at(self) -> datetime:
        """When its first sample was captured; the grant's beginning where there is none."""
        first_us = self.segments[0].captured_us if self.segments else 0
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=first_us)

    @property
    def length_ms(self) -> int:
        """Length of what was spoken, in milliseconds, gaps included."""
        if not self.segments:
            return 0
        return (self.segments[-1].end_us - self.segments[0].captured_us) // 1000

    @property
    def is_ended(self) -> bool:
        """Was it ended by whoever spoke?"""
        return bool(self.segments) and self.segments[-1].is_end


def read_archive(folder: Path) -> list[ArchivedStream]:
    """All streams of an archive, oldest first."""
    return [read_stream(path) for path in sorted(folder.iterdir()) if (path / GRANTS).is_file()]


def find_stream(folder: Path, name: str) -> ArchivedStream:
    """The one stream whose folder's name contains a text.

    Raises:
        ConfigError: E_USAGE, none or several.
    """
    found = [path for path in sorted(folder.iterdir()) if name in path.name]
    if len(found) != 1:
        names = ", ".join(path.name for path in found[:5])
        raise ConfigError("E_USAGE", name, f"{len(found)} streams {names}".strip())
    return read_stream(found[0])


def read_stream(path: Path) -> ArchivedStream:
    """One stream of the archive.

    Raises:
        ConfigError: E_UNREADABLE, no grant is in it.
    """
    kept = path / GRANTS
    envelopes = kept.read_bytes().splitlines() if kept.is_file() else []
    grants = [one for one in map(read_document, envelopes) if isinstance(one, StreamGrant)]
    if not grants:
        raise ConfigError("E_UNREADABLE", str(path), "no grant")
    verifier, good, bad = LiveStreamVerifier(grants[0]), [], 0
    for message in _read_segments(path / SEGMENTS):
        try:
            good.append(verifier.verify(message, None))
        except TrustError:
            bad += 1
    return ArchivedStream(path, grants[-1], tuple(good), bad)


def _read_segments(path: Path) -> Iterator[bytes]:
    raw = path.read_bytes() if path.exists() else b""
    at = 0
    while at + _LENGTH.size <= len(raw):
        (length,) = _LENGTH.unpack_from(raw, at)
        at += _LENGTH.size
        if length > MAX_SEGMENT_BYTES or at + length > len(raw):
            return
        yield raw[at : at + length]
        at += length


def export_ogg(stream: ArchivedStream) -> bytes:
    """What was spoken as an Ogg Opus file; what is missing is silence."""
    writer = OggOpusWriter()
    pages = [writer.begin()]
    at_us = stream.segments[0].captured_us if stream.segments else 0
    for segment in stream.segments:
        missing = round((segment.captured_us - at_us) / PACKET_US)
        pages.append(writer.write([SILENCE] * max(0, missing) + list(segment.packets)))
        at_us = segment.end_us
    pages.append(writer.write([], is_last=True))
    return b"".join(pages)
