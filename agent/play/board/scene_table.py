"""The scenes of a board, each from its command to its end: drawn, held back, shown, redrawn.

A separate process draws each scene (`render_process`). A face whose scene ends, cannot be drawn or
takes more than a second is put at rest: nobody asked for the scene before it any more.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from agent.clock import mono_s
from agent.errors import PlayError
from agent.play.board.board_faces import BoardFaces
from agent.play.board.clip_table import ClipFault, ClipTable
from agent.play.board.forked_process import reap
from agent.play.board.render_process import Failure, RenderProcess
from agent.play.board.resting_faces import RestingFaces
from agent.play.board.scene_budget import SceneBudget
from agent.play.board.scene_drawing import SceneDrawing, begin_drawing, list_ahead
from agent.play.board.scene_state import find_fade_s
from agent.play.board.sign_scene import find_least_page_ms, fit_to_board
from agent.play.ipc import BoardEvent, MoveScene, Shown, ShowScene, Test, WorkerFault

if TYPE_CHECKING:
    from drivers.frame_sink import FrameSink

LOGGER = logging.getLogger(__name__)

LATE_S = 0.1
ATTEMPTS = 2  # renderers that may die while drawing one scene


class SceneTable:
    """Knows the scene of each face.

    Args:
        station: its id, for texts.
        sink: the board, opened.
        faces: those of the board.
        clips: their clips.
        resting: what they show without a scene.
        budget: the limits of one scene.
        send: tells the agent.

    Attributes:
        late: scenes that have stayed past their end.
    """

    def __init__(
        self,
        station: str,
        sink: FrameSink,
        *,
        faces: BoardFaces,
        clips: ClipTable,
        resting: RestingFaces,
        budget: SceneBudget,
        send: Callable[[BoardEvent], None],
    ) -> None:
        self.late = 0
        self._station = station
        self._sink = sink
        self._faces = faces
        self._clips = clips
        self._resting = resting
        self._budget = budget
        self._send = send
        self._drawings: list[SceneDrawing] = []
        self._ends: dict[str, float] = {}
        self._scenes: dict[str, str] = {}  # face → what it shows
        self._alarms: set[str] = set()
        self._dying: list[int] = []

    @property
    def due_mono_s(self) -> float:
        """When `check` has something to do next."""
        due = [one.find_due_mono_s(self._sink.period_s) for one in self._drawings]
        return min([*due, *self._ends.values()], default=math.inf)

    def list_open(self) -> dict[int, SceneDrawing]:
        """The scenes that have a renderer, by the descriptor that it answers on."""
        return {one.renderer.fd: one for one in self._drawings}

    def show(self, show: ShowScene) -> None:
        """Show a scene once it is drawn, or at its moment.

        Raises:
            DriverError: the board is gone.
        """
        unknown = [face for face in show.faces if face not in self._faces.sizes]
        if unknown:
            self._send(WorkerFault("E_FACE", f"no such face: {', '.join(unknown)}", id=show.id))
            return
        is_ahead = show.from_mono_s is not None and show.from_mono_s > mono_s()
        for face in show.faces if not is_ahead else ():
            self._release(face, but=show.id)
        if not show.faces:
            return
        self._clips.expect(show)
        if show.is_alarm:
            self._alarms |= set(show.faces)
        if show.until_mono_s <= mono_s():
            self._give_up(show, show.faces, "E_EXPIRED", "its end is past")
            return
        self._draw(fit_to_board(show, self._sink, self._station), show.faces, attempt=1)

    def move(self, place: MoveScene) -> None:
        """Move the moments of a scene; one that is over before it began is dropped."""
        for drawing in list(self._drawings):
            if drawing.renderer.show.id == place.id and not drawing.place(place):
                self._drop(drawing)
                self._clips.drop(place.id)
        for face in self._ends:
            if self._scenes[face] == place.id:
                self._ends[face] = place.until_mono_s

    def handle_answer(self, drawing: SceneDrawing) -> None:
        """Handle a renderer's answer: frames, the reason why there are none, or its death.

        Raises:
            DriverError: the board is gone.
        """
        if drawing not in self._drawings:
            return  # a command that came before the answer has made it useless
        renderer = drawing.renderer
        answer = renderer.receive()
        if isinstance(answer, Failure):
            self._fail(drawing, answer)
            return
        drawing.frames = answer
        if not drawing.is_ahead:
            self._put(drawing)

    def check(self) -> None:
        """Do what is due: ends, beginnings, what is late, what a clock changes.

        Raises:
            DriverError: the board is gone.
        """
        now_s = mono_s()
        for face, end_mono_s in list(self._ends.items()):
            if now_s >= end_mono_s:
                self.late += now_s - end_mono_s > LATE_S
                self.rest(face)
        for fault in self._clips.find_faults():
            self._fail_clip(fault)
        for drawing in list(self._drawings):
            self._monitor(drawing, now_s)
        self._dying = [pid for pid in self._dying if not reap(pid)]

    def rest(self, *faces: str) -> None:
        """End what these faces show.

        Raises:
            DriverError: the board is gone.
        """
        for face in faces:
            self._release(face)
        self._resting.put(faces)

    def rest_all_but_alarms(self) -> list[str]:
        """End what is shown and what waits, except alarms; returns the faces that showed it.

        Raises:
            DriverError: the board is gone.
        """
        faces = sorted(self._resting.list_others() - self._alarms)
        for drawing in [one for one in self._drawings if one.is_ahead]:
            self._drop(drawing)
        self.rest(*faces)
        return faces

    def test(self, test: Test, faces: list[str]) -> None:
        """Show a test pattern on these faces, in place of their scenes.

        Raises:
            DriverError: the board is gone.
        """
        for face in faces:
            self._release(face)
        self._resting.leave(faces)
        self._faces.test(test, faces)

    def close(self) -> None:
        """End all renderers."""
        for drawing in list(self._drawings):
            self._drop(drawing)

    def _draw(self, show: ShowScene, faces: Iterable[str], attempt: int) -> None:
        """Draw in a separate process: this one continues, above all with its heartbeat."""
        sizes = {face: self._faces.sizes[face] for face in faces}
        try:
            least_page_ms = find_least_page_ms(self._sink)
            renderer = RenderProcess(show, sizes, self._station, self._budget, least_page_ms)
        except OSError as error:
            self._give_up(show, sizes, "E_RENDER", f"no process to draw it: {error}")
            return
        drawing = begin_drawing(renderer, attempt)
        self._drawings.append(drawing)
        self._request(drawing)

    def _request(self, drawing: SceneDrawing) -> None:
        try:
            drawing.renderer.request()
        except PlayError as error:
            self._fail(drawing, Failure(error.code, f"{error.subject}: {error.hint}"))

    def _put(self, drawing: SceneDrawing) -> None:
        """Send the frames that were drawn, or hold them back for less than a second."""
        renderer = drawing.renderer
        frames = drawing.list_frames()
        is_new = not drawing.is_shown or renderer.turns != drawing.turns
        wait_s = self._clips.find_wait_s(renderer.show.id, frames)
        films = self._clips.find_windows(renderer.show.id, frames)
        if is_new and wait_s == 0:
            wait_s = self._faces.find_wait_s(frames, films)
        drawing.held_mono_s = mono_s() + wait_s if wait_s > 0 else None
        if drawing.held_mono_s is not None:
            return
        drawing.turns, drawing.frames = renderer.turns, {}
        fade_s = find_fade_s(renderer.show.scene) if is_new else 0.0
        self._resting.leave(frames)
        if not renderer.texts:  # it is done; its memory is free before the faces take as much
            self._drop(drawing)
        for face, digest in self._faces.send(frames, renderer.strips, fade_s, films).items():
            self._ends[face], self._scenes[face] = drawing.until_mono_s, renderer.show.id
            if not drawing.is_shown:
                self._send(Shown(renderer.show.id, face, digest, mono_s()))
        drawing.is_shown = True

    def _begin(self, drawing: SceneDrawing) -> None:
        """The moment of a scene has come: it is shown, now or as soon as it is drawn."""
        for face in drawing.renderer.faces:
            self._release(face)
        self._clips.begin(drawing.renderer.show.id, drawing.from_mono_s)
        drawing.from_mono_s = None
        if drawing.frames:
            self._put(drawing)

    def _monitor(self, drawing: SceneDrawing, now_s: float) -> None:
        """Its moment: show it. Late: fail. Slow: black meanwhile. Idle: redraw what changes."""
        renderer = drawing.renderer
        if now_s >= drawing.find_trigger_mono_s(self._sink.period_s):
            self._begin(drawing)
        if now_s >= drawing.stale_mono_s and not (drawing.is_shown or drawing.is_ahead):
            drawing.stale_mono_s = math.inf
            self._resting.put(renderer.faces)
        if drawing.held_mono_s is not None:
            if now_s >= drawing.held_mono_s:
                self._put(drawing)
        elif renderer.due_mono_s is None:
            if renderer.has_changed():
                self._request(drawing)
        elif now_s >= renderer.due_mono_s:
            limit = f"not drawn within {self._budget.render_s:g} s"
            self._fail(drawing, Failure("E_RENDER", limit))

    def _fail(self, drawing: SceneDrawing, failure: Failure) -> None:
        """Retry after a first death, which may have another cause; the second fails the scene.

        What does not fit on all of its faces is drawn for each by itself: it may fit on one.
        """
        self._drop(drawing)
        show, faces = drawing.show, sorted(drawing.renderer.faces)
        if failure.is_death and drawing.attempt < ATTEMPTS:
            LOGGER.warning("%s: %s; trying again", show.id, failure.detail)
            self._draw(show, faces, drawing.attempt + 1)
        elif failure.code == "E_FIT" and len(faces) > 1:
            for face in faces:
                self._draw(show, [face], attempt=1)
        elif drawing.is_ahead:  # its faces show something else, which goes on
            self._clips.drop(show.id)
            self._send(WorkerFault(failure.code, failure.detail, id=show.id, faces=faces))
        else:
            self._give_up(show, faces, failure.code, failure.detail)

    def _fail_clip(self, fault: ClipFault) -> None:
        ahead = [one for one in self._drawings if one.waits_as(fault.show.id)]
        for drawing in ahead:
            self._fail(drawing, Failure(fault.code, fault.detail))
        if not ahead:
            self._give_up(fault.show, fault.faces, fault.code, fault.detail)

    def _give_up(self, show: ShowScene, faces: Iterable[str], code: str, detail: str) -> None:
        """Do not go back to the previous scene: its time is over."""
        named = list(faces)
        self.rest(*named)
        self._send(WorkerFault(code, detail, id=show.id, faces=named))

    def _release(self, face: str, but: str = "") -> None:
        """Stop drawing what this face shows; a renderer without a face ends, a clip but `but`'s."""
        self._ends.pop(face, None)
        self._clips.release(face, {but, *list_ahead(self._drawings)})
        self._alarms.discard(face)
        for drawing in [one for one in self._drawings if not one.is_ahead]:
            drawing.renderer.faces.discard(face)
            if not drawing.renderer.faces:
                self._drop(drawing)

    def _drop(self, drawing: SceneDrawing) -> None:
        if drawing in self._drawings:
            self._drawings.remove(drawing)
        if (pid := drawing.renderer.kill()) is not None:
            self._dying.append(pid)
