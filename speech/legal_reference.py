"""Numbers of official documents in words: `2976/QĐ-UBND` as an announcer reads them."""

from __future__ import annotations

import re

from speech.abbreviations import DOCUMENT_KINDS, ISSUERS, LETTERS
from speech.dialect import Dialect
from speech.numbers import read_number

_NAMED = "|".join(
    sorted({*DOCUMENT_KINDS, *DOCUMENT_KINDS.values(), "luật", "bộ luật"}, key=len, reverse=True)
)
_KINDS = "|".join(sorted(DOCUMENT_KINDS, key=len, reverse=True))
_REFERENCE = re.compile(
    rf"(?<![\w/])(?:({_NAMED}|(?i:{_NAMED}))\s+)?(?:(?i:số)\s*:?\s*)?(\d{{1,6}})(?:/((?:19|20)\d\d))?"
    rf"/({_KINDS})-([A-ZĐa-z]+(?:[-.&][A-ZĐa-z]+)*)(?![\w/])"
)
_LAW = re.compile(
    r"(?<![\w/])((?i:luật|bộ luật|nghị quyết|pháp lệnh)\s+)?(?:(?i:số)\s*:?\s*)?"
    r"(\d{1,6})/((?:19|20)\d\d)/QH(\d{1,2})(?![\w/])"
)


def spell(letters: str) -> str:
    """Letters by their names; others are kept."""
    return " ".join(LETTERS.get(letter.upper(), letter) for letter in letters)


def expand_references(text: str, dialect: Dialect) -> str:
    """Write out the numbers of official documents."""

    def number(digits: str, year: str | None) -> str:
        said = f"số {read_number(digits, dialect)}"
        return f"{said} năm {read_number(year, dialect)}" if year else said

    def reference(match: re.Match[str]) -> str:
        named, digits, year, kind, issuers = match.groups()
        said = DOCUMENT_KINDS.get(named or "", named) or DOCUMENT_KINDS[kind]
        offices = " ".join(_issuer(one) for one in re.split(r"[-.&]", issuers))
        return f"{said} {number(digits, year)} của {offices}"

    def law(match: re.Match[str]) -> str:
        named, digits, year, term = match.groups()
        said = (named or "luật ").strip()
        return f"{said} {number(digits, year)} của Quốc hội khóa {read_number(term, dialect)}"

    return _LAW.sub(law, _REFERENCE.sub(reference, text))


def _issuer(letters: str) -> str:
    return ISSUERS.get(letters) or spell(letters)
