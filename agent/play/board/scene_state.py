"""What of a scene changes by the clock: the turns of its regions and the texts with the time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from msgspec import UNSET

from agent.contract.scene import CLOCK_DIRECTIVES, Element, Region, Scene, Turn, list_regions
from agent.contract.utc import parse_utc
from agent.errors import PlayError

CLOCK_FORMAT = "%H:%M"
_CLOCK_DIRECTIVES = re.compile(rf"^(?:[^%]|%[{CLOCK_DIRECTIVES}])*$")
_NO_TIME = "--"


@dataclass(frozen=True)
class SceneMoment:
    """The moment for which a scene is drawn.

    Args:
        local: the local time; None while no time is trusted.
        shown_ms: since the planned beginning of the scene.
    """

    local: datetime | None
    shown_ms: int = 0


def turn_on(region: Region, moment: SceneMoment) -> Turn:
    """The turn of a region that is on."""
    return region.turns[region.turn_at(moment.shown_ms)]


def read_turns(scene: Scene, moment: SceneMoment) -> tuple[int, ...]:
    """Which turn of each region is on."""
    return tuple(region.turn_at(moment.shown_ms) for region in list_regions(scene))


def names_face(scene: Scene) -> bool:
    """Has a text of the scene the name of the face that it is on?"""
    turns = (turn for region in list_regions(scene) for turn in region.turns)
    lists = (scene.elements, *(turn.elements for turn in turns))
    return any(element.face_name is True for elements in lists for element in elements)


def find_fade_s(scene: Scene) -> float:
    """How long a face takes to go over to the scene, or to a turn of it; 0: at once."""
    return 0.0 if scene.fade_ms is UNSET else scene.fade_ms / 1000


def read_changing(scene: Scene, moment: SceneMoment) -> tuple[str, ...]:
    """All of a scene that changes, as texts: when they change, it must be drawn again.

    Raises:
        PlayError: E_UNSUPPORTED, a clock's format.
    """
    return tuple(_read(scene, moment))


def _read(scene: Scene, moment: SceneMoment) -> Iterator[str]:
    yield from _read_elements(scene.elements, moment)
    for region in list_regions(scene):
        if len(region.turns) > 1:
            yield str(region.turn_at(moment.shown_ms))
        yield from _read_elements(turn_on(region, moment).elements, moment)


def _read_elements(elements: list[Element], moment: SceneMoment) -> Iterator[str]:
    for element in elements:
        if element.kind == "clock":
            yield clock_text(element, moment.local)
        elif element.count_to is not UNSET:
            yield countdown_text(element, moment.local)


def clock_text(element: Element, local: datetime | None) -> str:
    """The text of a clock element; dashes while no time is trusted.

    Raises:
        PlayError: E_UNSUPPORTED, a directive other than %H %M %S %d %m %Y.
    """
    form = element.format or CLOCK_FORMAT
    if element.full_format is not UNSET:
        return _full_text(element.full_format, element.lang, local)
    if not _CLOCK_DIRECTIVES.match(form):
        raise PlayError("E_UNSUPPORTED", form, "a clock supports %H %M %S %d %m %Y")
    return local.strftime(form) if local is not None else re.sub(r"%.", _NO_TIME, form)


def _full_text(form: str, lang: str | None, local: datetime | None) -> str:
    from agent.play.board.clock_words import name_weekday, write_lunar

    if local is None:
        return re.sub(r"%.", _NO_TIME, form)
    words = {"A": name_weekday(local.date(), lang), "L": write_lunar(local.date(), lang)}

    def write(found: re.Match[str]) -> str:
        letter = found[1]
        return words[letter] if letter in words else local.strftime(f"%{letter}")

    return re.sub(r"%(.)", write, form)


def countdown_text(element: Element, local: datetime | None) -> str:
    """The text of an element with `count_to`, and below it the time that is left."""
    if element.count_to is UNSET:
        return element.text or ""
    from agent.play.board.clock_words import write_left

    left = write_left(parse_utc(element.count_to), local, element.lang)
    return "\n".join(filter(None, (element.text, left)))
