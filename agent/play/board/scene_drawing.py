"""A scene that a board process has drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.play.board.render_process import RenderProcess


@dataclass(eq=False)
class SceneDrawing:
    """A scene that is being drawn, or is shown and changes by the clock.

    Args:
        renderer: the process that draws it.
        attempt: how many processes have tried to draw it.
        stale_mono_s: from when on the former scene must not stay.
        is_shown: its first frame went out.
        turns: those of its regions in the frames that went out last.
        frames: drawn, and held back so that the faces do not flash.
        held_mono_s: until when.
    """

    renderer: RenderProcess
    attempt: int
    stale_mono_s: float
    is_shown: bool = False
    turns: tuple[int, ...] = ()
    frames: dict[str, bytes] = field(default_factory=dict)
    held_mono_s: float | None = None
