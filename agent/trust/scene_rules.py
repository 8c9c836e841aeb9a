"""The schema of scenes, their elements and their regions."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import chain

from msgspec import UNSET

from agent.contract.scene import (
    CLOCK_DIRECTIVES,
    FULL_DIRECTIVES,
    MAX_CLIPS,
    MAX_FADE_MS,
    MAX_FPS,
    MAX_INPUT_MS,
    MAX_REGIONS,
    MAX_SCENE_CHARS,
    MAX_SCENE_ELEMENTS,
    MAX_SCENE_FACES,
    MAX_TICKER_MS,
    MAX_TICKERS,
    MAX_TURN_ELEMENTS,
    MAX_TURNS,
    MIN_FADE_MS,
    MIN_TICKER_MS,
    MIN_TURN_MS,
    Element,
    Region,
    Scene,
    list_regions,
)
from agent.contract.utc import is_utc
from agent.trust.schema_error import require as _require

DAY_MS = 86_400_000
MAX_FORMAT = 64
INPUT_NAME = re.compile(r"[a-z0-9-]{1,32}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LANG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_FULL_FORMAT = re.compile(rf"(?:[^%]|%[{FULL_DIRECTIVES}])*")
_NEED = {"text": "text", "qr": "text", "image": "media", "video": "media", "clock": "format"}
_PER_FACE = 1_000_000  # thousandths of a face each way


def has_clock_format(form: str) -> bool:
    """Is it a `format` that every box can write? Of another one a box shows nothing."""
    return re.fullmatch(rf"(?:[^%]|%[{CLOCK_DIRECTIVES}])*", form) is not None


def check_scene(scene: Scene, path: str, digests: Collection[str]) -> None:
    """Check a scene.

    Args:
        scene: the scene.
        path: where it stands in its document.
        digests: the media that the document lists.

    Raises:
        SchemaError: with the path of the value.
    """
    elements, regions = scene.elements, list_regions(scene)
    _require(1 <= len(elements) <= MAX_SCENE_ELEMENTS, path, "1 to 32 elements")
    _require(0 < scene.ms <= DAY_MS, path, "shown 1 to 86400000 ms")
    for index, element in enumerate(elements):
        _check_element(element, f"{path}.elements[{index}]", digests)
    moving = sum(element.ticker_ms is not UNSET for element in elements)
    _require(moving <= MAX_TICKERS, path, "at most 4 texts that move")
    _check_chars(elements, path)
    if scene.fade_ms is not UNSET:
        is_good = MIN_FADE_MS <= scene.fade_ms <= MAX_FADE_MS
        _require(is_good, path, f"fade_ms {MIN_FADE_MS} to {MAX_FADE_MS}")
    if scene.input is not UNSET:
        _require(INPUT_NAME.fullmatch(scene.input), path, "an input's name")
        _require(scene.ms <= MAX_INPUT_MS, path, f"with `input` at most {MAX_INPUT_MS} ms")
    if scene.regions is not UNSET:
        _check_regions(regions, path, digests)
    painted = sum(map(_area, elements)) + sum(map(_painted, regions))
    _require(painted <= MAX_SCENE_FACES * _PER_FACE, path, "at most 12 times the face's area")
    if any(element.kind == "video" for element in elements):
        _check_clips(elements, [region.box for region in regions], path)


def _check_clips(elements: Collection[Element], others: list[list[int]], path: str) -> None:
    """A clip is put on what is drawn, so nothing else may be in its place."""
    clips = [element for element in elements if element.kind == "video"]
    _require(len(clips) <= MAX_CLIPS, path, "at most one video")
    others = [*others, *(element.box for element in elements if element.kind != "video")]
    is_free = not any(_meet(clips[0].box, box) for box in others)
    _require(is_free, path, "a video with nothing else in its box")


def _meet(box: list[int], other: list[int]) -> bool:
    return all(
        box[side] < other[side] + other[side + 2] and other[side] < box[side] + box[side + 2]
        for side in (0, 1)
    )


def _check_chars(elements: Collection[Element], path: str) -> None:
    chars = sum(len(element.text or "") for element in elements)
    _require(chars <= MAX_SCENE_CHARS, path, "at most 8000 characters in all")


def _check_regions(regions: list[Region], path: str, digests: Collection[str]) -> None:
    _require(1 <= len(regions) <= MAX_REGIONS, path, f"1 to {MAX_REGIONS} regions")
    turns = [turn for region in regions for turn in region.turns]
    _require(len(turns) <= MAX_TURNS, path, f"at most {MAX_TURNS} turns")
    inside = list(chain.from_iterable(turn.elements for turn in turns))
    _require(len(inside) <= MAX_TURN_ELEMENTS, path, f"at most {MAX_TURN_ELEMENTS} elements")
    for index, region in enumerate(regions):
        _check_region(region, f"{path}.regions[{index}]", digests)
    _check_chars(inside, path)


def _check_region(region: Region, path: str, digests: Collection[str]) -> None:
    _check_box(region.box, path)
    _require(region.turns, path, "at least one turn")
    for index, turn in enumerate(region.turns):
        at = f"{path}.turns[{index}]"
        _require(turn.elements, at, "at least one element")
        _require(MIN_TURN_MS <= turn.ms <= DAY_MS, at, f"{MIN_TURN_MS} to {DAY_MS} ms")
        for number, element in enumerate(turn.elements):
            moves = element.ticker_ms is not UNSET or element.kind == "video"
            _require(not moves, at, "elements that do not move")
            _check_element(element, f"{at}.elements[{number}]", digests)


def _area(element: Element) -> int:
    return element.box[2] * element.box[3]


def _painted(region: Region) -> int:
    """What it paints at the most, in the same measure as `_area`."""
    most = max(sum(map(_area, turn.elements)) for turn in region.turns)
    return region.box[2] * region.box[3] * most // _PER_FACE


def _check_element(element: Element, path: str, digests: Collection[str]) -> None:
    given = {name for name in ("text", "media", "format") if getattr(element, name) is not None}
    need = _NEED[element.kind]
    _require(given == {need}, path, f"an element with `{need}` and no other content")
    _require(element.media is None or element.media in digests, path, "a digest listed in media")
    _require(len(element.text or "") <= MAX_SCENE_CHARS, path, "at most 8000 characters")
    _require(len(element.format or "") <= MAX_FORMAT, path, "at most 64 characters")
    _require(element.lang is None or _LANG.fullmatch(element.lang), path, "a language code")
    for colour in (element.colour, element.background):
        _require(_COLOUR.fullmatch(colour), path, "colours #rrggbb")
    _check_box(element.box, path)
    later = (
        element.ticker_ms, element.fit, element.full_format, element.count_to, element.face_name,
        element.fps, element.loop,
    )  # fmt: skip
    if any(member is not UNSET for member in later):
        _check_later_members(element, path)


def _check_later_members(element: Element, path: str) -> None:
    """Those that 0.1.0 has not: few elements have one."""
    kind, ms, full = element.kind, element.ticker_ms, element.full_format
    is_text = kind == "text"
    if ms is not UNSET:
        is_good = is_text and MIN_TICKER_MS <= ms <= MAX_TICKER_MS
        _require(is_good, path, "ticker_ms of a text, 2000 to 60000")
    has_fit = kind in ("image", "video")
    _require(element.fit is UNSET or has_fit, path, "fit of an image or a video")
    _check_clip(element, path)
    is_named = element.face_name is UNSET or kind in ("text", "qr")
    _require(is_named, path, "face_name of a text or qr")
    if full is not UNSET:
        is_good = kind == "clock" and len(full) <= MAX_FORMAT
        _require(is_good and _FULL_FORMAT.fullmatch(full), path, "full_format of a clock")
    if element.count_to is not UNSET:
        is_good = is_text and ms is UNSET and is_utc(element.count_to)
        _require(is_good, path, "count_to of a text at rest, such as 2027-02-05T17:00:00Z")


def _check_clip(element: Element, path: str) -> None:
    fps, is_clip = element.fps, element.kind == "video"
    _require(element.loop is UNSET or is_clip, path, "loop of a video")
    _require(fps is UNSET or (is_clip and 1 <= fps <= MAX_FPS), path, "fps of a video, 1 to 60")


def _check_box(box: list[int], path: str) -> None:
    _require(len(box) == 4 and all(0 <= side <= 1000 for side in box), path, "a box of four")
    left, top, width, height = box
    inside = width > 0 and height > 0 and left + width <= 1000 and top + height <= 1000
    _require(inside, path, "a box inside the face, in thousandths")
