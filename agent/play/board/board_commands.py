"""Takes the agent's commands, and the descriptors that come with them."""

from __future__ import annotations

import os
import socket

import msgspec

from agent.play.board.clip_table import ClipTable
from agent.play.clip_messages import AddClip, ClipFailed
from agent.play.ipc import BoardCommand, WorkerFault

MAX_MESSAGE_BYTES = 1024 * 1024


def receive_command(agent: socket.socket, clips: ClipTable) -> BoardCommand | WorkerFault | None:
    """The next command; None once the agent is gone.

    A clip's pipe goes to the clips, whatever becomes of it; every other descriptor is closed.

    Args:
        agent: the socket, readable.
        clips: those of the board.
    """
    raw, fds, _, _ = socket.recv_fds(agent, MAX_MESSAGE_BYTES, 1)
    if not raw:
        return None
    try:
        command: BoardCommand | WorkerFault = msgspec.json.decode(raw, type=BoardCommand)
    except msgspec.DecodeError as error:
        command = WorkerFault("E_SCHEMA", str(error), id="")
    if isinstance(command, AddClip) and fds:
        clips.add(command, fds.pop())
    elif isinstance(command, ClipFailed):
        clips.fail(command)
    for fd in fds:
        os.close(fd)
    return command
