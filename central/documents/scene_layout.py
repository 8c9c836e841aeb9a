"""Places what an officer wants to show on a face of any size: boxes in thousandths."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET
from msgspec.structs import replace

from agent.contract.scene import Element, Region, Turn
from central.documents.schedule_model import PictureSpec, RegionSpec, StillSpec

TICKER_HEIGHT = 220  # thousandths, beneath all else
CLOCK_HEIGHT = 220  # above all else
TICKER_MS = {"slow": 16_000, "normal": 10_000, "fast": 6_000}
ALL = [0, 0, 1000, 1000]
PLACES = {
    "left": [0, 0, 500, 1000],
    "right": [500, 0, 500, 1000],
    "top": [0, 0, 1000, 500],
    "bottom": [0, 500, 1000, 500],
    "all": ALL,
}
# By `clock`: what each box can write, and what is written with weekday and lunar date.
_CLOCKS = {
    "time": ("%H:%M", None),
    "date": ("%d/%m/%Y\n%H:%M", "%A %d/%m/%Y\n%H:%M"),
    "lunar": ("%d/%m/%Y\n%H:%M", "%A %d/%m/%Y\n%L\n%H:%M"),
}


def lay_out(show: StillSpec, image: str | None, count_to: str | None, lang: str) -> list[Element]:
    """Place what stands still.

    A QR code takes the right third, dark on a light square; an image is above its caption; a clock
    is at the top, or has the whole to itself.

    Args:
        show: what is wanted.
        image: the digest of its picture.
        count_to: the moment that is counted to, UTC.
        lang: of weekdays and of the time that is left.
    """
    still = _place_still(show, image, count_to, lang)
    if not show.clock:
        return still
    form, full = _CLOCKS[show.clock]
    height = CLOCK_HEIGHT if still else 1000
    clock = Element(
        "clock", [0, 0, 1000, height], format=form, lang=lang, colour=show.colour,
        background=show.background, full_format=UNSET if full is None else full,
    )  # fmt: skip
    return [clock, *squeeze(still, [0, height, 1000, 1000 - height])]


def add_ticker(show: PictureSpec, still: list[Element]) -> list[Element]:
    """Put a line that runs at the bottom; it has the whole face where nothing else is there."""
    if not show.ticker:
        return still
    height = TICKER_HEIGHT if still else 1000
    line = Element(
        "text", [0, 1000 - height, 1000, height], text=show.ticker, colour=show.colour,
        background=show.background, ticker_ms=TICKER_MS[show.ticker_speed],
        face_name=_names_face(show.ticker),
    )  # fmt: skip
    return [*squeeze(still, [0, 0, 1000, 1000 - TICKER_HEIGHT]), line]


def place_region(spec: RegionSpec) -> list[int] | None:
    """The box of a region; None unless it says one, by its place or in percent of the face."""
    if (spec.box is None) == (spec.place is None):
        return None
    if spec.box is None:
        return PLACES[spec.place or "all"]
    left, top, width, height = spec.box
    is_inside = width > 0 and height > 0 and left + width <= 100 and top + height <= 100
    return [side * 10 for side in spec.box] if is_inside else None


def build_slides(elements: list[Element], slides: list[tuple[str, int]]) -> Region | None:
    """The region in which pictures (digest, ms) follow each other, where the first one stands."""
    first = next((one for one in elements if one.kind == "image"), None)
    if first is None or not slides:
        return None
    turns = [Turn([replace(first, box=ALL, media=digest)], ms) for digest, ms in slides]
    return Region(first.box, turns)


def put_clip(show: PictureSpec, elements: list[Element], fps: int) -> list[Element]:
    """Put a clip where its picture stands in the layout."""
    fit = UNSET if show.video_fit == "contain" else show.video_fit
    loop = True if show.video_loop else UNSET
    return [
        replace(one, kind="video", fit=fit, fps=fps, loop=loop) if one.kind == "image" else one
        for one in elements
    ]


def squeeze(elements: Iterable[Element], box: list[int]) -> list[Element]:
    """The elements of a whole in a part of it."""
    left, top, width, height = box
    return [
        replace(
            one,
            box=[
                left + one.box[0] * width // 1000,
                top + one.box[1] * height // 1000,
                max(1, one.box[2] * width // 1000),
                max(1, one.box[3] * height // 1000),
            ],
        )
        for one in elements
    ]


def _names_face(text: str) -> bool:
    return True if "{face}" in text else UNSET  # type: ignore[return-value] # left out, not false


def _place_still(
    show: StillSpec, image: str | None, count_to: str | None, lang: str
) -> list[Element]:
    width = 660 if show.qr and (show.text or image) else 1000
    elements: list[Element] = []
    if image:
        box = [0, 0, width, 640 if show.text else 1000]
        fit = UNSET if show.image_fit == "contain" else show.image_fit
        elements.append(Element("image", box, media=image, background=show.background, fit=fit))
    if show.text:
        box = [0, 640, width, 360] if image else [0, 0, width, 1000]
        elements.append(
            Element(
                "text", box, text=show.text, colour=show.colour, background=show.background,
                lang=lang if count_to else None, count_to=count_to or UNSET,
                face_name=_names_face(show.text),
            )
        )  # fmt: skip
    if show.qr:
        box = [670, 60, 320, 880] if width < 1000 else ALL
        elements.append(
            Element(
                "qr", box, text=show.qr, colour="#000000", background="#ffffff",
                face_name=_names_face(show.qr),
            )
        )  # fmt: skip
    return elements
