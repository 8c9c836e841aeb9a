"""How large the letters of a scene become on a face, without drawing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import UNSET

from agent.contract.local_time import LOCAL
from agent.contract.scene import Element, Scene, list_regions
from agent.play.board import typeset
from agent.play.board.scene_box import Size, place_box
from agent.play.board.scene_budget import SCENE_BUDGET
from agent.play.board.scene_state import clock_text

# A Sunday with two digits in each number, also of the lunar date (19/11): about as long as any.
SAMPLE = datetime(2026, 12, 27, 20, 48, 48, tzinfo=LOCAL)


def list_letter_sizes(scene: Scene, size: Size) -> Iterator[tuple[str, int]]:
    """Each text of a scene with the size of its font on a face of (width_px, height_px).

    A clock is measured with what it says at `SAMPLE`.

    Raises:
        PlayError: E_FIT, a text does not fit at all; E_FONT, a font is missing here; E_UNSUPPORTED,
            a clock's format.
    """
    yield from _sizes(scene.elements, size)
    for region in list_regions(scene):
        left, top, right, bottom = place_box(region.box, size)
        for turn in region.turns:
            yield from _sizes(turn.elements, (right - left, bottom - top))


def _words_of(element: Element) -> str:
    """What an element has written; empty for one without letters."""
    if element.kind == "clock":
        return clock_text(element, SAMPLE).strip()
    return (element.text or "").strip() if element.kind == "text" else ""


def _sizes(elements: Iterable[Element], size: Size) -> Iterator[tuple[str, int]]:
    for element in elements:
        text = _words_of(element)
        if not text:
            continue
        left, top, right, bottom = place_box(element.box, size)
        width_px, height_px = right - left, bottom - top
        if element.kind == "text" and element.ticker_ms is not UNSET:
            most_px = SCENE_BUDGET.strip_px
            yield text, typeset.fit_line(text, height_px, width_px, most_px).size_px
        else:
            margin_px = typeset.margin_of(width_px, height_px)
            inner = width_px - 2 * margin_px, height_px - 2 * margin_px
            yield text, typeset.fit(text, *inner).size_px
