"""What a face shows: elements, and regions of the face whose content changes by the clock.

Boxes are [left, top, width, height] in thousandths of the face, inside a region in thousandths of
the region. A member that is added after 0.1.0 defaults to UNSET, and a box without it shows
`Scene.elements` as they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

MAX_SCENE_ELEMENTS = 32
MAX_SCENE_CHARS = 8_000  # of all texts and codes of a scene together; of its regions once more
MAX_TICKERS = 4  # texts of a scene that move
MIN_TICKER_MS, MAX_TICKER_MS = 2_000, 60_000  # faster cannot be read, slower seems to stand
MAX_SCENE_FACES = 12  # area of all its elements together, in areas of the face
# Three regions that change once in a second at most are three changes in a second at most: the
# limit of WCAG 2.3.1 (agent.contract.flash_limit).
MAX_REGIONS, MIN_TURN_MS = 3, 1_000
MAX_INPUT_MS = 4 * 3_600_000  # a live picture that somebody forgets ends within hours
MIN_FADE_MS, MAX_FADE_MS = 100, 1_000
MAX_TURNS, MAX_TURN_ELEMENTS = 64, 128  # of a scene, in all its regions together
EXERCISE_TEXT = "DIỄN TẬP · EXERCISE"  # over every picture of an exercise
MAX_CLIPS = 1  # each takes a decoder
FPS, MAX_FPS = 25, 60  # of a clip that names none; at most
CLOCK_DIRECTIVES = "HMSdmY"  # of `format`
FULL_DIRECTIVES = CLOCK_DIRECTIVES + "AL"  # of `full_format`: A the weekday, L the lunar date


class Element(msgspec.Struct, frozen=True):
    """One thing in a box.

    `text` for text and qr (`{station}` is replaced by the station id), `media` (sha256) for image
    and video, `format` for clock. A text with `ticker_ms` is one line
    that runs through its box from right to left; a letter takes so long from edge to edge. Not
    critical: a box that does not know it shows the text at rest. `fit` of an image: whole in its
    box (`contain`, the default), filling the box and cut at the edges (`cover`), or out of
    proportion (`stretch`). `full_format` of a clock is written in place of `format`, with the
    weekday and the lunar date in `lang`. `count_to` of a text is the moment (UTC) to which the time
    that is left is written below it. With `face_name` `{face}` in a text or qr is replaced by the
    name of the face. Not critical, these too. A video has a `fit` too, is shown without sound at
    `fps` frames a second (25 without), once or in a `loop`; after its end its last frame stays.
    A box of 0.1.0 refuses it by the name of its kind.
    """

    kind: Literal["text", "image", "qr", "clock", "video"]
    box: list[int]
    text: str | None = None
    lang: str | None = None
    media: str | None = None
    format: str | None = None
    colour: str = "#ffffff"
    background: str = "#000000"
    align: Literal["left", "centre", "right"] = "centre"
    ticker_ms: int | UnsetType = UNSET
    fit: Literal["contain", "cover", "stretch"] | UnsetType = UNSET
    full_format: str | UnsetType = UNSET
    count_to: str | UnsetType = UNSET
    face_name: bool | UnsetType = UNSET
    fps: int | UnsetType = UNSET
    loop: bool | UnsetType = UNSET


class Turn(msgspec.Struct, frozen=True):
    """What a region shows for `ms` milliseconds; boxes are in thousandths of the region."""

    elements: list[Element]
    ms: int


class Region(msgspec.Struct, frozen=True):
    """A part of a face: its turns follow each other, and begin anew behind the last."""

    box: list[int]
    turns: list[Turn]

    @property
    def round_ms(self) -> int:
        """The length of all its turns."""
        return sum(turn.ms for turn in self.turns)

    def turn_at(self, shown_ms: int) -> int:
        """Which turn is on, so many milliseconds after the beginning of the scene."""
        left = shown_ms % self.round_ms
        for index, turn in enumerate(self.turns):
            if left < turn.ms:
                return index
            left -= turn.ms
        raise AssertionError("a moment outside its round")


class Scene(msgspec.Struct, frozen=True):
    """The content of a face for `ms` milliseconds.

    `regions` are shown over `elements`. Not critical: a box that does not know them shows the
    elements alone, which are therefore to hold the first turns. `fade_ms`: the scene, and each of
    its turns, comes gradually; a scene in which texts run comes at once. Not critical, too.

    `input` grants the faces a live picture: while the scene is on, their control card shows this
    input (its name in the card's profile) in place of what the box draws. It must stand in
    `StationPolicy.inputs`. Critical: nobody has signed what is seen there. Where the faces have no
    such card, they show the elements.
    """

    elements: list[Element]
    ms: int
    regions: list[Region] | UnsetType = UNSET
    fade_ms: int | UnsetType = UNSET
    input: str | UnsetType = UNSET


def list_regions(scene: Scene) -> list[Region]:
    """The regions of a scene, none where it has no such member."""
    return [] if scene.regions is UNSET else scene.regions


def each_element(scene: Scene) -> Iterator[Element]:
    """Every element of a scene, those of its regions too."""
    yield from scene.elements
    for region in list_regions(scene):
        for turn in region.turns:
            yield from turn.elements


Motion = Literal["ticker", "turns", "seconds", "countdown", "video"]


def list_motion(scene: Scene) -> list[Motion]:
    """What of a scene moves, or changes more often than once a minute."""
    elements = list(each_element(scene))
    moves: dict[Motion, bool] = {
        "ticker": any(one.ticker_ms is not UNSET for one in elements),
        "turns": any(len(one.turns) > 1 for one in list_regions(scene)),
        "seconds": any(_has_seconds(one) for one in elements),
        "countdown": any(one.count_to is not UNSET for one in elements),
        "video": any(one.kind == "video" for one in elements),
    }
    return [name for name, is_there in moves.items() if is_there]


def still(scene: Scene) -> Scene:
    """The scene without what moves, for a sign that shows stills.

    Texts that run stand, in front as before; regions show their first turns, a count-down is its
    text alone, a clock has no seconds.
    """
    regions = [
        Region(one.box, [Turn([_still_element(each) for each in one.turns[0].elements], scene.ms)])
        for one in list_regions(scene)
    ]
    running = [one for one in scene.elements if one.ticker_ms is not UNSET]
    elements = scene.elements
    if regions and running:
        elements = [one for one in scene.elements if one.ticker_ms is UNSET]
        whole = [0, 0, 1000, 1000]
        for one in running:  # a region of its own: a region hides what is behind all of it
            front = msgspec.structs.replace(_still_element(one), box=whole)
            regions.append(Region(one.box, [Turn([front], scene.ms)]))
    return Scene([_still_element(one) for one in elements], scene.ms, regions or UNSET)


def _still_element(element: Element) -> Element:
    replace = msgspec.structs.replace
    full = element.full_format
    return replace(
        element,
        ticker_ms=UNSET,
        count_to=UNSET,
        format=None if element.format is None else _without_seconds(element.format),
        full_format=UNSET if full is UNSET else _without_seconds(full),
    )


def _has_seconds(element: Element) -> bool:
    forms = (element.format or "", "" if element.full_format is UNSET else element.full_format)
    return element.kind == "clock" and any("%S" in form for form in forms)


def _without_seconds(form: str) -> str:
    return form.replace(":%S", "").replace("%S", "")
