"""The board process.

Run as `python -m agent.play.board.board_process CONFIG`, CONFIG being JSON by `board_config`.

One loop on one thread: wait for a command, a renderer's answer or the next due moment (heartbeat,
end of a scene, what a clock changes, the next step of a text that runs). It draws nothing itself:
a separate process draws each scene (`render_process`), so that none delays the heartbeat, or an
alarm that comes after it. The fail-safe state is black: at start, when a scene ends, when it cannot
be drawn, while it takes more than a second, and when the agent is gone (end of file on fd 3), which
also ends the process.
"""

from __future__ import annotations

import logging
import math
import select
import socket
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from agent.clock import mono_s
from agent.errors import PlayError
from agent.play.board.board_config import BoardConfig
from agent.play.board.board_faces import BoardFaces
from agent.play.board.render_process import Failure, RenderProcess, moment_of, reap
from agent.play.board.scene_budget import SCENE_BUDGET, SceneBudget
from agent.play.board.scene_state import find_fade_s, read_changing
from agent.play.board.typeset import check_shaping, warm_up
from agent.play.ipc import (  # fmt: skip
    BEAT_S,
    WORKER_FD,
    Blank,
    BoardBeat,
    BoardCommand,
    BoardEvent,
    BoardReady,
    Brightness,
    Shown,
    ShowScene,
    Snap,
    Test,
    WorkerFault,
)
from agent.sandbox.profile import confine_board, find_missing
from drivers.errors import DriverError, UnsupportedFeature

if TYPE_CHECKING:
    from drivers.frame_sink import FrameSink

LOGGER = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 1024 * 1024
LATE_S = 0.1
CLOCK_TICK_S = 0.1
STALE_S = 1.0  # the former scene may stay this long while the next one is drawn
ATTEMPTS = 2  # renderers that may die while drawing one scene


