"""A worker's end of its socket to the agent: commands in, each with its descriptors; events out.

Nothing heavy is imported: the engine of safe mode uses it as well as the usual one.
"""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from agent.play.ipc import WorkerFault

MESSAGE_BYTES = 65_536
Command = TypeVar("Command")


class WorkerControl(Generic[Command]):
    """One message a packet, in JSON (see `agent.play.ipc`).

    Args:
        control: the socket; it ends with the agent.
        decoder: of the worker's commands.
        handle: carries one out; descriptors that it leaves in the list are closed.
    """

    def __init__(
        self,
        control: socket.socket,
        decoder: msgspec.json.Decoder[Command],
        handle: Callable[[Command, list[int]], None],
    ) -> None:
        self._control = control
        self._decoder = decoder
        self._handle = handle

    def fileno(self) -> int:
        """For `select`."""
        return self._control.fileno()

    def send(self, event: Any) -> None:
        """Send one event.

        Raises:
            BrokenPipeError, ConnectionResetError: the agent is gone.
        """
        self._control.send(msgspec.json.encode(event))

    def receive(self) -> bool:
        """Wait for one command and carry it out; False when the agent is gone.

        One that cannot be read is reported and ends nothing.
        """
        data, fds, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 1)
        if not data:
            return False
        try:
            self._handle(self._decoder.decode(data), fds)
        except msgspec.DecodeError as error:
            self.send(WorkerFault("E_COMMAND", str(error), ""))
        finally:
            for fd in fds:
                os.close(fd)
        return True

    def receive_waiting(self) -> bool:
        """Carry out all that has come, without waiting; False when the agent is gone."""
        while select.select([self._control], [], [], 0)[0]:
            if not self.receive():
                return False
        return True
