"""Listens for `tramtin stick` on a Unix socket; one visit at a time, each with its own limits.

Without a stick this is one idle socket: what a visit needs is imported when one begins.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.stick.visit import Visit, VisitParts

log = logging.getLogger(__name__)
LIMIT_BYTES = 256 * 1024  # of a head, see `wire.MAX_HEAD_BYTES`
SOCKET = "stick.sock"
BACKLOG = 4


def socket_path(state: Path) -> Path:
    """Where the agent listens: its run-time folder, or, outside systemd, its state folder.

    Args:
        state: the folder that the settings name.
    """
    runtime = os.environ.get("RUNTIME_DIRECTORY")
    return Path(runtime or state) / SOCKET


class VisitServer:
    """Serves visits until it is cancelled.

    Args:
        path: of the socket.
        parts: builds what a visit needs, when one begins.

    Attributes:
        turn: held by the visit under way, also by the page's.
        visit: the one under way, or the last one; None before the first.
        listening: set once the socket takes connections.
    """

    def __init__(self, path: Path, parts: Callable[[], VisitParts]) -> None:
        self.turn = asyncio.Lock()
        self.visit: Visit | None = None
        self.listening = asyncio.Event()
        self.parts = parts
        self._path = path

    async def run(self) -> None:
        """Live until cancelled; a socket that cannot be opened is logged, and stops nothing."""
        try:
            listening = await asyncio.to_thread(_listen, self._path)
        except OSError as error:
            log.warning("no stick can be read, %s: %s", self._path, error)
            await asyncio.Event().wait()
            return
        server = await asyncio.start_unix_server(self._serve, sock=listening, limit=LIMIT_BYTES)
        self.listening.set()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()

    def _begin(self, visit: Visit) -> None:
        self.visit = visit

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from agent.stick.visit_session import serve_visit

        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio runs this in a task
        task.set_name("visit of a stick")
        try:
            await serve_visit(reader, writer, self.turn, self.parts(), self._begin)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            log.info("the visit of a stick ended: %s", error or type(error).__name__)
        except Exception:
            log.exception("the visit of a stick failed")
        finally:
            writer.close()


def _listen(path: Path) -> socket.socket:
    """A socket that only this user and root may open.

    Raises:
        OSError: it cannot be made there; its path may be too long (unix(7)).
    """
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(new))
        new.chmod(0o600)
        listening.listen(BACKLOG)
        new.replace(path)  # under its name it can be connected to at once
    except BaseException:
        listening.close()
        raise
    return listening
