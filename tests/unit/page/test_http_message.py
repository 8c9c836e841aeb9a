"""One request in, one answer out: what is too much or no HTTP is refused by its own number."""

from __future__ import annotations

import asyncio
import contextlib
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.page.http_message import (
    BadRequestError,
    Request,
    Response,
    build_response,
    read_request,
)

HEAD = b"Host: 127.0.0.1:8080\r\n"


async def read(raw: bytes) -> Request | None:
    reader = asyncio.StreamReader()
    reader.feed_data(raw)
    reader.feed_eof()
    return await read_request(reader, "192.168.10.7")


async def refused(raw: bytes) -> HTTPStatus:
    with pytest.raises(BadRequestError) as caught:
        await read(raw)
    return caught.value.status


async def test_a_posted_form_comes_in_with_its_fields_cookies_and_query() -> None:
    body = b"pin=271828&where=m%E1%BA%B7t+tr%C6%B0%E1%BB%9Bc"
    head = (
        b"POST /do?lang=en HTTP/1.1\r\n" + HEAD + b"Cookie: tramtin=abc; lang=vi\r\n"
        b"Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    )
    request = await read(head + body)
    assert request is not None
    assert (request.method, request.path, request.peer) == ("POST", "/do", "192.168.10.7")
    assert request.query == {"lang": "en"}
    assert request.cookies == {"tramtin": "abc", "lang": "vi"}
    assert request.form == {"pin": "271828", "where": "mặt trước"}


async def test_a_body_that_is_no_form_has_no_fields() -> None:
    raw = (
        b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Type: text/plain\r\nContent-Length: 3\r\n\r\na=b"
    )
    request = await read(raw)
    assert request is not None
    assert request.form == {}


async def test_a_client_that_says_nothing_is_no_fault() -> None:
    assert await read(b"") is None


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64), 400),  # a TLS hello
        (b"GET / HTTP/1.1\r\n\r\n", 400),  # no Host: RFC 9112 section 3.2
        (b"GET http://evil.example/ HTTP/1.1\r\n" + HEAD + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HEAD + b"Host: two\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HEAD + b"X: " + b"a" * 9000, 431),
        (b"GET /" + b"a" * 13_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n", 431),
        (b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: 5000\r\n\r\n" + b"a" * 5000, 413),
        (b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: 10\r\n\r\nshort", 400),
        (b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\na", 400),
        (b"GET / HTTP/1.1\r\n" + HEAD + b"Accept: half a li", 400),
        (b"GET //[ HTTP/1.1\r\n" + HEAD + b"\r\n", 400),
    ],
)
async def test_rubbish_is_refused(raw: bytes, status: int) -> None:
    assert (await refused(raw)).value == status


HEADISH = st.sampled_from(
    [b"GET / HTTP/1.1", b"POST /do HTTP/1.0", b"Host: a", b"Content-Length: 7", b"Cookie: =;=;",
     b"Transfer-Encoding: chunked", b"Content-Type: application/x-www-form-urlencoded", b"\r\n",
     b"\r\n\r\n", b"%zz=&&a=%ff", b"5\r\nhello\r\n0\r\n"]
)  # fmt: skip


@given(st.lists(st.one_of(HEADISH, st.binary(max_size=40)), max_size=12))
def test_whatever_comes_is_a_request_or_refused(parts: list[bytes]) -> None:
    with contextlib.suppress(BadRequestError):
        request = asyncio.run(read(b"\r\n".join(parts)))
        if request is not None:
            assert isinstance(request.form | request.cookies | dict(request.query), dict)


def test_an_answer_says_its_length_closes_and_leaves_the_body_out_for_a_head() -> None:
    response = Response(HTTPStatus.OK, b"abc", "text/plain", (("X-Y", "z"),))
    raw = build_response(response)
    assert raw.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Content-Length: 3\r\n" in raw
    assert b"Connection: close\r\n" in raw
    assert b"X-Y: z\r\n" in raw
    assert raw.endswith(b"\r\n\r\nabc")
    assert build_response(response, "HEAD") == raw.removesuffix(b"abc")
