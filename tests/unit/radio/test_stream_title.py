"""Titles between the sound, as servers send them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.radio.radio_error import RadioError
from agent.radio.stream_title import TitleRemover, parse_metaint

TITLE = b"StreamTitle='Thoi su';"  # 22 bytes: two units of 16
BLOCK = b"\x02" + TITLE + bytes(10)
SOUND = bytes(range(1, 25))
STREAM = SOUND[:8] + BLOCK + SOUND[8:16] + b"\x00" + SOUND[16:24] + BLOCK


@given(st.lists(st.integers(min_value=1, max_value=9), max_size=60))
def test_titles_are_left_out_wherever_the_network_cuts_them(cuts: list[int]) -> None:
    remover, at, sound = TitleRemover(8), 0, b""
    for length in [*cuts, len(STREAM)]:
        sound += remover.feed(STREAM[at : at + length])
        at += length
    assert sound == SOUND


def test_a_stream_without_titles_stays_as_it_is() -> None:
    assert TitleRemover(0).feed(STREAM) == STREAM


def test_the_interval_is_that_of_the_head() -> None:
    assert parse_metaint({"icy-metaint": " 8192"}) == 8192
    assert parse_metaint({}) == 0


@pytest.mark.parametrize("value", ["-1", "8k", "²", "99999999"])
def test_an_interval_that_is_no_number_of_bytes_is_refused(value: str) -> None:
    with pytest.raises(RadioError):
        parse_metaint({"icy-metaint": value})
