"""The map of a proposal as one SVG: poles, groups, and where an echo would be heard.

No foreign base map: nothing is fetched, and the picture is complete by itself. A group is told by
its number and shape, not only by its colour (Okabe and Ito's palette for colour-blind readers). It
is 480 units wide, so that its letters can be read on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np

from central.messages.catalogue import translate
from central.neighbours.echo import Echo, reach_at
from central.neighbours.echo_table import format_turn
from central.neighbours.grouping import Pair, Proposal
from central.neighbours.map_labels import Box, place_labels
from central.neighbours.map_mark import COLOURS, draw_mark
from central.neighbours.pole import place_on_plane
from texts.catalogue import Lang

WIDTH, EDGE, TOP = 480.0, 16.0, 74.0
LOWEST, HIGHEST = 260.0, 620.0  # of the map's frame
MOST_LABELS = 60  # poles; with more, the table has the names
MOST_STRETCHES = 150
INK, GREY, ECHO, ALARM, PAPER = "#22303a", "#5b666d", "#c98a00", "#b3261e", "#f7f5ef"
SVG = "http://www.w3.org/2000/svg"
FONT = "system-ui, 'Noto Sans', 'Segoe UI', Roboto, sans-serif"


def draw_map(found: Proposal, gap_ms: int, lang: Lang) -> str:
    """The map as SVG text.

    Args:
        found: the proposal.
        gap_ms: from the start of a group to that of the next.
        lang: of its words.
    """
    frame = _frame(found)
    legend = list(_legend(found, gap_ms, lang, frame.bottom + 26))
    height = frame.bottom + 26 + 26 * len(legend)
    title, said = _say(lang, "map"), _say(lang, "map_desc")
    pairs = len(found.echoes) + len(found.aligned)
    summary = _say(lang, "summary", len(found.poles), pairs, found.group_count, format_turn(gap_ms))
    look = f'role="img" aria-labelledby="t d" font-family="{FONT}" fill="{INK}"'
    parts = [
        f'<svg xmlns="{SVG}" viewBox="0 0 {WIDTH:g} {height:.0f}" lang="{lang}" {look}>',
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(said)}</desc>',
        f'<rect width="{WIDTH:g}" height="{height:.0f}" fill="#fff"/>',
        f'<text x="{EDGE:g}" y="24" font-size="18" font-weight="700">{escape(title)}</text>',
        *_summary_lines(summary),
        frame.background(),
        *_reaches(found, frame),
        *_echo_lines(found, frame),
        *_marks(found, frame),
        _scale_bar(frame),
        _north(frame, lang),
        *legend,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


@dataclass(frozen=True)
class _PicturePlane:
    """Where the ground lies on the picture."""

    places: list[tuple[float, float]]
    west_m: float
    north_m: float
    px_per_m: float
    height: float
    top: float

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def at(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Metres from the first pole to a point of the picture."""
        x = EDGE + (east_m - self.west_m) * self.px_per_m
        return x, self.top + (self.north_m - north_m) * self.px_per_m

    def spot(self, index: int) -> tuple[float, float]:
        """Where a pole is drawn."""
        return self.at(*self.places[index])

    def background(self) -> str:
        size = f'x="{EDGE:g}" y="{self.top:g}" width="{WIDTH - 2 * EDGE:g}"'
        box = f'<rect {size} height="{self.height:.1f}" rx="8"'
        clip = f'<clipPath id="c">{box}/></clipPath>'
        return f'{clip}{box} fill="{PAPER}" stroke="#d9d4c6"/>'


def _frame(found: Proposal) -> _PicturePlane:
    places = place_on_plane(found.poles)
    wide = WIDTH - 2 * EDGE
    # a third of a reach around the outermost poles, and room for scale bar and labels
    span_m = max(max(column) - min(column) for column in zip(*places, strict=True))
    rim_m = max(max(pole.reach_m for pole in found.poles) / 3, span_m / 25)
    west, east = min(x for x, _ in places) - rim_m, max(x for x, _ in places) + rim_m
    south, north = min(y for _, y in places) - rim_m, max(y for _, y in places) + rim_m
    scale = min(wide / (east - west), (HIGHEST - 40) / (north - south))
    height = min(HIGHEST, max(LOWEST, (north - south) * scale + 40))
    spare_x, spare_y = wide / scale - (east - west), (height - 40) / scale - (north - south)
    return _PicturePlane(places, west - spare_x / 2, north + spare_y / 2, scale, height, TOP)


def _summary_lines(text: str) -> Iterator[str]:
    """Two lines, broken after the first sentence."""
    first, _, rest = text.partition(". ")
    for row, line in enumerate((first + ".", rest)):
        y = 43 + 17 * row
        yield f'<text x="{EDGE:g}" y="{y}" font-size="13" fill="{GREY}">{escape(line)}</text>'


def _reaches(found: Proposal, frame: _PicturePlane) -> Iterator[str]:
    """How far each pole is understood: a circle, or lobes where its horns point."""
    if len(found.poles) > MOST_LABELS:
        return
    azimuths = np.arange(0.0, 360.0, 6.0)
    yield '<g clip-path="url(#c)">'
    for index, pole in enumerate(found.poles):
        x, y = frame.spot(index)
        rays = reach_at(pole, azimuths) * frame.px_per_m
        ends = (
            f"{x + ray * math.sin(math.radians(a)):.1f},{y - ray * math.cos(math.radians(a)):.1f}"
            for a, ray in zip(azimuths, rays, strict=True)
        )
        colour = COLOURS[found.groups[index] % len(COLOURS)]
        yield (
            f'<polygon points="{" ".join(ends)}" fill="{colour}" fill-opacity=".09" '
            f'stroke="{colour}" stroke-opacity=".45" stroke-dasharray="2 3"/>'
        )
    yield "</g>"


