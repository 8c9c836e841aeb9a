"""Strict JSON on both paths: the fast one and the full one."""

from __future__ import annotations

import sys
import unicodedata

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent.contract.strict_json import StrictDecoder, StrictJsonError, _is_nfc, parse_strict


class Song(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A closed type with text, number, list and an optional field."""

    title: str
    count: int
    tags: list[str] = msgspec.field(default_factory=list)
    note: str | None = None


BAD = {
    "a duplicate": b'{"title":"a","title":"a","count":1}',
    "a float": b'{"title":"a","count":1.0}',
    "an exponent": b'{"title":"a","count":1e0}',
    "NaN": b'{"title":"a","count":NaN}',
    "a byte order mark": b'\xef\xbb\xbf{"title":"a","count":1}',
    "bad UTF-8": b'{"title":"\xff","count":1}',
    "a raw control": b'{"title":"\x01","count":1}',
    "an escaped control": b'{"title":"\\u0001","count":1}',
    "a short escape": b'{"title":"\\t","count":1}',
    "DEL": b'{"title":"\x7f","count":1}',
    "C1": b'{"title":"\xc2\x85","count":1}',
    "not NFC": b'{"title":"e\xcc\x81","count":1}',
    "not NFC by escape": b'{"title":"e\\u0301","count":1}',
    "a surrogate": b'{"title":"\\ud800","count":1}',
    "trailing text": b'{"title":"a","count":1}}',
    "too deep": b'{"title":"a","count":1,"tags":' + b"[" * 20 + b"]" * 20 + b"}",
}


@pytest.mark.parametrize("raw", BAD.values(), ids=list(BAD))
def test_it_is_refused_on_both_paths(raw: bytes) -> None:
    with pytest.raises(StrictJsonError):
        parse_strict(raw)
    decoder = StrictDecoder(Song)
    assert decoder.decode_canonical(raw) is None
    with pytest.raises(StrictJsonError):
        decoder.decode(raw)


GOOD = {
    "canonical": '{"title":"Nước sạch","count":1,"tags":["a"],"note":null}',
    "spaced, short": ' { "count" : 1 , "title" : "Nước sạch" } ',
    "escaped": '{"title":"N\\u01b0\\u1edbc","count":0}',
    "a new line": '{"title":"a\\nb","count":-3,"tags":[],"note":null}',
    "C1's neighbours": '{"title":"25 °C «a»","count":1,"tags":[],"note":null}',
}


@pytest.mark.parametrize("text", GOOD.values(), ids=list(GOOD))
def test_it_is_read_alike_on_both_paths(text: str) -> None:
    raw = text.encode()
    assert StrictDecoder(Song).decode(raw) == msgspec.convert(parse_strict(raw), Song)


def test_canonical_text_takes_the_fast_path() -> None:
    assert StrictDecoder(Song).decode_canonical(GOOD["canonical"].encode()) is not None
    assert StrictDecoder(Song).decode_canonical(GOOD["spaced, short"].encode()) is None


MARKS = "\u0301\u0323\u0309\u031b\u17d2\u09be\u1161\u11a8"
LETTERS = "aơoe ạậ́ộđក្ខ\u1100\uac00\u09c7\u212b\u0958"


@example(["\u09c7", "a", "\u09be"])
@given(st.lists(st.one_of(st.sampled_from(LETTERS + MARKS), st.characters(codec="utf-8"))))
def test_the_fast_normal_form_check_agrees_with_the_full_one(characters: list[str]) -> None:
    text = "".join(characters)
    assert _is_nfc(text.encode()) == unicodedata.is_normalized("NFC", text)


def test_only_combining_marks_compose_with_ascii() -> None:
    """What `_is_nfc` rests on, of every character that Unicode has."""
    for number in range(sys.maxunicode + 1):
        parts = unicodedata.decomposition(chr(number)).split()
        if len(parts) == 2 and not parts[0].startswith("<") and int(parts[0], 16) < 128:
            assert unicodedata.combining(chr(int(parts[1], 16)))
