"""Text as the registers of a sign that has letters of its own.

There is no standard of such signs: how many characters a register holds, and which comes first,
stands in the profile. Where a sign knows plain ASCII alone, Vietnamese loses its marks and
stays readable; Khmer has no such form.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal

Encoding = Literal["ascii", "utf-8", "utf-16"]
# d with stroke has no decomposition
_PLAIN = {0x111: "d", 0x110: "D", ord("“"): '"', ord("”"): '"', ord("–"): "-", ord("…"): "..."}


def to_ascii(text: str) -> str:
    """The text without marks.

    Raises:
        ValueError: a letter that has no plain form.
    """
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFD", text.translate(_PLAIN))
        if not unicodedata.combining(letter)
    )
    if not plain.isascii():
        strange = next(letter for letter in plain if not letter.isascii())
        raise ValueError(f"the sign has no letter for {strange!r}")
    return plain


def to_plain(text: str, encoding: Encoding) -> str:
    """The text as a sign of this encoding can say it.

    Raises:
        ValueError: a letter that the sign has not.
    """
    return to_ascii(text) if encoding == "ascii" else unicodedata.normalize("NFC", text)


def wrap_pages(texts: Sequence[str], widths: Sequence[int], encoding: Encoding) -> list[list[str]]:
    """Texts as lines, page after page: all on one page if they fit, else each begins a new one.

    Args:
        texts: from `to_plain`.
        widths: of the lines of a page, as `encode_line` counts them.
        encoding: of the sign.

    Raises:
        ValueError: a line has less than a letter.
    """
    together = _fill(texts, widths, encoding)
    if len(together) == 1:
        return together
    return [page for text in texts for page in _fill([text], widths, encoding)]


def _fill(texts: Iterable[str], widths: Sequence[int], encoding: Encoding) -> list[list[str]]:
    pages: list[list[str]] = [[]]
    for paragraph in (line for text in texts for line in text.splitlines()):
        words = paragraph.split()
        while words:
            if len(pages[-1]) == len(widths):
                pages.append([])
            line, words = _take_line(words, widths[len(pages[-1])], encoding)
            pages[-1].append(line)
    return pages


def _take_line(words: list[str], width: int, encoding: Encoding) -> tuple[str, list[str]]:
    """As many words as a line takes, and the others; a word longer than a line is cut."""
    line, taken = "", 0
    for word in words:
        longer = f"{line} {word}" if line else word
        if _count(longer, encoding) > width:
            break
        line, taken = longer, taken + 1
    if taken:
        return line, words[taken:]
    cut = next((at for at in range(width, 0, -1) if _count(words[0][:at], encoding) <= width), 0)
    if not cut:
        raise ValueError(f"a line of {width} has no room for {words[0][:1]!r}")
    return words[0][:cut], [words[0][cut:], *words[1:]]


def _count(text: str, encoding: Encoding) -> int:
    return len(text.encode()) if encoding == "utf-8" else len(text)


def encode_line(
    text: str, chars: int, encoding: Encoding, per_register: int, first: Literal["high", "low"]
) -> list[int]:
    """The registers of a line, filled up with spaces.

    Args:
        text: at most as long as the line.
        chars: of the line; of UTF-8 its bytes.
        encoding: of the sign.
        per_register: 1 or 2 characters; UTF-16 has 1.
        first: where the first of two is.

    Raises:
        ValueError: a letter that the sign has not, or more bytes than the line has.
    """
    if encoding == "utf-16":
        units = unicodedata.normalize("NFC", text).ljust(chars)
        return [ord(letter) if ord(letter) < 0x10000 else ord("?") for letter in units[:chars]]
    raw = to_plain(text, encoding).encode().ljust(chars, b" ")
    if len(raw) > chars:
        raise ValueError(f"{len(raw)} bytes, the line has {chars}")
    if per_register == 1:
        return list(raw)
    raw += b" " * (len(raw) % 2)
    order: Literal["big", "little"] = "big" if first == "high" else "little"
    return [int.from_bytes(raw[at : at + 2], order) for at in range(0, len(raw), 2)]


def decode_line(
    registers: Sequence[int], encoding: Encoding, per_register: int, first: Literal["high", "low"]
) -> str:
    """What registers say, for people; letters that are none become `?`."""
    if encoding == "utf-16":
        return "".join(map(chr, registers)).rstrip("\0 ")
    if per_register == 1:
        raw = bytes(value & 0xFF for value in registers)
    else:
        order: Literal["big", "little"] = "big" if first == "high" else "little"
        raw = b"".join(value.to_bytes(2, order) for value in registers)
    return raw.decode("utf-8", "replace").rstrip("\0 ")
