"""SHOUTcast 1: an answer that begins with `ICY 200 OK`, and titles between the sound.

Such a server answers like HTTP/1.0 but for the status line, which no HTTP library takes. Where a
response has `icy-metaint: N`, a block follows each N bytes of sound: one byte with its length in
units of 16 bytes, then that many bytes of text. Icecast sends such blocks too, where they are asked
for, and some hosts where they are not. Source: the SHOUTcast protocol as Icecast's `format.c` and
the players of the field have it; there is no standard.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver

METAINT = "icy-metaint"
MAX_METAINT_BYTES = 1 << 20
MAX_HEAD_BYTES = 1 << 14
UNIT_BYTES = 16
READ_BYTES = 1 << 14
AGENT = "tramtin-relay"


class IcyError(OSError):
    """The answer is no stream of that protocol."""


@dataclass(frozen=True)
class IcyHead:
    """The head of an answer; names of headers in small letters."""

    status: int
    headers: Mapping[str, str]


@dataclass
class MetadataRemover:
    """Takes the titles out of the bytes of a stream, however they are cut.

    Args:
        interval_bytes: of sound between two blocks; 0: there are none.
    """

    interval_bytes: int
    _sound_left: int = field(init=False)
    _text_left: int = 0

    def __post_init__(self) -> None:
        """Sound comes first."""
        self._sound_left = self.interval_bytes

    def feed(self, data: bytes) -> bytes:
        """The sound in what has come."""
        if not self.interval_bytes:
            return data
        sound, at = bytearray(), 0
        while at < len(data):
            if self._text_left:
                step = min(self._text_left, len(data) - at)
                self._text_left -= step
            elif self._sound_left:
                step = min(self._sound_left, len(data) - at)
                sound += data[at : at + step]
                self._sound_left -= step
            else:
                step, self._sound_left = 1, self.interval_bytes
                self._text_left = data[at] * UNIT_BYTES
            at += step
        return bytes(sound)


def parse_metaint(headers: Mapping[str, str]) -> int:
    """Bytes of sound between two titles; 0 where there are none.

    Raises:
        IcyError: it is no number of bytes.
    """
    text = headers.get(METAINT, "0").strip()
    if not text.isascii() or not text.isdecimal() or int(text) > MAX_METAINT_BYTES:
        raise IcyError(f"{METAINT}: {text[:20]!r}")
    return int(text)


def parse_head(raw: bytes) -> IcyHead:
    """The head of an answer, up to its empty line.

    Raises:
        IcyError: it does not begin with `ICY` and a status.
    """
    first, *lines = raw.decode(errors="replace").splitlines()
    protocol, _, rest = first.partition(" ")
    status = rest.partition(" ")[0]
    if protocol != "ICY" or len(status) != 3 or not status.isdecimal():
        raise IcyError("neither HTTP nor ICY")
    headers = (line.partition(":") for line in lines if ":" in line)
    return IcyHead(int(status), {name.strip().lower(): value.strip() for name, _, value in headers})


@contextlib.asynccontextmanager
async def open_icy(
    url: str, context: ssl.SSLContext, resolver: AbstractResolver, connect_s: float
) -> AsyncIterator[tuple[IcyHead, AsyncIterator[bytes]]]:
    """Ask for a stream; gives the head and the body as it comes.

    Args:
        url: https.
        context: verifies the certificate.
        resolver: gives the addresses that may be asked.
        connect_s: time until the head has come.

    Raises:
        IcyError: the answer is another one.
        OSError: no connection, or no answer in time.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    async with asyncio.timeout(connect_s):
        found = await resolver.resolve(host, port)
        reader, writer = await asyncio.open_connection(
            found[0]["host"], found[0]["port"], ssl=context, server_hostname=host,
            limit=MAX_HEAD_BYTES,
        )  # fmt: skip
    try:
        async with asyncio.timeout(connect_s):
            head = await _ask(reader, writer, parts.netloc, parts.path, parts.query)
        yield head, _read_body(reader)
    finally:
        writer.transport.abort()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, path: str, query: str
) -> IcyHead:
    target = f"{path or '/'}?{query}" if query else path or "/"
    request = f"GET {target} HTTP/1.0\r\nHost: {host}\r\nUser-Agent: {AGENT}\r\nAccept: */*\r\n\r\n"
    writer.write(request.encode())
    await writer.drain()
    try:
        return parse_head(await reader.readuntil(b"\r\n\r\n"))
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise IcyError("no head of an answer") from error


async def _read_body(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while data := await reader.read(READ_BYTES):
        yield data
