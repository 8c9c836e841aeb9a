"""What was spoken, kept at the centre as it was signed: to be listened to again, and as evidence.

A folder a stream, named by the moment and the stream's id: `grants.jsonl` has the envelopes,
`segments` the segments, each behind its length (four bytes, big-endian).
"""

from __future__ import annotations

import contextlib
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.contract.document import StreamGrant
from agent.contract.live_segment import MAX_SEGMENT_BYTES, PACKET_US, LiveSegment
from agent.contract.ogg_opus import OggOpusWriter
from agent.errors import ConfigError, TrustError
from agent.trust.live_stream import LiveStreamVerifier
from central.documents.sign import read_document

GRANTS, SEGMENTS = "grants.jsonl", "segments"
SILENCE = bytes.fromhex("f8fffe")  # 20 ms, mono: RFC 6716 section 3.1, and the coder's zero symbol
LENGTH = struct.Struct(">I")
_MOMENT = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{32}")


def build_folder_name(stream_id: str, at: datetime) -> str:
    """The name of the folder of a stream.

    Args:
        stream_id: 32 hex digits.
        at: aware UTC, when it began.
    """
    return f"{at:{_MOMENT}}-{stream_id}"


def read_begin(path: Path) -> datetime:
    """When the stream of a folder began: aware UTC."""
    return datetime.strptime(path.name.partition("-")[0], _MOMENT).replace(tzinfo=UTC)


def list_folders(folder: Path) -> list[Path]:
    """The folders of all streams, oldest first; nothing else that lies there.

    Raises:
        OSError: the archive cannot be read.
    """
    return sorted(path for path in folder.iterdir() if _is_stream(path))


def _is_stream(path: Path) -> bool:
    if not _NAME.fullmatch(path.name) or path.is_symlink() or not path.is_dir():
        return False
    try:
        read_begin(path)
    except ValueError:  # no day of any calendar
        return False
    return True


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
    def missing(self) -> int:
        """How many segments the archive has not, by their numbers; none is known behind the last.

        What the officer spoke through a stall of the microphone has no number, and is not among it.
        """
        if not self.segments:
            return 0
        return self.segments[-1].seq - self.grant.first_seq + 1 - len(self.segments)

    @property
    def is_complete(self) -> bool:
        """Is all of it here, from its beginning to its signed end?"""
        return self.is_ended and not self.missing and not self.bad

    @property
    def title(self) -> str:
        """What people read of it."""
        return self.grant.title if isinstance(self.grant.title, str) else "–"

    @property
    def begun_at(self) -> datetime:
        """When its first sample was captured; when the folder was made where there is none."""
        if not self.segments:
            return read_begin(self.path)
        first_us = self.segments[0].captured_us
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


def find_stream(folder: Path, name: str) -> ArchivedStream:
    """The one stream whose folder's name contains a text.

    Raises:
        ConfigError: E_USAGE, none or several.
    """
    found = [path for path in list_folders(folder) if name in path.name]
    if len(found) != 1:
        names = ", ".join(path.name for path in found[:5])
        raise ConfigError("E_USAGE", name, f"{len(found)} voices {names}".strip())
    return read_stream(found[0])


def read_stream(path: Path) -> ArchivedStream:
    """One stream of the archive.

    Raises:
        ConfigError: E_UNREADABLE, no grant is in it.
        OSError: it cannot be read.
    """
    grants = list(_read_grants(path / GRANTS))
    if not grants:
        raise ConfigError("E_UNREADABLE", str(path), "no grant")
    verifier, good, bad = LiveStreamVerifier(grants[0]), [], 0
    for message in _read_segments(path / SEGMENTS):
        try:
            good.append(verifier.verify(message, None))
        except TrustError:
            bad += 1
    return ArchivedStream(path, grants[-1], tuple(good), bad)


def _read_grants(path: Path) -> Iterator[StreamGrant]:
    envelopes = path.read_bytes().splitlines() if path.is_file() else []
    for envelope in envelopes:
        with contextlib.suppress(TrustError):
            document = read_document(envelope)
            if isinstance(document, StreamGrant):
                yield document


def _read_segments(path: Path) -> Iterator[bytes]:
    raw = path.read_bytes() if path.exists() else b""
    at = 0
    while at + LENGTH.size <= len(raw):
        (length,) = LENGTH.unpack_from(raw, at)
        at += LENGTH.size
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
