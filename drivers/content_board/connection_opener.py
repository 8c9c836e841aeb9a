"""Connections to one address, opened by a process that does nothing else.

Whoever talks to a sign reads what the sign says, and may make no connection: a sign that takes it
over reaches nobody else. So a process is forked from it before it is confined, which knows the
address, reads no answer, and hands over a fresh connection each time that it is asked.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable

CONNECT_S = 3.0
_ASK = b"?"


class OpenerLostError(Exception):
    """The opener has ended: its user cannot go on without one."""


class ConnectionOpener:
    """The user's end.

    Args:
        line: to the opener.
    """

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def connect(self) -> socket.socket:
        """A new connection; may take as long as the opener's attempt.

        Raises:
            OSError: nobody answers at the address.
            OpenerLostError: the opener has ended.
        """
        try:
            self._line.send(_ASK)
            words, fds, _, _ = socket.recv_fds(self._line, 1024, 1)
        except OSError as error:
            raise OpenerLostError(str(error)) from error
        if fds:
            made = socket.socket(fileno=fds[0])
            made.settimeout(CONNECT_S)
            return made
        if words:
            raise OSError(words.decode(errors="replace"))
        raise OpenerLostError("it has ended")


def fork_opener(
    address: tuple[str, int], confine: Callable[[], None], unused: socket.socket
) -> ConnectionOpener:
    """Fork the opener; call it while this process has one thread.

    Args:
        address: host and TCP port, the only ones that it connects to.
        confine: takes from the opener what it does not need.
        unused: a socket of this process that the opener must not hold open.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        code = 1
        try:
            ours.close()
            unused.close()
            confine()
            _serve(theirs, address)
            code = 0
        except OSError as error:
            sys.stderr.write(f"opener: {error}\n")
        finally:
            os._exit(code)
    theirs.close()
    return ConnectionOpener(ours)


def _serve(line: socket.socket, address: tuple[str, int]) -> None:
    """Hand over connections until the user is gone."""
    while line.recv(len(_ASK)):
        try:
            made = socket.create_connection(address, CONNECT_S)
        except OSError as error:
            line.send(str(error).encode()[:1000] or b"not connected")
            continue
        with made:
            made.settimeout(None)
            socket.send_fds(line, [_ASK], [made.fileno()])
