"""Numbers with units, money, telephone numbers and plain numbers of a text in words."""

from __future__ import annotations

import re
from collections.abc import Callable

from speech.abbreviations import MONEY, UNITS
from speech.dialect import Dialect
from speech.numbers import read_decimal, read_digits, read_number

# 1.250.000 and 12,5; a dot before other than three digits (1.5) is a decimal point all the same.
_NUMBER = r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+,\d+|\d+(?:\.\d{1,2})?(?![\d.]*\d)|\d+"
_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_SPACE, _END = r"[ \u00a0]?", r"(?![^\W\d_]|\d)"
_QUANTITY = re.compile(
    rf"(?<![\w.,])(-|−)?({_NUMBER})(?:{_SPACE}[-–]{_SPACE}({_NUMBER}))?{_SPACE}({_UNIT})"
    rf"(?:/({_UNIT}))?{_END}"
)
_RATE = re.compile(rf"(?<=[^\W\d_])/({_UNIT}){_END}")
_THOUSANDS = re.compile(rf"(?<![\w.,])({_NUMBER})[kK]{_END}")
_RANGE = re.compile(rf"(?<![\w.,/\-])({_NUMBER})\s?[-–]\s?({_NUMBER})(?![\w/\-])")
_FRACTION = re.compile(r"(?<![\w/.,])(\d{1,3})/(\d{1,3})(?![\w/])")
_PLAIN = re.compile(rf"(?<![.,\d])(-|−)?({_NUMBER})")
_TELEPHONE = re.compile(
    r"(?<![\w.,/])(?:\(?\+84\)?[ .]?\d{1,4}|\(?0\d{1,4}\)?|1[89]00)"
    r"(?:[ .\-]?\d{1,4}){1,4}(?![\w/]|[.,]\d)"
)
_SHORT_TELEPHONE = re.compile(
    r"\b((?i:gọi|điện thoại|đường dây nóng|hotline|tổng đài|ĐT|SĐT)"
    r"(?:(?i: ngay| số| đến số| tới số|:)){0,3}\s*)"
    r"(1\d\d(?:(?:,| hoặc| và)\s*1\d\d)*)\b"
)
_TELEPHONE_DIGITS = range(8, 13)
_LARGEST_PART = 10
_COMMA = ", "
_DIGITS = re.compile(r"\d+")


def expand_telephone_numbers(text: str) -> str:
    """Write telephone numbers out digit by digit, with a pause where they are grouped."""

    def telephone(match: re.Match[str]) -> str:
        groups = _DIGITS.findall(match[0])
        if sum(map(len, groups)) not in _TELEPHONE_DIGITS:
            return match[0]
        plus = "cộng " if "+" in match[0] else ""
        return plus + _COMMA.join(read_digits(group) for group in groups)

    def short(match: re.Match[str]) -> str:
        return match[1] + _DIGITS.sub(lambda digits: read_digits(digits[0]), match[2])

    return _SHORT_TELEPHONE.sub(short, _TELEPHONE.sub(telephone, text))


def expand_quantities(text: str, dialect: Dialect) -> str:
    """Write out numbers with units, and money."""

    def quantity(match: re.Match[str]) -> str:
        minus, first, last, unit, other = match.groups()
        words = _signed(minus, first, dialect)
        if last is not None:
            words += f" đến {_read(last, dialect)}"
        words += f" {_unit(unit, dialect)}"
        return words if other is None else f"{words} {_per(unit)} {_unit(other, dialect)}"

    def thousands(match: re.Match[str]) -> str:
        return f"{_read(match[1], dialect)} {dialect.thousand}"

    def rate(match: re.Match[str]) -> str:
        return f" trên {_unit(match[1], dialect)}"

    text = _THOUSANDS.sub(thousands, _QUANTITY.sub(quantity, text))
    return _RATE.sub(rate, text)


def expand_numbers(text: str, dialect: Dialect) -> str:
    """Write out every number that is left."""

    def fraction(match: re.Match[str]) -> str:
        part, whole = match.groups()
        is_part = int(part) < int(whole) <= _LARGEST_PART
        between = "phần" if is_part else "trên"
        return f"{read_number(part, dialect)} {between} {read_number(whole, dialect)}"

    def span(match: re.Match[str]) -> str:
        return f"{_read(match[1], dialect)} đến {_read(match[2], dialect)}"

    def plain(match: re.Match[str]) -> str:
        before = match.string[match.start() - 1 : match.start()]
        words = _signed(None if before.isalnum() else match[1], match[2], dialect)
        after = match.string[match.end() : match.end() + 1]
        left = " " if before.isalpha() or (before.isalnum() and match[1]) else ""
        return f"{left}{words}{' ' if after.isalpha() else ''}"

    for pattern, expand in _order(fraction, span, plain):
        text = pattern.sub(expand, text)
    return _DIGITS.sub(lambda digits: f" {read_digits(digits[0])} ", text)


_Expand = Callable[[re.Match[str]], str]


def _order(
    fraction: _Expand, span: _Expand, plain: _Expand
) -> list[tuple[re.Pattern[str], _Expand]]:
    return [(_FRACTION, fraction), (_RANGE, span), (_PLAIN, plain)]


def _unit(unit: str, dialect: Dialect) -> str:
    return f"phần {dialect.thousand}" if unit == "‰" else UNITS[unit]


def _per(unit: str) -> str:
    return "một" if unit in MONEY else "trên"


def _signed(minus: str | None, number: str, dialect: Dialect) -> str:
    return f"{'âm ' if minus else ''}{_read(number, dialect)}"


def _read(number: str, dialect: Dialect) -> str:
    if "," in number:
        whole, fraction = number.replace(".", "").split(",")
        return read_decimal(whole, fraction, dialect)
    whole, _, rest = number.partition(".")
    if rest and len(rest) < len("000"):
        return f"{read_number(whole, dialect)} chấm {read_number(rest, dialect)}"
    return read_number(number.replace(".", ""), dialect)
