"""One request and one answer a line, as JSON over a Unix socket: QMP, and the guest agent's own.

qemu.org, "QEMU Machine Protocol Specification" and "QEMU Guest Agent Protocol Reference": both
answer `return` or `error`; QMP greets first, and sends events between answers.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class RequestError(RuntimeError):
    """The other side answered with an error."""


class JsonChannel:
    """A connection to one of QEMU's sockets; calls block.

    Args:
        path: of the socket, shorter than 108 bytes.

    Attributes:
        events: what QMP has sent without being asked, in order.
    """

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        self._socket.connect(str(path))
        self._received = b""
        self.events: list[dict[str, Any]] = []

    def close(self) -> None:
        self._socket.close()

    def call(
        self, command: str, arguments: Mapping[str, object] | None = None, limit_s: float = 60.0
    ) -> Any:
        """Ask, and wait for the answer.

        Raises:
            RequestError: the answer is an error.
            TimeoutError: no answer within the limit.
            ConnectionError: the other side has gone.
        """
        request = {"execute": command, "arguments": dict(arguments or {})}
        self._socket.settimeout(limit_s)
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        return self._receive_answer(command, time.monotonic() + limit_s)

    def _receive_answer(self, command: str, until_mono_s: float) -> Any:
        while True:
            message = self._receive(until_mono_s)
            if "return" in message:
                return message["return"]
            if "error" in message:
                raise RequestError(f"{command}: {message['error'].get('desc', message['error'])}")
            if "event" in message:
                self.events.append(message)

    def _receive(self, until_mono_s: float) -> dict[str, Any]:
        while b"\n" not in self._received:
            self._socket.settimeout(max(0.001, until_mono_s - time.monotonic()))
            more = self._socket.recv(1 << 16)
            if not more:
                raise ConnectionResetError("the socket was closed")
            self._received += more
        line, _, self._received = self._received.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message
