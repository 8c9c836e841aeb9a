"""Strict JSON: UTF-8 without BOM, no duplicate member, no float, no NaN, NFC, bounded depth."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any, NoReturn

import msgspec

from agent.contract.document import MAX_DEPTH

_ASCII = bytes(range(128))
# All bytes but the comma, brackets and digits, which are mapped to one bracket pair and one digit.
_NEITHER = bytes(set(range(256)) - set(b",[]{}0123456789"))
_ALIKE = bytes.maketrans(b"{}123456789", b"[]000000000")
# int() of many digits is quadratic. All numbers of the contract fit into 64 bits.
_TOO_LONG = b"0" * 20
# Ways to pass a control character or a surrogate through the JSON grammar: raw DEL and C1, escapes.
_SUSPECT = re.compile("[\x7f-\x9f\ud800-\udfff]|\\\\[bfrtu]")


class StrictJsonError(ValueError):
    """Text that is not strict JSON; parsers may read it differently."""


class TooManyValuesError(ValueError):
    """JSON with more values than the expected type can have."""


def _refuse_float(text: str) -> NoReturn:
    raise StrictJsonError(f"number is not an integer: {text[:32]}")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise StrictJsonError("duplicate member")
    return members


def _skeleton(raw: bytes) -> bytes:
    """Brackets, digits and commas outside strings, as `[`, `]`, `0` and `,`.

    For text that is not JSON the result is arbitrary. Each step is one pass in C: a regular
    expression for strings would be quadratic on an unterminated one.
    """
    if b"\\" in raw:
        raw = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(raw.split(b'"')[::2]).translate(_ALIKE, _NEITHER)


def _count_values(skeleton: bytes) -> int:
    """An upper bound of the number of values, member names not counted."""
    return skeleton.count(b",") + skeleton.count(b"[")


def _is_deeper(skeleton: bytes, max_depth: int) -> bool:
    """Is a balanced skeleton nested deeper? Each round removes the innermost pairs."""
    brackets = skeleton.translate(None, b"0,")
    for _ in range(max_depth):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)


def _is_clean(value: Any) -> bool:
    """Are all strings, names included, NFC and free of control characters and lone surrogates?

    All are checked at once, joined by separators that compose with no character.
    """
    text = json.dumps(value, ensure_ascii=False).replace("\\\\", "/").replace("\\n", "\n")
    return not _SUSPECT.search(text) and unicodedata.is_normalized("NFC", text)


def _is_plain(raw: bytes) -> bool:
    """Is every string inside certainly clean? A raw text that is NFC has only NFC strings.

    The search runs only where a byte makes a match possible: a backslash, DEL, or 0xC2, the first
    byte of C1 controls in UTF-8.
    """
    hinted = b"\\" in raw or b"\x7f" in raw or b"\xc2" in raw
    if hinted and _SUSPECT.search(raw.decode("utf-8")):
        return False
    return raw.isascii() or _is_nfc(raw)


def _is_nfc(raw: bytes) -> bool:
    """Is valid UTF-8 in normal form C? Ten times quicker than a check of the whole text.

    ASCII is removed first. While no combining mark is present, what is in normal form without it is
    so with it: ASCII is in normal form C, and only combining marks compose with it. The other way
    it does not hold: two letters that ASCII keeps apart may compose (Bengali, Hangul).
    """
    rest = raw.translate(None, _ASCII).decode("utf-8")
    if not any(map(unicodedata.combining, rest)) and unicodedata.is_normalized("NFC", rest):
        return True
    return unicodedata.is_normalized("NFC", raw.decode("utf-8"))


def parse_strict(raw: bytes, *, max_depth: int = MAX_DEPTH, max_values: int | None = None) -> Any:
    """Parse strict JSON. The time is linear in the length of `raw`.

    Args:
        raw: UTF-8.
        max_depth: the deepest nesting of objects and lists.
        max_values: the largest number of values, counted by commas and brackets. A short text with
            very many values is the most expensive to parse.

    Raises:
        StrictJsonError: any deviation named in the module's first line.
        TooManyValuesError: more than `max_values`.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrictJsonError("not UTF-8") from error
    if text.startswith("\ufeff"):
        raise StrictJsonError("byte order mark")
    skeleton = _skeleton(raw)
    if _TOO_LONG in skeleton:
        raise StrictJsonError("a number of more than 19 digits")
    is_crowded = max_values is not None and _count_values(skeleton) > max_values
    if is_crowded:
        _check_form(raw)
    value = None if is_crowded else _load(text)
    if _is_deeper(skeleton, max_depth):
        raise StrictJsonError(f"nested deeper than {max_depth}")
    if is_crowded:
        raise TooManyValuesError(f"more than {max_values} values")
    if not _is_plain(raw) and (b"\\" not in raw or not _is_clean(value)):
        raise StrictJsonError("a string is not NFC or holds a control character")
    return value


def _check_form(raw: bytes) -> None:
    """Check the JSON grammar without building a value."""
    try:
        msgspec.json.decode(raw, type=msgspec.Raw)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise StrictJsonError(str(error)) from error


def _load(text: str) -> Any:
    try:
        return json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_float=_refuse_float,
            parse_constant=_refuse_float,
        )
    except (ValueError, RecursionError) as error:
        raise StrictJsonError(str(error)) from error


class StrictDecoder:
    """Strict decoding of one closed type (no float, no Any in it), fast for our own encoding.

    If msgspec decodes a text into the type and encodes it to the same bytes, the text has no
    duplicate or unknown member, no float, no irregular white space and no byte order mark. Such
    text takes the fast path; any other text goes through `parse_strict`.
    """

    def __init__(self, type_: type[Any]) -> None:
        self._type = type_
        self._quick = msgspec.json.Decoder(type_)
        self._encoder = msgspec.json.Encoder()

    def decode_canonical(self, raw: bytes) -> Any | None:
        """The value when `raw` equals our own encoding of it, else None."""
        try:
            value = self._quick.decode(raw)
            if self._encoder.encode(value) == raw and _is_plain(raw):
                return value
        except (msgspec.MsgspecError, ValueError, RecursionError):
            pass
        return None

    def decode(self, raw: bytes) -> Any:
        """Decode strictly.

        Raises:
            StrictJsonError: not strict JSON.
            msgspec.ValidationError: strict JSON, but not of the type.
        """
        value = self.decode_canonical(raw)
        return msgspec.convert(parse_strict(raw), self._type) if value is None else value
