"""Strict JSON: UTF-8 without BOM, no duplicate member, no float, no NaN, NFC, bounded depth."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any, NoReturn

import msgspec

from agent.contract.document import MAX_DEPTH

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NOT_BRACKET = re.compile(r"[^\[\]{}]+")
_ASCII = bytes(range(128))
# What can carry a control character or a surrogate past the JSON grammar: DEL and C1 raw, escapes.
_SUSPECT = re.compile("[\x7f-\x9f]|\\\\[bfrtu]")


class StrictJsonError(ValueError):
    """Text that is JSON to some parsers and a trap to others."""


def _refuse_float(text: str) -> NoReturn:
    raise StrictJsonError(f"number is not an integer: {text[:32]}")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise StrictJsonError("duplicate member")
    return members


def _depth(text: str) -> int:
    depth = deepest = 0
    for bracket in _NOT_BRACKET.sub("", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _is_clean(value: Any) -> bool:
    """Are all strings, names included, NFC and free of control characters and lone surrogates?"""
    if isinstance(value, str):
        return unicodedata.is_normalized("NFC", value) and not any(
            unicodedata.category(char) in ("Cc", "Cs") and char != "\n" for char in value
        )
    if isinstance(value, dict):
        return all(_is_clean(name) and _is_clean(item) for name, item in value.items())
    return all(map(_is_clean, value)) if isinstance(value, list) else True


def _is_plain(raw: bytes) -> bool:
    """Is every string inside surely clean? A raw text that is NFC has only NFC strings.

    The search runs only where a byte hints at a find: a backslash, DEL, or 0xC2, the first byte of
    C1 controls in UTF-8.
    """
    hinted = b"\\" in raw or b"\x7f" in raw or b"\xc2" in raw
    if hinted and _SUSPECT.search(raw.decode("utf-8")):
        return False
    return raw.isascii() or _is_nfc(raw)


def _is_nfc(raw: bytes) -> bool:
    """Is valid UTF-8 in normal form C? Ten times quicker than asking of the whole text.

    ASCII is left out first, which changes nothing as long as no combining mark is there: ASCII is
    normalised itself, and all that composes with it is a combining mark.
    """
    rest = raw.translate(None, _ASCII).decode("utf-8")
    if any(map(unicodedata.combining, rest)):
        rest = raw.decode("utf-8")
    return unicodedata.is_normalized("NFC", rest)


def parse_strict(raw: bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """Parse, or refuse.

    Raises:
        StrictJsonError: any departure named in the module's first line.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrictJsonError("not UTF-8") from error
    if text.startswith("\ufeff"):
        raise StrictJsonError("byte order mark")
    if _depth(text) > max_depth:
        raise StrictJsonError(f"nested deeper than {max_depth}")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_float=_refuse_float,
            parse_constant=_refuse_float,
        )
    except (ValueError, RecursionError) as error:
        raise StrictJsonError(str(error)) from error
    if not _is_plain(raw) and not _is_clean(value):
        raise StrictJsonError("a string is not NFC or holds a control character")
    return value


class Decoder:
    """Strict decoding of one closed type (no float, no Any in it), quick for our own encoding.

    Text that msgspec, having read it into the type, writes again byte for byte can hold no
    duplicate or unknown member, no float, no odd white space and no byte order mark. Only such text
    takes the short way; all else goes through `parse_strict`.
    """

    def __init__(self, type_: type[Any]) -> None:
        self._type = type_
        self._quick = msgspec.json.Decoder(type_)
        self._encoder = msgspec.json.Encoder()

    def decode_canonical(self, raw: bytes) -> Any | None:
        """The value when `raw` is exactly what we would have written, else None."""
        try:
            value = self._quick.decode(raw)
            if self._encoder.encode(value) == raw and _is_plain(raw):
                return value
        except (msgspec.MsgspecError, ValueError, RecursionError):
            pass
        return None

    def decode(self, raw: bytes) -> Any:
        """Decode, or refuse.

        Raises:
            StrictJsonError: not strict JSON.
            msgspec.ValidationError: strict JSON, but not of the type.
        """
        value = self.decode_canonical(raw)
        return msgspec.convert(parse_strict(raw), self._type) if value is None else value
