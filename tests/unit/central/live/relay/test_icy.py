"""Titles between the sound, and the head of an answer of SHOUTcast 1, as servers send them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.live.relay.icy import IcyError, MetadataRemover, parse_head, parse_metaint

TITLE = b"StreamTitle='Thoi su';"  # 22 bytes: two units of 16
BLOCK = b"\x02" + TITLE + bytes(10)
SOUND = bytes(range(1, 25))
STREAM = SOUND[:8] + BLOCK + SOUND[8:16] + b"\x00" + SOUND[16:24] + BLOCK
HEAD = (
    b"ICY 200 OK\r\nicy-notice1:<BR>This stream requires Winamp<BR>\r\nicy-name:VOV1\r\n"
    b"content-type:audio/mpeg\r\nicy-metaint:8192\r\nicy-br:64\r\n\r\n"
)


@given(st.lists(st.integers(min_value=1, max_value=9), max_size=60))
def test_titles_are_left_out_wherever_the_network_cuts_them(cuts: list[int]) -> None:
    remover, at, sound = MetadataRemover(8), 0, b""
    for length in [*cuts, len(STREAM)]:
        sound += remover.feed(STREAM[at : at + length])
        at += length
    assert sound == SOUND


def test_a_stream_without_titles_stays_as_it_is() -> None:
    assert MetadataRemover(0).feed(STREAM) == STREAM


def test_the_head_is_read() -> None:
    head = parse_head(HEAD)
    assert (head.status, head.headers["content-type"]) == (200, "audio/mpeg")
    assert parse_metaint(head.headers) == 8192
    assert parse_head(b"ICY 401 Service Unavailable\r\n\r\n").status == 401
    assert parse_metaint({}) == 0


@pytest.mark.parametrize("raw", [b"HTTP/1.0 200 OK\r\n\r\n", b"ICY\r\n\r\n", b"ICY x OK\r\n\r\n"])
def test_another_answer_is_refused(raw: bytes) -> None:
    with pytest.raises(IcyError):
        parse_head(raw)


@pytest.mark.parametrize("value", ["-1", "8k", "²", "99999999"])
def test_an_interval_that_is_no_number_of_bytes_is_refused(value: str) -> None:
    with pytest.raises(IcyError):
        parse_metaint({"icy-metaint": value})
