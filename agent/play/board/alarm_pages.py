"""An alarm that a face cannot show at once in letters that can be read: page after page.

An officer writes a warning in three languages once, for walls of 40 m² and for signs at commune
gates. What fits on no page of a small sign must not leave it dark. A page has one language, fills
the face, and stays as long as its letters take to be read.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

from msgspec import UNSET
from msgspec.structs import replace
from PIL import Image

from agent.contract.scene import EXERCISE_TEXT, Element, Scene, list_regions
from agent.errors import PlayError
from agent.play.board import typeset
from agent.play.board.scene_box import Size, place_box
from agent.play.board.scene_budget import SceneBudget
from agent.play.board.scene_renderer import SceneContext, SceneRenderer
from agent.play.board.scene_state import SceneMoment

# Ofcom's limit for subtitles, 160 to 180 words a minute, of about five letters and a space
# (bbc.co.uk/rd/blog/2015-09-how-fast-should-subtitles-be, 1 December 2026)
LETTERS_PER_S = 15
LEAST_PAGE_MS = 3_000
STILL_PAGE_MS = 15_000  # of a sign that stores its picture, which a slow card must have by then
PAGE_CHARS = 120
MANY_PAGES = 6  # for one language: then the letters may be as small as `typeset` draws any
LEAST_KHMER_PX = 16
HEAD_PX = 10
SHORT_EXERCISE = EXERCISE_TEXT.partition(" ·")[0]


class AlarmRenderer:
    """Draws an alarm on its faces, as it stands or in pages.

    Args:
        scene: of the alarm.
        faces: (width_px, height_px) by name.
        context: as of `SceneRenderer`.
        budget: likewise.
        least_page_ms: how long a page stays at least.

    Attributes:
        page_ms: how long each page stays; 0: every face shows the alarm as it stands.

    Raises:
        PlayError: as of `SceneRenderer`.
    """

    def __init__(
        self,
        scene: Scene,
        faces: Mapping[str, Size],
        context: SceneContext,
        budget: SceneBudget,
        least_page_ms: int = LEAST_PAGE_MS,
    ) -> None:
        self._whole = SceneRenderer(scene, faces, context, budget)
        self._faces, self._context, self._budget = dict(faces), context, budget
        self._pages = {face: list_pages(scene, size) for face, size in faces.items()}
        pages = [page for pages in self._pages.values() if len(pages) > 1 for page in pages]
        read_ms = max((_read_ms(page) for page in pages), default=0)
        self.page_ms = max(least_page_ms, read_ms) if pages else 0

    def draw(self, face: str, moment: SceneMoment) -> Image.Image:
        """See `SceneRenderer.draw`."""
        pages = self._pages[face]
        if not pages:
            return self._whole.draw(face, moment)
        number = moment.shown_ms // self.page_ms % len(pages) if self.page_ms else 0
        one = SceneRenderer(pages[number], {face: self._faces[face]}, self._context, self._budget)
        return one.draw(face, moment)

    def draw_strips(self, face: str, most_px: int) -> list[Image.Image]:
        """See `SceneRenderer.draw_strips`."""
        return self._whole.draw_strips(face, most_px)


def list_pages(scene: Scene, size: Size) -> list[Scene]:
    """The pages of an alarm on a face; none where it can be read as it stands.

    Raises:
        PlayError: E_FIT, the face has less than a line.
    """
    is_plain = all(one.kind == "text" and one.ticker_ms is UNSET for one in scene.elements)
    if list_regions(scene) or not is_plain or _is_readable(scene, size):
        return []
    marks = [one for one in scene.elements if one.text == EXERCISE_TEXT]
    texts = [one for one in scene.elements if (one.text or "").strip() and one not in marks]
    head = _find_head(marks, size, texts)
    if marks and head is None:  # there is no room beside the word, which must be there
        return [Scene([replace(marks[0], text=SHORT_EXERCISE, box=[0, 0, 1000, 1000])], scene.ms)]
    heads = [] if head is None else [head]
    top = sum(one.box[3] for one in heads)
    area = size[0], size[1] - (top * size[1] + 999) // 1000
    return [
        Scene([*heads, replace(one, text=page, box=[0, top, 1000, 1000 - top])], scene.ms)
        for one in texts
        for page in _cut(one.text or "", area)
    ]


def _is_readable(scene: Scene, size: Size) -> bool:
    try:
        return all(
            letters_px >= typeset.find_legible_px(one.text or "") or one.text == EXERCISE_TEXT
            for one, letters_px in _measure(scene.elements, size)
        )
    except PlayError as error:
        if error.code != "E_FIT":
            raise
        return False


def _measure(elements: Sequence[Element], size: Size) -> Iterator[tuple[Element, int]]:
    for one in elements:
        if (one.text or "").strip():
            left, top, right, bottom = place_box(one.box, size)
            yield one, typeset.fit(one.text or "", *_inside((right - left, bottom - top))).size_px


def _find_head(marks: Sequence[Element], size: Size, texts: Sequence[Element]) -> Element | None:
    """The word that says that it is an exercise, as a line; None: there is none, or no room."""
    width_px, _ = _inside(size)
    for words in (EXERCISE_TEXT, SHORT_EXERCISE) if marks else ():
        for size_px in (HEAD_PX, typeset.MIN_SIZE_PX):
            if len(typeset.break_lines(words, size_px, width_px)) > 1:
                continue
            line_px = typeset.find_line_px(words, size_px) + 2
            rest_px = size[1] - line_px - 2
            least = [typeset.find_line_px(one.text or "", typeset.MIN_SIZE_PX) for one in texts]
            if rest_px >= max(least, default=0):
                height = math.ceil(line_px * 1000 / size[1])
                return replace(marks[0], text=words, box=[0, 0, 1000, height])
    return None


def _read_ms(page: Scene) -> int:
    """How long it takes to read a page; the word over an exercise is read once."""
    return len(page.elements[-1].text or "") * 1000 // LETTERS_PER_S


def _cut(text: str, area: Size) -> list[str]:
    """A text in pages: of letters that can be read, smaller ones where the pages would be many.

    Raises:
        PlayError: E_FIT, the area has less than a line.
    """
    legible_px, pages = typeset.find_legible_px(text), list[str]()
    least_px = typeset.MIN_SIZE_PX if legible_px == typeset.LEGIBLE_LATIN_PX else LEAST_KHMER_PX
    for size_px in range(legible_px, typeset.MIN_SIZE_PX - 1, -1):
        if pages and size_px < least_px:
            break
        pages = _cut_at(text, size_px, _inside(area))
        if 0 < len(pages) <= MANY_PAGES:
            break
    if not pages:
        raise PlayError("E_FIT", text[:40], f"no line of {area[1]} px")
    return pages


def _cut_at(text: str, size_px: int, room: Size) -> list[str]:
    """Pages of about the same length at a size of letters; none where no line has room."""
    lines = typeset.break_lines(text, size_px, room[0])
    most = room[1] // typeset.find_line_px(text, size_px)
    if not most:
        return []
    most = max(1, min(most, PAGE_CHARS // max(map(len, lines), default=1)))
    pages = math.ceil(len(lines) / most)
    cuts = [len(lines) * at // pages for at in range(pages + 1)]
    joint = "\n" if any(map(typeset.is_khmer, text)) else " "  # Khmer writes none between words
    return [joint.join(lines[begin:end]) for begin, end in itertools.pairwise(cuts)]


def _inside(size: Size) -> Size:
    margin_px = typeset.margin_of(*size)
    return size[0] - 2 * margin_px, size[1] - 2 * margin_px
