"""Renders a scene for a face, with the media in store, to a picture. Needs no clock and no board.

Boxes are in thousandths of the face, so one playlist fits every board. Elements are painted in the
order given. A scene that cannot be shown completely is a fault; no part of it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import segno
from msgspec import UNSET
from PIL import Image, ImageDraw

from agent.contract.document import Element, Scene
from agent.errors import PlayError
from agent.play.board import typeset
from agent.play.board.scene_box import Box, Size, parse_colour, place_box
from agent.play.board.scene_budget import SCENE_BUDGET, SceneBudget, check_scene
from agent.play.board.scene_images import Room, SceneImages
from agent.play.board.ticker import draw_strip, list_tickers

QUIET_ZONE_MODULES = 4  # ISO/IEC 18004
CLOCK_FORMAT = "%H:%M"
_CLOCK_DIRECTIVES = re.compile(r"^(?:[^%]|%[HMSdmY])*$")


@dataclass(frozen=True)
class SceneContext:
    """What a scene needs besides itself: paths in store by sha256, station id, the local time.

    `local` is None while no time is trusted.
    """

    station: str
    media: Mapping[str, str]
    local: datetime | None = None


class SceneRenderer:
    """One scene for one or more faces; when it is drawn again, only its clocks change.

    Args:
        scene: the scene to draw.
        sizes: (width_px, height_px) of the faces.
        context: what it needs besides.
        budget: its limits.

    Raises:
        PlayError: E_SCENE, E_MEDIA, E_SCHEMA, E_FIT.
    """

    def __init__(
        self,
        scene: Scene,
        sizes: Iterable[Size],
        context: SceneContext,
        budget: SceneBudget = SCENE_BUDGET,
    ) -> None:
        check_scene(scene, budget)
        self._scene = scene
        self._context = context
        self._images = SceneImages(context.media, budget)
        self._images.load(_rooms(scene, list(sizes)))

    def draw(self, size: Size, local: datetime | None) -> Image.Image:
        """The RGB picture of the scene on a face of one of `sizes`, with clocks at `local`.

        Raises:
            PlayError: E_SCHEMA, E_UNSUPPORTED, E_FIT, E_FONT.
        """
        canvas = _Canvas(Image.new("RGB", size), self._images, self._context.station, local)
        for element in self._scene.elements:
            box = place_box(element, size)
            canvas.picture.paste(parse_colour(element.background), box)
            _PAINTERS[element.kind](canvas, element, box)
        return canvas.picture

    def draw_strips(self, size: Size, most_px: int) -> list[Image.Image]:
        """The strips of the elements that move, each of at most so many pixels.

        Raises:
            PlayError: E_SCHEMA, E_FIT, E_FONT.
        """
        station = self._context.station
        return [draw_strip(one, size, station, most_px) for one in list_tickers(self._scene)]


def render(scene: Scene, size: Size, context: SceneContext) -> Image.Image:
    """The RGB picture of a scene on a face of (width_px, height_px).

    Raises:
        PlayError: E_SCENE, E_SCHEMA, E_UNSUPPORTED, E_MEDIA, E_FIT, E_FONT.
    """
    return SceneRenderer(scene, [size], context).draw(size, context.local)


@dataclass(frozen=True)
class _Canvas:
    """A picture being painted, and what its elements need."""

    picture: Image.Image
    images: SceneImages
    station: str
    local: datetime | None


def _rooms(scene: Scene, sizes: list[Size]) -> dict[str, list[Room]]:
    """By medium, the rooms of the elements that show it."""
    rooms: dict[str, list[Room]] = {}
    for element in scene.elements:
        if element.kind == "image":
            own = [_room(element, place_box(element, size)) for size in sizes]
            rooms.setdefault(element.media or "", []).extend(own)
    return rooms


def _room(element: Element, box: Box) -> Room:
    size = box[2] - box[0], box[3] - box[1]
    return Room(size) if element.fit is UNSET else Room(size, element.fit)


def clock_text(element: Element, local: datetime | None) -> str:
    """The text of a clock element; dashes while no time is trusted.

    Raises:
        PlayError: E_UNSUPPORTED, a directive other than %H %M %S %d %m %Y.
    """
    form = element.format or CLOCK_FORMAT
    if not _CLOCK_DIRECTIVES.match(form):
        raise PlayError("E_UNSUPPORTED", form, "a clock supports %H %M %S %d %m %Y")
    return local.strftime(form) if local is not None else re.sub(r"%.", "--", form)


def clock_texts(scene: Scene, local: datetime | None) -> tuple[str, ...]:
    """The texts of all clocks of a scene: when they change, the scene must be drawn again."""
    return tuple(clock_text(e, local) for e in scene.elements if e.kind == "clock")


def _paint_text(canvas: _Canvas, element: Element, box: Box) -> None:
    """A text that moves is no part of the still: only its background is."""
    if element.ticker_ms is UNSET:
        _write(canvas, element, box, (element.text or "").replace("{station}", canvas.station))


def _paint_clock(canvas: _Canvas, element: Element, box: Box) -> None:
    _write(canvas, element, box, clock_text(element, canvas.local))


def _write(canvas: _Canvas, element: Element, box: Box, text: str) -> None:
    colour = "#{:02x}{:02x}{:02x}".format(*parse_colour(element.colour))
    margin_px = max(1, min(box[2] - box[0], box[3] - box[1]) // 50)
    inner = (box[0] + margin_px, box[1] + margin_px, box[2] - margin_px, box[3] - margin_px)
    layout = typeset.fit(text, inner[2] - inner[0], inner[3] - inner[1])
    typeset.draw(ImageDraw.Draw(canvas.picture), layout, inner, align=element.align, colour=colour)


def _paint_qr(canvas: _Canvas, element: Element, box: Box) -> None:
    """Black on white regardless of the colours, whole pixels per module: phones must read it."""
    text = (element.text or "").replace("{station}", canvas.station)
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


def _refuse(canvas: _Canvas, element: Element, box: Box) -> None:
    del canvas, box
    raise PlayError("E_UNSUPPORTED", element.kind, "this board shows stills only")


_PAINTERS = {
    "text": _paint_text,
    "clock": _paint_clock,
    "qr": _paint_qr,
    "image": _paint_image,
    "video": _refuse,
}
