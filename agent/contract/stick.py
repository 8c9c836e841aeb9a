"""What a USB stick carries between centre and stations (docs/stick.md).

A folder `tramtin/` of plain files. `stations/<station>.jsonl` has all that one station is sent, a
JSON value a line: a header, the authority's files, the documents in the order in which a box must
read them, and an end that counts and hashes the lines before it. `media/<sha256>` are shared by all
stations. `up/<station>/` goes back to the centre, `results/<station>.txt` is for whoever carries
the stick. Nothing of it is trusted: signatures decide, header and end only tell whether it is
whole.
"""

from __future__ import annotations

import hashlib
import re

import msgspec

from agent.contract.envelope import MAX_ENVELOPE_BYTES, Envelope
from agent.contract.ids import DIGEST, STATION_ID

FOLDER = "tramtin"
STATIONS, MEDIA, UP, RESULTS = "stations", "media", "up", "results"
FORMAT = 1
# A JSON text inside a JSON text: each quote and backslash takes another backslash.
MAX_LINE_BYTES = 2 * MAX_ENVELOPE_BYTES
MAX_LINES = 5_000
MAX_FILE_BYTES = 128 << 20
MAX_MEDIA = 4_096
MAX_MEDIUM_BYTES = 4 << 30  # what FAT32 can hold
MAX_UP_FILES = 4_096
MAX_UP_BYTES = 64 << 20  # of one station in one visit
MAX_BUNDLE_BYTES = 8 << 20
# The order in which a box can use them: what proves time and place first, what is urgent next.
ORDER = ("time", "station-config", "head", "cancel", "emergency", "silence", "calendar")
# Signed by machines: nobody asks how many came, and a head on its way lives for a day only.
BY_MACHINE = frozenset({"time", "head", "ack"})
QUIET = ("accepted", "held", "E_EXPIRED")  # outcomes of theirs that no person is told
LAST = "ack"  # behind all else: the journal of a box that has its documents
_TYPE = re.compile(r"^application/vnd\.tramtin\.([a-z-]{1,32})\.v1\+json\Z")
UP_FILE = re.compile(
    r"^(?:hello\.json|bundle\.tar\.gz|[0-9a-z-]{1,64}-[0-9]{1,16}-[0-9]{1,16}\.log\.json)\Z"
)


class StickMedium(msgspec.Struct, frozen=True):
    """A medium that the documents of a station name."""

    sha256: str
    bytes: int


class StickHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of a station's file.

    `left_out` are kinds of documents that a stick cannot bring in time, with their number.
    """

    format: int
    station: str
    made_at: str
    documents: int
    media: list[StickMedium] = msgspec.field(default_factory=list)
    left_out: dict[str, int] = msgspec.field(default_factory=dict)


class StickLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Any further line: a file of the authority, a document, or the end.

    Args:
        authority: the file's name, such as `5.vn.84.json`; `raw` has its text.
        raw: see `authority`.
        document: the exact text of an envelope.
        end: how many lines stand before this one.
        sha256: of the bytes of all lines before this one.
    """

    authority: str = ""
    raw: str = ""
    document: str = ""
    end: int = 0
    sha256: str = ""


class UpLine(msgspec.Struct, frozen=True):
    """A line of the file by which a phone takes a journal home: a file of `up/`, and its text."""

    station: str
    up: str
    raw: str


class StickReader:
    """Takes the lines of a station's file one by one; decides nothing about them.

    Attributes:
        header: once the first line was read.
        is_whole: the end was read, and fits.
    """

    def __init__(self) -> None:
        self.header: StickHeader | None = None
        self.is_whole = False
        self._lines = 0
        self._bytes = 0
        self._sha256 = hashlib.sha256()

    def read(self, line: bytes) -> StickLine | None:
        """The line; None for header and end.

        Args:
            line: with its line feed.

        Raises:
            ValueError: not a line of this form, too many or too long, or behind the end.
        """
        self._bytes += len(line)
        if self.is_whole or self._lines >= MAX_LINES or self._bytes > MAX_FILE_BYTES:
            raise ValueError("more than a station's file may hold")
        if len(line) > MAX_LINE_BYTES or not line.endswith(b"\n"):
            raise ValueError("a line that is cut, or too long")
        one = self._decode(line)
        if one is not None and one.end:
            self.is_whole = (one.end, one.sha256) == (self._lines, self._sha256.hexdigest())
            if not self.is_whole:
                raise ValueError("the end does not fit the lines before it")
            return None
        self._lines += 1
        self._sha256.update(line)
        return one

    def _decode(self, line: bytes) -> StickLine | None:
        try:
            if self.header is not None:
                return msgspec.json.decode(line, type=StickLine)
            header = msgspec.json.decode(line, type=StickHeader)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise ValueError(str(error)[:200]) from error
        if header.format != FORMAT or not STATION_ID.match(header.station):
            raise ValueError(f"of format {header.format}, not {FORMAT}")
        if len(header.media) > MAX_MEDIA or not all(DIGEST.match(m.sha256) for m in header.media):
            raise ValueError("a list of media that no centre writes")
        self.header = header
        return None


def kind_of(envelope: bytes) -> str:
    """The kind that an envelope claims by its type, unverified.

    Raises:
        ValueError: no envelope of a document.
    """
    try:
        found = _TYPE.match(msgspec.json.decode(envelope, type=Envelope).payloadType)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)[:200]) from error
    if found is None:
        raise ValueError("of a type that is no document's")
    return found[1]


def rank_of(kind: str) -> int:
    """The place of a kind in the order of a station's file."""
    if kind == LAST:
        return len(ORDER) + 1
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def name_batch(epoch: str, first_seq: int, last_seq: int) -> str:
    """The name of a file with records of the journal, so that their names sort as they follow."""
    return f"{epoch}-{first_seq:012d}-{last_seq:012d}.log.json"
