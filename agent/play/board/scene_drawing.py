"""A scene in the board process: being drawn, held back until its moment, or shown."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from agent.clock import mono_s
from agent.play.board.render_process import RenderProcess
from agent.play.ipc import MoveScene, ShowScene

CLOCK_TICK_S = 0.1
STALE_S = 1.0  # the former scene may stay this long while the next one is drawn


@dataclass(eq=False)
class SceneDrawing:
    """A scene that is being drawn, waits for its moment, or is shown and changes by the clock.

    Args:
        renderer: the process that draws it.
        attempt: how many processes have tried to draw it.
        stale_mono_s: from when on the former scene must not stay.
        until_mono_s: its end.
        from_mono_s: its faces show something else until then; None: it is shown once it is drawn.
        is_shown: its first frame went out.
        turns: those of its regions in the frames that went out last.
        frames: drawn, and not shown yet: before its moment, or so that the faces do not flash.
        held_mono_s: until when, so that they do not flash.
    """

    renderer: RenderProcess
    attempt: int
    stale_mono_s: float
    until_mono_s: float
    from_mono_s: float | None
    is_shown: bool = False
    turns: tuple[int, ...] = ()
    frames: dict[str, bytes] = field(default_factory=dict)
    held_mono_s: float | None = None

    @property
    def is_ahead(self) -> bool:
        """Do its faces show something else until its moment?"""
        return self.from_mono_s is not None

    @property
    def show(self) -> ShowScene:
        """The command for it, with its present moments."""
        return msgspec.structs.replace(
            self.renderer.show, from_mono_s=self.from_mono_s, until_mono_s=self.until_mono_s
        )

    def waits_as(self, show_id: str) -> bool:
        """Is it the scene of this id, and not shown before its moment?"""
        return self.is_ahead and self.renderer.show.id == show_id

    def list_frames(self) -> dict[str, bytes]:
        """What was drawn, for the faces that still want it."""
        return {face: one for face, one in self.frames.items() if face in self.renderer.faces}

    def find_trigger_mono_s(self, period_s: float) -> float:
        """When to show what waits: half a slot sooner, because slots are waited for."""
        return math.inf if self.from_mono_s is None else self.from_mono_s - period_s / 2

    def find_due_mono_s(self, period_s: float) -> float:
        """When to look at it next."""
        waiting_s = self.held_mono_s or self.renderer.due_mono_s
        due = [mono_s() + CLOCK_TICK_S if waiting_s is None else waiting_s]
        due.append(self.find_trigger_mono_s(period_s))
        return min(due if self.is_shown else [*due, self.stale_mono_s])

    def place(self, place: MoveScene) -> bool:
        """Move its moments; False when it waits and will not be shown any more."""
        self.until_mono_s = place.until_mono_s
        if self.from_mono_s is None:
            return True
        self.from_mono_s = place.from_mono_s
        self.stale_mono_s = place.from_mono_s + STALE_S
        return place.until_mono_s > mono_s()


def list_ahead(drawings: Iterable[SceneDrawing]) -> list[str]:
    """The ids of scenes whose faces show something else until their moment."""
    return [one.renderer.show.id for one in drawings if one.is_ahead]


def begin_drawing(renderer: RenderProcess, attempt: int) -> SceneDrawing:
    """A scene whose renderer has just been started."""
    show, now_mono_s = renderer.show, mono_s()
    held = show.from_mono_s if show.from_mono_s and show.from_mono_s > now_mono_s else None
    return SceneDrawing(renderer, attempt, (held or now_mono_s) + STALE_S, show.until_mono_s, held)
