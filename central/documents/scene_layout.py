"""Places what an officer wants to show on a face of any size: boxes in thousandths."""

from __future__ import annotations

from msgspec import UNSET
from msgspec.structs import replace

from agent.contract.document import Element
from central.documents.schedule_model import PictureSpec

TICKER_HEIGHT = 220  # thousandths, beneath all else
TICKER_MS = {"slow": 16_000, "normal": 10_000, "fast": 6_000}


def build_layout(show: PictureSpec, image: str | None) -> list[Element]:
    """Place text, QR code, image and a line that runs.

    A QR code takes the right third, dark on a light square; an image is above its caption; what
    runs is at the bottom, or has the whole face to itself.
    """
    still = _place_still(show, image)
    if not show.ticker:
        return still
    height = TICKER_HEIGHT if still else 1000
    line = Element(
        "text", [0, 1000 - height, 1000, height], text=show.ticker, colour=show.colour,
        background=show.background, ticker_ms=TICKER_MS[show.ticker_speed],
    )  # fmt: skip
    return [*(_lift(element) for element in still), line]


def _lift(element: Element) -> Element:
    """Make room for the line at the bottom."""
    left, top, width, height = element.box
    share = 1000 - TICKER_HEIGHT
    return replace(element, box=[left, top * share // 1000, width, height * share // 1000])


def _place_still(show: PictureSpec, image: str | None) -> list[Element]:
    width = 660 if show.qr and (show.text or image) else 1000
    elements: list[Element] = []
    if image:
        box = [0, 0, width, 640 if show.text else 1000]
        fit = UNSET if show.image_fit == "contain" else show.image_fit
        elements.append(Element("image", box, media=image, background=show.background, fit=fit))
    if show.text:
        box = [0, 640, width, 360] if image else [0, 0, width, 1000]
        elements.append(
            Element("text", box, text=show.text, colour=show.colour, background=show.background)
        )
    if show.qr:
        box = [670, 60, 320, 880] if width < 1000 else [0, 0, 1000, 1000]
        elements.append(Element("qr", box, text=show.qr, colour="#000000", background="#ffffff"))
    return elements
