"""Limits of one scene on a small box, checked from its texts and the headers of its pictures.

A document over the limits is refused when it is signed and when it arrives (`trust.item_rules`);
the check is repeated here with the pictures, for every scene that is drawn. The numbers are for a
box with 1 GiB: a picture of twice the size of a large board is shown, one for a printer is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.contract.document import (
    MAX_SCENE_CHARS,
    MAX_SCENE_ELEMENTS,
    MAX_SCENE_FACES,
    Scene,
)
from agent.errors import PlayError


@dataclass(frozen=True)
class SceneBudget:
    """Limits of one scene, over all faces that it is for.

    Args:
        image_px: decoded pixels of all its pictures, each counted once and by its format.
        weights: format -> the weight of one pixel, by the memory that its decoder takes.
        elements: number of elements.
        text_chars: characters of all texts and codes together.
        painted_faces: area of all elements together, as a multiple of the face's area.
        strip_px: of all texts that move, over all faces.
        render_s: wall time for drawing it.
        memory_bytes: what the renderer may allocate, including the share inherited from the board.
    """

    image_px: int = 8_300_000  # 3840 x 2160
    weights: dict[str, int] = field(default_factory=lambda: {"PNG": 1, "JPEG": 1, "WEBP": 3})
    elements: int = MAX_SCENE_ELEMENTS
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
    chars = sum(len(element.text or "") + len(element.format or "") for element in scene.elements)
    if chars > budget.text_chars:
        raise over_budget(f"{chars} characters", budget.text_chars)
    boxes = [element.box for element in scene.elements if len(element.box) == 4]
    painted = sum(max(0, box[2]) * max(0, box[3]) for box in boxes) / 1_000_000
    if painted > budget.painted_faces:
        raise over_budget(f"{painted:.1f} faces painted over", budget.painted_faces)


def over_budget(what: str, limit: float) -> PlayError:
    """The error for a scene over a limit."""
    return PlayError("E_SCENE", what, f"at most {limit:g} in one scene")
