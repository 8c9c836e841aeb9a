"""Text to pixels: NFC, one font a script, shaped by Raqm, wrapped and sized to fill a box.

This module avoids two traps. Without libfribidi Pillow silently falls back to a layout that breaks
Khmer; `check_shaping` refuses to continue then. And Noto Sans has no Khmer, so text is split
into runs by script; a code point that no font has is left out and logged, never drawn as a box.
Khmer writes no spaces: lines break between words, by a dictionary or where the author has put
U+200B, and between syllables only when the letters would otherwise become too small to read.
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageDraw, ImageFont, features

from agent.errors import PlayError

LOGGER = logging.getLogger(__name__)

# Debian and Raspberry Pi OS: package fonts-noto-core.
FONT_FOLDERS = (Path("/usr/share/fonts/truetype/noto"), Path("/usr/share/fonts/noto"))
LATIN = "NotoSans-Bold.ttf"
KHMER = "NotoSansKhmer-Bold.ttf"
SYMBOLS = ("NotoSansSymbols-Bold.ttf", "NotoSansSymbols2-Regular.ttf")
MIN_SIZE_PX = 8
MONO_BELOW_PX = 16  # grey edges blur small letters on a coarse LED raster
LEGIBLE_KHMER_PX = 24
LEGIBLE_LATIN_PX = 12
VIETNAMESE = (
    "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
    "AĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXYÁÀẢÃẠẮẰẲẴẶẤẦẨẪẬÉÈẺẼẸẾỀỂỄỆÍÌỈĨỊÓÒỎÕỌỐỒỔỖỘỚỜỞỠỢÚÙỦŨỤỨỪỬỮỰÝỲỶỸỴ"
    "0123456789 .,:;!?()-/·"
)
ZERO_WIDTH_SPACE = "\u200b"
COENG = "\u17d2"  # makes the next consonant a subscript


@dataclass(frozen=True)
class TextLine:
    """One line: its runs as (font file, text), and its width."""

    runs: tuple[tuple[str, str], ...]
    width_px: float


@dataclass(frozen=True)
class Layout:
    """Lines at a size, with the common height of a line and its baseline below the top."""

    size_px: int
    lines: tuple[TextLine, ...]
    line_height_px: int
    ascent_px: int


def check_shaping() -> None:
    """Check that this machine can shape and draw Vietnamese and Khmer.

    Raises:
        PlayError: E_RAQM without Raqm or FriBiDi, E_FONT without whole Noto fonts.
    """
    if not features.check("raqm"):
        raise PlayError("E_RAQM", "Pillow", "no text shaping: install the package libfribidi0")
    for name in (LATIN, KHMER):
        _plain_font(name)


def warm_up() -> None:
    """Look up Vietnamese letters and digits once, so that forked processes inherit the cache."""
    for char in VIETNAMESE:
        _font_of(char)


@lru_cache(maxsize=16)
def find_font(name: str) -> Path:
    """The font file's path.

    Raises:
        PlayError: E_FONT, it is not installed.
    """
    for folder in FONT_FOLDERS:
        if (folder / name).is_file():
            return folder / name
    raise PlayError("E_FONT", name, "install the package fonts-noto-core")


@lru_cache(maxsize=64)
def load_font(name: str, size_px: int) -> ImageFont.FreeTypeFont:
    """A font at a size, with Raqm layout; small letters use the regular weight."""
    if size_px < MONO_BELOW_PX:
        name = name.replace("-Bold", "-Regular")  # small bold letters run together
    return _open_font(name, size_px, ImageFont.Layout.RAQM)


@lru_cache(maxsize=16)
def _plain_font(name: str) -> ImageFont.FreeTypeFont:
    return _open_font(name, 32, ImageFont.Layout.BASIC)


def _open_font(name: str, size_px: int, engine: ImageFont.Layout) -> ImageFont.FreeTypeFont:
    path = find_font(name)
    try:
        return ImageFont.truetype(path, size_px, layout_engine=engine)
    except OSError as error:
        raise PlayError("E_FONT", str(path), f"broken, install it again: {error}") from error


@lru_cache(maxsize=4096)
def has_glyph(name: str, char: str) -> bool:
    """Does the font have a glyph for this code point (other than its empty box)?"""
    font = _plain_font(name)
    drawn, box = font.getmask(char), font.getmask("\uffff")
    return (drawn.size, bytes(drawn)) != (box.size, bytes(box))


@lru_cache(maxsize=4096)
def split_runs(text: str) -> tuple[tuple[str, str], ...]:
    """Cut NFC text into runs of one font; spaces, marks and joiners stay with the preceding run."""
    runs: list[tuple[str, str]] = []
    for char in text:
        follows = runs and (char == " " or unicodedata.category(char) in ("Mn", "Mc", "Cf"))
        name = runs[-1][0] if follows else _font_of(char)
        if name is None:
            continue
        if runs and runs[-1][0] == name:
            runs[-1] = (name, runs[-1][1] + char)
        else:
            runs.append((name, char))
    return tuple(runs)


@lru_cache(maxsize=4096)
def _font_of(char: str) -> str | None:
    if is_khmer(char):
        return KHMER if has_glyph(KHMER, char) else None
    if char == " " or unicodedata.category(char) == "Cf":
        return LATIN
    installed = (LATIN, *(n for n in SYMBOLS if any((f / n).is_file() for f in FONT_FOLDERS)))
    return next((name for name in installed if has_glyph(name, char)), None)


def is_khmer(char: str) -> bool:
    """Khmer letters, marks, digits and signs, and the lunar-date symbols."""
    return "\u1780" <= char <= "\u17ff" or "\u19e0" <= char <= "\u19ff"


@lru_cache(maxsize=64)  # a text may occur in several places, and is drawn again with each clock
def fit(text: str, width_px: int, height_px: int) -> Layout:
    """The largest layout of `text` that fits into the box.

    Raises:
        PlayError: E_FIT, not even at the smallest size.
    """
    clean = _clean(text)
    best: Layout | None = None
    for pieces_of in _each_way(clean):
        layout = _largest(clean, width_px, height_px, pieces_of)
        if layout is not None and (best is None or layout.size_px > best.size_px):
            best = layout
        if best is not None and best.size_px >= find_legible_px(clean):
            break
    if best is None:
        box = f"{width_px}x{height_px} px"
        raise PlayError("E_FIT", clean[:40], f"too long for {box} even at {MIN_SIZE_PX} px")
    return best


def find_legible_px(text: str) -> int:
    """The least size at which its letters can be read."""
    return LEGIBLE_KHMER_PX if any(map(is_khmer, text)) else LEGIBLE_LATIN_PX


def find_line_px(text: str, size_px: int) -> int:
    """The height of its lines."""
    return _line_metrics(_clean(text), size_px)[0]


def break_lines(text: str, size_px: int, width_px: int) -> list[str]:
    """The text on lines of this width, however many; words too long for a line are broken."""
    clean, lines = _clean(text), list[str]()
    for pieces_of in _each_way(clean):
        lines = [line for line in _all_lines(clean, size_px, width_px, pieces_of) if line]
        if all(_width_of(line, size_px) <= width_px for line in lines):
            break
    return lines


def margin_of(width_px: int, height_px: int) -> int:
    """What a text leaves free at each edge of its box."""
    return max(1, min(width_px, height_px) // 50)


def fit_line(text: str, height_px: int, window_px: int, most_px: int) -> Layout:
    """One line as high as the box; smaller letters where its strip would have too many pixels.

    Args:
        text: its line breaks become spaces.
        height_px: of the box.
        window_px: width of the box; the strip has this much background before and behind the text.
        most_px: of the strip.

    Raises:
        PlayError: E_FIT, not even at the smallest size.
    """
    clean = _clean(text).replace("\n", "   ")
    best: Layout | None = None
    low, high = MIN_SIZE_PX, height_px
    while low <= high:
        size_px = (low + high) // 2
        line_px, ascent_px = _line_metrics(clean, size_px)
        width_px = _width_of(clean, size_px)
        if line_px <= height_px and (2 * window_px + width_px) * line_px <= most_px:
            line = TextLine(split_runs(clean), width_px)
            best, low = Layout(size_px, (line,), line_px, ascent_px), size_px + 1
        else:
            high = size_px - 1
    if best is None:
        raise PlayError("E_FIT", clean[:40], f"no line of {height_px} px for so long a text")
    return best


def draw(
    canvas: ImageDraw.ImageDraw,
    layout: Layout,
    box: tuple[int, int, int, int],
    *,
    align: str,
    colour: tuple[int, int, int],
) -> None:
    """Draw a layout into (left, top, right, bottom), vertically centred; red, green, blue."""
    left, top, right, bottom = box
    canvas.fontmode = "1" if layout.size_px < MONO_BELOW_PX else "L"
    slack_px = bottom - top - layout.line_height_px * len(layout.lines)
    baseline = top + slack_px // 2 + layout.ascent_px
    for line in layout.lines:
        spare = right - left - line.width_px
        x = left + {"left": 0.0, "centre": spare / 2, "right": spare}[align]
        for name, text in line.runs:
            font = load_font(name, layout.size_px)
            canvas.text(
                (round(x), baseline), text, fill=colour, font=font, anchor="ls",
                language=_language(name),
            )  # fmt: skip
            x += _width(name, text, layout.size_px)
        baseline += layout.line_height_px


def _clean(text: str) -> str:
    flat = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", " ")
    plain = "".join(c for c in flat if c == "\n" or unicodedata.category(c) != "Cc").strip()
    lost = {c for c in set(plain) if c != "\n" and _font_of(c) is None}
    if lost:
        LOGGER.warning("left out, no font has them: %s", " ".join(f"U+{ord(c):04X}" for c in lost))
    return "".join(c for c in plain if c not in lost)


def _language(name: str) -> str:
    return "km" if name == KHMER else "vi"


@lru_cache(maxsize=8192)
def _width(name: str, text: str, size_px: int) -> float:
    return load_font(name, size_px).getlength(text, language=_language(name))


def _width_of(text: str, size_px: int) -> float:
    return sum(_width(name, part, size_px) for name, part in split_runs(text))


def _largest(
    text: str, width_px: int, height_px: int, pieces_of: Callable[[str], Iterator[str]]
) -> Layout | None:
    """Bisect the size. If a size does not fit, no larger one does, except for rare wraps."""
    best: Layout | None = None
    low, high = MIN_SIZE_PX, height_px
    while low <= high:
        size_px = (low + high) // 2
        layout = _lay_out(text, size_px, (width_px, height_px), pieces_of)
        if layout is not None:
            best, low = layout, size_px + 1
        else:
            high = size_px - 1
    return best


def _lay_out(
    text: str,
    size_px: int,
    room: tuple[int, int],
    pieces_of: Callable[[str], Iterator[str]],
) -> Layout | None:
    """Stop at the first line too many: the face, not the text, limits the time."""
    width_px, height_px = room
    line_height_px, ascent_px = _line_metrics(text, size_px)
    lines: list[TextLine] = []
    for words in _all_lines(text, size_px, width_px, pieces_of):
        line = TextLine(split_runs(words), _width_of(words, size_px))
        lines.append(line)
        if line.width_px > width_px or line_height_px * len(lines) > height_px:
            return None
    return Layout(size_px, tuple(lines), line_height_px, ascent_px)


def _line_metrics(text: str, size_px: int) -> tuple[int, int]:
    """Height and ascent that fit every font of the text: Khmer subscripts descend far."""
    used = {name for name, _ in split_runs(text.replace("\n", " "))} or {LATIN}
    metrics = [load_font(name, size_px).getmetrics() for name in used]
    ascent_px = max(ascent for ascent, _ in metrics)
    return ascent_px + max(descent for _, descent in metrics), ascent_px


def _all_lines(
    text: str, size_px: int, width_px: int, pieces_of: Callable[[str], Iterator[str]]
) -> Iterator[str]:
    for paragraph in text.split("\n"):
        yield from _wrap(pieces_of(paragraph), size_px, width_px)


def _wrap(pieces: Iterator[str], size_px: int, width_px: int) -> Iterator[str]:
    """Break lines greedily; trailing spaces and zero-width spaces have no width."""
    line, used_px = "", 0.0
    for piece in pieces:
        if line and used_px + _width_of(piece.rstrip(" \u200b"), size_px) > width_px:
            yield line.rstrip(" \u200b")
            line, used_px = "", 0.0
        line += piece
        used_px += _width_of(piece, size_px)
    yield line.rstrip(" \u200b")


def _pieces(text: str, is_break: Callable[[str, str], bool]) -> Iterator[str]:
    start = 0
    for index in range(1, len(text)):
        if is_break(text[index - 1], text[index]):
            yield text[start:index]
            start = index
    yield text[start:]


def _is_word_break(before: str, after: str) -> bool:
    return before in " \u200b" and after not in " \u200b"


def _is_syllable_break(before: str, after: str) -> bool:
    """Break before a Khmer letter or digit that is not subscripted by a preceding coeng."""
    starts = is_khmer(after) and unicodedata.category(after) in ("Lo", "Nd")
    return starts and is_khmer(before) and before != COENG


def _is_cluster_break(before: str, after: str) -> bool:
    return unicodedata.category(after) not in ("Mn", "Mc", "Cf", "Po") and before != COENG


def _each_way(text: str) -> Iterator[Callable[[str], Iterator[str]]]:
    """Where lines may break: between words first, then inside of them."""
    yield _first_pieces(text)
    yield _khmer_syllables
    yield _clusters


def _first_pieces(text: str) -> Callable[[str], Iterator[str]]:
    """Khmer breaks by the dictionary, unless its author has marked the words."""
    has_khmer = any(map(is_khmer, text))
    return _khmer_words if has_khmer and ZERO_WIDTH_SPACE not in text else _words


def _khmer_words(text: str) -> Iterator[str]:
    """At spaces as always, and between Khmer words."""
    from agent.play.board.khmer_words import split_words

    for word in _words(text):
        yield from split_words(word) if any(map(is_khmer, word)) else (word,)


def _words(text: str) -> Iterator[str]:
    return _pieces(text, _is_word_break)


def _khmer_syllables(text: str) -> Iterator[str]:
    return _pieces(text, lambda a, b: _is_word_break(a, b) or _is_syllable_break(a, b))


def _clusters(text: str) -> Iterator[str]:
    return _pieces(text, lambda a, b: _is_word_break(a, b) or _is_cluster_break(a, b))
