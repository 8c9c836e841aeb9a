"""One HTTP request in, one answer out, over a stream: bounded in bytes; the caller bounds the time.

HTTP/1.1 as RFC 9112 says, by h11. Nothing is kept alive: a phone asks every few seconds, and a
connection that lives on is where slow clients hide.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

import h11

MAX_HEAD_BYTES = 8 * 1024
MAX_BODY_BYTES = 4 * 1024
MAX_FIELDS = 16
BLOCK_BYTES = 4 * 1024
STREAM_BYTES, MAX_STREAM_BYTES = 64 * 1024, 4 << 30
BLOCK_S = 30.0
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """What a browser asked. Header names are lower-case; the first of two equal ones counts.

    `blocks` has the body of what is too long to be held, as it comes.
    """

    method: str
    path: str
    peer: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    blocks: AsyncIterator[bytes] | None = None

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that came along."""
        parts = (part.partition("=") for part in self.headers.get("cookie", "").split(";"))
        return {name.strip(): value.strip() for name, _, value in parts}

    @property
    def form(self) -> dict[str, str]:
        """The fields of a posted form; empty when it is none."""
        if self.headers.get("content-type", "").partition(";")[0].strip() != FORM:
            return {}
        return _fields(self.body.decode("utf-8", "replace"))


@dataclass(frozen=True)
class Response:
    """An answer; `headers` besides those that every answer carries."""

    status: HTTPStatus
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


class BadRequestError(Exception):
    """Bytes that are no request we answer; `status` says why."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


async def read_request(
    reader: asyncio.StreamReader, peer: str, streamed: Collection[str] = ()
) -> Request | None:
    """The one request of a connection; None when the client said nothing.

    Args:
        reader: the connection.
        peer: its other end.
        streamed: paths to which a long body may be posted; it is not read here.

    Raises:
        BadRequestError: no HTTP, or more of it than is allowed.
    """
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD_BYTES)
    head: h11.Request | None = None
    body = bytearray()
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                block = await reader.read(BLOCK_BYTES)
                if not block and head is None and connection.trailing_data[0] == b"":
                    return None
                connection.receive_data(block)
            elif isinstance(event, h11.Request):
                head = event
                request = _build_request(head, b"", peer)
                if request.method == "POST" and request.path in streamed:
                    return replace(request, blocks=_read_blocks(connection, reader))
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > MAX_BODY_BYTES:
                    raise BadRequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                return _build_request(head, bytes(body), peer)
            else:
                raise BadRequestError(HTTPStatus.BAD_REQUEST)
    except h11.RemoteProtocolError as error:
        raise BadRequestError(HTTPStatus(error.error_status_hint)) from error


async def _read_blocks(
    connection: h11.Connection, reader: asyncio.StreamReader
) -> AsyncIterator[bytes]:
    """The body in blocks, each of which must come within `BLOCK_S`.

    Raises:
        BadRequestError: no HTTP, more of it than is allowed, or it ends early.
        TimeoutError: the sender has stopped.
    """
    size = 0
    try:
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                async with asyncio.timeout(BLOCK_S):
                    connection.receive_data(await reader.read(STREAM_BYTES))
            elif isinstance(event, h11.Data):
                size += len(event.data)
                if size > MAX_STREAM_BYTES:
                    raise BadRequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                yield bytes(event.data)
            else:
                raise BadRequestError(HTTPStatus.BAD_REQUEST)
    except h11.RemoteProtocolError as error:
        raise BadRequestError(HTTPStatus(error.error_status_hint)) from error


def _build_request(head: h11.Request, body: bytes, peer: str) -> Request:
    headers: dict[str, str] = {}
    for name, value in head.headers:
        headers.setdefault(name.decode("ascii"), value.decode("latin-1"))
    target = head.target.decode("ascii", "replace")
    if not target.startswith("/"):  # an absolute target names a host of its own: RFC 9112 3.2.2
        raise BadRequestError(HTTPStatus.BAD_REQUEST)
    try:
        parts = urlsplit(target)
    except ValueError as error:
        raise BadRequestError(HTTPStatus.BAD_REQUEST) from error
    method = head.method.decode("ascii")
    return Request(method, parts.path, peer, _fields(parts.query), headers, body)


def _fields(text: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        return {}


def build_response(response: Response, method: str = "GET") -> bytes:
    """The bytes of an answer; a HEAD gets the same without its body."""
    connection = h11.Connection(h11.SERVER)
    headers = [
        ("Content-Type", response.kind),
        ("Content-Length", str(len(response.body))),
        ("Connection", "close"),
        *response.headers,
    ]
    status = response.status
    head = h11.Response(status_code=status.value, headers=headers, reason=status.phrase)
    raw = connection.send(head) or b""
    return raw if method == "HEAD" else raw + response.body
