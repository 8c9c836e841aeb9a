"""Opens and confines a board process, runs it, and leaves its faces safe."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import msgspec

from agent.errors import PlayError
from agent.malloc import map_pictures
from agent.play.board.board_config import BoardConfig
from agent.play.board.board_note import write_note
from agent.play.board.sink_opening import open_sink
from agent.play.board.typeset import check_shaping, warm_up
from agent.play.ipc import WORKER_FD, WorkerFault
from agent.play.realtime import take_picture_priority
from agent.sandbox.profile import confine_board, find_missing
from drivers.errors import DriverError

if TYPE_CHECKING:
    from drivers.frame_sink import FrameSink

LOGGER = logging.getLogger(__name__)


class SceneBoard(Protocol):
    """What shows scenes on an opened sink."""

    def run(self) -> None:
        """Serve until the agent is gone."""

    def close(self) -> None:
        """End all renderers."""

    def leave_standby(self) -> bool:
        """Show the standby pictures; False where there are none."""


MakeBoard = Callable[["BoardConfig", "FrameSink", socket.socket], "SceneBoard"]


def main(argv: list[str], make: MakeBoard) -> int:
    """Run the process; exit code 0 after the agent is gone, 1 after a fault."""
    map_pictures()
    logging.basicConfig(level=logging.INFO, format="board: %(levelname)s %(message)s")
    config = msgspec.json.decode(argv[1], type=BoardConfig)
    with socket.socket(fileno=WORKER_FD) as agent:
        return serve(config, agent, make)


def serve(
    config: BoardConfig,
    agent: socket.socket,
    make: MakeBoard,
) -> int:
    """Run a board until the agent is gone; returns the exit code, 1 after a fault.

    Args:
        config: of this process.
        agent: the socket to the agent.
        make: makes the board of an opened sink.
    """
    try:
        write_note(config)
        sink = open_sink(config)
    except (DriverError, OSError) as error:
        agent.send(msgspec.json.encode(WorkerFault("E_DEVICE", str(error))))
        return 1
    try:
        check_shaping()
        warm_up()
        for missing in find_missing():
            LOGGER.warning("this kernel does not confine the board by %s", missing)
        take_picture_priority()
        confine_board([config.media] if config.media else [], config.path)
    except (PlayError, OSError) as error:
        code = error.code if isinstance(error, PlayError) else "E_DEVICE"
        agent.send(msgspec.json.encode(WorkerFault(code, str(error))))
        sink.close()  # black: what a former process left must not stay
        return 1
    return _run(make(config, sink, agent), sink, agent)


def _run(board: SceneBoard, sink: FrameSink, agent: socket.socket) -> int:
    try:
        board.run()
    except DriverError as error:
        agent.send(msgspec.json.encode(WorkerFault("E_DEVICE", str(error))))
        return 1
    except OSError as error:
        LOGGER.info("the agent is gone: %s", error)
    finally:
        board.close()
    return _leave(board, sink)


def _leave(board: SceneBoard, sink: FrameSink) -> int:
    """Nobody judges any more what may be shown: the standby pictures stay, or else black."""
    try:
        if not board.leave_standby():
            sink.close()
    except DriverError as error:
        LOGGER.warning("the board is gone: %s", error)
        return 1
    return 0
