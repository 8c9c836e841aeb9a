"""Templates of command tables: text in a profile ↔ bytes on the wire. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Form = Literal["hex", "text"]
Values = Mapping[str, int]
FIELDS = ("unit", "channel", "volume")
_FIELD = re.compile(r"\{(" + "|".join(FIELDS) + r")(:0[1-9]d)?\}")
_STRAY = re.compile(r"\{[A-Za-z_]")


def build_frame(form: Form, text: str, values: Values) -> bytes:
    """The bytes to send.

    Raises:
        ValueError: the text is not a template of that form, or a value does not fit into it.
    """
    if form == "hex":
        return _build_hex(text, values)
    filled = _fill(text, values, escape=False)
    if _STRAY.search(filled):
        raise ValueError(f"unknown field in {text!r}; known: {', '.join(FIELDS)}")
    return filled.encode("latin-1")


def build_pattern(form: Form, text: str, values: Values) -> re.Pattern[bytes]:
    """The pattern of an answer, to be searched in the received bytes.

    Raises:
        ValueError: the text is not a pattern of that form.
    """
    if form == "text":
        source = _fill(text, values, escape=True).encode("latin-1")
    else:
        source = b"".join(_hex_pattern(word, values) for word in text.split())
    try:
        return re.compile(source, re.DOTALL)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from error


def has_field(text: str, field: str) -> bool:
    """Does the template use that field?"""
    return any(match[1] == field for match in _FIELD.finditer(text))


def parse_group(form: Form, match: re.Match[bytes], group: str) -> str:
    """The value of that group in the answer: text, or bytes as `0A 01`."""
    raw = match[group]
    return raw.hex(" ").upper() if form == "hex" else raw.decode("latin-1")


def _fill(text: str, values: Values, *, escape: bool) -> str:
    def one(match: re.Match[str]) -> str:
        value = _value(match[1], values)
        shown = format(value, match[2][1:]) if match[2] else str(value)
        return re.escape(shown) if escape else shown

    return _FIELD.sub(one, text)


def _build_hex(text: str, values: Values) -> bytes:
    frame = bytearray()
    for word in text.split():
        frame.append(sum(frame) & 0xFF if word == "{sum8}" else _byte(word, values))
    return bytes(frame)


def _hex_pattern(word: str, values: Values) -> bytes:
    if word == "..":
        return b"."
    if word == "{state}":
        return b"(?P<state>.)"
    return re.escape(bytes([_byte(word, values)]))


def _byte(word: str, values: Values) -> int:
    field = _FIELD.fullmatch(word)
    if field is None and not re.fullmatch(r"[0-9A-Fa-f]{2}", word):
        raise ValueError(f"{word!r} is neither two hexadecimal digits nor a known field")
    value = _value(field[1], values) if field else int(word, 16)
    if not 0 <= value <= 0xFF:
        raise ValueError(f"{word} = {value} does not fit into a byte")
    return value


def _value(field: str, values: Values) -> int:
    if field not in values:
        raise ValueError(f"{{{field}}} has no value here")
    return values[field]