@dataclass(eq=False)
class _Drawing:
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
        self._drawings: list[_Drawing] = []
        self._ends: dict[str, float] = {}
        self._dying: list[int] = []
        self._late = 0
        self._beat_mono_s = mono_s()

    def run(self) -> None:
        """Serve until the agent is gone.

        Raises:
            DriverError: the board is gone.
            OSError: the agent is gone while an event is being sent.
        """
        self._faces.black(*self._faces.sizes)
        self._send(BoardReady(list(self._faces.sizes)))
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
        readable, _, _ = select.select([agent, *renderers], [], [], wait_s)
        # The agent first: its command may make an answer useless.
        if agent in readable and not self._serve_one():
            return False
        for fd in readable:
            if fd in renderers and renderers[fd] in self._drawings:
                self._handle_answer(renderers[fd])
        if mono_s() >= self._faces.next_move_mono_s:
            self._faces.move()  # waits for its slot: one slot at most
        return True

    def close(self) -> None:
        """End all renderers."""
        for drawing in list(self._drawings):
            self._drop(drawing)

    def _serve_one(self) -> bool:
        raw = self._agent.recv(MAX_MESSAGE_BYTES)
        if not raw:
            return False
        try:
            command = msgspec.json.decode(raw, type=BoardCommand)
        except msgspec.DecodeError as error:
            self._send(WorkerFault("E_SCHEMA", str(error), id=""))
            return True
        self._handle(command)
        return True

    def _handle(self, command: BoardCommand) -> None:
        match command:
            case ShowScene():
                self._show(command)
            case Blank():
                for face in command.faces:
                    if face in self._faces.sizes:
                        self._black(face)
            case Brightness():
                self._dim(command.pct)
            case Test():
                faces = [face for face in self._faces.sizes if face in command.faces]
                self._test(command, faces if command.faces else list(self._faces.sizes))
            case Snap() if command.face in self._faces.sizes:
                self._send(self._faces.snap(command))

    def _show(self, show: ShowScene) -> None:
        unknown = [face for face in show.faces if face not in self._faces.sizes]
        if unknown:
            self._send(WorkerFault("E_FACE", f"no such face: {', '.join(unknown)}", id=show.id))
            return
        for face in show.faces:
            self._release(face)
        if not show.faces:
            return
        if show.until_mono_s <= mono_s():
            self._give_up(show, show.faces, "E_EXPIRED", "its end is past")
            return
        self._draw(show, show.faces, attempt=1)

    def _draw(self, show: ShowScene, faces: Iterable[str], attempt: int) -> None:
        """Draw in a separate process: this one continues, above all with its heartbeat."""
        sizes = {face: self._faces.sizes[face] for face in faces}
        try:
            renderer = RenderProcess(show, sizes, self._station, self._budget)
        except OSError as error:
            self._give_up(show, sizes, "E_RENDER", f"no process to draw it: {error}")
            return
        self._drawings.append(_Drawing(renderer, attempt, mono_s() + STALE_S))
        self._request(self._drawings[-1])

    def _request(self, drawing: _Drawing) -> None:
        try:
            drawing.renderer.request()
        except PlayError as error:
            self._fail(drawing, Failure(error.code, f"{error.subject}: {error.hint}"))

    def _handle_answer(self, drawing: _Drawing) -> None:
        """Handle a renderer's answer: frames, the reason why there are none, or its death."""
        renderer = drawing.renderer
        answer = renderer.receive()
        if isinstance(answer, Failure):
            self._fail(drawing, answer)
            return
        drawing.frames = answer
        self._put(drawing)

    def _put(self, drawing: _Drawing) -> None:
        """Send the frames that were drawn, or hold them back for less than a second."""
        renderer = drawing.renderer
        frames = {face: one for face, one in drawing.frames.items() if face in renderer.faces}
        is_new = not drawing.is_shown or renderer.turns != drawing.turns
        wait_s = self._faces.find_wait_s(frames) if is_new else 0.0
        drawing.held_mono_s = mono_s() + wait_s if wait_s > 0 else None
        if drawing.held_mono_s is not None:
            return
        drawing.turns, drawing.frames = renderer.turns, {}
        fade_s = find_fade_s(renderer.show.scene) if is_new else 0.0
        for face, digest in self._faces.send(frames, renderer.strips, fade_s).items():
            self._ends[face] = renderer.show.until_mono_s
            if not drawing.is_shown:
                self._send(Shown(renderer.show.id, face, digest, mono_s()))
        drawing.is_shown = True
        if not renderer.texts:
            self._drop(drawing)

    def _fail(self, drawing: _Drawing, failure: Failure) -> None:
        """Retry after a first death, which may have another cause; the second fails the scene.

        What does not fit on all of its faces is drawn for each by itself: it may fit on one.
        """
        self._drop(drawing)
        show, faces = drawing.renderer.show, sorted(drawing.renderer.faces)
        if failure.is_death and drawing.attempt < ATTEMPTS:
            LOGGER.warning("%s: %s; trying again", show.id, failure.detail)
            self._draw(show, faces, drawing.attempt + 1)
        elif failure.code == "E_FIT" and len(faces) > 1:
            for face in faces:
                self._draw(show, [face], attempt=1)
        else:
            self._give_up(show, faces, failure.code, failure.detail)

    def _give_up(self, show: ShowScene, faces: Iterable[str], code: str, detail: str) -> None:
        """Show black, not the previous scene: its time is over."""
        named = list(faces)
        for face in named:
            self._black(face)
        self._send(WorkerFault(code, detail, id=show.id, faces=named))

    def _release(self, face: str) -> None:
        """Stop drawing for this face; a renderer without a face ends."""
        self._ends.pop(face, None)
        for drawing in list(self._drawings):
            drawing.renderer.faces.discard(face)
            if not drawing.renderer.faces:
                self._drop(drawing)

    def _drop(self, drawing: _Drawing) -> None:
        if drawing in self._drawings:
            self._drawings.remove(drawing)
        if (pid := drawing.renderer.kill()) is not None:
            self._dying.append(pid)

    def _dim(self, pct: int) -> None:
        try:
            self._sink.set_brightness(pct)
        except UnsupportedFeature as error:
            self._send(WorkerFault("E_UNSUPPORTED", str(error), id="brightness"))
        except ValueError as error:
            self._send(WorkerFault("E_SCHEMA", str(error), id="brightness"))

    def _test(self, test: Test, faces: list[str]) -> None:
        for face in faces:
            self._release(face)
        self._faces.test(test, faces)

    def _do_what_is_due(self) -> None:
        now_s = mono_s()
        for face, end_mono_s in list(self._ends.items()):
            if now_s >= end_mono_s:
                self._late += now_s - end_mono_s > LATE_S
                self._black(face)
        for drawing in list(self._drawings):
            self._monitor(drawing, now_s)
        self._dying = [pid for pid in self._dying if not reap(pid)]
        if now_s >= self._beat_mono_s:
            self._beat_mono_s = now_s + BEAT_S
            late, faults = self._late + self._faces.late, self._faces.find_faults()
            self._send(BoardBeat(self._faces.frames, late, faults))

    def _monitor(self, drawing: _Drawing, now_s: float) -> None:
        """Over the limit: fail. Slow: black meanwhile. Idle: redraw what the clock changes."""
        renderer = drawing.renderer
        if drawing.held_mono_s is not None:
            if now_s >= drawing.held_mono_s:
                self._put(drawing)
        elif renderer.due_mono_s is None:
            if read_changing(renderer.show.scene, moment_of(renderer.show)) != renderer.texts:
                self._request(drawing)
        elif now_s >= renderer.due_mono_s:
            limit = f"not drawn within {self._budget.render_s:g} s"
            self._fail(drawing, Failure("E_RENDER", limit))
        elif now_s >= drawing.stale_mono_s and not drawing.is_shown:
            drawing.stale_mono_s = math.inf
            self._faces.black(*renderer.faces)

    def _next_due_mono_s(self) -> float:
        due = [self._beat_mono_s, self._faces.next_move_mono_s, *self._ends.values()]
        for drawing in self._drawings:
            due += [drawing.stale_mono_s] if not drawing.is_shown else []
            waiting_s = drawing.held_mono_s or drawing.renderer.due_mono_s
            due.append(mono_s() + CLOCK_TICK_S if waiting_s is None else waiting_s)
        return min(due)

    def _black(self, face: str) -> None:
        self._release(face)
        self._faces.black(face)

    def _send(self, event: BoardEvent) -> None:
        self._agent.send(msgspec.json.encode(event))


