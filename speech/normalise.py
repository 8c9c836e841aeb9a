"""A Vietnamese text as it is read aloud: every number, date, unit and abbreviation in words.

The rules run in a fixed order, from what is longest and surest (a document's number, a telephone
number, a date) to what is left over; each leaves words that no later rule touches. Words that
replace a number may uncover an abbreviation behind it (`0P.B`), so the rules run until nothing
changes: the result normalised again is itself, and what a person has read and signed is what is
said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from speech.abbreviations import DOTTED, WORDS
from speech.calendar_words import expand_clock_times, expand_dates
from speech.dialect import Dialect
from speech.legal_reference import expand_references, spell
from speech.numbers import read_number
from speech.quantity import expand_numbers, expand_quantities, expand_telephone_numbers

MOST_PASSES = 8  # two are the rule
NO_PRONUNCIATION: Mapping[str, str] = {}
_SUPERSCRIPT = str.maketrans({"²": "2", "³": "3", "\u00a0": " ", "\u2011": "-", "−": "-"})
_ADDRESS = re.compile(
    r"(?i)\b(?:https?://)?((?:[a-z0-9-]+\.)+(?:vn|com|org|net|gov|edu|info))(?:/[\w\-./?=&%]*\w)?"
)
_ROMAN_WORDS = (
    "báo động|giai đoạn|quý|khóa|lần thứ|thế kỷ|đại hội|chương|mục|phần|cấp|hạng|loại|vùng|đợt|kỳ|"
    "quyển|tập|nhóm"
)
_ROMAN = re.compile(rf"\b((?i:{_ROMAN_WORDS})\s+)([IVXL]+)(?:/((?:19|20)\d\d))?(?!\w)")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
_CAPITAL = "A-ZĐÂĂÊÔƠƯÁÀẢÃẠẤẦẨẪẬẮẰẲẴẶÉÈẺẼẸẾỀỂỄỆÍÌỈĨỊÓÒỎÕỌỐỒỔỖỘỚỜỞỠỢÚÙỦŨỤỨỪỬỮỰÝỲỶỸỴ"
_DOTTED = re.compile(
    rf"(?<!\w)({'|'.join(sorted(DOTTED, key=len, reverse=True))})\.\s?(?=[{_CAPITAL}0-9])"
)
_WORDS = re.compile(
    rf"(?<!\w)({'|'.join(re.escape(one) for one in sorted(WORDS, key=len, reverse=True))})\.?(?!\w)"
    rf"|(?<!\w)(QL|TL|ĐT)\.?\s?(?=\d)"
)
_ROADS = {"QL": "quốc lộ ", "TL": "tỉnh lộ ", "ĐT": "đường tỉnh "}
# Without a vowel it is no word: it can only be spelled.
_CONSONANTS = re.compile(r"(?<!\w)([BCDĐFGHJKLMNPQRSTVWXZ]{2,6})(?!\w)")
_SHOUTED = re.compile(rf"(?<!\w)[{_CAPITAL}]{{2,}}(?!\w)")
_SYMBOLS = {
    "&": " và ", "+": " cộng ", "=": " bằng ", "≥": " từ ", "≤": " không quá ", ">": " trên ",
    "<": " dưới ", "~": " khoảng ", "±": " cộng trừ ", "→": " đến ", "@": " a còng ",
    "%": " phần trăm ",
    "°": " độ ", "×": " nhân ",
}  # fmt: skip
_SYMBOL = re.compile("|".join(map(re.escape, _SYMBOLS)))
_DASH = re.compile(r"\s[-–—]+\s|—")
_UNSPOKEN = re.compile(r"[^\w\s.,;:?!\-]|_")
_SPACES, _LINES = re.compile(r"[ \t]+"), re.compile(r"\s*\n\s*")
_BEFORE_MARK, _MARKS = re.compile(r"\s+([.,;:?!])"), re.compile(r"([.,;:?!])(?:\s*[.,;:?!])+")


def normalise(
    text: str, dialect: Dialect, pronunciation: Mapping[str, str] = NO_PRONUNCIATION
) -> str:
    """The words that are read for a text.

    Args:
        text: as an officer wrote it, in Vietnamese.
        dialect: in which it is read.
        pronunciation: what is written → how it is said; whole words, written exactly so. It goes
            before every other rule.

    Returns:
        Words, marks of punctuation and line feeds; no digits.
    """
    text = unicodedata.normalize("NFC", text).translate(_SUPERSCRIPT)
    text = _replace_listed(text, pronunciation)
    for _ in range(MOST_PASSES):
        before, text = text, _run_rules(text, dialect)
        if text == before:
            break
    return text


def _run_rules(text: str, dialect: Dialect) -> str:
    text = _ADDRESS.sub(lambda match: match[1].replace(".", " chấm "), text)
    text = expand_references(text, dialect)
    text = expand_dates(text, dialect)
    text = expand_telephone_numbers(text)
    text = expand_clock_times(text, dialect)
    text = expand_quantities(text, dialect)
    text = _expand_abbreviations(text)
    text = _ROMAN.sub(lambda match: _expand_roman(match, dialect), text)
    text = expand_numbers(text, dialect)
    return _tidy(_lower_capitals(text))


def _replace_listed(text: str, pronunciation: Mapping[str, str]) -> str:
    if not pronunciation:
        return text
    longest_first = sorted(pronunciation, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest_first))})(?!\w)")
    return pattern.sub(lambda match: pronunciation[match[1]], text)


def _expand_abbreviations(text: str) -> str:
    text = _DOTTED.sub(lambda match: f"{DOTTED[match[1]]} ", text)
    return _WORDS.sub(
        lambda match: WORDS[match[1]] if match[1] is not None else _ROADS[match[2]], text
    )


def _expand_roman(match: re.Match[str], dialect: Dialect) -> str:
    words, letters, year = match.groups()
    ordinal = f"{words}{_read_roman(letters, dialect)}"
    return f"{ordinal} năm {read_number(year, dialect)}" if year else ordinal


def _read_roman(letters: str, dialect: Dialect) -> str:
    values = [_ROMAN_VALUES[letter] for letter in letters]
    following = [*values[1:], 0]
    total = sum(-one if one < after else one for one, after in zip(values, following, strict=True))
    return read_number(str(total), dialect)


def _lower_capitals(text: str) -> str:
    """Spell what cannot be a word; a word in capitals is said like any other."""
    text = _CONSONANTS.sub(lambda match: spell(match[1]), text)
    return _SHOUTED.sub(lambda match: match[0].lower(), text)


def _tidy(text: str) -> str:
    text = _SYMBOL.sub(lambda match: _SYMBOLS[match[0]], text)
    text = _DASH.sub(", ", text)
    text = _UNSPOKEN.sub(" ", text)
    text = _LINES.sub("\n", _SPACES.sub(" ", text))
    return _MARKS.sub(r"\1", _BEFORE_MARK.sub(r"\1", text)).strip()
