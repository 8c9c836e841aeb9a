"""A rehearsal as a picture (SVG) for a phone: days alike once, each with its 24 hours and items.

Kinds differ by shape and pattern as well as by colour. The colours are those of Okabe and Ito,
which people with any colour vision tell apart.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from itertools import groupby

from agent.contract.default_title import show_title
from agent.contract.local_time import LOCAL
from agent.plan.calendar import DAY_S, parse_window
from agent.plan.rehearsal import Event, Rehearsal
from agent.plan.rehearsal_text import (
    clock_time,
    describe_doubts,
    describe_lacks,
    describe_notes,
    describe_sum,
    is_yielding,
    say,
)
from texts.catalogue import Lang

WIDTH, MARGIN = 400, 16  # a phone held upright; it scales with the screen
STRIP = WIDTH - 2 * MARGIN  # 24 hours
SOUND_PX, PICTURE_PX = 20, 7
MAX_GOOD = 12  # items of a day that play whole; what does not is always listed
NOTE_CHARS = 58
COLOURS = {
    "plays": "#0072b2",
    "shows": "#0072b2",
    "filler": "#56b4e9",
    "interrupted": "#b77b00",
    "clash": "#a64d79",
    "refused": "#c8400a",
}
Marked = tuple[Event, str]  # with `new`, `gone`, `was`, `is` or nothing
GONE = ("gone", "was")
KINDS = ("plays", "interrupted", "clash", "refused")
STYLE = (
    "text{font-family:'Noto Sans','DejaVu Sans',Roboto,sans-serif;fill:#1c2430}"
    ".h{font-size:19px;font-weight:700}.d{font-size:15px;font-weight:700}"
    ".t{font-size:13px}.c{font-size:13px;font-weight:600}.n{font-size:12px;fill:#5a2a10}"
    ".s{font-size:11px;fill:#5b6675}"
    ".g{font-size:13px;fill:#5b6675;text-decoration:line-through}"
)
PATTERNS = (
    '<defs><pattern id="quiet" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="6" height="6" fill="#e3e7ec"/>'
    '<rect width="2" height="6" fill="#c3cad3"/></pattern>'
    '<pattern id="interrupted" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<rect width="5" height="5" fill="#fff"/><rect width="3" height="5" fill="#b77b00"/></pattern>'
    '<pattern id="clash" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<rect width="5" height="5" fill="#fff"/><rect width="5" height="3" fill="#a64d79"/></pattern>'
    "</defs>"
)


@dataclass
class _Sheet:
    """What is drawn so far; `y` is where the next thing goes."""

    y: float = 0.0
    shapes: list[str] = field(default_factory=list)

    def text(self, x: float, text: str, style: str) -> None:
        """Write a line at `y`."""
        clean = "".join(letter if letter.isprintable() else " " for letter in text)
        self.shapes.append(f'<text x="{x:g}" y="{self.y:g}" class="{style}">{escape(clean)}</text>')

    def rect(self, x: float, y: float, width: float, height: float, look: str) -> None:
        """Draw a rectangle; `look` is its attributes."""
        self.shapes.append(
            f'<rect x="{x:.1f}" y="{y:g}" width="{width:.1f}" height="{height:g}" {look}/>'
        )


def draw_week(rehearsal: Rehearsal, name: str, lang: Lang) -> str:
    """The picture as a whole SVG file.

    Args:
        rehearsal: some days.
        name: of the station, or of the stations alike.
        lang: of the texts.
    """
    title = say(lang, "picture.title", name)
    notes = (*describe_lacks(rehearsal, lang), *describe_doubts(rehearsal, lang))
    marked = [(event, "") for event in rehearsal.events]
    head = (title, describe_sum(rehearsal.events, lang), *notes)
    return draw_events(marked, rehearsal.quiet, head, lang)


def draw_events(
    marked: Sequence[Marked], quiet: Sequence[str], head: Sequence[str], lang: Lang
) -> str:
    """The picture of some events, soonest first.

    Args:
        marked: the events, each with what a correction does to it, or nothing.
        quiet: windows without sound, as written.
        head: the title, the line below it, and notes.
        lang: of the texts.
    """
    sheet = _Sheet(y=30)
    for line in textwrap.wrap(head[0], 36):
        sheet.text(MARGIN, line, "h")
        sheet.y += 24
    for line in textwrap.wrap(head[1], 60):
        sheet.text(MARGIN, line, "s")
        sheet.y += 15
    for note in head[2:]:
        for line in textwrap.wrap(note, NOTE_CHARS):
            sheet.text(MARGIN, line, "n")
            sheet.y += 15
    has_filler = any(is_yielding(event) for event, _ in marked)
    _draw_legend(sheet, has_filler=has_filler, lang=lang)
    for days, events in _days_alike(marked):
        _draw_day(sheet, days, events, quiet, lang)
    height = round(sheet.y + MARGIN)
    title = escape(head[0])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="100%" '
        f'style="max-width:{WIDTH * 2}px" role="img"><title>{title}</title>'
        f"<style>{STYLE}</style>{PATTERNS}"
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>{"".join(sheet.shapes)}</svg>\n'
    )


def _days_alike(marked: Sequence[Marked]) -> Iterator[tuple[list[date], list[Marked]]]:
    """Days on which the same happens at the same times, with the events of the first."""
    days: dict[tuple[object, ...], tuple[list[date], list[Marked]]] = {}
    for day, ones in groupby(marked, key=lambda one: one[0].at.astimezone(LOCAL).date()):
        found = list(ones)
        key = tuple(
            (clock_time(e.at), e.until - e.at, e.kind, e.medium, e.title, e.zones, e.rule, e.cut_ms,
             mark)
            for e, mark in found
        )  # fmt: skip
        days.setdefault(key, ([], found))[0].append(day)
    yield from days.values()


def _draw_legend(sheet: _Sheet, *, has_filler: bool, lang: Lang) -> None:
    sheet.y += 10
    x = float(MARGIN)
    for kind in ("plays", "shows", *KINDS[1:], *(["filler"] if has_filler else [])):
        text = say(lang, f"picture.{kind}")
        if x + 16 + 6.2 * len(text) > WIDTH - MARGIN:
            x, sheet.y = MARGIN, sheet.y + 17
        _draw_mark(sheet, x + 6, sheet.y - 4, kind)
        sheet.text(x + 16, text, "s")
        x += 28 + 6.2 * len(text)
    sheet.rect(x, sheet.y - 9, 14, 10, 'fill="url(#quiet)"')
    sheet.text(x + 18, say(lang, "picture.quiet"), "s")
    sheet.y += 6


def _draw_day(
    sheet: _Sheet, days: Sequence[date], marked: Sequence[Marked], quiet: Sequence[str], lang: Lang
) -> None:
    sheet.y += 24
    names = ", ".join(say(lang, f"day.{day.isoweekday()}", f"{day:%d/%m}") for day in days)
    for line in textwrap.wrap(names, 46):
        sheet.text(MARGIN, line, "d")
        sheet.y += 19
    _draw_strip(sheet, [event for event, mark in marked if mark not in GONE], quiet)
    good = [event for event, _ in marked if event.is_good]
    listed = {id(event) for event in good[:MAX_GOOD]}
    for event, mark in marked:
        if not event.is_good or id(event) in listed:
            _draw_item(sheet, event, mark, lang)
    if len(good) > MAX_GOOD:
        sheet.y += 16
        sheet.text(MARGIN + 20, say(lang, "picture.more", len(good) - MAX_GOOD), "s")


def _draw_strip(sheet: _Sheet, events: Sequence[Event], quiet: Sequence[str]) -> None:
    """The 24 hours: above what sounds, below what boards show; quiet hours hatched."""
    top, height = sheet.y - 10, SOUND_PX + PICTURE_PX + 2
    sheet.rect(MARGIN, top, STRIP, height, 'fill="#f3f5f8" rx="3"')
    for text in quiet:
        window = parse_window(text)
        for start, end in _within_day(window.start_s, window.start_s + window.length_s):
            sheet.rect(_x(start), top, _x(end) - _x(start), height, 'fill="url(#quiet)"')
    for event in sorted(events, key=_layer):
        _draw_bar(sheet, event, top)
    sheet.y = top + height + 12
    for hour in range(0, 25, 3):
        x = _x(hour * 3600)
        sheet.rect(x - 0.4, top + height, 0.8, 3, 'fill="#8893a1"')
        sheet.text(x - 3 * len(str(hour)), str(hour), "s")


def _layer(event: Event) -> int:
    """Filler lies below all, what does not play above all."""
    return -1 if is_yielding(event) else KINDS.index(event.kind)


def _draw_bar(sheet: _Sheet, event: Event, top: float) -> None:
    at = event.at.astimezone(LOCAL)
    start = at.hour * 3600 + at.minute * 60 + at.second
    is_sound = event.medium == "sound"
    y, height = (top, SOUND_PX) if is_sound else (top + SOUND_PX + 2, PICTURE_PX)
    fill = {"plays": COLOURS["plays"], "refused": "#fff"}.get(event.kind, f"url(#{event.kind})")
    look = f'fill="{fill}" stroke="{COLOURS[event.kind]}" stroke-width="1"'
    if is_yielding(event):
        look = f'fill="#fff" stroke="{COLOURS["filler"]}" stroke-width="1"'
    length = max(0.0, (event.until - event.at).total_seconds())
    for first, last in _within_day(start, start + length):
        width = max(_x(last) - _x(first), 3.0)
        sheet.rect(_x(first), y, width, height, look)
        if event.kind == "refused" and first == start:
            _draw_mark(sheet, _x(first) + width / 2, y + height / 2, "refused")


def _within_day(start: float, end: float) -> list[tuple[float, float]]:
    """A stretch of seconds as it lies within the 24 hours; what is beyond comes again at 0."""
    if end <= DAY_S:
        return [(start, end)]
    return [(start, DAY_S), (0, min(end - DAY_S, DAY_S))]


def _x(second: float) -> float:
    return MARGIN + STRIP * second / DAY_S


def _draw_item(sheet: _Sheet, event: Event, change: str, lang: Lang) -> None:
    sheet.y += 18
    is_shown = event.kind == "plays" and event.medium != "sound"
    mark = "filler" if is_yielding(event) else "shows" if is_shown else event.kind
    _draw_mark(sheet, MARGIN + 6, sheet.y - 4.5, mark)
    span = clock_time(event.at)
    if event.until > event.at:
        span += f"–{clock_time(event.until)}"
    sheet.text(MARGIN + 18, span, "c")
    # about 7.4 px for a digit: the title never runs into the time
    x = MARGIN + 18 + max(92, 7.7 * len(span) + 8)
    room = round((WIDTH - MARGIN - x) / 6.6)
    title = show_title(event.title, lang)
    if change:
        title = f"{say(lang, f'diff.{change}')}: {title}"
    if "*" not in event.zones:
        title += f" [{', '.join(event.zones)}]"
    lines = textwrap.wrap(title, room) or ["–"]
    style = "g" if change in GONE else "t"
    sheet.text(x, lines[0], style)
    for line in lines[1:3]:
        sheet.y += 15
        sheet.text(x, line, style)
    for note in describe_notes(event, lang):
        for line in textwrap.wrap(note, NOTE_CHARS):
            sheet.y += 15
            sheet.text(MARGIN + 18, line, "n")


def _draw_mark(sheet: _Sheet, x: float, y: float, kind: str) -> None:
    """A dot sounds, a square shows, a triangle is interrupted, a diamond clashes.

    A ring is filler, a cross is refused.
    """
    colour, r = COLOURS[kind], 4.5
    if kind == "plays":
        shape = f'<circle cx="{x:.1f}" cy="{y:g}" r="{r}" fill="{colour}"/>'
    elif kind == "filler":
        look = f'fill="#fff" stroke="{colour}" stroke-width="1.8"'
        shape = f'<circle cx="{x:.1f}" cy="{y:g}" r="{r - 0.9:g}" {look}/>'
    elif kind == "shows":
        shape = f'<rect x="{x - 5:.1f}" y="{y - 4:g}" width="10" height="8" fill="{colour}"/>'
    elif kind == "interrupted":
        points = f"{x - r:.1f},{y + r:g} {x + r:.1f},{y + r:g} {x:.1f},{y - r:g}"
        shape = f'<polygon points="{points}" fill="{colour}"/>'
    elif kind == "clash":
        points = f"{x - 6:.1f},{y:g} {x:.1f},{y - 6:g} {x + 6:.1f},{y:g} {x:.1f},{y + 6:g}"
        shape = f'<polygon points="{points}" fill="{colour}"/>'
    else:
        left, right, top, low = f"{x - r:.1f}", f"{x + r:.1f}", f"{y - r:g}", f"{y + r:g}"
        path = f"M{left} {top}L{right} {low}M{right} {top}L{left} {low}"
        shape = f'<path d="{path}" stroke="{colour}" stroke-width="2.6" stroke-linecap="round"/>'
    sheet.shapes.append(shape)
