"""Vietnamese numerals; the readings are those of school grammar, written by hand."""

from __future__ import annotations

import pytest

from speech.dialect import CENTRAL, NORTH, SOUTH
from speech.numbers import read_decimal, read_digits, read_number


@pytest.mark.parametrize(
    ("digits", "north"),
    [
        ("0", "không"),
        ("007", "bảy"),
        ("10", "mười"),
        ("11", "mười một"),
        ("14", "mười bốn"),
        ("15", "mười lăm"),
        ("20", "hai mươi"),
        ("21", "hai mươi mốt"),
        ("24", "hai mươi tư"),
        ("35", "ba mươi lăm"),
        ("55", "năm mươi lăm"),
        ("91", "chín mươi mốt"),
        ("100", "một trăm"),
        ("101", "một trăm linh một"),
        ("105", "một trăm linh năm"),
        ("110", "một trăm mười"),
        ("115", "một trăm mười lăm"),
        ("999", "chín trăm chín mươi chín"),
        ("1000", "một nghìn"),
        ("1005", "một nghìn không trăm linh năm"),
        ("1050", "một nghìn không trăm năm mươi"),
        ("2026", "hai nghìn không trăm hai mươi sáu"),
        ("10000", "mười nghìn"),
        ("105000", "một trăm linh năm nghìn"),
        ("1000000", "một triệu"),
        ("2000005", "hai triệu không trăm linh năm"),
        (
            "1250300",
            "một triệu hai trăm năm mươi nghìn ba trăm",
        ),
        ("1000000000", "một tỷ"),
        ("12000000000", "mười hai tỷ"),
        ("1000000000000", "một nghìn tỷ"),
        ("1000000000000000", "một triệu tỷ"),
    ],
)
def test_a_whole_number_is_read_as_in_the_north(digits: str, north: str) -> None:
    assert read_number(digits, NORTH) == north


@pytest.mark.parametrize(
    ("digits", "central", "south"),
    [
        ("24", "hai mươi tư", "hai mươi bốn"),
        ("105", "một trăm lẻ năm", "một trăm lẻ năm"),
        ("1005", "một ngàn không trăm lẻ năm", "một ngàn không trăm lẻ năm"),
        ("44004", "bốn mươi tư ngàn không trăm lẻ bốn", "bốn mươi bốn ngàn không trăm lẻ bốn"),
    ],
)  # fmt: skip
def test_each_dialect_has_its_own_words(digits: str, central: str, south: str) -> None:
    assert read_number(digits, CENTRAL) == central
    assert read_number(digits, SOUTH) == south


def test_a_number_that_nobody_could_follow_is_read_digit_by_digit() -> None:
    assert read_number("1" * 19, NORTH) == " ".join(["một"] * 19)


@pytest.mark.parametrize(
    ("whole", "fraction", "words"),
    [
        ("3", "5", "ba phẩy năm"),
        ("0", "05", "không phẩy không năm"),
        ("12", "25", "mười hai phẩy hai mươi lăm"),
        ("1", "125", "một phẩy một hai năm"),
    ],
)
def test_a_decimal_is_read_with_its_comma(whole: str, fraction: str, words: str) -> None:
    assert read_decimal(whole, fraction, NORTH) == words


def test_digits_are_read_one_by_one() -> None:
    assert read_digits("0294") == "không hai chín bốn"
