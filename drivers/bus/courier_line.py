"""The line between a board and the process that carries its pictures to a sign.

One message is one packet of JSON; a content travels with it as a file in memory, so that neither
side waits for the other to take it.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from typing import Any

MOST_MESSAGE_BYTES = 64 * 1024


class CourierLine:
    """One end of the line.

    Args:
        end: a socket of SOCK_SEQPACKET.
    """

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def fileno(self) -> int:
        """For select."""
        return self._end.fileno()

    def send(self, message: Mapping[str, Any], content: bytes = b"") -> None:
        """Send a message, with a content if there is one.

        Raises:
            OSError: the other end is gone.
        """
        raw = json.dumps(message).encode()
        if not content:
            self._end.send(raw)
            return
        fd = os.memfd_create("picture", os.MFD_CLOEXEC)
        try:
            with os.fdopen(os.dup(fd), "wb") as file:
                file.write(content)
            socket.send_fds(self._end, [raw], [fd])
        finally:
            os.close(fd)

    def receive(self) -> tuple[dict[str, Any], bytes] | None:
        """Wait for the next message; None when the other end is gone.

        Raises:
            OSError: nothing has come, and the socket does not wait.
        """
        raw, fds, _, _ = socket.recv_fds(self._end, MOST_MESSAGE_BYTES, 1)
        content = b""
        for fd in fds:
            with os.fdopen(fd, "rb") as file:
                file.seek(0)
                content = file.read()
        return (json.loads(raw), content) if raw else None

    def close(self) -> None:
        """Close this end; the other one sees it."""
        self._end.close()