def _echo_lines(found: Proposal, frame: _PicturePlane) -> Iterator[str]:
    """A thin line for each pair, thick where an echo is heard; red where groups do not help."""
    remaining = set(found.remaining())
    shows_stretches = len(found.echoes) <= MOST_STRETCHES
    for pair, echo in sorted(found.echoes.items()):
        colour, width = (ALARM, 2.5) if pair in remaining else ("#8b949a", 0.8)
        yield _line(frame, pair, (0, 1), f'stroke="{colour}" stroke-width="{width}"')
        if shows_stretches and pair not in remaining:
            yield from _stretches(frame, pair, echo)
    for pair in sorted(found.aligned):
        yield _line(frame, pair, (0, 1), f'stroke="{INK}" stroke-width="2" stroke-dasharray="1 4"')


def _stretches(frame: _PicturePlane, pair: Pair, echo: Echo) -> Iterator[str]:
    for first, last in echo.between_m:
        ends = first / echo.distance_m, last / echo.distance_m
        look = f'stroke="{ECHO}" stroke-width="4" stroke-opacity=".55" stroke-linecap="round"'
        yield _line(frame, pair, ends, look)


def _line(frame: _PicturePlane, pair: Pair, ends: tuple[float, float], look: str) -> str:
    (x1, y1), (x2, y2) = frame.spot(pair[0]), frame.spot(pair[1])
    start, end = ((x1 + (x2 - x1) * part, y1 + (y2 - y1) * part) for part in ends)
    where = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f"<line {where} {look}/>"


def _marks(found: Proposal, frame: _PicturePlane) -> Iterator[str]:
    count = len(found.poles)
    size = 10.0 if count <= MOST_LABELS else max(3.5, 10 * math.sqrt(MOST_LABELS / count))
    spots = [frame.spot(index) for index in range(count)]
    for spot, group in zip(spots, found.groups, strict=True):
        yield draw_mark(spot, group, size)
    if count > MOST_LABELS:
        return
    bounds = Box(EDGE + 2, frame.top + 2, WIDTH - EDGE - 2, frame.bottom - 34)
    titles = [_clean(pole.title) for pole in found.poles]
    for title, (x, y) in place_labels(titles, spots, size, bounds):
        yield (
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" stroke="#fff" stroke-width="3" '
            f'stroke-linejoin="round" paint-order="stroke">{escape(title)}</text>'
        )


def _clean(title: str) -> str:
    """No control characters, which XML forbids; at most 24 letters."""
    plain = "".join(letter for letter in title if letter.isprintable())
    return plain if len(plain) <= 24 else f"{plain[:23]}…"


def _scale_bar(frame: _PicturePlane) -> str:
    """The longest of 1, 2, 5, 10, … metres that fits into 130 units."""
    most_m = 130 / frame.px_per_m
    power = 10 ** math.floor(math.log10(most_m))
    length_m = max(step * power for step in (1, 2, 5) if step * power <= most_m)
    x, y, long = EDGE + 12, frame.bottom - 12, length_m * frame.px_per_m
    text = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    return (
        f'<path d="M{x:g} {y - 6:.1f}v6h{long:.1f}v-6" fill="none" stroke="{INK}" '
        f'stroke-width="2"/><text x="{x + long + 8:.1f}" y="{y:.1f}" font-size="12">{text}</text>'
    )


def _north(frame: _PicturePlane, lang: Lang) -> str:
    x, y = WIDTH - EDGE - 22, frame.bottom - 12
    arrow = f"M{x:g} {y - 26:.1f}l7 20l-7 -5l-7 5z"
    letter = (
        f'<text x="{x + 10:g}" y="{y - 14:.1f}" font-size="12" font-weight="700">'
        f"{_say(lang, 'north')}</text>"
    )
    return f'<path d="{arrow}" fill="{INK}"/>{letter}'


def _legend(found: Proposal, gap_ms: int, lang: Lang, top: float) -> Iterator[str]:
    rows = 0

    def row(sample: str, text: str) -> str:
        y = top + 26 * rows
        words = f'<text x="58" y="{y + 4.5:.1f}" font-size="13">{escape(text)}</text>'
        return f'<g transform="translate(0 {y:.1f})">{sample}</g>{words}'

    for group in range(found.group_count):
        turn = format_turn(group * gap_ms)
        when = _say(lang, "after", turn) if group else _say(lang, "on_time")
        count = _say(lang, "count", found.groups.count(group))
        yield row(draw_mark((36, 0), group, 10), f"{_say(lang, 'group')} {group}: {when} · {count}")
        rows += 1
    for code, look in _keys(found):
        yield row(f'<path d="M20 0h32" fill="none" {look}/>', _say(lang, code))
        rows += 1


def _keys(found: Proposal) -> Iterator[tuple[str, str]]:
    if found.echoes and len(found.echoes) <= MOST_STRETCHES:
        yield "key_stretch", f'stroke="{ECHO}" stroke-width="4" stroke-opacity=".55"'
    if found.remaining():
        yield "key_remains", f'stroke="{ALARM}" stroke-width="2.5"'
    if found.aligned:
        yield "key_aligned", f'stroke="{INK}" stroke-width="2" stroke-dasharray="1 4"'
    if len(found.poles) <= MOST_LABELS:
        yield "key_reach", f'stroke="{GREY}" stroke-dasharray="2 3"'


def _say(lang: Lang, code: str, *args: object) -> str:
    return translate(lang, f"echo.{code}", *args)