def _serve(config: BoardConfig, agent: socket.socket) -> int:
    from drivers.registry import load_board

    try:
        check_shaping()
        warm_up()
        sink = load_board(config.profile, config.path, **config.options)
        sink.open(config.faces)
        for missing in find_missing():
            LOGGER.warning("this kernel does not confine the board by %s", missing)
        confine_board([config.media] if config.media else [], config.path)
    except PlayError as error:
        agent.send(msgspec.json.encode(WorkerFault(error.code, str(error))))
        return 1
    except (DriverError, OSError) as error:
        agent.send(msgspec.json.encode(WorkerFault("E_DEVICE", str(error))))
        return 1
    return _run(BoardProcess(config, sink, agent), sink, agent)


def _run(board: BoardProcess, sink: FrameSink, agent: socket.socket) -> int:
    try:
        board.run()
    except DriverError as error:
        agent.send(msgspec.json.encode(WorkerFault("E_DEVICE", str(error))))
        return 1
    except OSError as error:
        LOGGER.info("the agent is gone: %s", error)
    finally:
        board.close()
    sink.close()
    return 0


def main(argv: list[str]) -> int:
    """Run the process; exit code 0 after the agent is gone, 1 after a fault."""
    logging.basicConfig(level=logging.INFO, format="board: %(levelname)s %(message)s")
    config = msgspec.json.decode(argv[1], type=BoardConfig)
    with socket.socket(fileno=WORKER_FD) as agent:
        return _serve(config, agent)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
