"""A strip over what a face shows: its elements in a part of the face, in front of all others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import UNSET
from msgspec.structs import replace

from agent.contract.scene import Element, Region, Scene, Turn, list_regions

HEIGHT = 180  # thousandths of the face
Edge = Literal["top", "bottom"]
_ALL = [0, 0, 1000, 1000]
_BLACK = Element("text", _ALL, text=" ")


def add_banner(base: Scene | None, banner: Scene, edge: Edge) -> Scene:
    """A scene with a banner over it; a text of the scene that runs beneath the banner is left out.

    Args:
        base: what is shown; None: nothing, the rest of the face is black.
        banner: what is written on the strip; its boxes are in thousandths of the strip.
        edge: where the strip is.
    """
    strip = [0, 0 if edge == "top" else 1000 - HEIGHT, 1000, HEIGHT]
    base = base or Scene([_BLACK], banner.ms)
    still = [one for one in banner.elements if one.ticker_ms is UNSET]
    moving = [_squeeze(one, strip) for one in banner.elements if one.ticker_ms is not UNSET]
    region = Region(strip, [Turn([_BLACK, *still], banner.ms)])
    seen = [one for one in base.elements if one.ticker_ms is UNSET or not _overlap(one.box, strip)]
    return replace(base, elements=[*seen, *moving], regions=[*list_regions(base), region])


def _squeeze(element: Element, strip: list[int]) -> Element:
    left, top, width, height = element.box
    inner = [left, strip[1] + top * HEIGHT // 1000, width, max(1, height * HEIGHT // 1000)]
    return replace(element, box=inner)


def _overlap(box: Iterable[int], strip: list[int]) -> bool:
    _, top, _, height = box
    return top < strip[1] + strip[3] and strip[1] < top + height
