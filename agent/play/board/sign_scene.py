"""A scene as a sign shows it that stores stills, or has letters of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from agent.contract.scene import Element, Scene, still
from agent.play.ipc import ShowScene
from drivers.frame_sink import TextSink

if TYPE_CHECKING:
    from drivers.frame_sink import FrameSink


def fit_to_board(show: ShowScene, sink: FrameSink, station: str) -> ShowScene:
    """The scene as this board can show it; a board with letters is told what it says."""
    if sink.shows_motion:
        return show
    scene = still(show.scene)
    if isinstance(sink, TextSink):
        scene = without_clocks(scene)
        sink.announce(dict.fromkeys(show.faces, list_texts(scene, station)))
    return msgspec.structs.replace(show, scene=scene)


def list_texts(scene: Scene, station: str) -> list[str]:
    """The texts of a scene from the upper left; codes and pictures are none."""
    said = sorted((one for one in scene.elements if one.kind == "text"), key=_place)
    return [one.text.replace("{station}", station) for one in said if one.text]


def without_clocks(scene: Scene) -> Scene:
    """Nothing of it changes by the clock."""
    return Scene([one for one in scene.elements if one.kind != "clock"], scene.ms)


def _place(element: Element) -> tuple[int, int]:
    left, top, *_ = element.box
    return top, left
