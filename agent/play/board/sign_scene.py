"""A scene as a sign shows it that stores stills, or has letters of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET

from agent.contract.scene import Element, Region, Scene, Turn, list_regions, still
from agent.play.board.alarm_pages import LEAST_PAGE_MS, STILL_PAGE_MS
from agent.play.ipc import ShowScene
from drivers.frame_sink import TextSink

if TYPE_CHECKING:
    from drivers.frame_sink import FrameSink

WHOLE = [0, 0, 1000, 1000]
WHOLE_DAY_MS = 86_400_000


def fit_to_board(show: ShowScene, sink: FrameSink, station: str) -> ShowScene:
    """The scene as this board can show it; a board with letters is told what it says."""
    if sink.shows_motion:
        return show
    scene = still(show.scene)
    if isinstance(sink, TextSink):
        scene = without_clocks(scene)
        texts = list_texts(scene, station)
        # of an alarm in several languages, those are said that the sign has letters for
        said = texts if show.is_alarm else ["\n".join(texts)]
        sink.announce(dict.fromkeys(show.faces, said))
    return msgspec.structs.replace(show, scene=scene)


def find_least_page_ms(sink: FrameSink) -> int:
    """How long a page of an alarm stays at least; what its sign's letters say has pages there."""
    if isinstance(sink, TextSink):
        return WHOLE_DAY_MS
    return LEAST_PAGE_MS if sink.shows_motion else STILL_PAGE_MS


def list_texts(scene: Scene, station: str) -> list[str]:
    """The texts of a still scene from the upper left; codes and pictures are none."""
    placed = [(_place(one, WHOLE), one) for one in scene.elements]
    for region in list_regions(scene):
        placed += [(_place(one, region.box), one) for one in region.turns[0].elements]
    said = [one.text or "" for _, one in sorted(placed, key=_first) if one.kind == "text"]
    return [text.replace("{station}", station) for text in said if text.strip()]


def without_clocks(scene: Scene) -> Scene:
    """Nothing of it changes by the clock."""
    regions = [
        Region(one.box, [Turn(_drop_clocks(one.turns[0].elements), scene.ms)])
        for one in list_regions(scene)
    ]
    return Scene(_drop_clocks(scene.elements), scene.ms, regions or UNSET)


def _drop_clocks(elements: list[Element]) -> list[Element]:
    return [one for one in elements if one.kind != "clock"]


def _place(element: Element, within: list[int]) -> tuple[int, int]:
    """Top and left in thousandths of the face."""
    left, top, *_ = element.box
    return within[1] + top * within[3] // 1000, within[0] + left * within[2] // 1000


def _first(placed: tuple[tuple[int, int], Element]) -> tuple[int, int]:
    return placed[0]
