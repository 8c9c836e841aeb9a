"""A scene, a face and the media in store, to a picture. Nothing here knows of time or boards.

Boxes are in thousandths of the face, so one playlist fits every board. Elements are painted in the
order given. What cannot be shown whole and true is a fault, never half a picture.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from agent.contract.document import Element, Scene
from agent.errors import PlayError
from agent.play import typeset

MAX_IMAGE_PX = 16_000_000
MAX_IMAGE_BYTES = 32 * 1024 * 1024
IMAGE_FORMATS = ("PNG", "JPEG", "WEBP")
QUIET_ZONE_MODULES = 4  # ISO/IEC 18004
CLOCK_FORMAT = "%H:%M"
_CLOCK_DIRECTIVES = re.compile(r"^(?:[^%]|%[HMSdmY])*$")
_COLOUR = re.compile(r"^#[0-9a-fA-F]{6}$")

Box = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass(frozen=True)
class Surroundings:
    """What a scene needs besides itself: store paths by sha256, station id, the local time.

    `local` is None while no time is trusted.
    """

    station: str
    media: Mapping[str, str]
    local: datetime | None = None


def render(scene: Scene, size: tuple[int, int], around: Surroundings) -> Image.Image:
    """The RGB picture of a scene on a face of (width_px, height_px).

    Raises:
        PlayError: E_SCHEMA, E_UNSUPPORTED, E_MEDIA, E_FIT, E_FONT.
    """
    picture = Image.new("RGB", size)
    for element in scene.elements:
        box = _pixels(element, size)
        picture.paste(_colour(element.background), box)
        _PAINTERS[element.kind](picture, element, box, around)
    return picture


def clock_text(element: Element, local: datetime | None) -> str:
    """What a clock element reads; dashes while no time is trusted.

    Raises:
        PlayError: E_UNSUPPORTED, a directive other than %H %M %S %d %m %Y.
    """
    form = element.format or CLOCK_FORMAT
    if not _CLOCK_DIRECTIVES.match(form):
        raise PlayError("E_UNSUPPORTED", form, "a clock knows %H %M %S %d %m %Y")
    return local.strftime(form) if local is not None else re.sub(r"%.", "--", form)


def clock_texts(scene: Scene, local: datetime | None) -> tuple[str, ...]:
    """All clocks of a scene: when this changes, the scene is due to be drawn again."""
    return tuple(clock_text(e, local) for e in scene.elements if e.kind == "clock")


def _pixels(element: Element, size: tuple[int, int]) -> Box:
    box = element.box
    if len(box) != 4 or min(box) < 0 or box[0] + box[2] > 1000 or box[1] + box[3] > 1000:
        raise PlayError("E_SCHEMA", f"box {box}", "[left, top, width, height] in thousandths")
    left, top = box[0] * size[0] // 1000, box[1] * size[1] // 1000
    right = (box[0] + box[2]) * size[0] // 1000
    bottom = (box[1] + box[3]) * size[1] // 1000
    if right <= left or bottom <= top:
        raise PlayError("E_FIT", f"box {box}", "less than one pixel of this face")
    return left, top, right, bottom


def _colour(text: str) -> tuple[int, int, int]:
    if not _COLOUR.match(text):
        raise PlayError("E_SCHEMA", f"colour {text}", "#rrggbb")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _paint_text(picture: Image.Image, element: Element, box: Box, around: Surroundings) -> None:
    _write(picture, element, box, (element.text or "").replace("{station}", around.station))


def _paint_clock(picture: Image.Image, element: Element, box: Box, around: Surroundings) -> None:
    _write(picture, element, box, clock_text(element, around.local))


def _write(picture: Image.Image, element: Element, box: Box, text: str) -> None:
    colour = "#{:02x}{:02x}{:02x}".format(*_colour(element.colour))
    margin_px = max(1, min(box[2] - box[0], box[3] - box[1]) // 50)
    inner = (box[0] + margin_px, box[1] + margin_px, box[2] - margin_px, box[3] - margin_px)
    layout = typeset.fit(text, inner[2] - inner[0], inner[3] - inner[1])
    typeset.draw(ImageDraw.Draw(picture), layout, inner, align=element.align, colour=colour)


def _paint_qr(picture: Image.Image, element: Element, box: Box, around: Surroundings) -> None:
    """Black on white whatever the colours say, whole pixels a module: phones must read it."""
    text = (element.text or "").replace("{station}", around.station)
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
    picture.paste(square.convert("RGB"), _centred((side_px, side_px), box))


def _paint_image(picture: Image.Image, element: Element, box: Box, around: Surroundings) -> None:
    raw = _read_medium(element.media or "", around.media)
    room = (box[2] - box[0], box[3] - box[1])
    try:
        with Image.open(io.BytesIO(raw), formats=IMAGE_FORMATS) as file:
            if file.width * file.height > MAX_IMAGE_PX:
                raise PlayError("E_MEDIA", element.media or "", f"over {MAX_IMAGE_PX} pixels")
            file.draft("RGB", room)
            whole = ImageOps.exif_transpose(file).convert("RGBA")
    except Image.DecompressionBombError as error:  # Pillow's own limit, at twelve times ours
        raise PlayError("E_MEDIA", element.media or "", f"over {MAX_IMAGE_PX} pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise PlayError("E_MEDIA", element.media or "", f"not a picture: {error}") from error
    fitted = ImageOps.contain(whole, room, Image.Resampling.LANCZOS)
    picture.paste(fitted, _centred(fitted.size, box), mask=fitted)


def _read_medium(digest: str, media: Mapping[str, str]) -> bytes:
    if digest not in media:
        raise PlayError("E_MEDIA", digest, "not in store")
    try:
        with Path(media[digest]).open("rb") as file:
            raw = file.read(MAX_IMAGE_BYTES + 1)
    except OSError as error:
        raise PlayError("E_MEDIA", digest, str(error)) from error
    if len(raw) > MAX_IMAGE_BYTES or hashlib.sha256(raw).hexdigest() != digest:
        raise PlayError("E_MEDIA", digest, "the file is not what was signed")
    return raw


def _centred(size: tuple[int, int], box: Box) -> tuple[int, int]:
    return (box[0] + box[2] - size[0]) // 2, (box[1] + box[3] - size[1]) // 2


def _refuse(picture: Image.Image, element: Element, box: Box, around: Surroundings) -> None:
    del picture, box, around
    raise PlayError("E_UNSUPPORTED", element.kind, "this board shows stills only")


_PAINTERS = {
    "text": _paint_text,
    "clock": _paint_clock,
    "qr": _paint_qr,
    "image": _paint_image,
    "video": _refuse,
}
