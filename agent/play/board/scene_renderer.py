"""Renders a scene for a face, with the media in store, to a picture. Needs no clock and no board.

Boxes are in thousandths of the face, so one playlist fits every board. Elements are painted in the
order given. A scene that cannot be shown completely is a fault; no part of it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import segno
from msgspec import UNSET
from PIL import Image, ImageDraw

from agent.contract.scene import Element, Region, Scene, Turn, list_regions
from agent.errors import PlayError
from agent.play.board import typeset
from agent.play.board.scene_box import Box, PlaceNames, Size, parse_colour, place_box
from agent.play.board.scene_budget import SCENE_BUDGET, SceneBudget, check_scene
from agent.play.board.scene_images import Room, SceneImages
from agent.play.board.scene_state import SceneMoment, clock_text, countdown_text, turn_on
from agent.play.board.ticker import draw_strip, list_tickers

QUIET_ZONE_MODULES = 4  # ISO/IEC 18004


@dataclass(frozen=True)
class SceneContext:
    """What a scene needs besides itself: paths in store by sha256, station id, the local time.

    `local` is None while no time is trusted.
    """

    station: str
    media: Mapping[str, str]
    local: datetime | None = None


class SceneRenderer:
    """One scene for one or more faces; when it is drawn again, only what `scene_state` has changes.

    Args:
        scene: the scene to draw.
        faces: (width_px, height_px) by name.
        context: what it needs besides.
        budget: its limits.

    Raises:
        PlayError: E_SCENE, E_MEDIA, E_SCHEMA, E_FIT.
    """

    def __init__(
        self,
        scene: Scene,
        faces: Mapping[str, Size],
        context: SceneContext,
        budget: SceneBudget = SCENE_BUDGET,
    ) -> None:
        check_scene(scene, budget)
        self._scene = scene
        self._faces = dict(faces)
        self._context = context
        self._images = SceneImages(context.media, budget)
        self._turns: dict[int, Turn] = {}
        sizes = list(self._faces.values())
        regions = list_regions(scene)
        self._images.load(
            _rooms(scene.elements, sizes),
            [[self._rooms_of(region, turn) for turn in region.turns] for region in regions],
        )

    def draw(self, face: str, moment: SceneMoment) -> Image.Image:
        """The RGB picture of the scene on a face at a moment.

        Raises:
            PlayError: E_SCHEMA, E_UNSUPPORTED, E_FIT, E_FONT, E_MEDIA.
        """
        size = self._faces[face]
        picture = self._paint(self._scene.elements, face, size, moment)
        for index, region in enumerate(list_regions(self._scene)):
            turn = turn_on(region, moment)
            if self._turns.get(index) is not turn:
                self._turns[index] = turn
                self._images.turn(index, self._rooms_of(region, turn))
            left, top, right, bottom = place_box(region.box, size)
            inner = self._paint(turn.elements, face, (right - left, bottom - top), moment)
            picture.paste(inner, (left, top))
        return picture

    def draw_strips(self, face: str, most_px: int) -> list[Image.Image]:
        """The strips of the elements that move, each of at most so many pixels.

        Raises:
            PlayError: E_SCHEMA, E_FIT, E_FONT.
        """
        place, size = PlaceNames(self._context.station, face), self._faces[face]
        return [draw_strip(one, size, place, most_px) for one in list_tickers(self._scene)]

    def _paint(
        self, elements: Iterable[Element], face: str, size: Size, moment: SceneMoment
    ) -> Image.Image:
        place = PlaceNames(self._context.station, face)
        canvas = _Canvas(Image.new("RGB", size), self._images, place, moment)
        for element in elements:
            box = place_box(element.box, size)
            canvas.picture.paste(parse_colour(element.background), box)
            _PAINTERS[element.kind](canvas, element, box)
        return canvas.picture

    def _rooms_of(self, region: Region, turn: Turn) -> dict[str, list[Room]]:
        boxes = [place_box(region.box, size) for size in self._faces.values()]
        sizes = [(box[2] - box[0], box[3] - box[1]) for box in boxes]
        return _rooms(turn.elements, sizes)


def render(scene: Scene, size: Size, context: SceneContext) -> Image.Image:
    """The RGB picture of a scene, as it begins, on a face of (width_px, height_px).

    Raises:
        PlayError: E_SCENE, E_SCHEMA, E_UNSUPPORTED, E_MEDIA, E_FIT, E_FONT.
    """
    return SceneRenderer(scene, {"": size}, context).draw("", SceneMoment(context.local))


@dataclass(frozen=True)
class _Canvas:
    """A picture being painted, and what its elements need."""

    picture: Image.Image
    images: SceneImages
    place: PlaceNames
    moment: SceneMoment


def _rooms(elements: Iterable[Element], sizes: list[Size]) -> dict[str, list[Room]]:
    """By medium, the rooms of the elements that show it."""
    rooms: dict[str, list[Room]] = {}
    for element in elements:
        if element.kind == "image":
            own = [_room(element, place_box(element.box, size)) for size in sizes]
            rooms.setdefault(element.media or "", []).extend(own)
    return rooms


def _room(element: Element, box: Box) -> Room:
    size = box[2] - box[0], box[3] - box[1]
    return Room(size) if element.fit is UNSET else Room(size, element.fit)


def _paint_text(canvas: _Canvas, element: Element, box: Box) -> None:
    """A text that moves is no part of the still: only its background is."""
    if element.ticker_ms is UNSET:
        text = canvas.place.fill(element, countdown_text(element, canvas.moment.local))
        if text.strip():  # else it is a coloured box, however small
            _write(canvas, element, box, text)


def _paint_clock(canvas: _Canvas, element: Element, box: Box) -> None:
    _write(canvas, element, box, clock_text(element, canvas.moment.local))


def _write(canvas: _Canvas, element: Element, box: Box, text: str) -> None:
    colour = parse_colour(element.colour)
    margin_px = typeset.margin_of(box[2] - box[0], box[3] - box[1])
    inner = (box[0] + margin_px, box[1] + margin_px, box[2] - margin_px, box[3] - margin_px)
    layout = typeset.fit(text, inner[2] - inner[0], inner[3] - inner[1])
    typeset.draw(ImageDraw.Draw(canvas.picture), layout, inner, align=element.align, colour=colour)


def _paint_qr(canvas: _Canvas, element: Element, box: Box) -> None:
    """Black on white regardless of the colours, whole pixels per module: phones must read it."""
    text = canvas.place.fill(element, element.text or "")
    if not text:
        raise PlayError("E_SCHEMA", "qr", "a QR code needs text")
    try:
        code = segno.make(text, error="m", micro=False)
    except segno.DataOverflowError as error:
        raise PlayError("E_FIT", "qr", "too much text for a QR code") from error
    modules = code.symbol_size(border=QUIET_ZONE_MODULES)[0]
    scale_px = min(box[2] - box[0], box[3] - box[1]) // modules
    if scale_px < 1:
        raise PlayError("E_FIT", "qr", f"needs {modules} pixels each way")
    rows = list(code.matrix_iter(scale=scale_px, border=QUIET_ZONE_MODULES))
    side_px = len(rows)
    white = bytes(0 if module else 255 for row in rows for module in row)
    square = Image.frombytes("L", (side_px, side_px), white)
    canvas.picture.paste(square.convert("RGB"), _centred((side_px, side_px), box))


def _paint_image(canvas: _Canvas, element: Element, box: Box) -> None:
    fitted = canvas.images.get(element.media or "", _room(element, box))
    canvas.picture.paste(fitted, _centred(fitted.size, box), mask=fitted)


def _centred(size: tuple[int, int], box: Box) -> tuple[int, int]:
    return (box[0] + box[2] - size[0]) // 2, (box[1] + box[3] - size[1]) // 2


def _paint_nothing(canvas: _Canvas, element: Element, box: Box) -> None:
    """Its background alone: the board puts the frames of a clip on it."""


_PAINTERS = {
    "text": _paint_text,
    "clock": _paint_clock,
    "qr": _paint_qr,
    "image": _paint_image,
    "video": _paint_nothing,
}
