"""The other end of the agent's socket: asks, and waits for the answer."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Self

import msgspec

from agent.errors import LinkError
from agent.stick.wire import (
    MAX_ANSWER_BYTES,
    MAX_HEAD_BYTES,
    Answer,
    Question,
    encode,
)

PATIENCE_S = 300.0  # a support bundle takes over a minute


class AgentCall:
    """A connection to the agent on this box; a context that closes it.

    Args:
        path: of the agent's socket.

    Raises:
        LinkError: E_NO_AGENT, nobody listens there.
    """

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(PATIENCE_S)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise LinkError("E_NO_AGENT", str(path), error.strerror or str(error)) from error
        self._stream = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._socket.close()

    def ask(self, question: Question, body: bytes = b"") -> tuple[Answer, bytes]:
        """The answer, and the bytes behind it.

        Raises:
            LinkError: E_NO_AGENT, it is gone, or says what is no answer.
        """
        try:
            self._socket.sendall(encode(question) + body)
            head = self._stream.readline(MAX_HEAD_BYTES)
            answer = msgspec.json.decode(head, type=Answer)
            if not 0 <= answer.bytes <= MAX_ANSWER_BYTES:
                raise LinkError("E_NO_AGENT", question.do, f"{answer.bytes} bytes")
            content = self._stream.read(answer.bytes) if answer.bytes else b""
        except (OSError, msgspec.MsgspecError) as error:
            raise LinkError("E_NO_AGENT", question.do, str(error)) from error
        if len(content) != answer.bytes:
            raise LinkError("E_NO_AGENT", question.do, "it ended in the middle of its answer")
        return answer, content
