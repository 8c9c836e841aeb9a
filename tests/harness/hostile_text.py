"""Families of hostile text, each of any length: what parsers are known to be slow at."""

from __future__ import annotations

from collections.abc import Callable

Family = Callable[[int], bytes]


def _filled(unit: str, head: str = "", tail: str = "") -> Family:
    """`unit` again and again between a head and a tail."""
    inner, before, after = unit.encode(), head.encode(), tail.encode()

    def build(size: int) -> bytes:
        return before + inner * ((size - len(before) - len(after)) // len(inner)) + after

    return build


def _members(size: int) -> bytes:
    return b"{" + b",".join(b'"%07x":1' % n for n in range(size // 12)) + b"}"


def _balanced(opening: bytes, closing: bytes) -> Family:
    def build(size: int) -> bytes:
        half = size // (len(opening) + len(closing))
        return opening * half + closing * half

    return build


def _marks(size: int) -> bytes:
    """Combining marks in the order that needs most sorting: above before below."""
    half = size // 4
    return ('"a' + "\u0301" * half + "\u0316" * half + '"').encode()


def _sorted_marks(size: int) -> bytes:
    half = size // 4
    return ('"\u1ea5' + "\u0316" * half + "\u0301" * half + '"').encode()


FAMILIES: dict[str, Family] = {
    "escaped quotes without end": _filled('\\"', '"'),
    "escaped quotes without end in an object": _filled('\\"', '{"a":"'),
    "escaped quotes": _filled('\\"', '"', '"'),
    "escaped quotes in a list": _filled('"\\"",', "[", "1]"),
    "backslashes": _filled("\\", '"', '"'),
    "backslashes without a string": _filled("\\"),
    "quotes": _filled('"'),
    "strings in a list": _filled('"a",', "[", "1]"),
    "brackets": _filled("["),
    "balanced brackets": _balanced(b"[", b"]"),
    "objects in objects": _balanced(b'{"a":', b"}"),
    "unbalanced braces": _filled("{[", "", "]"),
    "empty lists": _filled("[],", "[", "[]]"),
    "empty objects": _filled("{},", "[", "{}]"),
    "small objects": _filled('{"a":1},', "[", "1]"),
    "one long number": _filled("9"),
    "a long number in an object": _filled("9", '{"a":', "}"),
    "a long exponent": _filled("9", "1e"),
    "a long fraction": _filled("9", "0."),
    "numbers of 19 digits": _filled("9" * 18 + ",", "[", "1]"),
    "minus signs": _filled("-"),
    "small numbers": _filled("9,", "[", "9]"),
    "floats": _filled("1.5,", "[", "1]"),
    "true": _filled("true,", "[", "1]"),
    "the same member": _filled('"a":1,', "{", '"a":1}'),
    "members": _members,
    "white space": _filled(" "),
    "white space inside": _filled(" \n", "[", "]"),
    "line feeds": _filled("\\n", '"', '"'),
    "escapes of marks": _filled("\\u0301", '"', '"'),
    "escaped surrogates": _filled("\\ud83d\\ude00", '"', '"'),
    "escaped halves of surrogates": _filled("\\ud83d", '"', '"'),
    "escapes in many strings": _filled('"\\u0041",', "[", "1]"),
    "combining marks": _filled("\u0301", '"a', '"'),
    "marks to be sorted": _marks,
    "marks in order": _sorted_marks,
    "marks that are nearly composed": _filled("\u1ead\u0301", '"', '"'),
    "Tibetan vowels": _filled("\u0f73", '"', '"'),
    "Hangul letters": _filled("\u1100\u1161\u11a8", '"', '"'),
    "Vietnamese": _filled("\u1ea5", '"', '"'),
    "control characters": _filled("\u0085", '"', '"'),
    "a comma more": _filled(",", "[", "]"),
}


def _lines(line: str) -> Family:
    """A line with its number in it, as often as it fits."""

    def build(size: int) -> bytes:
        text, number = "", 0
        while len(text) < size:
            text, number = text + line.format(number), number + 1
        return text.encode()

    return build


def _stairs(size: int) -> bytes:
    """Each line one step deeper than the one before."""
    return "".join(" " * step + "a:\n" for step in range(int((2 * size) ** 0.5) - 3)).encode()


YAML_FAMILIES: dict[str, Family] = {
    "flow lists without end": _filled("["),
    "flow maps without end": _filled("{a: "),
    "a flow list": _filled("a, ", "[", "]"),
    "closing brackets": _filled("]"),
    "dashes": _filled("- "),
    "a list": _filled("- a\n"),
    "many keys": _lines("k{}: 1\n"),
    "keys that nearly are some": _lines("statio{}: x\n"),
    "the same key": _filled("a: 1\n"),
    "ever deeper": _stairs,
    "tabs": _filled("\ta: 1\n"),
    "an open quote": _filled("a\n", '"'),
    "quotes": _filled('"a" '),
    "apostrophes": _filled("'"),
    "colons": _filled(":"),
    "stray colons": _filled("a: b: c\n"),
    "anchors": _filled("- &a b\n"),
    "aliases": _filled("- *a\n"),
    "tags": _filled("- !!str a\n"),
    "documents": _filled("---\n"),
    "comments": _filled("# a\n"),
    "typographic quotes": _filled("\u201ca\u201d "),
    "odd spaces": _filled("\u00a0a: 1\n"),
    "spaces": _filled(" "),
    "a block": _filled(" a\n", "a: |\n"),
    "escapes": _filled("\\x41", '"', '"'),
    "wrong escapes": _filled("\\q", '"', '"'),
    "question marks": _filled("? a\n"),
    "one word": _filled("a", "station: "),
    "one long text": _filled("a\n "),
    "lines without a colon": _filled("abc\n", "a: 1\n"),
    "unclosed lists": _filled("a: [1\n"),
    "outputs": _filled("  - name: a\n", "outputs:\n"),
    "misspelt outputs": _filled("  - nam: a\n", "outputs:\n"),
    "quiet hours": _filled("  - a\n", "policy:\n  quiet_hours:\n"),
}
