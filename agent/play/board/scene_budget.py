"""Limits of one scene on a small box, checked from its texts and the headers of its pictures.

A document over the limits is refused when it is signed and when it arrives (`trust.item_rules`);
the check is repeated here with the pictures, for every scene that is drawn. The numbers are for a
box with 1 GiB: a picture of twice the size of a large board is shown, one for a printer is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from agent.contract.scene import (
    MAX_SCENE_CHARS,
    MAX_SCENE_ELEMENTS,
    MAX_SCENE_FACES,
    MAX_TURN_ELEMENTS,
    Element,
    Region,
    Scene,
    list_regions,
)
from agent.errors import PlayError


@dataclass(frozen=True)
class SceneBudget:
    """Limits of one scene, over all faces that it is for.

    Args:
        image_px: decoded pixels of all its pictures, each counted once and by its format.
        weights: format -> the weight of one pixel, by the memory that its decoder takes.
        elements: number of elements that are there all the time.
        turn_elements: number of elements in all turns of regions.
        text_chars: characters of all texts and codes together.
        painted_faces: area of all elements together, as a multiple of the face's area.
        strip_px: of all texts that move, over all faces.
        render_s: wall time for drawing it.
        memory_bytes: what the renderer may allocate, including the share inherited from the board.
    """

    image_px: int = 8_300_000  # 3840 x 2160
    weights: dict[str, int] = field(default_factory=lambda: {"PNG": 1, "JPEG": 1, "WEBP": 3})
    elements: int = MAX_SCENE_ELEMENTS
    turn_elements: int = MAX_TURN_ELEMENTS
    text_chars: int = MAX_SCENE_CHARS
    painted_faces: int = MAX_SCENE_FACES
    strip_px: int = 5_600_000  # 16 MiB: on a large board a line of 15 faces at 220 lamps' height
    render_s: float = 20.0  # the largest scene takes 2 s on a server, six times that on a small box
    memory_bytes: int = 256 * 1024 * 1024


SCENE_BUDGET = SceneBudget()


def check_scene(scene: Scene, budget: SceneBudget = SCENE_BUDGET) -> None:
    """Refuse a scene over the limits before any of it is drawn.

    Raises:
        PlayError: E_SCENE; the hint names the limit.
    """
    if len(scene.elements) > budget.elements:
        raise over_budget(f"{len(scene.elements)} elements", budget.elements)
    turns = [turn for region in list_regions(scene) for turn in region.turns]
    inside = [element for turn in turns for element in turn.elements]
    if len(inside) > budget.turn_elements:
        raise over_budget(f"{len(inside)} elements in turns", budget.turn_elements)
    for elements in (scene.elements, inside):
        chars = sum(len(one.text or "") + len(one.format or "") for one in elements)
        if chars > budget.text_chars:
            raise over_budget(f"{chars} characters", budget.text_chars)
    painted = _painted(scene.elements) + sum(map(_painted_most, list_regions(scene)))
    if painted > budget.painted_faces:
        raise over_budget(f"{painted:.1f} faces painted over", budget.painted_faces)


def _painted(elements: Iterable[Element]) -> float:
    boxes = [element.box for element in elements if len(element.box) == 4]
    return sum(max(0, box[2]) * max(0, box[3]) for box in boxes) / 1_000_000


def _painted_most(region: Region) -> float:
    if len(region.box) != 4:
        return 0.0
    most = max((_painted(turn.elements) for turn in region.turns), default=0.0)
    return max(0, region.box[2]) * max(0, region.box[3]) / 1_000_000 * most


def over_budget(what: str, limit: float) -> PlayError:
    """The error for a scene over a limit."""
    return PlayError("E_SCENE", what, f"at most {limit:g} in one scene")
