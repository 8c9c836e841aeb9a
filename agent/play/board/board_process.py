"""The board process: `python -m agent.play.board.board_process CONFIG`, JSON by `board_config`.

One loop on one thread: wait for a command, a renderer's answer or the next due moment (heartbeat,
end of a scene, what a clock changes, the next step of a text that runs). It draws nothing itself:
a separate process draws each scene (`render_process`), so that none delays the heartbeat, or an
alarm that comes after it.

The fail-safe state of a face is its standby picture, drawn beforehand and kept here, or else black:
when a scene ends, when it cannot be drawn, while it takes more than a second, when the agent says
nothing for `AGENT_LIMIT_S`, and when it is gone (end of file on fd 3). That also ends the process,
which leaves the picture where the board keeps it. At the start a face is black.
"""

from __future__ import annotations

import contextlib
import logging
import math
import select
import socket
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from agent.clock import mono_s
from agent.errors import PlayError
from agent.play import ipc
from agent.play.board.agent_watch import AgentWatch
from agent.play.board.board_commands import receive_command
from agent.play.board.board_config import BoardConfig
from agent.play.board.board_faces import BoardFaces, set_brightness
from agent.play.board.board_start import main
from agent.play.board.clip_table import ClipFault, ClipTable
from agent.play.board.render_process import Failure, RenderProcess, moment_of, reap
from agent.play.board.scene_budget import SCENE_BUDGET, SceneBudget
from agent.play.board.scene_drawing import SceneDrawing, begin_drawing, list_ahead
from agent.play.board.scene_state import find_fade_s, read_changing
from agent.play.board.sign_scene import fit_to_board
from agent.play.board.standby_pictures import DrawnPicture, StandbyPictures
from agent.play.ipc import BEAT_S, BoardEvent, Shown, ShowScene, WorkerFault

if TYPE_CHECKING:
    from drivers.frame_sink import FrameSink

LOGGER = logging.getLogger(__name__)

LATE_S = 0.1
ATTEMPTS = 2  # renderers that may die while drawing one scene


