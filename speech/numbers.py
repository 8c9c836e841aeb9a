"""Vietnamese numerals: whole numbers, decimals and strings of digits in words."""

from __future__ import annotations

from speech.dialect import Dialect

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
MILLION = "triệu"
BILLION = "tỷ"
MAX_DIGITS = 18  # longer ones are read digit by digit: nobody follows them as a number
_READ_AS_NUMBER = 2  # digits behind the comma; more of them are read one by one


def read_number(digits: str, dialect: Dialect) -> str:
    """A whole number in words.

    Args:
        digits: decimal digits without separators; leading zeros are ignored.
        dialect: how 1,000, 105 and 24 are said.
    """
    digits = digits.lstrip("0") or "0"
    if len(digits) > MAX_DIGITS:
        return read_digits(digits)
    if digits == "0":
        return DIGITS[0]
    return " ".join(_read_billions(digits, dialect, is_first=True))


def _read_billions(digits: str, dialect: Dialect, *, is_first: bool) -> list[str]:
    """Above 999,999,999 the billions are a number of their own: nghìn tỷ, triệu tỷ."""
    head, tail = digits[:-9], digits[-9:]
    words: list[str] = []
    if head:
        words = [*_read_billions(head, dialect, is_first=is_first), BILLION]
    return [*words, *_read_millions(tail, dialect, is_first=is_first and not head)]


def _read_millions(digits: str, dialect: Dialect, *, is_first: bool) -> list[str]:
    padded = digits.zfill(9)
    words: list[str] = []
    for group, scale in zip(
        (padded[:3], padded[3:6], padded[6:]), (MILLION, dialect.thousand, ""), strict=True
    ):
        if group == "000":
            continue
        words += _read_group(group, dialect, is_first=is_first and not words)
        words += [scale] if scale else []
    return words


def _read_group(group: str, dialect: Dialect, *, is_first: bool) -> list[str]:
    """Three digits; behind other groups the empty places are named: không trăm linh năm."""
    hundreds, tens, units = map(int, group)
    words = [] if is_first and not hundreds else [DIGITS[hundreds], "trăm"]
    if tens == 0:
        if not units:
            return words
        return [*words, dialect.zero_tens, DIGITS[units]] if words else [DIGITS[units]]
    words += ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
    return [*words, *_read_unit(tens, units, dialect)]


def _read_unit(tens: int, units: int, dialect: Dialect) -> list[str]:
    if not units:
        return []
    if units == 5:
        return ["lăm"]
    if units == 1 and tens > 1:
        return ["mốt"]
    if units == 4 and tens > 1:
        return [dialect.unit_four]
    return [DIGITS[units]]


def read_digits(digits: str) -> str:
    """Each digit for itself, as in a telephone number."""
    return " ".join(DIGITS[int(digit)] for digit in digits)


def read_decimal(whole: str, fraction: str, dialect: Dialect) -> str:
    """A decimal number; one that has a zero or three digits behind the comma is read out."""
    is_short = len(fraction) <= _READ_AS_NUMBER and not fraction.startswith("0")
    behind = read_number(fraction, dialect) if is_short else read_digits(fraction)
    return f"{read_number(whole, dialect)} phẩy {behind}"
