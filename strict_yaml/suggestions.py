"""Suggestions for "did you mean".

Loaded only when a fault was found. A suggestion is a rewritten form of the text; the caller tests
each against the expected type and shows the first that is accepted.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath, PureWindowsPath

from msgspec import inspect

from strict_yaml.node import Items, Node, Pairs, Scalar

QUOTES = "“”„«»‘’‚`´\"'"
# Vietnamese texts that a technician may write for a member of a closed set
_VIETNAMESE = {
    "thuong": "ordinary", "thong thuong": "ordinary", "dac biet": "special",
    "cua": "door", "cua tu": "door", "dien luoi": "mains", "may no": "generator",
    "may phat": "generator", "may phat dien": "generator", "phim im lang": "silence-key",
    "tat tieng": "silence-key", "phim khan cap": "emergency-key", "khan cap": "emergency-key",
    "nhiet do": "temperature", "do am": "humidity", "dong": "current", "dong dien": "current",
    "dien ap": "voltage", "cong suat": "power", "anh sang": "illuminance",
    "do roi": "illuminance", "cao": "high", "thap": "low",
}  # fmt: skip
# a key and its value without the space or the colon between them
PAIR = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::(?! )|\s*=\s*|\s+)(\S.*)")
_YES = frozenset({"yes", "y", "on", "true", "1", "co", "bat"})
_NO = frozenset({"no", "n", "off", "false", "0", "khong", "tat"})
_AMOUNT = re.compile(r"([+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+))\s*([^\W\d_]*)%?")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[ _.,'][0-9]{3})+")
_POWER = re.compile(r"([0-9]+(?:\.[0-9]+)?)[eE]\+?([0-9]{1,2})")
_CLOCK = r"([0-9]{1,2})(?:\s*[:hg.]\s*([0-9]{2})?)?"
_WINDOW = re.compile(rf"{_CLOCK}\s*(?:-|–|—|~|->|→|to|den|đến)\s*{_CLOCK}", re.IGNORECASE)
_MOMENT = re.compile(_CLOCK, re.IGNORECASE)
# seconds in one of the words that may follow a number
_SECONDS = {"ms": 0.001, "s": 1, "sec": 1, "giay": 1, "m": 60, "min": 60, "phut": 60, "h": 3600}


def guess_values(text: str, key: str, form: str) -> Iterator[str]:
    """Rewritten forms of a value, the likeliest first.

    Args:
        text: as written.
        key: its path; the unit at the end (`_ms`, `_s`) scales an amount of time.
        form: the example of the expected type, such as `/etc/tramtin/root.json`; may be empty.
    """
    bare = text.strip(QUOTES + " \t\u00a0,;")
    yield bare
    yield bare.lower()
    word = plain_letters(bare)
    if word in _YES:
        yield "true"
    if word in _NO:
        yield "false"
    yield from _amounts(bare, key)
    yield from _clocks(bare)
    yield from _addresses(bare)
    if form.startswith("/") and not bare.startswith("~"):
        yield from _paths(bare, form)
    name = re.sub(r"[^a-z0-9._-]+", "-", word).strip("-.")
    yield name
    yield re.sub(r"[._]+", "-", name)


def guess_member(text: str, members: Iterable[str]) -> str:
    """The nearest member of a closed set, or an empty text."""
    import difflib  # only for a wrong file

    members, word = list(members), plain_letters(text)
    translated = _VIETNAMESE.get(re.sub(r"[-_\s]+", " ", word).strip())
    if translated in members:
        return translated
    same = [member for member in members if _letters(member) == _letters(word)]
    near = same or difflib.get_close_matches(word, members, n=1)
    return near[0] if near else ""


def guess_key(name: str, absent: Iterable[str]) -> tuple[str, float]:
    """The nearest key that is not given yet, and how near (0 to 1)."""
    import difflib  # only for a wrong file

    word = _letters(plain_letters(name))
    ratios = {key: difflib.SequenceMatcher(None, word, _letters(key)).ratio() for key in absent}
    best = max(ratios, key=lambda key: ratios[key], default="")
    return (best, ratios[best]) if best and ratios[best] >= 0.6 else ("", 0.0)


def guess_shapes(node: Node, type_: inspect.Type) -> Iterator[tuple[str, inspect.Type, str]]:
    """Suggestions for a list, mapping or scalar that is written as another of the three.

    Yields the suggestion, with the type and the text that must be accepted for it to be right.
    """
    if isinstance(node, Pairs) and isinstance(type_, inspect.ListType) and node.pairs:
        first = node.pairs[0][0].value
        yield f"- {first.lstrip('- ')}: …", inspect.AnyType(), first
    elif isinstance(node, Items) and len(node.nodes) == 1:
        (only,) = node.nodes
        if isinstance(only, Pairs) and isinstance(type_, inspect.StructType) and only.pairs:
            yield f"{only.pairs[0][0].value}: …", inspect.AnyType(), ""
        elif isinstance(only, Scalar):
            yield only.value, type_, only.value
    elif isinstance(node, Scalar) and node.value:
        yield from _shapes_of_text(node.value, type_)


def _shapes_of_text(text: str, type_: inspect.Type) -> Iterator[tuple[str, inspect.Type, str]]:
    if isinstance(type_, inspect.ListType):
        for guess in (text, *guess_values(text, "", "")):
            yield f'["{guess}"]', type_.item_type, guess
    elif isinstance(type_, inspect.StructType):
        if pair := PAIR.fullmatch(text):
            yield f"{pair[1]}: {pair[2]}", inspect.AnyType(), ""
        fields = [f for f in type_.fields if f.required] or list(type_.fields)
        for field in fields[:1]:
            yield f"{{{field.encode_name}: {text}}}", field.type, text


def find_key(name: str, type_: inspect.Type, path: str = "") -> Iterator[str]:
    """Every mapping of the model that has the key: `outputs[]`; empty for the top level."""
    if isinstance(type_, inspect.Metadata):
        yield from find_key(name, type_.type, path)
    elif isinstance(type_, inspect.UnionType):
        for member in type_.types:
            yield from find_key(name, member, path)
    elif isinstance(type_, inspect.ListType):
        yield from find_key(name, type_.item_type, f"{path}[]")
    elif isinstance(type_, inspect.StructType):
        for field in type_.fields:
            if field.encode_name == name:
                yield path
            inner = f"{path}.{field.encode_name}" if path else field.encode_name
            yield from find_key(name, field.type, inner)


def plain_letters(text: str) -> str:
    """The text in lower case, without Vietnamese diacritics."""
    parts = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(char for char in parts if not unicodedata.combining(char))


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _amounts(text: str, key: str) -> Iterator[str]:
    if _THOUSANDS.fullmatch(text):
        yield re.sub(r"[^0-9]", "", text)
    if power := _POWER.fullmatch(text):
        yield _number(float(power[1]) * 10 ** int(power[2]))
    amount = _AMOUNT.fullmatch(text.replace("_", ""))
    if amount is None:
        return
    value, unit = float(amount[1].replace(",", ".")), plain_letters(amount[2])
    seconds = _SECONDS.get(unit)
    if key.endswith("_ms"):
        if seconds is not None:
            yield _number(value * seconds * 1000)
        elif not value.is_integer():
            yield _number(value * 1000)  # a bare number probably means seconds
    elif key.endswith("_s") and seconds is not None:
        yield _number(value * seconds)
    yield _number(value)


def _number(value: float) -> str:
    rounded = round(value, 6)
    return str(int(rounded)) if rounded.is_integer() else f"{rounded:f}".rstrip("0")


def _clocks(text: str) -> Iterator[str]:
    if match := _WINDOW.fullmatch(text):
        begin, end = _clock(match[1], match[2]), _clock(match[3], match[4])
        yield f"{begin}-{end}"
        yield f"{begin.replace('24:', '00:')}-{end}"
    elif match := _MOMENT.fullmatch(text):
        yield _clock(match[1], match[2])


def _clock(hour: str, minute: str | None) -> str:
    return f"{int(hour):02}:{minute or '00'}"


def _addresses(text: str) -> Iterator[str]:
    rest = re.sub(r"^[a-z]+:/+", "", text, flags=re.IGNORECASE).partition("/")[0]
    yield re.sub(r"^([^:]+):[0-9]+$", r"\1", rest)
    yield rest
    host = rest.strip("[]")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    if not address.is_unspecified:
        yield f"[{host}]:8080" if address.version == 6 else f"{host}:8080"


def _paths(text: str, form: str) -> Iterator[str]:
    if text.partition("/")[0] in ("etc", "var", "opt", "home", "dev", "srv", "mnt"):
        yield f"/{text}"
    name = PureWindowsPath(text).name
    if name:
        yield str(PurePosixPath(form).parent / name)
