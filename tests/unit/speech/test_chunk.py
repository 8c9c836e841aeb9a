"""Sentences, their length and the pauses behind them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from speech.chunk import Chunk, split_chunks


def test_each_sentence_has_its_pause_and_a_line_the_longer_one() -> None:
    assert split_chunks("Lũ về. Di chuyển ngay!\nXin nhắc lại") == [
        Chunk("Lũ về.", 450),
        Chunk("Di chuyển ngay!", 900),
        Chunk("Xin nhắc lại", 0),
    ]


def test_a_long_sentence_is_split_at_a_comma_without_a_pause() -> None:
    assert split_chunks("một hai ba, bốn năm sáu, bảy", limit=14) == [
        Chunk("một hai ba,", 0),
        Chunk("bốn năm sáu,", 0),
        Chunk("bảy", 0),
    ]


def test_nothing_gives_nothing() -> None:
    assert split_chunks(" \n ") == []


@given(st.text(alphabet="ab ,.\n", max_size=200), st.integers(3, 20))
def test_no_letter_is_lost_and_no_chunk_is_longer_than_the_limit(text: str, limit: int) -> None:
    chunks = split_chunks(text, limit)
    assert all(0 < len(chunk.text) <= limit for chunk in chunks)
    letters = "".join(chunk.text for chunk in chunks)
    assert "".join(letters.split()) == "".join(text.split())
