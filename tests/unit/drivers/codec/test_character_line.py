"""Text for signs with letters of their own, by hand-made registers."""

from __future__ import annotations

import pytest

from drivers.codec.character_line import decode_line, encode_line, to_ascii, wrap_pages


def test_vietnamese_without_marks_stays_readable_and_khmer_is_refused() -> None:
    assert to_ascii("Triều cường ĐẾN 16 giờ – “khẩn”") == 'Trieu cuong DEN 16 gio - "khan"'
    with pytest.raises(ValueError, match="no letter for 'ទ'"):
        to_ascii("ទឹក")


@pytest.mark.parametrize(
    ("encoding", "per_register", "first", "registers"),
    [
        ("ascii", 2, "high", [0x4162, 0x2020]),
        ("ascii", 2, "low", [0x6241, 0x2020]),
        ("ascii", 1, "high", [0x41, 0x62, 0x20, 0x20]),
        ("utf-16", 1, "high", [0x41, 0x1EC1, 0x20, 0x20]),
    ],
)
def test_registers_hold_characters_as_the_profile_says(
    encoding: str, per_register: int, first: str, registers: list[int]
) -> None:
    text = "Aề" if encoding == "utf-16" else "Ab"
    found = encode_line(text, 4, encoding, per_register, first)  # type: ignore[arg-type]  # of the table
    assert found == registers
    assert decode_line(found, encoding, per_register, first) == text  # type: ignore[arg-type]  # as above


def test_utf_8_counts_bytes() -> None:
    assert encode_line("ề", 4, "utf-8", 2, "high") == [0xE1BB, 0x8120]
    with pytest.raises(ValueError, match="5 bytes, the line has 4"):
        encode_line("abề", 4, "utf-8", 2, "high")


def test_texts_are_wrapped_and_what_is_longer_than_a_page_has_several() -> None:
    assert wrap_pages(["mot hai", "ba"], [7, 7], "ascii") == [["mot hai", "ba"]]
    assert wrap_pages(["mot hai ba bon"], [7, 6], "ascii") == [["mot hai", "ba bon"]]
    assert wrap_pages(["  \n"], [7], "ascii") == [[]]
    assert wrap_pages(["mot hai ba bon nam"], [7, 7], "ascii") == [["mot hai", "ba bon"], ["nam"]]
    # each text begins a page: two languages are not mixed on one
    assert wrap_pages(["mot hai ba", "one two"], [7, 7], "ascii") == [
        ["mot hai", "ba"],
        ["one two"],
    ]


def test_a_line_is_counted_in_bytes_where_the_sign_counts_them() -> None:
    assert wrap_pages(["lũ về"], [5, 5], "utf-16") == [["lũ về"]]
    assert wrap_pages(["lũ về"], [5, 5], "utf-8") == [["lũ", "về"]]  # 3 and 4 bytes


def test_a_word_longer_than_a_line_is_cut() -> None:
    assert wrap_pages(["abcdefg hi"], [3, 3], "ascii") == [["abc", "def"], ["g", "hi"]]
    with pytest.raises(ValueError, match="no room for 'ề'"):
        wrap_pages(["ề"], [2], "utf-8")
