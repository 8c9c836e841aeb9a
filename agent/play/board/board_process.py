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
import select
import socket
import sys
from typing import TYPE_CHECKING

import msgspec

from agent.clock import mono_s
from agent.play import ipc
from agent.play.board.agent_watch import AgentWatch
from agent.play.board.board_commands import receive_command
from agent.play.board.board_config import BoardConfig
from agent.play.board.board_faces import BoardFaces, set_brightness
from agent.play.board.board_start import main
from agent.play.board.clip_table import ClipTable
from agent.play.board.resting_faces import RestingFaces
from agent.play.board.scene_budget import SCENE_BUDGET, SceneBudget
from agent.play.board.scene_table import SceneTable
from agent.play.board.standby_pictures import StandbyPictures
from agent.play.ipc import BEAT_S, BoardEvent, WorkerFault

if TYPE_CHECKING:
    from drivers.frame_sink import FrameSink

LOGGER = logging.getLogger(__name__)


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
        self._faces = BoardFaces({name: place.size for name, place in config.faces.items()}, sink)
        self._sink = sink
        self._agent = agent
        self._beat_mono_s = mono_s()
        self._clips = ClipTable(self._faces.sizes, sink)
        self._standby = StandbyPictures(self._faces.sizes, config.station, budget)
        self._resting = RestingFaces(self._faces, self._standby, self._send)
        self._scenes = SceneTable(
            config.station,
            sink,
            faces=self._faces,
            clips=self._clips,
            resting=self._resting,
            budget=budget,
            send=self._send,
        )
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
        agent = self._agent.fileno()
        scenes, standby = self._scenes.list_open(), self._resting.list_open()
        wait_s = max(0.0, self._next_due_mono_s() - mono_s())
        readable, _, _ = select.select([agent, *scenes, *standby], [], [], wait_s)
        if agent in readable:  # alone: its command may have closed what else was readable
            if not self._serve_one():
                return False
        else:
            for fd in readable:
                if fd in scenes:
                    self._scenes.handle_answer(scenes[fd])
                else:
                    self._resting.handle_answer()
            if self._watch.is_lost():
                self._lose_agent()
        if mono_s() >= self._faces.next_move_mono_s:
            self._faces.move()  # waits for its slot: one slot at most
        return True

    def close(self) -> None:
        """End all renderers."""
        self._scenes.close()
        self._resting.close()
        self._clips.close()

    def leave_standby(self) -> bool:
        """Show the standby pictures, for nobody comes behind this; False where there are none.

        Raises:
            DriverError: the board is gone.
        """
        self._scenes.rest(*self._faces.sizes)
        return self._resting.has_picture

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
            case ipc.ShowScene():
                self._scenes.show(command)
            case ipc.MoveScene():
                self._scenes.move(command)
            case ipc.Blank():
                self._scenes.rest(*(face for face in command.faces if face in self._faces.sizes))
            case ipc.Standby():
                self._resting.replace(command.pictures)
            case ipc.Alive():
                self._watch.begin()
            case ipc.Brightness():
                if (fault := set_brightness(self._sink, command.pct)) is not None:
                    self._send(fault)
            case ipc.Test():
                faces = [face for face in self._faces.sizes if face in command.faces]
                self._scenes.test(command, faces if command.faces else list(self._faces.sizes))
            case ipc.Snap() if command.face in self._faces.sizes:
                self._send(self._faces.snap(command))

    def _do_what_is_due(self) -> None:
        self._scenes.check()
        self._resting.check()
        if mono_s() >= self._beat_mono_s:
            self._beat_mono_s = mono_s() + BEAT_S
            late = self._scenes.late + self._faces.late + self._clips.late
            faults, frames = self._faces.find_faults(), self._faces.frames
            light, signs = self._faces.read_light(), self._faces.read_signs()
            self._send(ipc.BoardBeat(frames, late, faults, self._clips.count(), light, signs))

    def _next_due_mono_s(self) -> float:
        moving_mono_s, scenes_mono_s = self._faces.next_move_mono_s, self._scenes.due_mono_s
        resting_mono_s, clips_mono_s = self._resting.due_mono_s, self._clips.due_mono_s
        return min(self._beat_mono_s, moving_mono_s, scenes_mono_s, resting_mono_s, clips_mono_s)

    def _lose_agent(self) -> None:
        """Nobody judges any more what may be shown: an alarm alone stays, until its end."""
        LOGGER.warning("no command for %g s", ipc.AGENT_LIMIT_S)
        faces = self._scenes.rest_all_but_alarms()
        self._send(ipc.AgentLost(faces, mono_s()))

    def _send(self, event: BoardEvent) -> None:
        """While the agent reads nothing, its socket may be full: the board must not hang then."""
        with contextlib.suppress(BlockingIOError):
            self._agent.send(msgspec.json.encode(event), socket.MSG_DONTWAIT)


if __name__ == "__main__":
    sys.exit(main(sys.argv, BoardProcess))