class BoardProcess:
    """Shows scenes on the faces of one opened sink.

    Args:
        config: station and faces.
        sink: the board, opened.
        agent: the socket to the agent.
        budget: the limits of one scene.
    """

    def __init__(
        self,
        config: BoardConfig,
        sink: FrameSink,
        agent: socket.socket,
        budget: SceneBudget = SCENE_BUDGET,
    ) -> None:
        self._station = config.station
        self._faces = BoardFaces({name: place.size for name, place in config.faces.items()}, sink)
        self._sink = sink
        self._agent = agent
        self._budget = budget
        self._drawings: list[SceneDrawing] = []
        self._ends: dict[str, float] = {}
        self._scenes: dict[str, str] = {}  # face → what it shows
        self._dying: list[int] = []
        self._late = 0
        self._beat_mono_s = mono_s()
        self._clips = ClipTable(self._faces.sizes, sink)
        self._standby = StandbyPictures(self._faces.sizes, config.station, budget)
        self._resting = set(self._faces.sizes)
        self._alarms: set[str] = set()
        self._watch = AgentWatch()

    def run(self) -> None:
        """Serve until the agent is gone.

        Raises:
            DriverError: the board is gone.
            OSError: the agent is gone while an event is being sent.
        """
        self._faces.black(*self._faces.sizes)
        self._send(ipc.BoardReady(list(self._faces.sizes)))
        while self.step():
            pass

    def step(self) -> bool:
        """Do what is due, wait for the next event and handle it; False once the agent is gone.

        Raises:
            DriverError: the board is gone.
            OSError: the agent is gone while an event is being sent.
        """
        self._do_what_is_due()
        wait_s = max(0.0, self._next_due_mono_s() - mono_s())
        agent, renderers = self._agent.fileno(), {one.renderer.fd: one for one in self._drawings}
        standby = [] if self._standby.fd is None else [self._standby.fd]
        clips = self._clips.list_open()
        readable, _, _ = select.select([agent, *renderers, *standby, *clips], [], [], wait_s)
        # The agent first: its command may make an answer useless.
        if agent in readable and not self._serve_one():
            return False
        for fd in readable:
            if fd in renderers and renderers[fd] in self._drawings:
                self._handle_answer(renderers[fd])
            elif fd == self._standby.fd:
                self._keep_standby(self._standby.take_answer())
            elif fd in clips:
                clips[fd].read()
        if agent not in readable and self._watch.is_lost():
            self._lose_agent()
        if mono_s() >= self._faces.next_move_mono_s:
            self._faces.move()  # waits for its slot: one slot at most
        return True

    def close(self) -> None:
        """End all renderers."""
        for drawing in list(self._drawings):
            self._drop(drawing)
        self._standby.close()
        self._clips.close()

    def leave_standby(self) -> bool:
        """Show the standby pictures, for nobody comes behind this; False where there are none.

        Raises:
            DriverError: the board is gone.
        """
        self._rest(*self._faces.sizes)
        return any(self._standby.frame(face) is not None for face in self._faces.sizes)

    def _serve_one(self) -> bool:
        command = receive_command(self._agent, self._clips)
        if isinstance(command, WorkerFault):
            self._send(command)
        elif command is not None:
            self._handle(command)
        return command is not None

    def _handle(self, command: ipc.BoardCommand) -> None:
        self._watch.hear()
        match command:
            case ShowScene():
                self._show(command)
            case ipc.MoveScene():
                self._move(command)
            case ipc.Blank():
                self._rest(*(face for face in command.faces if face in self._faces.sizes))
            case ipc.Standby():
                self._put_at_rest(self._standby.replace(command.pictures) & self._resting)
            case ipc.Alive():
                self._watch.begin()
            case ipc.Brightness():
                if (fault := set_brightness(self._sink, command.pct)) is not None:
                    self._send(fault)
            case ipc.Test():
                faces = [face for face in self._faces.sizes if face in command.faces]
                self._test(command, faces if command.faces else list(self._faces.sizes))
            case ipc.Snap() if command.face in self._faces.sizes:
                self._send(self._faces.snap(command))

    def _show(self, show: ShowScene) -> None:
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

    def _draw(self, show: ShowScene, faces: Iterable[str], attempt: int) -> None:
        """Draw in a separate process: this one continues, above all with its heartbeat."""
        sizes = {face: self._faces.sizes[face] for face in faces}
        try:
            renderer = RenderProcess(show, sizes, self._station, self._budget)
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

    def _handle_answer(self, drawing: SceneDrawing) -> None:
        """Handle a renderer's answer: frames, the reason why there are none, or its death."""
        renderer = drawing.renderer
        answer = renderer.receive()
        if isinstance(answer, Failure):
            self._fail(drawing, answer)
            return
        drawing.frames = answer
        if not drawing.is_ahead:
            self._put(drawing)

    def _put(self, drawing: SceneDrawing) -> None:
        """Send the frames that were drawn, or hold them back for less than a second."""
        renderer = drawing.renderer
        frames = drawing.list_frames()
        is_new = not drawing.is_shown or renderer.turns != drawing.turns
        wait_s = self._faces.find_wait_s(frames) if is_new else 0.0
        wait_s = max(wait_s, self._clips.find_wait_s(renderer.show.id, frames))
        drawing.held_mono_s = mono_s() + wait_s if wait_s > 0 else None
        if drawing.held_mono_s is not None:
            return
        drawing.turns, drawing.frames = renderer.turns, {}
        fade_s = find_fade_s(renderer.show.scene) if is_new else 0.0
        self._resting -= frames.keys()
        films = self._clips.find_windows(renderer.show.id, frames)
        for face, digest in self._faces.send(frames, renderer.strips, fade_s, films).items():
            self._ends[face], self._scenes[face] = drawing.until_mono_s, renderer.show.id
            if not drawing.is_shown:
                self._send(Shown(renderer.show.id, face, digest, mono_s()))
        drawing.is_shown = True
        if not renderer.texts:
            self._drop(drawing)

    def _begin(self, drawing: SceneDrawing) -> None:
        """The moment of a scene has come: it is shown, now or as soon as it is drawn."""
        for face in drawing.renderer.faces:
            self._release(face)
        self._clips.begin(drawing.renderer.show.id, drawing.from_mono_s)
        drawing.from_mono_s = None
        if drawing.frames:
            self._put(drawing)

    def _move(self, place: ipc.MoveScene) -> None:
        for drawing in list(self._drawings):
            if drawing.renderer.show.id == place.id and not drawing.place(place):
                self._drop(drawing)
                self._clips.drop(place.id)
        for face in self._ends:
            if self._scenes[face] == place.id:
                self._ends[face] = place.until_mono_s

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
        self._rest(*named)
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

    def _test(self, test: ipc.Test, faces: list[str]) -> None:
        for face in faces:
            self._release(face)
        self._resting.difference_update(faces)
        self._faces.test(test, faces)

    def _do_what_is_due(self) -> None:
        now_s = mono_s()
        for face, end_mono_s in list(self._ends.items()):
            if now_s >= end_mono_s:
                self._late += now_s - end_mono_s > LATE_S
                self._rest(face)
        for fault in self._clips.find_faults():
            self._fail_clip(fault)
        for drawing in list(self._drawings):
            self._monitor(drawing, now_s)
        failed, over = self._standby.check()
        self._keep_standby(failed)
        self._put_at_rest(over & self._resting)
        self._dying += self._standby.take_killed()
        self._dying = [pid for pid in self._dying if not reap(pid)]
        if now_s >= self._beat_mono_s:
            self._beat_mono_s = now_s + BEAT_S
            late = self._late + self._faces.late + self._clips.late
            faults, frames = self._faces.find_faults(), self._faces.frames
            self._send(ipc.BoardBeat(frames, late, faults, self._clips.count()))

    def _keep_standby(self, drawn: DrawnPicture | None) -> None:
        """Show a standby picture that has just been drawn where nothing else is."""
        for event in drawn.list_events() if drawn is not None else ():
            self._send(event)
        self._put_at_rest((drawn.frames.keys() if drawn is not None else set()) & self._resting)

    def _lose_agent(self) -> None:
        """Nobody judges any more what may be shown: an alarm alone stays, until its end."""
        LOGGER.warning("no command for %g s", ipc.AGENT_LIMIT_S)
        faces = sorted(self._faces.sizes.keys() - self._resting - self._alarms)
        for drawing in [one for one in self._drawings if one.is_ahead]:
            self._drop(drawing)
        self._rest(*faces)
        self._send(ipc.AgentLost(faces, mono_s()))

    def _monitor(self, drawing: SceneDrawing, now_s: float) -> None:
        """Its moment: show it. Late: fail. Slow: black meanwhile. Idle: redraw what changes."""
        renderer = drawing.renderer
        if now_s >= drawing.find_trigger_mono_s(self._sink.period_s):
            self._begin(drawing)
        if now_s >= drawing.stale_mono_s and not (drawing.is_shown or drawing.is_ahead):
            drawing.stale_mono_s = math.inf
            self._put_at_rest(renderer.faces)
        if drawing.held_mono_s is not None:
            if now_s >= drawing.held_mono_s:
                self._put(drawing)
        elif renderer.due_mono_s is None:
            if read_changing(renderer.show.scene, moment_of(renderer.show)) != renderer.texts:
                self._request(drawing)
        elif now_s >= renderer.due_mono_s:
            limit = f"not drawn within {self._budget.render_s:g} s"
            self._fail(drawing, Failure("E_RENDER", limit))

    def _next_due_mono_s(self) -> float:
        due = [self._beat_mono_s, self._faces.next_move_mono_s, *self._ends.values()]
        due += [one.find_due_mono_s(self._sink.period_s) for one in self._drawings]
        return min(self._standby.due_mono_s, self._clips.due_mono_s, *due)

    def _rest(self, *faces: str) -> None:
        for face in faces:
            self._release(face)
        self._put_at_rest(faces)

    def _put_at_rest(self, faces: Iterable[str]) -> None:
        """Standby picture or black, in one slot."""
        frames = {face: self._standby.frame(face) for face in faces}
        self._resting |= frames.keys()
        if frames:
            self._faces.rest(frames)

    def _send(self, event: BoardEvent) -> None:
        """While the agent reads nothing, its socket may be full: the board must not hang then."""
        with contextlib.suppress(BlockingIOError):
            self._agent.send(msgspec.json.encode(event), socket.MSG_DONTWAIT)


if __name__ == "__main__":
    sys.exit(main(sys.argv, BoardProcess))
